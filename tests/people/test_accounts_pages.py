"""The account pages: who may open which, what stands there, links shown once, a second person's word."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse

from gongyi.core import audit, clock
from gongyi.core.access import Role
from gongyi.core.append_only import lifted
from gongyi.core.models import AuditEntry
from gongyi.people.actions import accounts, devices
from gongyi.people.models import Account, Device, Grant, Invitation
from gongyi.people.queries import actor_of
from tests.factories import grant, make_account, make_county, make_unit

pytestmark = pytest.mark.django_db
R = Role


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def town(county):
    return make_unit("李家镇", county)


def signed_in(role, unit, name="某人"):
    account = make_account(name)
    grant(account, role, unit)
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.account = account
    return client


def post(client, path, **facts):
    return client.post(path, {"_key": str(uuid4()), **facts})


def page(client, name, *args):
    response = client.get(reverse(name, args=args))
    return response.status_code, response.content.decode()


PAGES = {
    "people:accounts": {R.ACCOUNT_MANAGER},
    "people:invite": {R.ACCOUNT_MANAGER},
    "people:unit_hits": {R.ACCOUNT_MANAGER},
    "people:confirm": {R.ACCOUNT_MANAGER, R.LEAD},
    "people:guard": {R.SECURITY_MANAGER},
    "people:audit": {R.AUDITOR, R.PRIVACY_OFFICER},
    "people:me": set(Role),
}


@pytest.mark.parametrize("role", list(Role))
def test_who_opens_which_page(county, role):
    client = signed_in(role, county)
    found = {name: page(client, name)[0] for name in PAGES}
    assert found == {name: 200 if role in roles else 403 for name, roles in PAGES.items()}


def test_inviting_shows_the_link_once_and_the_person_sets_a_password(county, town):
    client = signed_in(R.ACCOUNT_MANAGER, county)
    form = {
        "name": "李小红",
        "username": "lixh",
        "unit": town.id,
        "role": "clerk",
        "purpose": "窗口",
        "since": clock.today(),
    }
    key = str(uuid4())
    first = client.post(reverse("people:invite"), {"_key": key, **form})
    again = client.post(reverse("people:invite"), {"_key": key, **form})
    assert first.headers["Location"] == again.headers["Location"]
    account = Account.objects.get(username="lixh")
    shown = client.get(first.headers["Location"]).content.decode()
    url = re.search(r"http://testserver(/accounts/invite/[^/]+/)", shown)[1]
    token = url.split("/")[3]
    assert token not in client.get(first.headers["Location"]).content.decode()
    stranger = Client()
    assert "lixh" in stranger.get(url).content.decode()
    bad = stranger.post(url, {"password1": "short", "password2": "short"})
    assert bad.status_code == 200
    unlike = stranger.post(url, {"password1": "correct horse battery", "password2": "x"})
    assert "不一样" in unlike.content.decode()
    done = stranger.post(url, {"password1": "correct horse battery", "password2": "correct horse battery"})
    assert done.status_code == 302
    account.refresh_from_db()
    assert account.check_password("correct horse battery")
    assert stranger.get(url).status_code == 410


def test_the_secret_of_a_link_is_nowhere_in_the_database(county, town):
    from django.contrib.sessions.models import Session

    client = signed_in(R.ACCOUNT_MANAGER, county)
    account = make_account()
    grant(account, R.CLERK, town)
    where = post(client, reverse("people:reset", args=[account.id])).headers["Location"]
    kept = [Session().get_session_store_class()(session_key=row.session_key).load() for row in Session.objects.all()]
    token = re.search(r"/accounts/invite/([^/]+)/", client.get(where).content.decode())[1]
    assert token not in str(kept)


def test_wrong_input_stays_on_the_form(county, town):
    client = signed_in(R.ACCOUNT_MANAGER, county)
    form = {
        "name": "李",
        "username": "13812345678",
        "unit": town.id,
        "role": "clerk",
        "purpose": "窗口",
        "since": clock.today(),
    }
    answer = post(client, reverse("people:invite"), **form)
    assert answer.status_code == 200
    assert "登录名用 3 到 60 个" in answer.content.decode()
    for wrong in ({"unit": uuid4()}, {"unit": "x"}, {"role": "god"}, {"since": "x"}, {"unit": "", "unit_text": "李"}):
        assert post(client, reverse("people:invite"), **{**form, "username": "abcd", **wrong}).status_code in (200, 302)
    assert Account.objects.filter(username="abcd").count() <= 1


def test_p8_units_out_of_reach_cannot_be_chosen(county, town):
    other = make_unit("王家镇", county)
    client = signed_in(R.ACCOUNT_MANAGER, town)
    hits = client.get(reverse("people:unit_hits"), {"q": "镇"}).content.decode()
    assert "李家镇" in hits
    assert "王家镇" not in hits
    form = {
        "name": "李",
        "username": "abcd",
        "unit": other.id,
        "role": "clerk",
        "purpose": "窗口",
        "since": clock.today(),
    }
    assert post(client, reverse("people:invite"), **form).status_code == 200
    assert not Account.objects.filter(username="abcd").exists()


def test_p3_accounts_out_of_reach_are_404_for_every_step(county, town):
    client = signed_in(R.ACCOUNT_MANAGER, town)
    stranger = make_account("别镇")
    held = grant(stranger, R.CLERK, make_unit("王家镇", county))
    device = devices.ask_device(by=actor_of(stranger), account=stranger, label="电脑", token="t" * 43)
    link = Invitation.objects.create(
        account=stranger, digest="d", made_at=clock.now(), expires_at=clock.now() + timedelta(days=1)
    )
    paths = [
        reverse(f"people:{name}", args=[key])
        for key in (stranger.id, uuid4())
        for name in ("account", "add_grant", "reset", "link")
    ]
    paths += [
        reverse("people:account_step", args=[stranger.id, step])
        for step in ("disable", "enable", "sessions", "unlock", "x")
    ]
    paths += [reverse("people:end_grant", args=[held.id]), reverse("people:confirm_grant", args=[held.id])]
    paths += [reverse("people:device_step", args=[device.id, step]) for step in ("confirm", "end", "x")]
    paths += [reverse("people:confirm_reset", args=[link.id])]
    for path in paths:
        assert client.get(path).status_code == 404, path
        assert post(client, path).status_code == 404, path
    stranger.refresh_from_db()
    assert stranger.is_active


def test_the_account_page_and_its_steps(county, town):
    client = signed_in(R.ACCOUNT_MANAGER, county)
    person = make_account("李小红")
    held = grant(person, R.CLERK, town)
    status, text = page(client, "people:account", person.id)
    assert status == 200
    assert str(R.CLERK.text.sentence) in text
    for step, check in (("disable", False), ("enable", True)):
        path = reverse("people:account_step", args=[person.id, step])
        assert client.get(path).status_code == 200
        assert post(client, path).headers["Location"] == reverse("people:account", args=[person.id])
        person.refresh_from_db()
        assert person.is_active is check
    for step in ("sessions", "unlock"):
        assert post(client, reverse("people:account_step", args=[person.id, step])).status_code == 302
    form = {"unit": town.id, "role": "dispatcher", "purpose": "派单", "since": clock.today()}
    assert client.get(reverse("people:add_grant", args=[person.id])).status_code == 200
    assert post(client, reverse("people:add_grant", args=[person.id]), **form).status_code == 302
    assert client.get(reverse("people:end_grant", args=[held.id])).status_code == 200
    assert post(client, reverse("people:end_grant", args=[held.id])).status_code == 302
    assert actor_of(person).roles == {R.DISPATCHER}


def test_a_second_person_confirms_on_a_page(county):
    first, second = (signed_in(R.ACCOUNT_MANAGER, county, name) for name in ("管一", "管二"))
    person = make_account("新审计")
    form = {"unit": county.id, "role": "auditor", "purpose": "审计", "since": clock.today()}
    grant(person, R.PRIVACY_OFFICER, county)
    assert post(first, reverse("people:add_grant", args=[person.id]), **form).status_code == 302
    waiting = Grant.objects.get(account=person, role="auditor")
    assert "等第二个人确认" in page(first, "people:account", person.id)[1]
    assert "新审计" not in page(first, "people:confirm")[1]
    assert "新审计" in page(second, "people:confirm")[1]
    path = reverse("people:confirm_grant", args=[waiting.id])
    assert post(first, path).status_code == 404
    assert second.get(path).status_code == 200
    assert post(second, path).status_code == 302
    assert R.AUDITOR in actor_of(person).roles
    where = post(first, reverse("people:reset", args=[person.id]), factor="on").headers["Location"]
    text = first.get(where).content.decode()
    url = re.search(r"(/accounts/invite/[^/]+/)", text)[1]
    assert "另一位账号管理员确认" in text
    assert Client().get(url).status_code == 410
    link = Invitation.objects.get()
    assert post(second, reverse("people:confirm_reset", args=[link.id])).status_code == 302
    assert Client().get(url).status_code == 200


def test_refusals_are_pages_with_a_sentence(county, town):
    client = signed_in(R.ACCOUNT_MANAGER, county)
    own = Grant.objects.get(account=client.account)
    refused = post(client, reverse("people:end_grant", args=[own.id]))
    assert refused.status_code == 409
    assert "最后一位" in refused.content.decode()
    person = make_account()
    grant(person, R.CLERK, town)
    form = {"unit": county.id, "role": "auditor", "purpose": "审计", "since": clock.today()}
    kept = post(client, reverse("people:add_grant", args=[person.id]), **form)
    assert kept.status_code == 422
    assert "不能由一个人兼任" in kept.content.decode()


def test_the_guard_page_shows_locked_names_and_devices_of_the_county(county, town):
    client = signed_in(R.SECURITY_MANAGER, county, "安管")
    person, far = make_account("李小红", username="lixh"), make_account("远方", username="far")
    grant(person, R.CLERK, town)
    grant(far, R.CLERK, make_county(999002, "西湖县"))
    make_county_again(county)
    for name in ("lixh", "far", "made-up-name"):
        AccessAttempt.objects.create(
            username=name, ip_address="10.0.0.1", user_agent="x", http_accept="x", path_info="/", failures_since_start=10,
        )  # fmt: skip
    for account in (person, far):
        devices.ask_device(
            by=actor_of(account), account=account, label=f"{account.name}的电脑", token=account.username * 12
        )
    text = page(client, "people:guard")[1]
    assert "lixh" in text
    assert "李小红的电脑" in text
    assert "远方" not in text
    assert "made-up-name" not in text
    assert post(client, reverse("people:guard_unlock", args=[far.id])).status_code == 404
    assert post(client, reverse("people:guard_unlock", args=[person.id])).status_code == 302
    assert not AccessAttempt.objects.filter(username="lixh").exists()
    device = Device.objects.get(account=person)
    assert post(client, reverse("people:device_step", args=[device.id, "confirm"])).headers["Location"] == reverse(
        "people:guard"
    )
    assert "李小红的电脑" not in page(client, "people:guard")[1]


def test_unlocking_is_offered_only_where_the_account_is_locked(county, town):
    client, person = signed_in(R.ACCOUNT_MANAGER, county, "账管"), make_account("李小红", username="lixh")
    grant(person, R.CLERK, town)
    path = reverse("people:account_step", args=[person.id, "unlock"])

    def offered():
        return path in page(client, "people:account", person.id)[1]

    attempt = AccessAttempt.objects.create(
        username="lixh", ip_address="10.0.0.1", user_agent="x", http_accept="x", path_info="/", failures_since_start=9
    )
    assert not offered()
    AccessAttempt.objects.filter(id=attempt.id).update(failures_since_start=10)
    assert offered()
    assert post(client, path).status_code == 302
    assert not offered()


def make_county_again(county):
    from gongyi.core import county as county_keys

    county_keys._bound.set(county.county)


def test_my_page_shows_my_roles_and_lets_me_end_a_device(county, town):
    client = signed_in(R.CLERK, town, "李小红")
    device = devices.ask_device(by=actor_of(client.account), account=client.account, label="旧手机", token="t" * 43)
    text = page(client, "people:me")[1]
    assert "李家镇 · 经办" in text
    assert "旧手机" in text
    assert client.get(reverse("people:device_step", args=[device.id, "confirm"])).status_code == 404
    assert post(client, reverse("people:device_step", args=[device.id, "end"])).headers["Location"] == "/people/me/"
    assert "旧手机" not in page(client, "people:me")[1]


def test_somebody_without_a_role_still_has_an_own_page(county):
    account, client = make_account(), Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "没有角色" in page(client, "people:me")[1]


def test_the_audit_page_has_labels_only_and_pages_by_number(county, town):
    client = signed_in(R.AUDITOR, county)
    by = actor_of(signed_in(R.ACCOUNT_MANAGER, county).account)
    person, _token = accounts.invite_account(
        by=by, name="李小红", username="lixh", unit=town, role=R.CLERK, purpose="秘密用途", since=clock.today()
    )
    for _n in range(60):
        accounts.end_sessions(by=by, account=person)
    text = page(client, "people:audit")[1]
    assert "退出全部登录" in text
    assert "李小红" not in text
    assert "秘密用途" not in text
    assert text.count("lixh") == 50
    later = re.search(r"before=(\d+)", text)[1]
    more = client.get("/people/audit/", {"before": later}).content.decode()
    assert "开通账号" in more
    assert more.count('data-label="序号"') == 12
    only = client.get("/people/audit/", {"action": "account.invite", "subject": person.id}).content.decode()
    assert only.count('data-label="序号"') == 1
    for wrong in ({"before": "x"}, {"before": "-1"}, {"before": "9" * 30}, {"subject": "x"}, {"action": "nonsense"}):
        assert client.get("/people/audit/", wrong).status_code == 200


def test_the_auditor_checks_the_chain(county):
    from django.db import connection, transaction

    client = signed_in(R.AUDITOR, county)
    with transaction.atomic():
        audit.record(by=actor_of(client.account), action="x", kind="y")
    assert "没有发现改动" in client.post(reverse("people:audit_check")).content.decode()
    with lifted(connection):
        AuditEntry.objects.update(label="z")
    text = client.post(reverse("people:audit_check")).content.decode()
    assert "这一行被改过" in text
    assert client.get(reverse("people:audit_check")).status_code == 405


def test_list_page_keeps_its_query_count(county, town, django_assert_max_num_queries):
    client = signed_in(R.ACCOUNT_MANAGER, county)
    with django_assert_max_num_queries(12):
        page(client, "people:accounts")
    for n in range(30):
        grant(make_account(f"人{n}"), R.CLERK, town)
    with django_assert_max_num_queries(12):
        text = page(client, "people:accounts")[1]
    assert text.count('data-label="登录名"') == 30


def test_no_name_in_titles(county, town):
    client = signed_in(R.ACCOUNT_MANAGER, county)
    person = make_account("李小红")
    grant(person, R.CLERK, town)
    names = ("account", "add_grant", "reset", "link")
    paths = [reverse(f"people:{name}", args=[person.id]) for name in names]
    paths.append(reverse("people:account_step", args=[person.id, "disable"]))
    for path in paths:
        text = client.get(path).content.decode()
        assert "李小红" not in re.search("<title>(.*?)</title>", text, re.DOTALL)[1]
