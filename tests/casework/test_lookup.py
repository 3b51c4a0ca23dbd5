"""P17: nobody is found by a part of a name, and every look-up leaves its rows."""

import pytest
from django.core.exceptions import PermissionDenied

from gongyi.casework import actions
from gongyi.casework.actions import AskerFacts, lookup
from gongyi.core.models import AccessRow, AuditEntry
from tests.factories import refused


@pytest.fixture
def case(land):
    asker = AskerFacts(name="刘大勇", phone="13812345678")
    made = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="事", asker=asker)
    return actions.assign_case(made, by=land.desk, lead=land.town)


def find(by, name="刘大勇", tail="5678"):
    return [row.id for row in actions.look_up(by=by, name=name, tail=tail, purpose="contact")]


def test_p17_exact_name_and_ending_find_own_cases_only(land, case):
    assert find(land.clerk) == [case.id]
    assert find(land.stranger) == []
    for name, tail in (("刘", "5678"), ("刘大", "5678"), ("%", "5678"), ("刘大勇", "0000")):
        assert find(land.clerk, name, tail) == []


def test_p17_each_lookup_and_each_hit_is_logged(land, case):
    find(land.clerk)
    assert AuditEntry.objects.filter(action="people.lookup", actor=land.clerk.id).count() == 1
    row = AccessRow.objects.get(subject=case.id)
    assert (row.actor, row.purpose, row.fields) == (land.clerk.id, "contact", "name")
    assert "刘" not in AuditEntry.objects.get(action="people.lookup").label


def test_p17_needs_the_permission(land, case):
    with pytest.raises(PermissionDenied):
        find(land.officer)


def test_p17_is_limited_per_hour(land, case, monkeypatch):
    monkeypatch.setitem(lookup.PER_HOUR, lookup.LOOKUP, 2)
    find(land.clerk)
    find(land.clerk)
    with refused("too_many"):
        find(land.clerk)
    monkeypatch.setitem(lookup.PER_HOUR, lookup.LOOKUP, 99)
    assert find(land.clerk) == [case.id]


def test_tip_off_is_not_found_by_its_asker_where_the_asker_is_hidden(land):
    asker = AskerFacts(name="王五", phone="13812345678")
    made = actions.open_case(by=land.officer, unit=land.village, type=land.tipoff, content="事", asker=asker)
    assert find(land.desk, "王五") == []
    actions.assign_case(made, by=land.desk, lead=land.town)
    assert find(land.clerk, "王五") == [made.id]


def test_p17_a_name_with_the_case_number_finds_it_and_neither_alone(land, case):
    def by_number(name="刘大勇", number=case.number, by=land.clerk):
        return [row.id for row in actions.look_up(by=by, name=name, number=number, purpose="contact")]

    assert by_number() == [case.id]
    assert by_number(by=land.stranger) == []
    for name, number in (
        ("刘大", case.number),
        ("", case.number),
        ("刘大勇", ""),
        ("刘大勇", "2026-%"),
        ("刘大勇", "2026-9999"),
    ):
        assert by_number(name, number) == []


def test_p17_the_form_asks_for_an_ending_or_a_number():
    from gongyi.casework.forms import LookupForm

    assert "tail" in LookupForm({"name": "刘大勇", "purpose": "contact"}).errors
    for more in ({"tail": "5678"}, {"number": "2026-0001"}):
        assert LookupForm({"name": "刘大勇", "purpose": "contact"} | more).is_valid()
