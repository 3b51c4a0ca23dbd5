"""Residents' own accounts: in and out, another phone or password, the end. The requests in them stand in `portal`.

Passwords never go through `submit`, which keeps a digest of what was sent; each form here does no harm when it is sent twice.
"""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongyi.core import limits
from gongyi.core.http import ActorRequest, public, residents, submit
from gongyi.core.models import Way
from gongyi.core.outbox import addresses
from gongyi.core.outbox.channels import fits
from gongyi.core.outbox.sending import latest
from gongyi.core.secrets import mask_phone, phone_digits
from gongyi.home.forms import portal as portal_forms
from gongyi.home.forms import residents as forms
from gongyi.home.forms.ways import CodeForm
from gongyi.home.queries import in_words, sms_on, sms_ready
from gongyi.people import adapter
from gongyi.people.actions.consent import give_consent, withdraw_consent
from gongyi.people.actions.residents import change_resident, open_resident, remove_resident, resident_actor
from gongyi.people.models import Consent, Resident
from gongyi.people.queries.residents import find_resident

DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)
WRONG_PER_ADDRESS, WRONG_PER_NUMBER = 60, 10  # within a quarter of an hour; a number is held for one address only
NEW_PER_ADDRESS, NEW_PER_DEVICE = 40, 5  # a day
CODES_PER_NUMBER, CODES_PER_ADDRESS = 3, 40  # a day


# --- in and out -------------------------------------------------------------------------------------------------------


@public("residents sign in with phone and password")
def sign_in(request: ActorRequest) -> HttpResponse:
    """登录. A wrong password and a number without account get the same answer after the same work."""
    if request.resident or not request.actor.county:
        return redirect("home:portal_mine" if request.resident else "home:portal")
    form = forms.SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if found := _proven(request, **form.cleaned_data):
            return _enter(request, found)
        form.add_error(None, _("电话和密码对不上。请再看一遍；忘了密码，看下面怎么办。"))
    return render(request, "portal/mine/in.html", {"title": _("登录，看我的诉求"), "form": form})


def _proven(request: ActorRequest, phone: str, password: str) -> Resident | None:
    """The account, unless too many wrong passwords came from here (Refused)."""
    address = limits.address(request)
    tries = {address: WRONG_PER_ADDRESS, f"{address} {phone_digits(phone)}": WRONG_PER_NUMBER}
    limits.hold("resident", tries, per=QUARTER)
    found = find_resident(request.actor.county, phone, password)
    for who in tries if found is None else ():
        limits.count("resident", who, per=QUARTER)
    return found


def _enter(request: ActorRequest, resident: Resident) -> HttpResponse:
    adapter.keep_resident(request, resident)
    return redirect("home:portal_mine")


@public("residents open an account of their own")
def sign_up(request: ActorRequest) -> HttpResponse:
    """开账号. It always works, whether or not the number has an account."""
    if request.resident or not request.actor.county:
        return redirect("home:portal_mine" if request.resident else "home:portal")
    form = forms.OpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        phone, password = form.cleaned_data["phone"], form.cleaned_data["new"]
        _count_new(request)
        return _enter(request, open_resident(county=request.actor.county, phone=phone, password=password))
    return render(request, "portal/mine/new.html", {"title": _("开一个账号"), "form": form})


def _count_new(request: ActorRequest) -> None:
    """Raise Refused when too many accounts were opened from here today; else count one more."""
    new = {limits.address(request): NEW_PER_ADDRESS}
    if device := limits.device(request):
        new[f"device {device}"] = NEW_PER_DEVICE
    limits.hold("resident-new", new, per=DAY)
    for who in new:
        limits.count("resident-new", who, per=DAY)


@require_POST
@public("a resident signs out; for a stranger nothing changes")
def sign_out(request: ActorRequest) -> HttpResponse:
    """退出: the browser forgets the account, every opened case and what it kept of the pages."""
    answer = redirect("home:portal")
    if request.resident:
        adapter.end_resident(request)
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


# --- one's own --------------------------------------------------------------------------------------------------------


@residents(without_permission="their own phone and password")
def change(request: ActorRequest) -> HttpResponse:
    """改电话或密码. Sent twice, the second finds everything as asked."""
    form = forms.ChangeForm(request.POST or None, initial={"phone": request.resident.phone})
    if request.method == "POST" and form.is_valid() and (changed := _change(request, form)):
        messages.success(request, _("已经改好。别的手机和电脑上的登录都退出了。"))
        adapter.mark_resident(request, changed)
        return redirect("home:portal_mine")
    return render(request, "portal/mine/change.html", {"title": _("改电话或密码"), "form": form})


