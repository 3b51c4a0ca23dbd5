"""`search WORDS`: numbers only, for an account, a unit or the county."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from gongyi.casework import actions
from gongyi.core.imports import runs
from gongyi.core.models import ImportLine, ImportRun
from gongyi.people.models import Account


def found(*words, **options):
    call_command("search", *words, json=True, stdout=(out := StringIO()), **options)
    return json.loads(out.getvalue())


@pytest.fixture
def leak(land):
    case = actions.open_case(by=land.clerk, unit=land.town, type=land.enquiry, content="水管漏水")
    return actions.set_external(case, by=land.clerk, external_no="WB-7") or case


def test_numbers_are_printed_ours_and_theirs(land, leak):
    other = actions.open_case(by=land.stranger, unit=land.other, type=land.enquiry, content="漏水了")

    said = found("漏水", county="999001")
    assert (said["total"], said["external"]) == (2, ["WB-7"])
    assert set(said["numbers"]) == {other.number, leak.number}, "of one day, in no order"
    assert found("水管", "漏水", county="999001")["numbers"] == [leak.number]


def test_account_and_unit_find_what_they_may_see(land, leak):
    names = dict(Account.objects.values_list("id", "username"))

    assert found("漏水", account=names[land.clerk.id], county="999001")["total"] == 1
    assert found("漏水", account=names[land.stranger.id], county="999001")["total"] == 0
    assert found("漏水", unit=land.town.code)["total"] == 1
    assert found("漏水", unit=land.other.code)["total"] == 0


def test_unknown_account_is_said(land, leak):
    with pytest.raises(CommandError, match="nobody"):
        found("漏水", account="nobody", county="999001")
    with pytest.raises(CommandError):
        found("漏水", unit="000000")


def test_an_import_that_is_not_in_yet_is_not_found_by_anybody(land, leak):
    run = runs.open_run(by=land.clerk, kind="case", unit=land.town.id, source="x")
    ImportLine(run=run, kind="case", source="x", key="1", subject=leak.id).save()
    for state, total in (("running", 0), ("done", 1), ("undoing", 0)):
        ImportRun.objects.filter(id=run.id).update(state=state)

        assert found("漏水", county="999001")["total"] == total, state
        assert found("漏水", unit=land.town.code)["total"] == total, state
