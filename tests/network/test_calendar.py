"""Calendar days: setting and clearing them, and what counts for whom."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from gongyi.core.access import Role
from gongyi.core.errors import Refused
from gongyi.core.models import AuditEntry
from gongyi.network import actions
from gongyi.network.actions import calendar
from gongyi.network.models import CalendarDay
from gongyi.network.queries import calendar_days, calendar_of
from tests.factories import make_actor, make_county, make_unit

pytestmark = pytest.mark.django_db
MONDAY, SATURDAY = date(2027, 3, 1), date(2027, 3, 6)


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def steward(county):
    return make_actor(Role.STEWARD, county)


def test_set_day_counts_for_the_whole_county_and_moves_deadlines(county, steward, monkeypatch):
    town, asked = make_unit("东湖镇", county), []
    monkeypatch.setattr(calendar, "calendar_changed", [lambda county, unit: asked.append((county, unit)) or 3])
    row, moved = actions.set_day(by=steward, unit=None, day=SATURDAY, working=True, name="春节调休")
    assert (moved, asked) == (3, [(999001, None)])
    assert calendar_of(town, 999001).is_workday(SATURDAY)
    entry = AuditEntry.objects.get(county=999001, subject=row.id)
    assert entry.label == "全县 2027-03-06 上班 春节调休，改了 3 个期限"


def test_a_units_own_day_counts_for_it_and_those_below_only(county, steward):
    east, west = make_unit("东镇", county), make_unit("西镇", county)
    village = make_unit("李家村", east)
    actions.set_day(by=steward, unit=None, day=MONDAY, working=False, name="县庆")
    actions.set_day(by=steward, unit=east, day=MONDAY, working=True, name="值守")
    working = [calendar_of(unit, 999001).is_workday(MONDAY) for unit in (county, east, village, west, None)]
    assert working == [False, True, True, False, False]


def test_set_day_again_changes_the_row(county, steward):
    first, _moved = actions.set_day(by=steward, unit=None, day=MONDAY, working=False, name="县庆")
    second, _moved = actions.set_day(by=steward, unit=None, day=MONDAY, working=False, name="县庆日")
    assert first.id == second.id
    assert CalendarDay.objects.get(county=999001).name == "县庆日"


def test_a_day_exists_once_on_every_engine(county):
    for unit in (None, make_unit("东镇", county)):
        CalendarDay.objects.create(unit=unit, day=MONDAY, working=False, name="甲")
        with pytest.raises(IntegrityError), transaction.atomic():
            CalendarDay.objects.create(unit=unit, day=MONDAY, working=True, name="乙")


@pytest.mark.parametrize(("day", "working"), [(MONDAY, True), (SATURDAY, False)])
def test_set_day_refuses_what_is_so_anyway(county, steward, day, working):
    with pytest.raises(Refused) as error:
        actions.set_day(by=steward, unit=None, day=day, working=working, name="无")
    assert error.value.code == "no_difference"


def test_clear_day_brings_the_public_calendar_back(county, steward, monkeypatch):
    row, _moved = actions.set_day(by=steward, unit=None, day=SATURDAY, working=True, name="调休")
    monkeypatch.setattr(calendar, "calendar_changed", [lambda _county, _unit: 2])
    assert actions.clear_day(by=steward, row=row) == 2
    assert not calendar_of(None, 999001).is_workday(SATURDAY)
    assert AuditEntry.objects.filter(county=999001, action="clear_day").count() == 1


def test_a_day_and_its_deadlines_move_together_or_not_at_all(county, steward, monkeypatch):
    def fails(_county, _unit):
        raise Refused("busy", "忙")

    monkeypatch.setattr(calendar, "calendar_changed", [fails])
    with pytest.raises(Refused):
        actions.set_day(by=steward, unit=None, day=SATURDAY, working=True, name="调休")
    assert not CalendarDay.objects.filter(county=999001).exists()


def test_a_township_sets_no_day_of_the_county_or_of_a_neighbour(county, monkeypatch):
    east, west = make_unit("东镇", county), make_unit("西镇", county)
    here = make_actor(Role.STEWARD, east)
    assert actions.set_day(by=here, unit=east, day=SATURDAY, working=True, name="赶集值守")
    for unit in (None, west):
        with pytest.raises(PermissionDenied):
            actions.set_day(by=here, unit=unit, day=SATURDAY, working=True, name="调休")
    monkeypatch.setattr(calendar, "_check_right", lambda *_: None)
    assert actions.set_day(by=here, unit=west, day=SATURDAY, working=True, name="调休")


def test_calendar_days_lists_one_countys_year_in_order(county, steward):
    town = make_unit("东镇", county)
    for unit, day in ((town, MONDAY), (None, MONDAY), (None, date(2027, 1, 4)), (None, date(2026, 3, 2))):
        CalendarDay.objects.create(unit=unit, day=day, working=False, name="甲")
    CalendarDay.objects.create(county=999002, day=MONDAY, working=False, name="乙")
    listed = [(row.day, row.unit) for row in calendar_days(999001, 2027)]
    assert listed == [(date(2027, 1, 4), None), (MONDAY, None), (MONDAY, town)]
