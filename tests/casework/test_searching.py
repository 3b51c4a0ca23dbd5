"""Found is what stands in the text and what one may see; the index shares the transaction of the text."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from gongyi.casework import actions
from gongyi.casework.actions import AskerFacts
from gongyi.casework.models import Case
from gongyi.core import search
from gongyi.core.county import new_key
from gongyi.core.models import SearchRow
from gongyi.core.tasks import fill_search

CASES = search.KINDS["case"]


def numbers(by, text):
    found = search.find(by, CASES, text)
    known = dict(Case.objects.values_list("id", "number"))
    return [known[key] for key in found.keys]


@pytest.fixture
def leak(land):
    return actions.open_case(
        by=land.clerk, unit=land.town, type=land.enquiry, content="李家村水管漏水三天了，电话13912345678，王建国家门口",
        asker=AskerFacts(name="王建国", phone="13912345678"),
    )  # fmt: skip


@pytest.mark.parametrize("words", ["漏水", "李家村", "漏", "水管漏水", "“漏水三天”", "漏水 李家村", "了"])
def test_words_of_any_length_are_found(land, leak, words):
    assert numbers(land.clerk, words) == [leak.number]


def test_order_number_is_found(land, leak):
    assert numbers(land.clerk, leak.number) == [leak.number]


@pytest.mark.parametrize("words", ["水漏", "漏水 停电", "“三天漏水”", "。", ""])
def test_what_is_not_there_is_not_found(land, leak, words):
    assert numbers(land.clerk, words) == []


@pytest.mark.parametrize("words", ["王建国", "建国", "13912345678", "5678", "1391234", "139"])
def test_p17_people_are_not_found(land, leak, words):
    assert numbers(land.clerk, words) == []


def test_p17_control_with_the_names_left_in_the_asker_is_found(land, monkeypatch):
    monkeypatch.setattr("gongyi.casework.queries.searching.hide_known", lambda text, _known: text)
    case = actions.open_case(
        by=land.clerk, unit=land.town, type=land.enquiry, content="王建国家门口漏水", asker=AskerFacts(name="王建国")
    )

    assert numbers(land.clerk, "王建国") == [case.number]


def test_rolled_back_text_is_not_found(land):
    with transaction.atomic():
        actions.open_case(by=land.clerk, unit=land.town, type=land.enquiry, content="漏水了")
        assert numbers(land.clerk, "漏水")
        transaction.set_rollback(True)

    assert numbers(land.clerk, "漏水") == []
    assert not SearchRow.objects.exists()


def test_sibling_office_finds_nothing(land, leak):
    assert numbers(land.stranger, "漏水") == []


def test_index_lost_is_filled_again_by_the_command_and_by_the_worker(land, leak):
    search.empty(connection)
    assert numbers(land.clerk, "漏水") == []

    call_command("rebuild_search", json=True, stdout=(out := StringIO()))

    assert json.loads(out.getvalue())["written"] == 1
    assert numbers(land.clerk, "漏水") == [leak.number]

    search.empty(connection)
    assert fill_search() == "1"
    assert fill_search() == "0"
    assert numbers(land.clerk, "漏水") == [leak.number]


def test_rebuild_writes_only_what_differs_and_takes_out_what_is_gone(land, leak):
    row = SearchRow.objects.get()
    SearchRow.objects.filter(id=row.id).update(form=0)
    stray = SearchRow(kind="case", subject=new_key(land.county.county), place=row.place + 1, form=1)
    stray.save()

    assert list(search.rebuild(CASES, land.county.county)) == [(1, 1), (1, 1)]
    assert list(search.rebuild(CASES, land.county.county))[-1] == (1, 0)
    assert SearchRow.objects.count() == 1


def is_right() -> bool:
    """Whether every case's row says what the case says now."""
    rows = {row.subject: row for row in SearchRow.objects.all()}
    docs = list(CASES.documents(list(Case.objects.values_list("id", flat=True))))
    said = all((rows[doc.subject].title, rows[doc.subject].body) == (doc.title, doc.body) for doc in docs)
    return said and len(docs) == len(rows)


