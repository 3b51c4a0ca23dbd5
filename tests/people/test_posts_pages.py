"""The post's page and its forms. Village officer, steward of the township, steward of another township, stranger."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.people.models import Account, Grant, Holding
from gongyi.people.queries import posts as queries
from tests.factories import grant, hold, make_account, make_county, make_post, make_unit

TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today():
    with clock.at(timezone.make_aware(datetime(2026, 11, 23, 10))):  # noqa: DTZ001 - made aware at once
        yield


def somebody(name, unit, *roles):
    account = make_account(name)
    for role in roles:
        grant(account, role, unit)
    return account


@pytest.fixture
def land(db):
    county = make_county()
    town, other = make_unit("东湖镇", county), make_unit("西山镇", county)
    village = make_unit("李家村", town)
    post, officer = make_post(village), somebody("李村", village, Role.OFFICER)
    return SimpleNamespace(
        county=county,
        town=town,
        village=village,
        post=post,
        officer=officer,
        held=hold(post, officer, contact="0746-555", since=TODAY - timedelta(days=400)),
        empty=make_post(village, "调解员"),
        steward=somebody("乡管", town, Role.STEWARD, Role.ACCOUNT_MANAGER),
        plain=somebody("只管岗位", town, Role.STEWARD),
        colleague=somebody("西管", other, Role.STEWARD),
    )


def page(client, who, path):
    client.force_login(who)
    answer = client.get(path)
    return answer.status_code, answer.content.decode()


def send(client, path, **data):
    return client.post(path, {"_key": str(uuid4()), **data})


def paths(land):
    forms = [f"/people/posts/{land.empty.id}/fill/", f"/people/holdings/{land.held.id}/end/"]
    return [*forms, f"/people/holdings/{land.held.id}/renew/", f"/people/holdings/{land.held.id}/verify/"]


def test_post_page_tells_who_holds_it_and_who_did(land, client):
    hold(land.post, make_account("前任"), since=date(2020, 1, 1), ended_on=date(2021, 1, 1))
    status, text = page(client, land.steward, f"/people/posts/{land.post.id}/")
    assert status == 200
    assert all(word in text for word in ("李村", "0746-555", "有人在岗", "前任", "2021-01-01", "做交接包"))
    _status, text = page(client, land.officer, f"/people/posts/{land.post.id}/")
    assert ("核实联系方式" in text, "做交接包" in text, "办离任" in text) == (True, False, False)
    assert "岗位空着" in page(client, land.steward, f"/people/posts/{land.empty.id}/")[1]


def test_p3_post_page_outside_the_scope_is_404(land, client, monkeypatch):
    path = f"/people/posts/{land.post.id}/"
    assert client.get(path).url.startswith("/accounts/login/")
    for wanted in (path, *paths(land)):
        assert page(client, land.colleague, wanted)[0] == 404
    monkeypatch.setattr(queries, "within", lambda *_: Q())
    assert page(client, land.colleague, path)[0] == 200


def test_forms_open_for_the_steward_and_are_403_for_the_officer(land, client):
    assert [page(client, land.steward, path)[0] for path in paths(land)] == [200] * 4
    assert [page(client, land.officer, path)[0] for path in paths(land)] == [403, 403, 403, 200]
    both = somebody("别处管岗位", land.village, Role.CLERK)
    grant(both, Role.STEWARD, make_unit("南山镇", land.county))
    assert [page(client, both, path)[0] for path in paths(land)] == [403] * 4
    neighbour = somebody("同村", land.village, Role.CLERK)
    assert page(client, neighbour, paths(land)[3])[0] == 403


def test_fill_form_puts_in_post_with_role_once_and_leads_back_to_the_gaps(land, client):
    new, path = make_account("新人"), f"/people/posts/{land.empty.id}/fill/?gap=vacant"
    assert 'name="roles"' in page(client, land.steward, path)[1]
    body = {"_key": str(uuid4()), "account": str(new.id), "kind": "holder", "since": "2026-11-20", "roles": ["officer"]}
    for _twice in range(2):
        assert client.post(path, body).url == "/people/coverage/?kind=vacant"
    assert Holding.objects.get(account=new).since == date(2026, 11, 20)
    assert Grant.objects.get(account=new).role == "officer"


def test_fill_form_keeps_what_was_typed_and_says_what_is_wrong(land, client):
    new, path = make_account("新人"), f"/people/posts/{land.empty.id}/fill/"
    client.force_login(land.steward)
    text = send(
        client, path, account=str(new.id), kind="holder", since="2026-11-24", contact="0746-777"
    ).content.decode()
    assert "开始日期还没到" in text
    assert "0746-777" in text
    text = send(
        client, f"/people/posts/{land.post.id}/fill/", account=str(new.id), kind="holder", since="2026-11-20"
    ).content.decode()
    assert "这个岗位现在有人：李村" in text
    assert not Holding.objects.filter(account=new).exists()


def test_fill_form_is_prefilled_and_without_roles_for_who_may_not_grant(land, client):
    text = page(client, land.steward, f"/people/posts/{land.empty.id}/fill/?kind=stand_in&role=officer")[1]
    assert text.count("checked") == 2
    text = page(client, land.plain, f"/people/posts/{land.empty.id}/fill/?role=officer")[1]
    assert 'name="roles"' not in text
    new = make_account("新人")
    send(
        client,
        f"/people/posts/{land.empty.id}/fill/",
        account=str(new.id),
        kind="holder",
        since="2026-11-20",
        roles=["officer"],
    )
    assert Holding.objects.filter(account=new).exists()
    assert not Grant.objects.filter(account=new).exists()


def test_candidates_offer_no_people_of_a_sibling_unit(land, client):
    status, text = page(client, land.steward, "/people/posts/candidates/?q=")
    assert (status, "李村" in text, "西管" in text) == (200, True, False)
    assert "李家村 · 联络员" in text
    assert page(client, land.officer, "/people/posts/candidates/")[0] == 403


def test_leave_renew_and_verify_forms_do_it(land, client):
    client.force_login(land.officer)
    back = f"/people/posts/{land.post.id}/"
    assert send(client, paths(land)[3], contact="0746-888", on="2026-11-23").url == back
    client.force_login(land.steward)
    assert send(client, paths(land)[2], until="2028-01-01").url == back
    land.held.refresh_from_db()
    assert (land.held.contact, land.held.verified_on, land.held.until) == ("0746-888", TODAY, date(2028, 1, 1))
    assert send(client, paths(land)[1], on="2026-11-23", end_roles="on").url == back
    land.held.refresh_from_db()
    assert land.held.ended_on == TODAY
    assert Grant.objects.get(account=land.officer).ended_at
    assert [page(client, land.steward, path)[0] for path in paths(land)[1:]] == [404] * 3


def test_role_form_gives_the_holder_a_role(land, client):
    path = f"/people/holdings/{land.held.id}/role/"
    Grant.objects.filter(account=land.officer, unit=land.village).update(ended_at=clock.now())
    assert [page(client, who, path)[0] for who in (land.steward, land.plain, land.officer)] == [200, 403, 403]
    foreign = somebody("西镇管账号", Account.objects.get(id=land.colleague.id).grants.get().unit, Role.ACCOUNT_MANAGER)
    assert page(client, foreign, path)[0] == 404
    both = somebody("别处管账号", land.village, Role.CLERK)
    grant(both, Role.ACCOUNT_MANAGER, make_unit("南山镇", land.county))
    assert page(client, both, path)[0] == 403
    client.force_login(land.steward)
    assert send(client, path, role="clerk").url == f"/people/posts/{land.post.id}/"
    assert Grant.objects.get(account=land.officer, ended_at=None).role == "clerk"


def test_leave_form_offers_to_end_roles_only_to_who_may(land, client):
    assert "end_roles" in page(client, land.steward, paths(land)[1])[1]
    assert "end_roles" not in page(client, land.plain, paths(land)[1])[1]


def test_post_page_asks_as_often_for_30_holders_as_for_1(land, client):
    def count():
        page(client, land.steward, f"/people/posts/{land.post.id}/")
        with CaptureQueriesContext(connection) as caught:
            assert client.get(f"/people/posts/{land.post.id}/").status_code == 200
        return len(caught)

    before = count()
    for number in range(30):
        kind = "stand_in" if number % 2 else "holder"
        day = date(2020, 1, 1) + timedelta(days=number)
        hold(land.post, make_account(f"人{number}"), kind, since=day, ended_on=day if kind == "holder" else None)
    assert count() == before
    assert Account.objects.count() > 30
