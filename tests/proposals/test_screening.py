"""Writing down and screening: what is asked, who is told at once; merges and splits never lose an author."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongyi.core import search
from gongyi.core.access import Role
from gongyi.core.errors import Refused
from gongyi.core.models import AccessRow, Message, SearchRow
from gongyi.proposals import actions, queries
from gongyi.proposals.actions import AuthorFacts
from gongyi.proposals.actions import settings as own
from gongyi.proposals.models import Author, Category, Cause, Proposal, ResultClass
from gongyi.proposals.rules import visible_to
from tests.factories import make_actor, refused
from tests.proposals.conftest import act, again, answered, opened


def told(by) -> list[str]:
    return list(Message.objects.filter(account=by.id).values_list("event", flat=True))


def test_a_proposal_goes_to_the_nearest_desk_and_has_a_number(land):
    one = opened(land)
    assert (one.number[:1], one.state, one.desk, one.turn_unit) == ("提", "submitted", land.county, land.county)
    assert told(land.desk) == ["proposal.submitted"]
    assert "刘大勇" not in str(Message.objects.values_list("text", flat=True))


def test_suggestions_are_asked_for_but_a_draft_may_lack_them(land):
    with pytest.raises(ValidationError) as caught:
        opened(land, suggestions=" ")
    assert list(caught.value.message_dict) == ["suggestions"]
    one = opened(land, suggestions="", submit=False)
    assert (one.state, told(land.desk)) == ("draft", [])
    with pytest.raises(ValidationError):
        act(one, "submit", land.recorder)


def test_only_who_may_record_there_records(land):
    with pytest.raises(PermissionDenied):
        opened(land, by=land.stranger)


def test_joint_and_collective_proposals_name_who_stands_behind_them(land):
    with pytest.raises(ValidationError):
        opened(land, kind="joint")
    with pytest.raises(ValidationError):
        opened(land, kind="collective")
    one = opened(land, kind="joint", authors=[AuthorFacts("刘大勇"), AuthorFacts("陈小红", "", "", "asked")])
    rows = list(Author.objects.filter(proposal=one).order_by("place").values_list("signed", flat=True))
    assert rows == ["yes", "asked"]


def test_each_cosigner_confirms_and_one_who_does_not_stays_written_down(land):
    one = opened(land)
    act(one, "cosign", land.recorder, name="陈小红")
    assert again(one).kind == "joint"
    row = Author.objects.get(proposal=one, place=1)
    act(one, "confirm", land.recorder, author=row.id, agreed=False)
    assert Author.objects.get(id=row.id).signed == "no"
    first = Author.objects.get(proposal=one, place=0)
    with pytest.raises(ValidationError):
        act(one, "confirm", land.recorder, author=first.id, agreed=False)


def test_names_are_kept_encrypted_and_looked_at_with_a_row(land):
    one = opened(land)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone FROM proposals_author")
        assert "刘大勇" not in str(cursor.fetchall())
    with pytest.raises(PermissionDenied):
        actions.show_authors(one, by=land.stranger, purpose="contact")
    assert [author.phone for author in actions.show_authors(one, by=land.desk, purpose="contact")] == ["13812345678"]
    assert AccessRow.objects.filter(subject=one.id, actor=land.desk.id, fields="contact").count() == 1


def test_not_filed_tells_at_once_why_and_where_else(land):
    one = opened(land)
    act(one, "refuse", land.desk, reason=land.causes["refuse"], note="请写清楚")
    one = again(one)
    assert (one.state, one.cause, one.elsewhere) == ("not_filed", "没有具体内容", "请补上建议再提。")
    assert "proposal.told" in told(land.recorder)
    act(one, "rescreen", land.desk, note="补上了")
    assert (again(one).state, again(one).cause, again(one).closed_at) == ("screening", "", None)


def test_passed_on_the_unit_sees_it_for_reference_only(land):
    one = opened(land)
    act(one, "pass_on", land.desk, reason=land.causes["refuse"], to=land.water)
    assert queries.fetch(land.separate, one.id).id == one.id
    assert queries.buttons(land.separate, again(one)) == (None, [])
    act(one, "rescreen", land.desk, note="再看看")
    assert not visible_to(land.separate).filter(id=one.id).exists()


def test_sent_back_is_changed_and_comes_again_with_what_stood_there(land):
    one = opened(land)
    act(one, "ask_change", land.desk, note="写清楚在哪")
    assert "proposal.sent_back" in told(land.recorder)
    act(one, "resubmit", land.recorder, title=one.title, analysis=one.analysis, suggestions="在三组河口修桥。")
    one = again(one)
    assert (one.state, one.suggestions) == ("submitted", "在三组河口修桥。")
    assert "修一座三米宽的小桥。" in str(queries.timeline(one)[-1].note)


def test_the_unit_of_a_merged_proposal_hears_of_the_answer(land):
    one, other = opened(land), opened(land, by=land.separate, unit=land.water)
    act(other, "merge", land.desk, first=one.number)
    act(one, "file", land.desk)
    act(one, "assign", land.desk, lead=land.town)
    act(one, "sign", land.clerk)
    act(one, "answer", land.clerk, answer="桥已经修好。", result=land.classes["A"])
    before = told(land.separate).count("proposal.told")
    act(one, "approve", land.lead)
    assert told(land.separate).count("proposal.told") == before + 1


# --- merge and split --------------------------------------------------------------------------------------------------


def test_merged_ones_are_answered_together_and_can_be_taken_apart(land):
    main, twin = opened(land), opened(land, authors=[AuthorFacts("陈小红")])
    act(twin, "merge", land.desk, first=main.number)
    assert [author.name for author in queries.authors_of(main)] == ["刘大勇", "陈小红"]
    assert [one.number for one in queries.merged_into(main)] == [twin.number]
    with pytest.raises(ValidationError):
        act(opened(land), "merge", land.desk, first=twin.number)
    act(twin, "unmerge", land.desk)
    assert (again(twin).state, again(twin).first) == ("screening", None)
    assert [author.name for author in queries.authors_of(main)] == ["刘大勇"]


def test_p3_a_number_that_one_may_not_see_takes_nothing_in(land):
    hidden = opened(land)
    Proposal.objects.filter(id=hidden.id).update(number="提9")
    own_desk = make_actor(Role.DISPATCHER, land.town, "乡派")
    mine = opened(land, by=land.clerk, unit=land.town)
    for number in ("提9", "提10"):
        with pytest.raises(ValidationError) as caught:
            act(mine, "merge", own_desk, first=number)
        assert caught.value.message_dict == {"first": ["没有这个案号，或者它不在您的岗位范围内。"]}


def test_a_piece_that_is_split_off_has_every_author(land):
    one = opened(
        land, kind="joint", authors=[AuthorFacts("刘大勇", "13812345678"), AuthorFacts("陈小红", "", "", "yes")]
    )
    piece = act(one, "split", land.desk, title="河道清淤", analysis="淤了", suggestions="清一次")
    assert [(a.name, a.phone, a.signed) for a in queries.authors_of(piece)] == [
        ("刘大勇", "13812345678", "yes"), ("陈小红", "", "yes"),
    ]  # fmt: skip
    assert (piece.parent_id, piece.state, again(one).state) == (one.id, "screening", "submitted")


MOVES = st.lists(
    st.tuples(st.sampled_from(["merge", "unmerge", "split"]), st.integers(0, 5), st.integers(0, 5)), max_size=12
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=MOVES)
def test_merges_and_splits_never_lose_an_author_a_message_or_a_line(land, steps):
    everybody = [f"人{n}" for n in range(3)]
    rows = [opened(land, authors=[AuthorFacts(name)]) for name in everybody]
    before = Message.objects.count()
    lines = 0
    for action, at, other in steps:
        one, main = again(rows[at % len(rows)]), again(rows[other % len(rows)])
        facts = {
            "merge": {"first": main.number}, "unmerge": {}, "split": {"title": "一半", "analysis": "甲", "suggestions": "乙"},
        }[action]  # fmt: skip
        try:
            made = act(one, action, land.desk, **facts)
        except (Refused, PermissionDenied, ValidationError):
            continue
        lines += 1
        rows += [made] if action == "split" else []
    standing = [one for one in map(again, rows) if one.state != "merged"]
    heard = {author.name for one in standing for author in queries.authors_of(one)}
    assert heard >= set(everybody)
    assert all(again(one).first.state != "merged" for one in rows if again(one).first)
    assert Message.objects.count() >= before
    assert sum(len(queries.timeline(one)) for one in rows) == 2 * 3 + lines + (len(rows) - 3)


# --- found by its words -----------------------------------------------------------------------------------------------


def test_p4_the_search_finds_what_the_list_holds_without_the_authors_name(land):
    one = opened(land, analysis="刘大勇说：孩子绕行五里。")
    row = SearchRow.objects.get(subject=one.id)
    assert row.kind == "proposal"
    assert "刘大勇" not in row.body
    kind = search.KINDS["proposal"]
    assert search.find(land.desk, kind, "绕行").total == 1
    assert search.find(land.stranger, kind, "绕行").total == 0


# --- what a county sets -----------------------------------------------------------------------------------------------


def test_a_new_county_begins_with_the_ten_reasons_each_with_where_else_to_go(land):
    Cause.objects.all().delete()
    Proposal.objects.all().delete()
    ResultClass.objects.all().delete()
    Category.objects.all().delete()
    steward = make_actor(Role.STEWARD, land.county, "设置")
    made = own.fill_defaults(by=steward)
    assert made == {"causes": 25, "classes": 4, "categories": 10}
    assert Cause.objects.filter(kind="refuse").exclude(elsewhere="").count() == 10
    assert own.fill_defaults(by=steward) == {"causes": 0, "classes": 0, "categories": 0}


def test_a_class_that_is_worded_anew_leaves_old_answers_as_they_were(land):
    steward = make_actor(Role.STEWARD, land.county, "设置")
    one = answered(land)
    fresh = own.save_class(by=steward, row=land.classes["A"], code="A", name="已经办成")
    assert (str(again(one).result), str(fresh)) == ("A 第A类", "A 已经办成")
    assert {str(row) for row in queries.result_classes(land.county.county)} == {"B 第B类", "A 已经办成", "D 第D类"}
    with pytest.raises(PermissionDenied):
        own.save_class(by=land.desk, code="X", name="别的")


def test_a_reason_for_not_filing_says_where_else(land):
    steward = make_actor(Role.STEWARD, land.county, "设置")
    with pytest.raises(ValidationError):
        own.save_cause(by=steward, kind="refuse", text="新的理由")
    with refused("stale"):
        act(opened(land), "screen", land.desk, seen=99)