def _change(request: ActorRequest, form: forms.ChangeForm) -> Resident | None:
    """The changed account; None, with the reason in the form, when the present password is wrong."""
    data, resident = form.cleaned_data, request.resident
    password = data["new"] or data["password"]
    found = _proven(request, resident.phone, data["password"])
    found = found or find_resident(resident.county, data["phone"], password)
    if found is None or found.id != resident.id:
        form.add_error("password", _("现在的密码不对。"))
        return None
    try:
        return change_resident(resident, by=resident_actor(resident), phone=data["phone"], password=password)
    except ValidationError as error:
        form.add_error(None, error)
        return None


# --- text messages (rights.md D16) ------------------------------------------------------------------------------------


@residents(without_permission="agrees to text messages about the own requests")
def sms(request: ActorRequest) -> HttpResponse:
    """短信: agree, and a code goes to the account's number."""
    resident = request.resident
    form = forms.SmsForm(request.POST or None)
    if request.method == "POST":
        own = f"sms {phone_digits(resident.phone)}"  # whoever opens accounts with somebody else's number sends few codes there
        limits.hold("code", {own: CODES_PER_NUMBER, limits.address(request): CODES_PER_ADDRESS}, per=DAY)
    if done := submit(request, form, lambda: _agree(request)):
        return done
    context = {
        "title": _("用短信告诉我"),
        "form": form,
        "on": sms_on(resident),
        "ready": sms_ready(resident.county),
        "waits": addresses.awaits_code(resident.county, resident.id, Way.SMS),
    }
    sent = in_words([row for row in latest(resident.county, resident.id) if row.way == Way.SMS])
    return render(request, "portal/mine/sms.html", context | {"phone": mask_phone(resident.phone), "sent": sent})


def _agree(request: ActorRequest) -> str:
    resident = request.resident
    if not fits(Way.SMS, resident.phone):
        raise ValidationError(_("账号里的电话不是手机号，收不到短信。请先用“改电话或密码”换成手机号。"))
    give_consent(resident, purpose=Consent.For.SMS)
    addresses.ask_address(by=resident_actor(resident), owner=resident.id, way=Way.SMS, value=resident.phone)
    for who in (f"sms {phone_digits(resident.phone)}", limits.address(request)):
        limits.count("code", who, per=DAY)
    return reverse("home:portal_sms_code")


@residents(without_permission="confirms the own number for text messages")
def sms_code(request: ActorRequest) -> HttpResponse:
    """The code that came by text message. Not by `submit`: a wrong try has to be counted."""
    resident = request.resident
    if not addresses.awaits_code(resident.county, resident.id, Way.SMS):
        if not sms_on(resident):
            messages.warning(request, _("没有在等的验证码：还没有要，过期了，或输错太多次。请在这里要一个。"))
        return redirect("home:portal_sms")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        by, code = resident_actor(resident), form.cleaned_data["code"]
        why = addresses.confirm_address(by=by, owner=resident.id, way=Way.SMS, code=code, kinds=False)
        if not why:
            messages.success(request, _("好了，有新进展会发短信给您。随时可以停。"))
            return redirect("home:portal_mine")
        form.add_error("code", why)
    context = {"title": _("填短信里的验证码"), "form": form, "phone": mask_phone(resident.phone)}
    return render(request, "portal/mine/sms_code.html", context)


@require_POST
@residents(without_permission="takes back the consent to text messages")
def sms_stop(request: ActorRequest) -> HttpResponse:
    """不要短信了: one click; sent twice it is stopped."""
    withdraw_consent(request.resident, purpose=Consent.For.SMS)
    messages.success(request, _("停了，不再发短信给您。别的都不受影响。"))
    return redirect("home:portal_mine")


@residents(without_permission="deletes the own account")
def remove(request: ActorRequest) -> HttpResponse:
    """删除账号: the requests stay, each with its code."""
    form = portal_forms.PlainForm(request.POST or None)
    if done := submit(request, form, lambda: _remove(request)):
        adapter.end_resident(request)
        messages.success(request, _("账号已删除。您反映的事照样办，用编号和查询码查。"))
        return done
    return render(request, "portal/mine/remove.html", {"title": _("删除账号"), "form": form})


def _remove(request: ActorRequest) -> str:
    remove_resident(request.resident, by=resident_actor(request.resident))
    return reverse("home:portal")
