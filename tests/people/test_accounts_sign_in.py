"""Signing in through the pages: what is asked first, codes once, devices, lock-out, ends that act on the next request."""

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.core.county import LOCAL_TABLES
from gongyi.people import adapter, rules
from gongyi.people.actions import accounts, devices
from gongyi.people.models import Account, Device
from tests.factories import grant, make_account, make_actor, make_county, make_unit

pytestmark = pytest.mark.django_db
R = Role
PASSWORD = "correct horse battery 9"


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def town(county):
    return make_unit("李家镇", county)


@pytest.fixture
def manager(county):
    return make_actor(R.ACCOUNT_MANAGER, county, "管一")


def person(role, unit, **facts):
    account = make_account("李小红", password=PASSWORD, demo=False, username="lixh", **facts)
    grant(account, role, unit)
    return account


def sign_in(client, username="lixh", password=PASSWORD, follow=False):
    return client.post("/accounts/login/", {"login": username, "password": password}, follow=follow)


def code_for(secret, later=0):
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + later))


def enrol(account, secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"):
    sealed = adapter.MfaAdapter().encrypt(secret)
    Authenticator.objects.create(user=account, type="totp", data={"secret": sealed})
    return secret


def leads_to(client, path="/people/me/"):
    """Where a page leads to: None when it opens."""
    response = client.get(path)
    return response.headers.get("Location") if response.status_code == 302 else None


# --- the first sign-in ------------------------------------------------------------------------------------------------


def test_first_sign_in_of_a_lead_new_password_then_factor(client, county):
    account = person(R.LEAD, county, must_change=True)
    sign_in(client)
    assert leads_to(client) == rules.CHANGE_PASSWORD
    assert leads_to(client, rules.ENROL) == rules.CHANGE_PASSWORD
    same = client.post(rules.CHANGE_PASSWORD, {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD})
    assert same.status_code == 200
    new = "a quite different one 7"
    done = client.post(rules.CHANGE_PASSWORD, {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert done.headers["Location"] == "/today/"
    account.refresh_from_db()
    assert not account.must_change
    assert account.check_password(new)
    assert leads_to(client) == rules.ENROL
    page = client.get(rules.ENROL)
    assert page.status_code == 200
    secret = page.context["form"].secret
    client.post(rules.ENROL, {"code": code_for(secret)})
    stored = Authenticator.objects.get(user=account, type="totp").data["secret"]
    assert secret not in stored
    assert leads_to(client) is None


def test_the_first_factor_needs_the_password_again_after_a_while(client, county, monkeypatch):
    person(R.LEAD, county)
    sign_in(client)
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert leads_to(client, rules.ENROL).startswith("/accounts/reauthenticate/")


def test_codes_work_once_also_the_one_that_enrolled(client, county):
    account = person(R.LEAD, county)
    sign_in(client)
    secret = client.get(rules.ENROL).context["form"].secret
    code = code_for(secret)
    client.post(rules.ENROL, {"code": code})
    assert Authenticator.objects.filter(user=account, type="totp").exists()
    other = Client()
    assert sign_in(other).headers["Location"] == "/accounts/2fa/authenticate/"
    assert other.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
    assert leads_to(other).startswith("/accounts/login/")


def test_a_code_signs_in_once(client, county):
    secret = enrol(person(R.LEAD, county))
    sign_in(client)
    assert leads_to(client).startswith("/accounts/login/")
    code = code_for(secret)
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    assert leads_to(client) is None
    second = Client()
    sign_in(second)
    assert second.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
    assert leads_to(second).startswith("/accounts/login/")


def test_code_once_guard_off(client, county, monkeypatch):
    """Negative control: without the memory of used codes the second sign-in succeeds."""
    monkeypatch.setattr(totp.TOTP, "_mark_code_used", lambda self, code: True)
    secret = enrol(person(R.LEAD, county))
    for browser in (client, Client()):
        sign_in(browser)
        browser.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
        assert leads_to(browser) is None


def test_codes_cannot_be_guessed_at_will(client, county):
    secret = enrol(person(R.LEAD, county))
    sign_in(client)
    for n in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": f"{n:06d}"})
    client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
    assert leads_to(client).startswith("/accounts/login/")


def test_a_factor_that_the_role_needs_is_not_switched_off(client, county):
    enrol(person(R.LEAD, county))
    clerk = make_account("经办", demo=False, username="clerk")
    grant(clerk, R.CLERK, county)
    enrol(clerk)
    may = adapter.MfaAdapter().can_delete_authenticator
    assert [may(row) for row in Authenticator.objects.order_by("id")] == [False, True]


# --- which proof is asked ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("profile", ["small", "mlps3"])
def test_who_needs_which_proof(client, county, settings, role, profile):
    settings.GONGYI_PROFILE = profile
    person(role, county)
    sign_in(client)
    factor = profile == "mlps3" or role.text.second_factor
    assert leads_to(client) == (rules.ENROL if factor else rules.CONFIRM_DEVICE)


def test_demo_accounts_need_name_and_password_only(client, county):
    account = make_account("演示", password=PASSWORD, username="demo", demo=True)
    grant(account, R.LEAD, county)
    sign_in(client, "demo")
    assert leads_to(client) is None


def test_until_the_proof_is_there_nobody_has_a_role(client, county):
    account = person(R.ACCOUNT_MANAGER, county)
    sign_in(client)
    for path in (rules.ENROL, "/portal/", "/accounts/sessions/"):
        actor = client.get(path).wsgi_request.actor
        assert (actor.id, actor.held) == (account.id, ())
    enrol(account)
    assert client.get("/portal/").wsgi_request.actor.held


def test_proof_guard_off(client, county, monkeypatch):
    """Negative control."""
    monkeypatch.setattr(rules, "still_missing", lambda request, actor: None)
    person(R.LEAD, county, must_change=True)
    sign_in(client)
    assert leads_to(client) is None


# --- devices ----------------------------------------------------------------------------------------------------------


def ask_device(client, label="窗口电脑"):
    from uuid import uuid4

    client.get("/accounts/device/")
    return client.post("/accounts/device/", {"label": label, "_key": str(uuid4())})


def test_a_confirmed_device_lets_a_clerk_in_and_its_end_acts_at_once(client, town, manager):
    account = person(R.CLERK, town)
    sign_in(client)
    assert ask_device(client).status_code == 302
    device = Device.objects.get()
    cookie = client.cookies["device"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert device.digest not in cookie.value
    page = client.get("/accounts/device/").content.decode()
    assert device.number in page
    assert "管一" in page
    assert leads_to(client) == rules.CONFIRM_DEVICE
    devices.confirm_device(by=manager, device=device)
    assert leads_to(client) is None
    client.post("/accounts/logout/")
    sign_in(client)
    assert leads_to(client) is None
    devices.end_device(by=manager, device=device)
    assert leads_to(client) == rules.CONFIRM_DEVICE
    assert account.devices.count() == 1


def test_a_device_is_confirmed_for_one_person_only(client, town, manager):
    person(R.CLERK, town)
    sign_in(client)
    ask_device(client)
    devices.confirm_device(by=manager, device=Device.objects.get())
    client.post("/accounts/logout/")
    other = make_account("别人", password=PASSWORD, demo=False, username="other")
    grant(other, R.CLERK, town)
    sign_in(client, "other")
    assert leads_to(client) == rules.CONFIRM_DEVICE


def test_an_altered_device_cookie_counts_as_none(client, town, manager):
    person(R.CLERK, town)
    sign_in(client)
    ask_device(client)
    devices.confirm_device(by=manager, device=Device.objects.get())
    client.post("/accounts/logout/")
    client.cookies["device"] = "x" + client.cookies["device"].value
    sign_in(client)
    assert leads_to(client) == rules.CONFIRM_DEVICE


def test_a_clerk_who_becomes_lead_needs_a_factor_at_the_next_request(client, town, manager):
    account = person(R.CLERK, town)
    sign_in(client)
    ask_device(client)
    devices.confirm_device(by=manager, device=Device.objects.get())
    assert leads_to(client) is None
    grant(account, R.LEAD, town)
    assert leads_to(client) == rules.ENROL


# --- ends -------------------------------------------------------------------------------------------------------------


def test_p10_disabled_on_the_next_request(client, town, manager):
    account = make_account("王", password=PASSWORD, username="wang")
    grant(account, R.CLERK, town)
    sign_in(client, "wang")
    assert client.get("/people/me/").status_code == 200
    key = client.session.session_key
    accounts.disable_account(by=manager, account=account)
    assert not Session.objects.filter(session_key=key).exists()
    assert not UserSession.objects.exists()
    assert leads_to(client).startswith("/accounts/login/")
    assert sign_in(client, "wang").headers.get("Location") in (None, "/accounts/inactive/")
    assert leads_to(client).startswith("/accounts/login/")


def test_p10_a_role_that_ended_is_gone_at_the_next_request(client, county, town, manager):
    from gongyi.people.actions import grants

    account = make_account("管二", password=PASSWORD, username="guan2")
    held = grant(account, R.ACCOUNT_MANAGER, town)
    sign_in(client, "guan2")
    assert client.get("/people/accounts/").status_code == 200
    grants.end_grant(by=manager, grant=held)
    assert client.get("/people/accounts/").status_code == 403


def test_p10_other_sessions_end_with_a_new_password(client, town):
    account = make_account("王", password=PASSWORD, username="wang")
    grant(account, R.CLERK, town)
    other = Client()
    for browser in (client, other):
        sign_in(browser, "wang")
    new = "a quite different one 7"
    client.post(rules.CHANGE_PASSWORD, {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert leads_to(client) is None
    assert leads_to(other).startswith("/accounts/login/")


def test_a_reset_ends_sessions_and_removes_the_factor_when_asked(client, county, manager):
    account = person(R.SUPERVISOR, county)
    secret = enrol(account)
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
    assert leads_to(client) is None
    token = accounts.reset_in_person(by=manager, account=account, factor=True)
    assert leads_to(client) is None
    new = "a quite different one 7"
    other = Client()
    done = other.post(f"/accounts/invite/{token}/", {"password1": new, "password2": new})
    assert done.headers["Location"] == "/accounts/login/"
    assert leads_to(client).startswith("/accounts/login/")
    assert not Authenticator.objects.exists()
    sign_in(other, password=new)
    assert leads_to(other) == rules.ENROL


@pytest.mark.parametrize(
    ("minutes", "alive"), [((20, 40, 60), True), ((31,), False), ((29, 59), True), ((4, 33), False)]
)
def test_idle_sessions_end_after_30_minutes(client, town, minutes, alive):
    """A use is noted every five minutes at most, so a session ends 25 to 30 minutes after the last one."""
    account = make_account("王", password=PASSWORD, username="wang")
    grant(account, R.CLERK, town)
    start = clock.now()
    with clock.at(start):
        sign_in(client, "wang")
    for minute in minutes:
        with clock.at(start + timedelta(minutes=minute)):
            last = leads_to(client)
    assert (last is None) is alive


def test_sessions_end_after_12_hours_however_busy(client, town):
    account = make_account("王", password=PASSWORD, username="wang")
    grant(account, R.CLERK, town)
    start = clock.now()
    with clock.at(start):
        sign_in(client, "wang")
    for minute in range(20, 12 * 60 + 1, 20):
        with clock.at(start + timedelta(minutes=minute)):
            assert leads_to(client) is None
    with clock.at(start + timedelta(hours=12, minutes=1)):
        assert leads_to(client).startswith("/accounts/login/")


def test_a_session_is_written_every_five_minutes_at_most(client, town):
    account = make_account("王", password=PASSWORD, username="wang")
    grant(account, R.CLERK, town)
    sign_in(client, "wang")
    client.get("/people/me/")
    assert not written(client)
    with clock.at(clock.now() + timedelta(minutes=6)):
        assert written(client) == {"django_session"}


def written(client, act=lambda client: client.get("/people/me/")):
    """The tables that a request writes."""
    with CaptureQueriesContext(connection) as queries:
        act(client)
    verbs = ("INSERT INTO", "UPDATE", "DELETE FROM")
    texts = [q["sql"] for q in queries if q["sql"].startswith(verbs)]
    return {next(part for part in text.split('"') if "_" in part) for text in texts}


# --- no shared table is written ---------------------------------------------------------------------------------------


def test_signing_in_writes_local_tables_only(client, county):
    secret = enrol(person(R.LEAD, county))
    tables = written(client, sign_in)
    tables |= written(client, lambda c: c.post("/accounts/2fa/authenticate/", {"code": code_for(secret)}))
    tables |= written(client) | written(client, lambda c: c.post("/accounts/logout/"))
    assert {"django_session", "usersessions_usersession", "mfa_authenticator"} <= tables
    assert tables <= set(LOCAL_TABLES)


# --- lock-out and timing ----------------------------------------------------------------------------------------------


@pytest.fixture
def axes(settings):
    settings.AXES_ENABLED = True


def test_ten_wrong_passwords_lock_for_15_minutes(client, town, axes):
    account = make_account("王", password=PASSWORD, username="wang")
    grant(account, R.CLERK, town)
    for n in range(9):
        name = "WANG " if n % 2 else "wang"
        assert sign_in(client, name, "wrong").status_code == 200
    assert sign_in(client, "wang", "wrong").status_code == 429
    locked = sign_in(client, "wang")
    assert locked.status_code == 429
    assert "15" in locked.content.decode()
    AccessAttempt.objects.update(attempt_time=clock.now() - timedelta(minutes=14))
    sign_in(client, "wang")
    sign_in(client, "wang", "wrong")
    assert leads_to(client).startswith("/accounts/login/")
    AccessAttempt.objects.update(attempt_time=clock.now() - timedelta(minutes=16))
    assert sign_in(client, "wang").headers["Location"] == "/today/"


def test_going_on_does_not_keep_a_name_locked(client, town, axes):
    grant(make_account("王", password=PASSWORD, username="wang"), R.CLERK, town)
    for _n in range(10):
        sign_in(client, "wang", "wrong")
    before = AccessAttempt.objects.get().attempt_time
    for _n in range(3):
        sign_in(client, "wang", "wrong")
    assert AccessAttempt.objects.get().attempt_time == before


def test_a_stranger_elsewhere_locks_nobody_out(client, town, axes):
    grant(make_account("王", password=PASSWORD, username="wang"), R.CLERK, town)
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    for _n in range(10):
        last = sign_in(stranger, "wang", "wrong")
    assert last.status_code == 429
    assert sign_in(client, "wang").headers["Location"] == "/today/"


def test_lock_out_off_lets_guess(client, town, settings):
    """Negative control."""
    settings.AXES_ENABLED = False
    grant(make_account("王", password=PASSWORD, username="wang"), R.CLERK, town)
    for _n in range(12):
        sign_in(client, "wang", "wrong")
    assert sign_in(client, "wang").headers["Location"] == "/today/"


def test_the_manager_unlocks(client, town, axes, manager):
    account = make_account("王", password=PASSWORD, username="wang")
    grant(account, R.CLERK, town)
    for _n in range(10):
        sign_in(client, "wang", "wrong")
    accounts.unlock(by=manager, account=account)
    assert sign_in(client, "wang").headers["Location"] == "/today/"


def test_what_strangers_type_is_not_kept(client, town, axes):
    sign_in(client, "wang", "a-secret-typed-here")
    row = AccessAttempt.objects.get()
    assert "a-secret" not in f"{row.post_data}{row.get_data}{row.path_info}"


def test_unknown_names_cost_as_much_as_known_ones(client, town, monkeypatch):
    """R23: the same work for both; counted in hashes, which a busy machine cannot blur."""
    from django.contrib.auth import hashers

    calls = []
    real = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", lambda self, *a: calls.append(1) or real(self, *a))
    grant(make_account("王", password=PASSWORD, username="wang"), R.CLERK, town)
    counts = {}
    for name in ("wang", "nobody"):
        calls.clear()
        answer = sign_in(client, name, "wrong password")
        counts[name] = (len(calls), answer.status_code, answer.content.decode().count("errorlist"))
    assert counts["wang"] == counts["nobody"]
    assert counts["wang"][0] == 1


# --- passwords --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("short", False),
        ("gongyi123456", False),
        ("donghu202600", False),
        ("东湖东湖东湖123456", False),
        ("lijia1234567", False),
        ("password1234", False),
        ("135792468013579", False),
        ("李小红李小红李小红李小红", False),
        ("lixh12345678", False),
        ("donghu has quiet water", True),
        ("一句好记的话要够长才行", False),
        ("一句好记的话要够长才行呀", True),
        ("x" * 3 + "y7-" * 40, True),
    ],
)
def test_passwords(county, town, password, good):
    account = Account(name="李小红", username="lixh", home=county.county)
    if good:
        assert accounts.encoded_password(password, account)
    else:
        with pytest.raises(ValidationError):
            accounts.encoded_password(password, account)


# --- doors that are shut ----------------------------------------------------------------------------------------------


def test_nobody_signs_up_or_resets_by_mail(client, county):
    assert client.get("/accounts/signup/").status_code == 200
    client.post("/accounts/signup/", {"username": "abc", "password1": PASSWORD, "password2": PASSWORD})
    assert not Account.objects.exists()
    for path in (
        "/accounts/password/reset/",
        "/accounts/email/",
        "/accounts/password/set/",
        "/accounts/login/code/confirm/",
    ):
        assert client.get(path).status_code == 404


def test_strangers_are_led_to_the_sign_in_page(client, county):
    for path in (
        "/people/me/",
        "/people/accounts/",
        "/people/guard/",
        "/people/audit/",
        "/accounts/device/",
        "/accounts/2fa/",
    ):
        assert leads_to(client, path).startswith("/accounts/login/"), path


def test_a_dead_link_page_says_one_thing(client, county):
    assert client.get("/accounts/invite/nonsense/").status_code == 410


def test_https_names_the_cookies_for_the_host_alone(settings):
    settings.GONGYI_HTTPS = True
    assert adapter.device_cookie() == "__Host-device"
    settings.GONGYI_HTTPS = False
    assert adapter.device_cookie() == "device"


def test_signing_out_empties_what_the_browser_kept(client, county):
    account = make_account("石小玲")
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Clear-Site-Data" not in client.get("/accounts/logout/").headers  # only asked, not signed out yet
    answer = client.post("/accounts/logout/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert answer.url == "/portal/"
    assert client.get("/today/").status_code == 302
