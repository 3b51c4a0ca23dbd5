"""A small county for promises, and a kind of record of the tests' own from which they arise."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.utils.translation import gettext_lazy

from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.core.county import new_key
from gongyi.network.models import Unit
from gongyi.promises import actions, rules
from gongyi.promises.models import Record
from tests.factories import make_actor, make_county, make_unit

MONDAY = datetime(2026, 11, 16, 2, tzinfo=UTC)  # a Monday, ten in the morning
DUE = date(2026, 12, 4)  # a Friday; five working days before it is 27 November


@pytest.fixture
def land(db, monkeypatch) -> SimpleNamespace:
    """County with lead; township with clerks, lead and supervisor; village with one officer; department with one clerk; a sibling."""
    county = make_county()
    town, other = make_unit("东湖镇", county), make_unit("西山镇", county)
    village = make_unit("李家村", town)
    office = make_unit("县水利局", county, tier=Unit.Tier.DEPARTMENT)
    told: list[tuple[str, str]] = []
    origin = rules.Origin(
        kind="test", label=gettext_lazy("办件"), address=lambda by, key: "", tell=lambda one, action, by: told.append((one.number, action)),
    )  # fmt: skip
    monkeypatch.setattr(rules, "_origins", {"test": origin})
    with clock.at(MONDAY):
        yield SimpleNamespace(
            county=county, town=town, other=other, village=village, office=office, told=told, origin=origin,
            key=new_key(county.county),
            officer=make_actor(Role.OFFICER, village, "李村"),
            clerk=make_actor(Role.CLERK, town, "王办"),
            clerk2=make_actor(Role.CLERK, town, "钱办"),
            lead=make_actor(Role.LEAD, town, "赵审"),
            supervisor=make_actor(Role.SUPERVISOR, town, "吴督"),
            county_lead=make_actor(Role.LEAD, county, "县审"),
            office_clerk=make_actor(Role.CLERK, office, "唐水"),
            stranger=make_actor(Role.CLERK, other, "周外"),
        )  # fmt: skip


def record(land, unit=None) -> Record:
    return Record("test", land.key, "2026-0001", unit or land.town, land.town)


def promised(land, *, by=None, unit=None, due=DUE, what="把三组路口的路灯装好"):
    """A binding promise of the township."""
    return actions.make_promise(by=by or land.clerk, record=record(land), what=what, unit=unit or land.town, due=due)


def put(land, state: str):
    """A promise in this state, led there by its own moves."""
    promise = promised(land)
    if state in {"reported", "kept"}:
        actions.report_kept(promise, by=land.clerk, proof="三盏灯都装好了")
    if state == "kept":
        actions.confirm_kept(promise, by=land.lead)
    if state == "broken":
        actions.admit_broken(promise, by=land.clerk, reason="材料没有到货")
    if state == "withdrawn":
        actions.withdraw_promise(promise, by=land.clerk, reason="改成整条路重修")
    assert promise.state == state
    return promise
