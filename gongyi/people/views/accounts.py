"""The account manager's pages, and what waits for a second person."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongyi.core import secrets
from gongyi.core.access import Permission as P
from gongyi.core.access import Role
from gongyi.core.http import ActorRequest, permission, submit
from gongyi.core.inputs import Form
from gongyi.people import rules
from gongyi.people.actions import accounts as actions
from gongyi.people.actions import devices, grants
from gongyi.people.forms.accounts import GrantForm, InviteForm, ResetForm, unit_hits
from gongyi.people.models import Account
from gongyi.people.queries import accounts as queries

PER_PAGE = 30
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Step:
    """A button that asks first: its words, what will happen, and the action."""

    label: Promise
    consequence: Promise
    act: Callable[..., Any]
    danger: bool = False
    icon: str = "chevron-right"


ACCOUNT_STEPS = {
    "disable": Step(
        _("停用账号"),
        _("停用后马上退出登录，角色保留；以后可以再启用。"),
        actions.disable_account,
        danger=True,
        icon="lock",
    ),
    "enable": Step(
        _("启用账号"), _("启用后可以用原来的密码登录，仍有效的角色继续有效。"), actions.enable_account, icon="key"
    ),
    "sessions": Step(
        _("退出全部登录"), _("这个人在所有设备上都要重新登录。"), actions.end_sessions, icon="box-arrow-right"
    ),
    "unlock": Step(
        _("解除锁定"), _("清掉输错密码的次数，马上可以再试。"), actions.unlock, icon="arrow-counterclockwise"
    ),
}
GRANT_STEPS = {
    "end": Step(_("结束这个角色"), _("从下一次点击起就不能再用；以后可以重新授予。"), grants.end_grant, danger=True),
    "confirm": Step(_("我同意授予"), _("确认后马上生效。请先问清楚这个人要不要这个角色。"), grants.confirm_grant),
}
DEVICE_STEPS = {
    "confirm": Step(_("确认这台设备"), _("请当面核对：对方屏幕上的四位号码要和这里一样。"), devices.confirm_device),
    "end": Step(_("结束这台设备"), _("在这台设备上登录要重新证明是本人。"), devices.end_device, danger=True),
}
CONFIRM_RESET = Step(_("我同意重置"), _("确认后，一次性链接才能用。请先当面或打电话问过本人。"), actions.confirm_reset)


def _ask(request: ActorRequest, step: Step, facts: dict[str, Any], title: str, back: str) -> HttpResponse:
    """Ask before acting; the answer to a yes is the page one came from."""

    def act() -> str:
        step.act(by=request.actor, **facts)
        return back

    form = Form(request.POST or None)
    done = submit(request, form, act)
    return done or render(
        request, "people/accounts/ask.html", {"step": step, "about": title, "back_url": back, "form": form}
    )


def _account(request: ActorRequest, key: UUID) -> Account:
    account = queries.account_of(request.actor, key)
    if account is None:
        raise Http404
    return account


def _page(account: Account) -> str:
    return reverse("people:account", args=[account.id])


def _found(thing: Thing | None) -> Thing:
    if thing is None:
        raise Http404
    return thing


@permission(P.ACCOUNT_MANAGE)
def accounts(request: ActorRequest) -> HttpResponse:
    """The accounts in the manager's reach."""
    text = request.GET.get("q", "")
    page = Paginator(queries.account_list(request.actor, text), PER_PAGE).get_page(request.GET.get("page"))
    rows = [{"account": row, "state": queries.state_of(row), "roles": queries.roles_of(row)} for row in page]
    return render(request, "people/accounts/list.html", {"rows": rows, "page": page, "q": text[:40]})


@permission(P.ACCOUNT_MANAGE)
def unit_picker(request: ActorRequest) -> HttpResponse:
    """Hits of the unit picker."""
    return render(request, "components/picker_hits.html", {"hits": unit_hits(request.actor, request.GET.get("q", ""))})


@permission(P.ACCOUNT_MANAGE)
def invite(request: ActorRequest) -> HttpResponse:
    """A new account; its one-time link is shown on the next page."""
    form = InviteForm(request.POST or None, by=request.actor)

    def act() -> str:
        return _keep_link(request, *actions.invite_account(by=request.actor, **form.facts()))

    done = submit(request, form, act)
    return done or render(request, "people/accounts/invite.html", {"form": form})


@permission(P.ACCOUNT_MANAGE)
def account(request: ActorRequest, key: UUID) -> HttpResponse:
    """One account: its roles in reach, its devices, what can be done."""
    person = _account(request, key)
    mine, locked = rules.can_manage_account(request.actor, person), queries.is_locked(person)
    context = {
        "account": person, "state": queries.state_of(person), "mine": mine, "locked": locked,
        "roles": [(grant, Role(grant.role)) for grant in queries.roles_of(person)],
        "devices": queries.devices_of(person) if mine else [], "sessions": queries.session_count(person),
        "steps": _steps(person, locked=locked) if mine else [],
    }  # fmt: skip
    return render(request, "people/accounts/account.html", context)


def _steps(person: Account, *, locked: bool) -> list[dict[str, Any]]:
    names = ["sessions", *(["unlock"] if locked else []), "disable"] if person.is_active else ["enable"]
    steps: list[dict[str, Any]] = []
    if person.is_active:
        text = _("忘了密码或丢了手机，当面核对本人后给一个一次性链接")
        url = reverse("people:reset", args=[person.id])
        steps.append({"label": _("当面重置"), "url": url, "consequence": text, "icon": "key"})
    for name in names:
        step, url = ACCOUNT_STEPS[name], reverse("people:account_step", args=[person.id, name])
        steps.append(
            {"label": step.label, "url": url, "consequence": step.consequence, "danger": step.danger, "icon": step.icon}
        )
    return steps


