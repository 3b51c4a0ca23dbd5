"""Each periodic job by itself: run once more, it finds nothing left to do and changes nothing."""

from datetime import timedelta

import pytest
from django.apps import apps

from gongyi.casework import actions
from gongyi.casework.models import Case
from gongyi.core import clock, outbox, schedule
from gongyi.core.access import system_actor
from gongyi.core.models import AccessRow, Address, Channel, DigestChoice, NoticeChoice, Way
from gongyi.people.actions.residents import open_resident
from gongyi.people.models import Resident
from gongyi.people.queries import residents as resident_queries
from tests.casework.conftest import land  # noqa: F401 - a fixture
from tests.core.test_outbox_sending import NOON, mail  # noqa: F401 - a fixture

COUNTY = 999001

pytestmark = pytest.mark.django_db


@pytest.fixture
def evening(land, mail, monkeypatch):  # noqa: F811
    """A county with something to do for every job."""
    monkeypatch.setattr(resident_queries, "ROUNDS", 10)
    by = system_actor("t", COUNTY)
    Channel.objects.create(way=Way.MAIL, active=True)
    Address(
        county=COUNTY, owner=land.clerk.id, way=Way.MAIL, value="w@x.example", made_at=NOON, confirmed_at=NOON
    ).save()
    for kind in ("turn", "due", "digest"):
        NoticeChoice.objects.create(county=COUNTY, account=land.clerk.id, way=Way.MAIL, kind=kind)
    DigestChoice.objects.create(county=COUNTY, account=land.clerk.id, when=DigestChoice.When.MORNING)
    cases = [
        actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content=f"村口的路灯坏了{n}天，请来修")
        for n in range(3)
    ]
    for case in cases:
        actions.assign_case(case, by=land.desk, lead=land.town)
    Case.objects.filter(id=cases[0].id).update(turn_due=clock.now() - timedelta(days=2))
    Case.objects.filter(id=cases[1].id).update(
        state="answered", answer="换好了。", quiet_until=clock.now() - timedelta(hours=1)
    )
    open_resident(county=COUNTY, phone="13812345678", password="x-long-word")
    Resident.objects.update(seen_on=clock.today() - timedelta(days=900))
    with clock.at(clock.now() - timedelta(days=100)):
        outbox.tell([land.clerk.id], by=by, event="assigned", text="旧的", path="/")
    AccessRow.objects.create(
        at=clock.now() - timedelta(days=3), actor=land.clerk.id, actor_label="王办", purpose="answer", fields="phone",
        kind="casework.case", subject=cases[0].id,
    )  # fmt: skip
    return land


def everything() -> dict[str, list]:
    """Every row of the product, in order."""
    models = [model for model in apps.get_models() if model.__module__.startswith("gongyi.")]
    return {model._meta.label: sorted(map(repr, model._base_manager.values_list())) for model in models}


def differs(before: dict, after: dict) -> dict[str, list]:
    return {label: [set(after[label]) ^ set(before[label])] for label in before if after[label] != before[label]}


# What is made anew each time, on purpose: the row of a search that was done, and the one row of what was learnt.
ANEW = {"casework.matters_nightly": {"casework.MatterRun"}}


def test_no_job_does_anything_a_second_time(evening):
    schedule.discover()
    at, did = clock.now() + timedelta(hours=1), set()
    with clock.at(at):
        for name, job in schedule._jobs.items():
            first = everything()
            job.run()
            between = everything()
            job.run()
            assert set(differs(between, everything())) - ANEW.get(name, set()) == set(), (
                name,
                differs(between, everything()),
            )
            did |= {name} if differs(first, between) else set()
    # Those that wait for a person's wish had none: casework.exports, casework.matters, core.search, home.imports.
    assert did == {
        "casework.due", "casework.matters_nightly", "casework.remind", "casework.residents", "casework.topics", "home.digest",
        "home.messages", "home.old_messages", "people.seal_access", "reports.months",
    }  # fmt: skip


def test_control_a_job_that_does_it_twice_is_seen(evening):
    by = system_actor("t", COUNTY)
    before = everything()
    outbox.tell([evening.clerk.id], by=by, event="digest", text="今天", path="/today/")
    assert set(differs(before, everything())) == {"core.Message", "core.Delivery"}