def changes(land):
    """One action after the other that changes what may be found, through the states of two cases."""
    case = actions.open_case(
        by=land.clerk, unit=land.town, type=land.complaint, content="水管漏水", asker=AskerFacts(name="王建国")
    )
    yield "open", "漏水"
    actions.correct_case(
        case, by=land.clerk, content="王大山说灌渠堵了", channel="visit", asker=AskerFacts(name="王大山"), why="听错了"
    )
    yield "correct", "灌渠堵了"
    actions.set_external(case, by=land.clerk, external_no="WB-777")
    yield "external", "WB-777"
    actions.assign_case(case, by=land.desk, lead=land.town)
    actions.sign_case(case, by=land.clerk)
    actions.contact_asker(case, by=land.clerk, note="打通了")
    actions.log_work(case, by=land.clerk, note="清淤机已到场")
    yield "log", "清淤机"
    actions.answer_case(case, by=land.clerk, answer="已经疏通", outcome="solved")
    actions.approve_answer(case, by=land.lead)
    yield "answer", "已经疏通"
    other = actions.open_case(by=land.clerk, unit=land.town, type=land.enquiry, content="问一件事")
    actions.decline_case(other, by=land.desk, reason=land.reasons["decline"], note="请向法院起诉")
    yield "decline", "法院"
    actions.record_done(
        by=land.clerk, unit=land.town, type=land.enquiry, content="社保卡", answer="带身份证来", outcome="explained"
    )
    yield "done", "带身份证"


def test_every_action_that_changes_a_text_changes_the_index(land):
    for action, word in changes(land):
        assert numbers(land.clerk, word), action
        assert is_right(), action

    assert numbers(land.clerk, "漏水") == [], "the corrected text is gone"
    assert numbers(land.clerk, "打通了") == [], "a note on a contact is about a person (D5)"
    assert numbers(land.clerk, "王大山") == []


def test_control_without_the_one_writing_path_the_index_falls_behind(land, monkeypatch):
    monkeypatch.setattr("gongyi.core.search.kinds.SearchedRows._tell", lambda _rows, _fields, write: write())
    with pytest.raises(AssertionError):
        for action, _word in changes(land):
            assert is_right(), action


def test_asker_named_later_is_taken_out(land):
    case = actions.open_case(by=land.clerk, unit=land.town, type=land.enquiry, content="王建国家漏水")
    assert numbers(land.clerk, "王建国")  # nobody said yet that this is the asker

    actions.correct_case(
        case, by=land.clerk, content=case.content, channel="phone", asker=AskerFacts(name="王建国"), why="补姓名"
    )

    assert numbers(land.clerk, "王建国") == []
    assert numbers(land.clerk, "漏水") == [case.number]


RARE = "水𪚥"  # FTS5 keeps of a word only what differs from the one before it: the end of this one differs from all


def is_left() -> bool:
    """Whether the word stands anywhere in what the index keeps in its file."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT block FROM core_searchindex_data")
        else:
            cursor.execute("SELECT vector::text FROM core_searchrow")
        blocks = [block if isinstance(block, bytes) else block.encode() for (block,) in cursor.fetchall()]
    return any(RARE.encode()[-3:] in block for block in blocks)


def test_r22_erased_text_leaves_no_token(land, leak):
    case = actions.open_case(by=land.clerk, unit=land.town, type=land.enquiry, content=RARE)
    assert is_left()

    for rows in (case.askers, case.parts, case.steps, case.conflicts):
        rows.all().delete()
    case.delete()
    search.purge()

    assert not is_left()
    assert numbers(land.clerk, RARE) == []
    assert numbers(land.clerk, "漏水") == [leak.number]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps no old words")
def test_r22_control_without_purge_the_old_words_stay_in_the_file(land):
    case = actions.open_case(by=land.clerk, unit=land.town, type=land.enquiry, content=RARE)

    Case.objects.filter(id=case.id).update(title="别的", content="别的")

    assert numbers(land.clerk, RARE) == []
    assert is_left()
