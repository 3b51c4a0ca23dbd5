"""P8, P9 and P10 on grants and accounts, as tables; each guard with its negative control."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from gongyi.core import clock
from gongyi.core.access import GUARDED, Actor, Permission, Role, system_actor
from gongyi.core.errors import Refused
from gongyi.core.models import AuditDetail, AuditEntry, Message
from gongyi.people import rules
from gongyi.people.actions import accounts, devices, grants
from gongyi.people.models import Account, Device, Grant, Invitation
from gongyi.people.queries import accounts as queries
from gongyi.people.queries import actor_of
from tests.factories import BEGAN, grant, make_account, make_actor, make_actors, make_county, make_unit

pytestmark = pytest.mark.django_db
R = Role
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today():
    with clock.at(timezone.make_aware(timezone.datetime(2026, 11, 23, 10))):
        yield


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def town(county):
    return make_unit("李家镇", county)


@pytest.fixture
def manager(county):
    return make_actor(R.ACCOUNT_MANAGER, county, "管一")


@pytest.fixture
def second(county):
    return make_actor(R.ACCOUNT_MANAGER, county, "管二")


def give(by, account, role, unit, **facts):
    return grants.grant_role(
        by=by, account=account, role=role, unit=unit, purpose="办事", **{"since": TODAY, "until": None, **facts}
    )


def account_of(actor):
    return Account.objects.get(id=actor.id)


def command(county=999001):
    return system_actor("test", county)


# --- who may grant where (P8) -----------------------------------------------------------------------------------------


def test_people_of_the_tests_made_at_once_are_whom_the_product_reads(county, town):
    people = make_actors(lead=(Role.LEAD, town, "赵审"), desk=(Role.DISPATCHER, county, "县派"))

    assert people == {key: actor_of(Account.objects.get(id=one.id)) for key, one in people.items()}
    assert people["lead"].can(Permission.CASE_APPROVE)


def test_p8_grants_reach_own_unit_and_below_only(county, town):
    village, other = make_unit("李家村", town), make_unit("王家镇", county)
    by = make_actor(R.ACCOUNT_MANAGER, town)
    for unit, allowed in ((town, True), (village, True), (county, False), (other, False)):
        person = make_account()
        if allowed:
            assert give(by, person, R.CLERK, unit).confirmed_at
        else:
            with pytest.raises(PermissionDenied):
                give(by, person, R.CLERK, unit)


@pytest.mark.parametrize("role", [role for role in Role if Permission.ACCOUNT_MANAGE not in role.permissions])
def test_p8_only_account_managers_grant(town, role):
    with pytest.raises(PermissionDenied):
        give(make_actor(role, town), make_account(), R.CLERK, town)


def test_p8_another_county_is_out_of_reach(manager):
    far = make_county(999002, "西湖县")
    with pytest.raises(PermissionDenied):
        give(manager, make_account(), R.CLERK, far)


def test_p8_a_stranger_is_no_command(town):
    stranger = Actor(id=None, name="", county=town.county)
    with pytest.raises(PermissionDenied):
        give(stranger, make_account(), R.CLERK, town)


def test_p8_nobody_grants_to_self(manager, town):
    with pytest.raises(PermissionDenied):
        give(manager, account_of(manager), R.STEWARD, town)


@pytest.mark.parametrize("role", sorted(GUARDED, key=lambda r: r.value))
def test_p8_guarded_roles_wait_for_a_second_manager(manager, second, county, role):
    person = make_account("新人")
    waiting = give(manager, person, role, county)
    assert waiting.confirmed_at is None
    assert role not in actor_of(person).roles
    assert {a.id for a in rules.confirmers(waiting)} == {second.id}
    assert list(Message.objects.values_list("account", "event")) == [(second.id, "grant.waiting")]
    for nobody in (manager, actor_of(person), make_actor(R.LEAD, county), make_actor(R.CLERK, county)):
        with pytest.raises(PermissionDenied):
            grants.confirm_grant(by=nobody, grant=waiting)
    grants.confirm_grant(by=second, grant=waiting)
    assert role in actor_of(person).roles
    with pytest.raises((Refused, PermissionDenied)):
        grants.confirm_grant(by=second, grant=waiting)


def test_p8_confirming_needs_reach(manager, second, county, town):
    by = make_actor(R.ACCOUNT_MANAGER, make_unit("王家镇", county))
    waiting = give(manager, make_account(), R.ACCOUNT_MANAGER, town)
    with pytest.raises(PermissionDenied):
        grants.confirm_grant(by=by, grant=waiting)


def test_p8_guard_off_lets_the_maker_confirm(manager, second, county, monkeypatch):
    """Negative control: without the rule the maker would be the approver."""
    waiting = give(manager, make_account(), R.AUDITOR, county)
    monkeypatch.setattr(rules, "can_confirm", lambda by, grant: True)
    grants.confirm_grant(by=manager, grant=waiting)
    assert waiting.confirmed_at


def test_p9_without_a_second_manager_the_lead_confirms(manager, county, town, settings):
    lead = make_actor(R.LEAD, county, "领导")
    waiting = give(manager, make_account(), R.AUDITOR, county)
    assert {a.id for a in rules.confirmers(waiting)} == {lead.id}
    settings.GONGYI_PROFILE = "mlps3"
    assert rules.confirmers(waiting) == set()
    settings.GONGYI_PROFILE = "small"
    grants.confirm_grant(by=lead, grant=waiting)


@pytest.mark.parametrize("puppet", ["role", "sign-in"])
def test_p8_a_lead_made_by_the_manager_is_no_second_person(manager, county, puppet):
    lead = make_account("领导")
    made_by = account_of(manager) if puppet == "role" else None
    grant(lead, R.LEAD, county, made_by=made_by)
    if puppet == "sign-in":
        accounts.reset_in_person(by=manager, account=lead)
    waiting = give(manager, make_account(), R.AUDITOR, county)
    assert rules.confirmers(waiting) == set()


def test_p9_second_approval_goes_up_never_down(county, town):
    by = make_actor(R.ACCOUNT_MANAGER, town)
    village_lead, county_lead = make_actor(R.LEAD, make_unit("李家村", town)), make_actor(R.LEAD, county)
    waiting = give(by, make_account(), R.ACCOUNT_MANAGER, town)
    assert {a.id for a in rules.confirmers(waiting)} == {county_lead.id}
    with pytest.raises(PermissionDenied):
        grants.confirm_grant(by=village_lead, grant=waiting)


# --- what stays apart (P7, P8) ----------------------------------------------------------------------------------------

READS = [r for r in Role if Permission.CASE_VIEW in r.permissions]
APART = {
    frozenset({R.OPERATOR, R.SECURITY_MANAGER}),
    frozenset({R.OPERATOR, R.AUDITOR}),
    frozenset({R.SECURITY_MANAGER, R.AUDITOR}),
    frozenset({R.ACCOUNT_MANAGER, R.AUDITOR}),
    *(
        frozenset({one, reads})
        for one in (R.OPERATOR, R.SECURITY_MANAGER, R.AUDITOR, R.ACCOUNT_MANAGER)
        for reads in READS
    ),
}


@pytest.mark.parametrize("one", list(Role))
def test_p8_apart_table(one):
    for other in Role:
        assert rules.apart(one, other) is (frozenset({one, other}) in APART), (one, other)


def test_p8_halves_do_not_meet_in_one_person(county, town):
    for pair in sorted(APART, key=str):
        first, then = sorted(pair, key=lambda r: r.value)
        person = make_account()
        grant(person, first, county)
        with pytest.raises(Refused) as refused:
            give(command(), person, then, county)
        assert refused.value.code == "apart"


@pytest.mark.parametrize(
    ("held", "wanted", "meets"),
    [
        ((0, 30), (10, 20), True),
        ((0, 30), (30, 40), True),
        ((0, 30), (31, 40), False),
        ((10, 20), (0, 9), False),
        ((10, 20), (0, None), True),
        ((10, None), (0, 9), False),
        ((10, None), (40, 50), True),
    ],
)
def test_p9_delegation_for_a_time_cannot_join_halves(county, held, wanted, meets):
    def day(n):
        return None if n is None else TODAY + timedelta(days=n)

    person = make_account()
    grant(person, R.AUDITOR, county, since=day(held[0]), until=day(held[1]), confirmed_at=None)
    if meets:
        with pytest.raises(Refused):
            give(command(), person, R.LEAD, county, since=day(wanted[0]), until=day(wanted[1]))
    else:
        assert give(command(), person, R.LEAD, county, since=day(wanted[0]), until=day(wanted[1]))


def test_p8_halves_are_checked_again_when_confirmed(manager, second, county):
    person = make_account()
    waiting = give(manager, person, R.AUDITOR, county)
    grant(person, R.LEAD, county)
    with pytest.raises(Refused):
        grants.confirm_grant(by=second, grant=waiting)


def test_p8_guard_off_joins_halves(county, monkeypatch):
    """Negative control."""
    person = make_account()
    grant(person, R.AUDITOR, county)
    monkeypatch.setattr(rules, "apart", lambda one, other: False)
    give(command(), person, R.OPERATOR, county)
    assert {R.AUDITOR, R.OPERATOR} <= actor_of(person).roles


@pytest.mark.parametrize("role", sorted(rules.COUNTY_WIDE, key=lambda r: r.value))
def test_county_wide_roles_only_at_the_county(county, town, role):
    with pytest.raises(Refused):
        give(command(), make_account(), role, town)
    assert give(command(), make_account(), role, county)


# --- the last one stays (P9) ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [R.ACCOUNT_MANAGER, R.AUDITOR])
@pytest.mark.parametrize("other", ["none", "open", "ends", "disabled", "waiting", "begins later", "below"])
def test_p9_last_one_cannot_go(county, town, role, other):
    person = make_account("末位")
    last = grant(person, role, county)
    if other != "none":
        facts = {"ends": {"until": TODAY + timedelta(days=90)}, "begins later": {"since": TODAY + timedelta(days=1)}}
        facts["waiting"] = {"confirmed_at": None}
        deputy = make_account("另一位", is_active=other != "disabled")
        grant(deputy, role, town if other == "below" else county, **facts.get(other, {}))
    boss = make_actor(R.ACCOUNT_MANAGER, county) if role is R.AUDITOR else command()
    if other == "open":
        accounts.disable_account(by=boss, account=person)
        accounts.enable_account(by=boss, account=person)
        grants.end_grant(by=boss, grant=last)
        return
    for attempt in (
        lambda: grants.end_grant(by=boss, grant=last),
        lambda: grants.end_grant(by=actor_of(person), grant=last),
        lambda: accounts.disable_account(by=boss, account=person),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.code == "last_one"
    assert role in actor_of(person).roles


def test_p9_other_roles_may_become_none(manager, county):
    grants.end_grant(by=manager, grant=grant(make_account(), R.LEAD, county))


def test_p9_guard_off_removes_the_last_one(county, monkeypatch):
    """Negative control."""
    person = make_account()
    last = grant(person, R.ACCOUNT_MANAGER, county)
    monkeypatch.setattr(rules, "leaves_none", lambda grants: None)
    grants.end_grant(by=command(), grant=last)
    assert not actor_of(person).held


# --- ending and again -------------------------------------------------------------------------------------------------


def test_p10_a_grant_ends_at_once_and_by_itself(manager, town):
    person = make_account()
    made = give(manager, person, R.CLERK, town, until=TODAY + timedelta(days=3))
    assert actor_of(person).can(Permission.CASE_VIEW, town.id)
    with clock.at(timezone.make_aware(timezone.datetime(2026, 11, 27, 0, 1))):
        assert not actor_of(person).held
    grants.end_grant(by=manager, grant=made)
    assert not actor_of(person).held
    with pytest.raises(Refused):
        grants.end_grant(by=manager, grant=made)


def test_a_role_that_ran_out_can_be_given_again(manager, town):
    person = make_account()
    grant(person, R.CLERK, town, until=TODAY - timedelta(days=1))
    give(manager, person, R.CLERK, town)
    with pytest.raises(ValidationError):
        give(manager, person, R.CLERK, town)


def test_grant_dates_are_checked(manager, town):
    with pytest.raises(ValidationError):
        give(manager, make_account(), R.CLERK, town, since=BEGAN, until=TODAY - timedelta(days=1))
    with pytest.raises(ValidationError):
        give(manager, make_account(), R.CLERK, town, since=TODAY + timedelta(days=9), until=TODAY + timedelta(days=8))


def test_end_grant_out_of_reach_is_refused(county, town):
    by = make_actor(R.ACCOUNT_MANAGER, town)
    with pytest.raises(PermissionDenied):
        grants.end_grant(by=by, grant=grant(make_account(), R.CLERK, county))


# --- accounts ---------------------------------------------------------------------------------------------------------


def invite(by, unit, **facts):
    usual = {"name": "李小红", "username": "LiXH", "role": R.CLERK, "purpose": "办件", "since": TODAY}
    return accounts.invite_account(by=by, unit=unit, **{**usual, **facts})


def test_invitation_is_kept_as_a_digest_and_works_once(manager, town):
    account, token = invite(manager, town)
    assert account.username == "lixh"
    assert not account.has_usable_password()
    assert len(token) >= 43
    assert not Invitation.objects.filter(digest__contains=token[:10]).exists()
    stranger = Actor(id=None, name="", county=999001)
    accounts.accept_invitation(by=stranger, token=token, encoded=make_password("correct horse battery"))
    account.refresh_from_db()
    assert account.check_password("correct horse battery")
    with pytest.raises(Refused) as refused:
        accounts.accept_invitation(by=stranger, token=token, encoded=make_password("another password"))
    assert refused.value.code == "link_over"
    entry = AuditEntry.objects.get(action="account.link_used")
    assert (entry.actor, entry.label) == (account.id, "lixh")


@pytest.mark.parametrize("why", ["wrong", "late", "disabled", "replaced"])
def test_a_dead_link_is_refused_with_one_sentence(manager, town, why):
    account, token = invite(manager, town)
    moment = clock.now()
    if why == "wrong":
        token += "x"
    elif why == "late":
        moment += timedelta(days=7, seconds=1)
    elif why == "disabled":
        accounts.disable_account(by=manager, account=account)
    else:
        accounts.reset_in_person(by=manager, account=account)
    with clock.at(moment), pytest.raises(Refused) as refused:
        accounts.accept_invitation(by=manager, token=token, encoded="x")
    assert refused.value.code == "link_over"


def test_one_person_one_account(manager, town):
    invite(manager, town)
    with pytest.raises(ValidationError) as error:
        invite(manager, town, username="lixh2")
    assert "namesake" in error.value.message_dict
    assert invite(manager, town, username="lixh2", namesake=True)
    with pytest.raises(ValidationError) as error:
        invite(manager, town, username="LIXH", name="别人")
    assert "username" in error.value.message_dict


@pytest.mark.parametrize("bad", ["", "ab", "13812345678", "431123199001011234", "a b", "李小红", "-abc", "a" * 61])
def test_sign_in_names_say_nothing_about_the_person(manager, town, bad):
    with pytest.raises(ValidationError):
        invite(manager, town, username=bad)


def test_p8_invite_out_of_reach(county, town):
    with pytest.raises(PermissionDenied):
        invite(make_actor(R.ACCOUNT_MANAGER, town), county)
    assert not Account.objects.filter(username="lixh").exists()


ACTS = {
    "disable": lambda by, account: accounts.disable_account(by=by, account=account),
    "reset": lambda by, account: accounts.reset_in_person(by=by, account=account),
    "sessions": lambda by, account: accounts.end_sessions(by=by, account=account),
    "unlock": lambda by, account: accounts.unlock(by=by, account=account),
}


@pytest.mark.parametrize("act", sorted(ACTS))
def test_p8_acts_on_accounts_need_all_their_roles_in_reach(county, town, act):
    by = make_actor(R.ACCOUNT_MANAGER, town)
    inside, outside, both, sideways = make_account(), make_account(), make_account(), make_account()
    grant(inside, R.CLERK, make_unit("李家村", town))
    grant(outside, R.CLERK, county)
    grant(both, R.CLERK, town)
    grant(both, R.LEAD, county)
    grant(sideways, R.CLERK, make_unit("王家镇", county))
    ACTS[act](by, inside)
    for person in (outside, both, sideways):
        with pytest.raises(PermissionDenied):
            ACTS[act](by, person)
    if act != "sessions":
        with pytest.raises(PermissionDenied):
            ACTS[act](by, account_of(by))
    with pytest.raises(PermissionDenied):
        ACTS[act](make_actor(R.LEAD, county), inside)


def test_p8_guard_off_reaches_everybody(county, town, monkeypatch):
    """Negative control."""
    person = make_account()
    grant(person, R.LEAD, county)
    monkeypatch.setattr(rules, "can_manage_account", lambda by, account: True)
    accounts.disable_account(by=make_actor(R.ACCOUNT_MANAGER, town), account=person)
    person.refresh_from_db()
    assert not person.is_active


def test_p8_reset_of_a_guarded_person_waits_for_the_second_manager(manager, second, county):
    auditor = make_account("审计")
    grant(auditor, R.AUDITOR, county)
    token = accounts.reset_in_person(by=manager, account=auditor, factor=True)
    with pytest.raises(Refused):
        accounts.accept_invitation(by=manager, token=token, encoded="x")
    link = Invitation.objects.get()
    assert queries.waiting_resets(second) == [link]
    assert queries.waiting_resets(manager) == []
    for nobody in (manager, actor_of(auditor), make_actor(R.LEAD, county)):
        with pytest.raises(PermissionDenied):
            accounts.confirm_reset(by=nobody, link=link)
    accounts.confirm_reset(by=second, link=link)
    accounts.accept_invitation(by=second, token=token, encoded=make_password("a new long password"))


def test_reset_tells_the_person(manager, town):
    person = make_account()
    grant(person, R.CLERK, town)
    accounts.reset_in_person(by=manager, account=person)
    assert Message.objects.filter(account=person.id, event="account.reset").exists()


def test_disabled_accounts_are_not_reset_and_not_disabled_twice(manager, town):
    person = make_account()
    grant(person, R.CLERK, town)
    accounts.disable_account(by=manager, account=person)
    assert not actor_of(person).held
    for act in ("disable", "reset"):
        with pytest.raises(Refused):
            ACTS[act](manager, person)
    accounts.enable_account(by=manager, account=person)
    assert actor_of(person).held
    with pytest.raises(Refused):
        accounts.enable_account(by=manager, account=person)


def test_p5_the_list_shows_own_units_and_below(county, town):
    village, other = make_unit("李家村", town), make_unit("王家镇", county)
    by = make_actor(R.ACCOUNT_MANAGER, town)
    people = {unit.name: make_account(unit.name) for unit in (county, town, village, other)}
    for unit in (county, town, village, other):
        grant(people[unit.name], R.CLERK, unit)
    grant(people["李家村"], R.CLERK, other)
    rows = list(queries.account_list(by))
    assert {row.id for row in rows} == {by.id, people["李家镇"].id, people["李家村"].id}
    assert {g.unit_id for row in rows for g in row.live} == {town.id, village.id}
    assert queries.account_of(by, people["王家镇"].id) is None
    assert [row.name for row in queries.account_list(by, "李家村")] == ["李家村"]
    assert list(queries.account_list(make_actor(R.LEAD, county))) == []


def test_account_list_keeps_its_query_count(manager, county, town, django_assert_num_queries):
    for n in range(30):
        grant(make_account(f"人{n}"), R.CLERK, town)
    with django_assert_num_queries(2):
        assert len(queries.account_list(manager)) == 31


# --- devices ----------------------------------------------------------------------------------------------------------


def ask(account, token="t" * 43):
    return devices.ask_device(by=actor_of(account), account=account, label="窗口电脑", token=token)


def test_p8_nobody_confirms_the_own_device(county, town):
    person = make_account()
    grant(person, R.SECURITY_MANAGER, county)
    with pytest.raises(PermissionDenied):
        devices.confirm_device(by=actor_of(person), device=ask(person))


@pytest.mark.parametrize(
    ("role", "where", "allowed"),
    [
        (R.ACCOUNT_MANAGER, "county", True),
        (R.ACCOUNT_MANAGER, "town", True),
        (R.ACCOUNT_MANAGER, "other", False),
        (R.SECURITY_MANAGER, "county", True),
        (R.SECURITY_MANAGER, "far", False),
        (R.LEAD, "county", False),
        (R.AUDITOR, "county", False),
    ],
)
def test_who_confirms_and_ends_devices(county, town, role, where, allowed):
    units = {"county": county, "town": town, "other": make_unit("王家镇", county), "far": make_county(999002, "西湖县")}
    person = make_account()
    grant(person, R.CLERK, town)
    device, by = ask(person), make_actor(role, units[where])
    for act in (devices.confirm_device, devices.end_device):
        if allowed:
            act(by=by, device=device)
            with pytest.raises(Refused):
                act(by=by, device=device)
        else:
            with pytest.raises(PermissionDenied):
                act(by=by, device=device)
    assert AuditEntry.objects.filter(action="device.confirm").exists() is allowed


def test_asking_twice_is_one_device_and_too_many_wait_no_longer(town):
    person = make_account()
    grant(person, R.CLERK, town)
    assert ask(person) == ask(person)
    for n in range(4):
        ask(person, f"{n}" * 43)
    with pytest.raises(Refused):
        ask(person, "z" * 43)
    assert Device.objects.count() == 5
    with pytest.raises(PermissionDenied):
        devices.ask_device(by=make_actor(R.CLERK, town), account=person, label="x", token="y" * 43)


# --- the first two ----------------------------------------------------------------------------------------------------


def first(county):
    return accounts.first_accounts(
        by=command(), office=county, manager=("王强", "wangqiang"), lead=("李梅", "limei"), encoded=make_password("x")
    )


def test_first_accounts_once(county):
    manager, lead = first(county)
    assert manager.must_change
    assert lead.must_change
    assert actor_of(manager).roles == {R.ACCOUNT_MANAGER}
    assert actor_of(lead).roles == {R.LEAD, R.STEWARD}
    assert rules.needs_factor(actor_of(manager))
    assert rules.needs_factor(actor_of(lead))
    with pytest.raises(Refused) as refused:
        first(county)
    assert refused.value.code == "set_up"
    assert Account.objects.count() == 2


def test_first_accounts_are_made_by_a_command_only(county, manager):
    with pytest.raises(PermissionDenied):
        accounts.first_accounts(by=manager, office=county, manager=("a", "aaa"), lead=("b", "bbb"), encoded="x")


# --- every act leaves its audit row -----------------------------------------------------------------------------------


def test_every_act_leaves_its_audit_row_without_the_name(manager, second, county, town):
    person, token = invite(manager, town)
    accounts.accept_invitation(by=manager, token=token, encoded=make_password("x"))
    actor = actor_of(person)
    accounts.change_password(by=actor, account=person, encoded=make_password("y"))
    device = devices.ask_device(by=actor, account=person, label="电脑", token="t" * 43)
    devices.confirm_device(by=manager, device=device)
    devices.end_device(by=manager, device=device)
    accounts.unlock(by=manager, account=person)
    accounts.end_sessions(by=manager, account=person)
    accounts.reset_in_person(by=manager, account=person)
    accounts.disable_account(by=manager, account=person)
    accounts.enable_account(by=manager, account=person)
    grants.end_grant(by=manager, grant=Grant.objects.get(account=person))
    waiting = give(manager, person, R.AUDITOR, county)
    grants.confirm_grant(by=second, grant=waiting)
    actions = list(AuditEntry.objects.order_by("seq").values_list("action", flat=True))
    assert actions == [
        "account.grant", "account.invite", "account.link_used", "account.password", "device.ask", "device.confirm",
        "device.end", "account.unlock", "account.sessions_end", "account.reset", "account.disable", "account.enable",
        "account.grant_end", "account.grant", "account.grant_confirm",
    ]  # fmt: skip
    assert not AuditEntry.objects.filter(label__contains="李小红").exists()
    assert AuditDetail.objects.filter(field="name", new="李小红").exists()
    assert not Session.objects.exists()
