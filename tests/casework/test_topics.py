"""What a county learns from its cases: no names, no other county's, corrected by the next night; and what is proposed from it."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from gongyi.casework import actions, queries
from gongyi.casework.actions.topics import learn_topics
from gongyi.casework.models import Case, Topic, TopicMemory
from gongyi.casework.queries.topics import county_words, guesser, lessons
from gongyi.core import imports, schedule
from gongyi.core.county import bind
from gongyi.language import trial
from tests.factories import make_county

HEAD = "留言编号,留言主题,留言详情,一级分类\n"


@pytest.fixture
def listed(land):
    found = {}
    for name in ("甲类", "乙类"):
        found[name] = Topic(name=name, full_name=name)
        found[name].save()
    found["滴灌"] = Topic(name="滴灌", full_name="甲类 / 滴灌", level=2, parent=found["甲类"])
    found["滴灌"].save()
    return found


def keep(land, content, topic, **facts):
    return actions.open_case(
        by=land.officer, unit=land.village, type=land.enquiry, content=content, topic=topic, **facts
    )


@pytest.fixture
def taught(land, listed):
    """Twelve cases, sorted on purpose so that no list could tell."""
    for at in range(6):
        keep(
            land,
            f"我叫王大勇，过滤网第{at}次堵了，电话13812345678",
            listed["滴灌"],
            asker=actions.AskerFacts(name="欧阳翠花"),
        )
        keep(land, f"欧阳翠花的秧歌队第{at}次缺锣鼓", listed["乙类"], asker=actions.AskerFacts(name="欧阳翠花"))
    return listed


def suggest(county, text):
    return guesser(county, county_words(county)).suggest("", text)


def test_lessons_hold_no_name_and_no_number(land, taught):
    found = list(lessons(land.county.county))
    assert len(found) == 12
    assert {one.topic for one in found} == {"甲类", "乙类"}
    text = "".join(one.title + one.text for one in found)
    for private in ("王大勇", "欧阳翠花", "13812345678"):
        assert private not in text
    assert "过滤网" in text


def test_void_cases_and_unsorted_ones(land, taught):
    [case] = Case.objects.filter(title__contains="第0次堵")[:1]
    Case.objects.filter(id=case.id).update(state="void", closed_at=case.recorded_at)
    keep(land, "过滤网坏了", None)
    found = list(lessons(land.county.county))
    assert len(found) == 12
    assert [one.text for one in found if not one.topic] == ["过滤网坏了"]


def test_learning_keeps_one_row_without_names_and_guesses_from_it(land, taught):
    county = land.county.county
    assert suggest(county, "过滤网又堵了") is None
    assert learn_topics(county) == 12
    assert learn_topics(county) == 12
    [row] = TopicMemory.objects.all()
    for private in ("翠花", "大勇", "1381"):
        assert private not in row.weights
    assert suggest(county, "过滤网又堵了").topic == "甲类"


def test_a_correction_is_learnt_the_next_night(land, taught):
    county = land.county.county
    learn_topics(county)
    Case.objects.filter(topic=taught["滴灌"]).update(topic=taught["乙类"])
    Case.objects.filter(title__contains="秧歌").update(topic=taught["甲类"])
    assert suggest(county, "过滤网又堵了").topic == "甲类"
    learn_topics(county)
    assert suggest(county, "过滤网又堵了").topic == "乙类"


def test_another_county_learns_nothing_of_it(land, taught):
    learn_topics(land.county.county)
    other = make_county(999002, "西湖县")
    with bind(other.county):
        assert suggest(other.county, "过滤网又堵了") is None
        assert learn_topics(other.county) == 0


def test_the_job_runs_at_night(land, taught):
    assert "casework.topics" in schedule.discover()
    schedule._jobs["casework.topics"].run()
    assert TopicMemory.objects.get().cases == 12


def test_intake_proposes_the_first_level_or_the_one_below_with_reason(land, taught):
    learn_topics(land.county.county)
    first = queries.propose(land.stranger, "锣鼓破了").fields["topic"]
    assert first.value == taught["乙类"].id
    assert "锣鼓" in first.why
    below = queries.propose(land.clerk, "滴灌过滤网堵了").fields["topic"]
    assert below.value == taught["滴灌"].id
    assert "topic" not in queries.propose(land.stranger, "嗯嗯啊啊").fields


def test_a_county_without_topics_is_served_by_the_shipped_list(land):
    words = county_words(land.county.county)
    assert "医疗卫生" in words
    assert suggest(land.county.county, "村卫生室没有医生，看病要去镇上").topic == "医疗卫生"
    assert "topic" not in queries.propose(land.officer, "村卫生室没有医生").fields  # nothing to choose from


def run(name, *args, **options):
    out = StringIO()
    call_command(name, *args, stdout=out, **options)
    return out.getvalue()


def test_commands_print_json(land, taught, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("﻿某县留言,,\n" + HEAD + "001,秧歌队,缺锣鼓,\n2,,过滤网堵了,\n3,嗯,啊,\n", encoding="utf-8")
    assert json.loads(run("learn_topics", json=True)) == {"county": "999001", "cases": 12}
    found = json.loads(run("suggest_topic", file, json=True))
    assert [(one["number"], one["topic"]) for one in found] == [("001", "乙类"), ("2", "甲类"), ("3", None)]
    assert 0 < found[0]["confidence"] <= 1
    assert "001\t乙类" in run("suggest_topic", file)


def test_a_database_without_a_county_gives_a_first_guess_by_the_words_of_the_product(db, tmp_path):
    (tmp_path / "诉求.csv").write_text(
        "编号,标题,诉求内容\n1,自来水停了,停水三天\n1,医保怎么报销,医保报销\n2,,\n3,哦,哦\n", "utf-8"
    )
    found = json.loads(run("suggest_topic", tmp_path / "诉求.csv", json=True))
    assert [(row["number"], bool(row["topic"])) for row in found] == [
        ("1", True),
        ("1", True),
        ("2", False),
        ("3", False),
    ]
    assert all(set(row) == {"number", "topic", "confidence"} and 0 <= row["confidence"] <= 1 for row in found)


def test_learning_says_in_words_what_it_did(land, taught):
    assert "12 件" in run("learn_topics")
    assert "12 件" in run("learn_topics", county="999001")


def test_learning_says_that_there_is_nothing_to_learn(db):
    assert "还没有开通县" in run("learn_topics")
    assert json.loads(run("learn_topics", json=True)) == {"county": None, "cases": 0}


def test_learning_says_that_no_case_has_a_topic(land):
    keep(land, "一件", None)
    assert "没有可学的" in run("learn_topics")


REFUSED = "编号,标题,诉求内容,民族\n1,路灯坏了,石桥村的路灯坏了,汉族\n2,路灯不亮,石桥村的路灯不亮,苗族\n"


@pytest.mark.parametrize("name", ["suggest_topic", "find_hot", "measure_topics"])
def test_d2_what_an_import_refuses_is_not_read_for_a_trial_either(land, tmp_path, name, capsys):
    keep(land, "一件", None)
    file = tmp_path / "d.csv"
    file.write_text(REFUSED, "utf-8")
    with pytest.raises(CommandError, match="民族") as refused:
        run(name, file)
    assert refused.value.returncode == 2
    assert capsys.readouterr().out == ""


def test_control_without_the_gate_the_column_passes(land, tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "check_entrance", lambda *_args: None)
    file = tmp_path / "d.csv"
    file.write_text(REFUSED, "utf-8")
    assert len(json.loads(run("find_hot", file, json=True))) == 2


def test_measuring_prints_both_in_one_run(land, tmp_path, monkeypatch):
    monkeypatch.setattr(trial, "baseline", lambda rows, words: lambda taught, asked: ["城乡建设"] * len(asked))
    file = tmp_path / "b.csv"
    lines = [f"{at},物业,小区物业不管第{at}次,城乡建设\n{at}x,学校,小学招生第{at}次,教育文体\n" for at in range(8)]
    file.write_text(HEAD + "".join(lines), encoding="utf-8")
    found = json.loads(run("measure_topics", file, more=[file], seeds=1, json=True))
    assert (found["rows"], found["unsorted"]) == (16, 0)
    assert found["ours"]["labels_alone"]["mean"] == 1
    assert found["baseline"]["labels"]["mean"] == pytest.approx(1 / 3, abs=0.001)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x01", "甲,乙\n1,2\n".encode(), None])
def test_a_file_that_cannot_be_used_is_refused_in_words(land, tmp_path, content):
    file = tmp_path / "c.csv"
    if content:
        file.write_bytes(content)
    keep(land, "一件", None)  # a county is known by its records
    with pytest.raises(CommandError, match=r"文件|没有找到") as refused:
        run("suggest_topic", file)
    assert refused.value.returncode == 2
