"""The pages of the ledger: list with filters and a steady number of queries, one promise, its moves, its paper, the setting."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.translation import override

from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.people.models import Account
from gongyi.promises import actions
from gongyi.promises.models import Promise, PromiseSetting
from tests.factories import make_actor
from tests.promises.conftest import DUE, promised, put


def browser(actor) -> Client:
    client = Client()
    client.force_login(Account.objects.get(id=actor.id), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def send(client, address, **data):
    page = client.get(address).content.decode()
    return client.post(address, {"_key": page.split('name="_key" value="')[1][:36], **data})


def test_list_costs_the_same_with_1_and_30_rows(land, django_assert_max_num_queries):
    client = browser(land.clerk)
    promised(land)
    client.get("/promises/")
    with django_assert_max_num_queries(14):
        assert "共 1 项" in client.get("/promises/").content.decode()
    for n in range(30):
        actions.change_date(promised(land), by=land.clerk, until=DUE + timedelta(days=n + 1), reason="材料没有到货")
    with django_assert_max_num_queries(14):
        page = client.get("/promises/").content.decode()
    assert "共 31 项" in page
    assert page.count('class="item-number"') == 30
    assert client.get("/promises/?page=2").content.decode().count('class="item-number"') == 1


def test_list_filters_by_unit_state_period_and_late(land):
    client = browser(land.clerk)
    late = promised(land, due=clock.today(), what="清理水沟")
    kept, office = put(land, "kept"), promised(land, unit=land.office, what="换好水管")

    def numbers(query):
        page = client.get(f"/promises/?{query}").content.decode()
        return {one.number for one in (late, kept, office) if one.number in page}

    with clock.at(clock.now() + timedelta(days=1)):
        assert numbers("late=on") == {late.number}
        assert numbers("state=kept") == {kept.number}
        assert numbers(f"unit={land.office.id}") == {office.number}
        assert numbers(f"last={late.due}") == {late.number}
        assert numbers(f"first={DUE}") == {kept.number, office.number}
        assert numbers("waiting=me") == {late.number}
        assert "认不出来" in client.get("/promises/?state=nowhere").content.decode()


def test_page_shows_what_happened_and_the_next_step(land):
    promise = promised(land, what="给13812345678那户装好路灯")
    actions.change_date(promise, by=land.clerk, until=DUE + timedelta(days=7), reason="材料下周才到")
    client = browser(land.clerk)
    page = client.get(promise.get_absolute_url()).content.decode()
    assert "材料下周才到" in page
    assert "报告做到了" in page
    assert "13812345678" not in page
    assert "核对过，算兑现" not in page
    paper = client.get(f"{promise.get_absolute_url()}paper/").content.decode()
    assert promise.number in paper
    assert "13812345678" not in paper
    with override("en"):
        client.cookies["django_language"] = "en"
        assert "Report as kept" in client.get(promise.get_absolute_url()).content.decode()


def test_p3_outside_scope_is_404_and_inside_without_right_403(land):
    promise = promised(land)
    for path in ("", "paper/", "report/"):
        assert browser(land.stranger).get(promise.get_absolute_url() + path).status_code == 404
    assert browser(land.lead).get(f"{promise.get_absolute_url()}report/").status_code == 403
    assert browser(land.clerk).get(f"{promise.get_absolute_url()}nothing/").status_code == 404
    actions.withdraw_promise(promise, by=land.clerk, reason="改成整条路重修")
    assert browser(land.clerk).get(f"{promise.get_absolute_url()}report/").status_code == 409


def test_every_move_is_made_on_its_page(land):
    promise = promised(land)
    clerk, lead, url = browser(land.clerk), browser(land.lead), promise.get_absolute_url()
    until = str(DUE + timedelta(days=7))
    assert send(clerk, f"{url}move/", until=until, reason="材料下周才到").status_code == 302
    assert "请写明做了什么" in send(clerk, f"{url}report/", proof="好").content.decode()
    assert send(clerk, f"{url}report/", proof="三盏灯都装好了").status_code == 302
    assert send(lead, f"{url}send_back/", reason="还有一盏不亮").status_code == 302
    assert send(clerk, f"{url}report/", proof="四盏灯都装好了", figure="").status_code == 302
    assert "四盏灯都装好了" in lead.get(f"{url}confirm/").content.decode()
    assert send(lead, f"{url}confirm/").status_code == 302
    assert send(lead, f"{url}publish/").status_code == 302
    promise.refresh_from_db()
    assert (promise.state, promise.moves, promise.public) == ("kept", 1, True)


def test_number_of_the_proof_opens_for_its_unit_and_days(land):
    promise, clerk = promised(land), browser(land.clerk)
    actions.report_kept(promise, by=land.clerk, proof="三盏灯都装好了", figure="cases.received")
    page = clerk.get(promise.get_absolute_url()).content.decode()
    days = f"from={promise.figure_first:%Y-%m-%d}&amp;to={promise.figure_last:%Y-%m-%d}"
    assert f'href="/figures/cases.received/?unit={promise.unit_id}&amp;{days}"' in page


def test_faster_colleague_is_noticed_with_both_texts(land):
    promise = promised(land)
    client, url = browser(land.clerk), promise.get_absolute_url()
    key = client.get(f"{url}withdraw/").content.decode().split('name="_key" value="')[1][:36]
    actions.report_kept(promise, by=land.clerk2, proof="三盏灯都装好了")
    answer = client.post(f"{url}withdraw/", {"_key": key, "seen": 1, "reason": "改成整条路重修"})
    assert answer.status_code == 409
    assert "改成整条路重修" in answer.content.decode()
    assert "三盏灯都装好了" in answer.content.decode()


def test_steward_sets_how_early_promises_wake(land):
    steward = browser(make_actor(Role.STEWARD, land.county, "县设"))
    assert send(steward, "/promises/setting/", wake_days="3").status_code == 302
    assert PromiseSetting.objects.get().wake_days == 3
    assert send(steward, "/promises/setting/", wake_days="99").status_code == 200
    town = browser(make_actor(Role.STEWARD, land.town, "镇设"))
    assert town.get("/promises/setting/").status_code == 403


@pytest.mark.parametrize(
    "field", ["state", "unit", "public", "confirmed_by", "reported_by", "number", "second", "overseer"]
)
def test_p14_no_form_sets_what_is_not_its_own(land, field):
    promise = promised(land)
    before = getattr(promise, field)
    send(browser(land.clerk), f"{promise.get_absolute_url()}report/", proof="三盏灯都装好了", **{field: "kept"})
    after = getattr(Promise.objects.get(id=promise.id), field)
    assert after == {"state": "reported", "reported_by": land.clerk.id, "second": land.town}.get(field, before)
