"""Found is what stands in the text and what one may see; the index shares the transaction of the text."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from gongyi.casework import actions
from gongyi.casework.actions import AskerFacts
from gongyi.casework.models import Case
from gongyi.casework.queries.searching import CASES
from gongyi.core import search
from gongyi.core.county import new_key
from gongyi.core.models import SearchRow
from gongyi.core.tasks import fill_search


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
