"""`find_hot` and the reading of a table that is only looked at."""

import json

import pytest
from django.core.management import CommandError, call_command

HEAD = "留言编号,留言用户,留言主题,留言时间,留言详情\n"
ROWS = [
    "11,U1,石桥村三组的路灯坏了半年没人修,2026/3/1 8:00:00,石桥村三组进村那条路的路灯坏了半年,老人晚上出门摔跤。",
    "12,U2,石桥村三组路灯一直不亮,2026-03-04 09:00:00,石桥村三组的路灯从去年就不亮了,请派人来修。",
    "13,U1,养老保险断缴以后怎么补,2026/3/5,我在外地打工断缴了两年养老保险,可以补缴吗?",
]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "来信.csv"
    path.write_text(
        HEAD
        + "\n".join(
            row.replace(",老人", "，老人").replace(",请派", "，请派").replace(",可以", "，可以") for row in ROWS
        ),
        "utf-8",
    )
    return path


def printed(capsys, *args: object) -> str:
    call_command(*args)
    return capsys.readouterr().out


def test_find_hot_prints_every_number_with_its_group_or_null(db, table, capsys):
    told = json.loads(printed(capsys, "find_hot", str(table), "--json"))
    assert told == [{"number": "11", "group": 1}, {"number": "12", "group": 1}, {"number": "13", "group": None}]


def test_find_hot_in_words_prints_numbers_only(db, table, capsys):
    out = printed(capsys, "find_hot", str(table))
    assert out.split() == ["1", "2", "11", "12"]
    assert "石桥" not in out


def test_a_table_without_numbers_is_said(db, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("留言主题,留言详情\n路灯,坏了\n", "utf-8")
    with pytest.raises(CommandError, match="编号"):
        call_command("find_hot", str(path))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("编号,标题\n", []),
        ("编号,标题\n9,石桥村路灯坏了\n", [("9", None)]),
        ("编号,标题\n1,石桥村路灯坏了\n,石桥村路灯不亮\n\n2,\n", [("1", 1), ("", 1), ("2", None)]),
        ("编号,标题\n7,石桥村路灯坏了\n7,石桥村路灯不亮\n", [("7", 1), ("7", 1)]),
        ("某县诉求一览\n2026年\n工单编号,诉求内容\n007,石桥村路灯坏了\n", [("007", None)]),
    ],
)
def test_find_hot_lists_every_row_in_its_order(db, tmp_path, capsys, text, told):
    for name, coding in (("x.csv", "utf-8"), ("y.csv", "gb18030"), ("z.csv", "utf-16")):
        (tmp_path / name).write_bytes(text.encode(coding))
        found = json.loads(printed(capsys, "find_hot", str(tmp_path / name), "--json"))
        assert [(row["number"], row["group"]) for row in found] == told
        assert all(set(row) == {"number", "group"} for row in found)


@pytest.mark.parametrize("text", ["", "1,石桥村路灯坏了\n", "编号,时间\n1,2026-01-01\n"])
def test_find_hot_says_what_is_wrong_with_a_file_it_cannot_use(db, tmp_path, text):
    (tmp_path / "x.csv").write_text(text, "utf-8")
    with pytest.raises(CommandError) as told:
        call_command("find_hot", str(tmp_path / "x.csv"), "--json")
    assert told.value.returncode == 2


def test_measure_groups_prints_both_methods_in_one_run(db, table, tmp_path, capsys):
    pytest.importorskip("sklearn")
    judged = tmp_path / "judged.csv"
    judged.write_text("问题ID,留言编号,留言主题,留言详情\na,11,路灯,坏\na,12,路灯,坏\nx13,13,养老,补\n", "utf-8")
    out = printed(capsys, "measure_groups", "--judged", str(judged), "--requests", str(table), "--json")
    told = json.loads(out)
    assert told["ours"]["all"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "true_pairs": 1, "found_pairs": 1}
    assert set(told["average_linkage"]) >= {"cut", "all"}


def test_measure_groups_tells_how_far_two_readers_agree(db, table, tmp_path, capsys):
    pytest.importorskip("sklearn")
    judged, pairs = tmp_path / "judged.csv", tmp_path / "pairs.csv"
    judged.write_text("问题ID,留言编号,留言主题,留言详情\na,11,路灯,坏\na,12,路灯,坏\n", "utf-8")
    told = ["sample,x,11,12,1,1,1", "sample,x,11,13,1,0,0", "sample,x,12,13,0,1,", "tune,x,11,12,0,0,"]
    pairs.write_text("\n".join(["use,file,one,other,first,second,reader2", *told]), "utf-8")
    args = (
        "--judged",
        str(judged),
        "--requests",
        str(table),
        "--pairs",
        str(pairs),
        "--of-pairs",
        str(table),
        "--json",
    )
    found = json.loads(printed(capsys, "measure_groups", *args))["pairs"]
    assert (found["pairs"], found["agreed"]) == (3, 1)
    assert (found["reader2"]["pairs"], found["reader2"]["same_as_first"], found["reader2"]["kappa_second"]) == (
        2,
        1,
        1.0,
    )
    assert found["consensus"]["ours"]["true_pairs"] == 1
    assert found["consensus"]["ours"]["f1"] == 1.0