@permission(P.ACCOUNT_MANAGE)
def account_step(request: ActorRequest, key: UUID, name: str) -> HttpResponse:
    """Disable, enable, sign out everywhere, unlock."""
    person, step = _account(request, key), _found(ACCOUNT_STEPS.get(name))
    return _ask(request, step, {"account": person}, person.name, _page(person))


@permission(P.ACCOUNT_MANAGE)
def add_grant(request: ActorRequest, key: UUID) -> HttpResponse:
    """One more role."""
    person = _account(request, key)
    form = GrantForm(request.POST or None, by=request.actor)

    def act() -> str:
        grants.grant_role(by=request.actor, account=person, **form.facts())
        return _page(person)

    done = submit(request, form, act)
    return done or render(request, "people/accounts/grant.html", {"form": form, "account": person})


@permission(P.ACCOUNT_MANAGE)
def reset(request: ActorRequest, key: UUID) -> HttpResponse:
    """A one-time link for somebody who stands here."""
    person = _account(request, key)
    form = ResetForm(request.POST or None)

    def act() -> str:
        factor = form.cleaned_data["factor"]
        return _keep_link(request, person, actions.reset_in_person(by=request.actor, account=person, factor=factor))

    done = submit(request, form, act)
    waits = rules.guarded_roles(person)
    return done or render(request, "people/accounts/reset.html", {"form": form, "account": person, "waits": waits})


def _keep_link(request: HttpRequest, account: Account, token: str) -> str:
    """Keep the secret, sealed, for the one page that shows it; returns that page."""
    request.session[f"link-{account.id}"] = secrets.seal(token, f"people.link:{account.id}")
    return reverse("people:link", args=[account.id])


@permission(P.ACCOUNT_MANAGE)
def link(request: ActorRequest, key: UUID) -> HttpResponse:
    """The one-time link, once."""
    person = _account(request, key)
    sealed = request.session.pop(f"link-{person.id}", "")
    token = secrets.unseal(sealed, f"people.link:{person.id}")
    url = request.build_absolute_uri(reverse("invitation", args=[token])) if token else ""
    context = {"account": person, "url": url, "waits": token and queries.link_of(token) is None}
    return render(request, "people/accounts/link.html", context)


# --- a second person ---------------------------------------------------------------------------------------------------


@permission(P.ACCOUNT_MANAGE, P.CASE_APPROVE)
def confirm(request: ActorRequest) -> HttpResponse:
    """What waits for this person's word: guarded roles, resets of those who hold one."""
    waiting = [(grant, Role(grant.role)) for grant in queries.waiting_grants(request.actor)]
    links = queries.waiting_resets(request.actor)
    return render(request, "people/accounts/confirm.html", {"grants": waiting, "links": links})


@permission(P.ACCOUNT_MANAGE, P.CASE_APPROVE)
def confirm_grant(request: ActorRequest, key: UUID) -> HttpResponse:
    """Agree to a guarded role."""
    grant = _found(next((g for g in queries.waiting_grants(request.actor) if g.id == key), None))
    title = f"{grant.account.name} · {Role(grant.role).label} · {grant.unit.name}"
    return _ask(request, GRANT_STEPS["confirm"], {"grant": grant}, title, reverse("people:confirm"))


@permission(P.ACCOUNT_MANAGE)
def confirm_reset(request: ActorRequest, key: UUID) -> HttpResponse:
    """Agree to the reset of somebody who holds a guarded role."""
    found = _found(next((row for row in queries.waiting_resets(request.actor) if row.id == key), None))
    return _ask(request, CONFIRM_RESET, {"link": found}, found.account.name, reverse("people:confirm"))


@permission(P.ACCOUNT_MANAGE)
def end_grant(request: ActorRequest, key: UUID) -> HttpResponse:
    """End a role."""
    grant = _found(queries.grant_of(request.actor, key))
    title = f"{grant.account.name} · {Role(grant.role).label} · {grant.unit.name}"
    return _ask(request, GRANT_STEPS["end"], {"grant": grant}, title, _page(grant.account))


# --- devices and lock-outs ----------------------------------------------------------------------------------------------


@permission(P.ACCOUNT_GUARD)
def guard(request: ActorRequest) -> HttpResponse:
    """The security manager's page: who is locked out, which devices wait."""
    context = {"locked": queries.locked_accounts(request.actor), "devices": queries.waiting_devices(request.actor)}
    return render(request, "people/accounts/guard.html", context)


@permission(P.ACCOUNT_GUARD)
def guard_unlock(request: ActorRequest, key: UUID) -> HttpResponse:
    """Unlock one of the names on that page."""
    person = _found(queries.locked_accounts(request.actor).filter(id=key).first())
    return _ask(request, ACCOUNT_STEPS["unlock"], {"account": person}, person.name, reverse("people:guard"))


@permission(P.STAFF)
def device_step(request: ActorRequest, key: UUID, name: str) -> HttpResponse:
    """Confirm or end a device: its managers, and to end it its owner."""
    device, step = queries.device_of(key), _found(DEVICE_STEPS.get(name))
    may = {"confirm": rules.can_confirm_device, "end": rules.can_end_device}[name]
    if device is None or not may(request.actor, device):
        raise Http404
    title = f"{device.account.name} · {device.label} · {device.number}"
    return _ask(request, step, {"device": device}, title, _device_page(request, device.account))


def _device_page(request: ActorRequest, owner: Account) -> str:
    if owner.id == request.actor.id:
        return reverse("people:me")
    return _page(owner) if queries.account_of(request.actor, owner.id) else reverse("people:guard")
