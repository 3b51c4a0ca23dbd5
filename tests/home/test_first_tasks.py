"""A new county's first tasks on Today: the account manager, the lead who keeps the settings, a clerk, another county."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from gongyi.core import boot
from gongyi.core.access import Role
from gongyi.core.models import AuditEntry
from gongyi.home import actions
from gongyi.home.models import FirstTask
from gongyi.home.queries import first_tasks
from gongyi.people.queries import coverage
from tests.casework.test_leaks_and_faults import browser
from tests.factories import actor, grant, hold, make_account, make_actor, make_county, make_post, make_unit

NAMES = ["units", "posts", "accounts", "limits", "words"]


@pytest.fixture
def land(db):
    county = make_county()
    town = make_unit("东湖镇", county)
    lead = make_account("林主任")
    grant(lead, Role.LEAD, county)
    grant(lead, Role.STEWARD, county)
    return SimpleNamespace(
        county=county, town=town, village=make_unit("李家村", town), lead=actor(lead),
        manager=make_actor(Role.ACCOUNT_MANAGER, county, "管账号"),
        town_manager=make_actor(Role.ACCOUNT_MANAGER, town, "镇账号"),
    )  # fmt: skip


def left(by):
    return [task.name.value for task in first_tasks(by) if task.left]


def finish(land):
    """What the data must hold before the first three lines are done."""
    make_unit("民政局", land.county, tier="department")
    officer = make_account("村李")
    hold(make_post(land.village), officer)
    grant(officer, Role.OFFICER, land.village)
    for role in (Role.DISPATCHER, Role.CLERK, Role.CALLER, Role.AUDITOR):
        make_actor(role, land.county)


def test_a_new_county_begins_with_all_five(land):
    assert left(land.manager) == left(land.lead) == NAMES
    assert [task.name.value for task in first_tasks(land.manager) if task.links] == ["accounts"]
    assert [task.name.value for task in first_tasks(land.lead) if task.links] == ["units", "posts", "limits", "words"]
    page = browser(land.manager).get("/today/").content.decode()
    assert "单位齐不齐" in page
    assert "还有 1 个村没有人接事" in page
    assert "还缺：派单员、经办、回访员、审计、第二位账号管理。" in page


def test_only_who_looks_after_the_whole_county_sees_them(land):
    assert first_tasks(land.town_manager) == []
    assert first_tasks(make_actor(Role.CLERK, land.county)) == []
    assert "单位齐不齐" not in browser(land.town_manager).get("/today/").content.decode()


def test_lines_are_done_when_the_data_say_so(land):
    finish(land)
    assert left(land.lead) == ["accounts", "limits", "words"]
    assert "第二位账号管理" in next(task.left for task in first_tasks(land.lead) if task.name == "accounts")
    make_actor(Role.ACCOUNT_MANAGER, land.county, "第二位")
    assert left(land.lead) == ["limits", "words"]


def test_the_list_goes_when_all_is_done(land):
    finish(land)
    make_actor(Role.ACCOUNT_MANAGER, land.county, "第二位")
    client = browser(land.lead)
    for name in ("limits", "words"):
        assert "先做这几件" in client.get("/today/").content.decode()
        sent = {"_key": str(uuid4()), "name": name}
        assert client.post("/today/first/", sent).headers["Location"] == "/today/"
        client.post("/today/first/", sent)
    assert first_tasks(land.lead) == first_tasks(land.manager) == []
    assert "先做这几件" not in client.get("/today/").content.decode()
    assert AuditEntry.objects.filter(action="first.done").count() == 2


def test_calling_one_good_needs_the_right_to_do_it(land):
    for by, name in ((land.manager, "limits"), (land.lead, "accounts"), (land.town_manager, "accounts")):
        with pytest.raises(PermissionDenied):
            actions.call_done(by=by, name=name)
        assert browser(by).post("/today/first/", {"_key": str(uuid4()), "name": name}).status_code == 403
    assert not FirstTask.objects.exists()
    assert browser(land.lead).post("/today/first/", {"_key": str(uuid4()), "name": "all"}).status_code == 302


def test_another_county_keeps_its_own_list(land):
    actions.call_done(by=land.lead, name="words")
    other = make_county(999002, "西湖县")
    assert "words" in left(make_actor(Role.STEWARD, other))
    assert "words" not in left(land.lead)


def test_the_demo_county_is_not_new(land, monkeypatch):
    monkeypatch.setattr(boot, "holds_demo", lambda: True)
    assert first_tasks(land.lead) == []


def test_the_count_of_villages_agrees_with_the_coverage_page(land):
    def both():
        found = coverage.gaps(land.lead, coverage.scope_of(land.lead))
        return coverage.count_without_officer(land.county.county), sum(g.kind == "no_officer" for g in found)

    post = make_post(make_unit("王家村", land.town))
    assert both() == (2, 2)
    stand_in = make_account("村替")
    hold(post, stand_in, "stand_in")
    assert both() == (2, 2)
    hold(post, make_account("村王"))
    assert both() == (2, 2)
    grant(stand_in, Role.OFFICER, post.unit)
    assert both() == (1, 1)
