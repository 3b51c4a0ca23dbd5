"""The demo county: made by the product's own actions, in every state, with late and reopened ones; its chain holds."""

import pytest
from django.core.management import CommandError, call_command

from gongyi.casework.actions import run_due
from gongyi.casework.models import Case
from gongyi.casework.queries.portal import find_by_code
from gongyi.casework.workflow import STATES
from gongyi.core import audit, boot, clock, search
from gongyi.core.models import NumberSeries, RegisterLine
from gongyi.home.actions.demo import COUNTY, demo_password, fill_demo, sign_ins
from gongyi.people.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(db):
    return fill_demo()


def test_demo_holds_what_it_promises(demo):
    assert {name: demo[name] for name in ("units", "accounts", "cases")} == {"units": 31, "accounts": 30, "cases": 400}
    followed = Case.objects.get(id=find_by_code(COUNTY, demo["number"], demo["code"]))
    assert followed.code
    run_due(COUNTY)  # the worker's first round, right after the first start, leaves some of each, too
    states = set(Case.objects.values_list("state", flat=True))
    assert set(STATES) - states == set()
    assert Case.objects.filter(closed_at=None, turn_due__lt=clock.now()).count() >= 5
    assert Case.objects.filter(redos__gte=1, closed_at__isnull=False).exists()
    assert audit.verify(COUNTY) == []
    *_looks, (seen, written) = search.rebuild(search.KINDS["case"], COUNTY)
    assert (seen, written) == (400, 0), "an action changed a text and left the index as it was"
    for series in NumberSeries.objects.all():
        numbers = RegisterLine.objects.filter(series=series.series, year=series.year).values_list("number", flat=True)
        assert sorted(numbers) == list(range(1, series.last + 1))


def test_demo_accounts_sign_in_with_name_and_password_alone(client):
    fill_demo(cases=3)
    for username, _name, _place, _roles in sign_ins():
        assert client.post("/accounts/login/", {"login": username, "password": demo_password()}).status_code == 302
        assert client.get("/today/").status_code == 200, username
        client.logout()
    assert Account.objects.count() == len(sign_ins())


def test_demo_goes_only_into_an_empty_database(tmp_path):
    call_command("load_demo", cases=2)
    assert boot.holds_demo()
    with pytest.raises(CommandError):
        call_command("load_demo", cases=2)


def test_demo_is_not_loaded_where_real_work_is_meant(monkeypatch):
    monkeypatch.setenv("GONGYI_DEMO", "0")
    with pytest.raises(CommandError, match="正式使用"):
        call_command("load_demo", cases=2)
    assert not Account.objects.exists()
