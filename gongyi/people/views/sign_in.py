"""Pages of one's own account: the first password, a device that waits to be confirmed, who I am here."""

from typing import cast

from allauth.account import views as account_views
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from gongyi.core.access import Role
from gongyi.core.errors import Refused
from gongyi.core.http import ActorRequest, public, signed_in, submit
from gongyi.people import adapter, rules
from gongyi.people.actions import accounts as actions
from gongyi.people.actions import devices
from gongyi.people.forms.accounts import DeviceForm, PasswordForm
from gongyi.people.models import Account
from gongyi.people.queries import accounts as queries


@public("whoever holds a one-time link sets a password with it")
def invitation(request: ActorRequest, token: str) -> HttpResponse:
    """Set the first password, or a new one after a reset."""
    link = queries.link_of(token)
    if link is None:
        raise Refused(
            "link_over",
            _("这个链接已经用过、过期，或还在等第二个人确认。"),
            _("请问给您链接的账号管理员。"),
            status=410,
        )
    form = PasswordForm(request.POST or None, account=link.account)
    if request.method == "POST" and form.is_valid():
        actions.accept_invitation(by=request.actor, token=token, encoded=form.encoded)
        messages.success(request, _("密码设好了，请用它登录。"))
        return redirect("account_login")
    return render(request, "people/accounts/invitation.html", {"form": form, "account": link.account})


@signed_in(without_permission="somebody who may not go on yet")
def device(request: ActorRequest) -> HttpResponse:
    """Ask that this browser be confirmed, and wait for it."""
    account = cast("Account", request.user)
    token = adapter.device_token(request) or devices.new_device_token()
    known = queries.device_here(account, token)
    if known:
        request.session[rules.DEVICE] = str(known.id)
        if known.confirmed_at:
            return redirect("home:today")
    form = DeviceForm(request.POST or None)
    done = submit(request, form, lambda: _ask(request, account, form, token))
    context = {"form": form, "device": known, "managers": queries.managers_above(account)}
    response = done or render(request, "people/accounts/device.html", context)
    adapter.keep_device_token(response, token)
    return response


def _ask(request: ActorRequest, account: Account, form: DeviceForm, token: str) -> str:
    label = form.cleaned_data["label"]
    device = devices.ask_device(by=request.actor, account=account, label=label, token=token)
    request.session[rules.DEVICE] = str(device.id)
    return request.path


@signed_in(without_permission="one's own page")
def me(request: ActorRequest) -> HttpResponse:
    """My units and roles, how I sign in."""
    account = cast("Account", request.user)
    context = {
        "account": account, "roles": [(held, Role(held.role)) for held in request.actor.held],
        "devices": queries.devices_of(account), "sessions": queries.session_count(account),
        "factor": adapter.MfaAdapter().is_mfa_enabled(account, ["totp"]), "needs_factor": rules.needs_factor(request.actor),
    }  # fmt: skip
    return render(request, "people/accounts/me.html", context)


@public("signing out; a stranger is led to the portal")
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out; the browser forgets what it kept of the pages, drafts and waiting forms too, also without our script."""
    answer: HttpResponse = account_views.logout(request)
    if request.method == "POST":
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@public("nobody signs up: accounts are made by account managers")
def closed(request: HttpRequest) -> HttpResponse:
    """Where a sign-up page would be."""
    return render(request, "account/signup_closed.html")
