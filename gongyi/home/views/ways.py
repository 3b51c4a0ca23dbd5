"""How messages reach me outside: addresses that were confirmed, kinds that I want, hours in which I want nothing."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from gongyi.core import limits
from gongyi.core.access import Permission as P
from gongyi.core.http import ActorRequest, permission, submit
from gongyi.core.inputs import Form
from gongyi.core.models import Way
from gongyi.core.outbox import addresses, digest_choice, sending
from gongyi.core.outbox.words import KINDS
from gongyi.home import queries
from gongyi.home.forms.ways import AddressForm, CodeForm, KindsForm, QuietForm

DAY, CODES = timedelta(days=1), 10  # codes that one person may ask for in a day


@permission(P.STAFF)
def ways(request: ActorRequest) -> HttpResponse:
    """消息发到哪里: each way with its state, the quiet hours, what went last; POST keeps the quiet hours."""
    me = request.actor
    choice = digest_choice(me.county, me.key)
    form = QuietForm(request.POST or None, initial={"quiet_from": choice.quiet_from, "quiet_until": choice.quiet_until})
    if done := submit(request, form, lambda: _quiet(request, form)):
        messages.success(request, _("已保存。"))
        return done
    context = {"title": _("消息发到哪里"), "form": form, "rows": _rows(request), "sent": _sent(request)}
    return render(request, "home/ways.html", context)


def _quiet(request: ActorRequest, form: QuietForm) -> str:
    data = form.cleaned_data
    addresses.choose_quiet(by=request.actor, begin=data["quiet_from"], end=data["quiet_until"])
    return reverse("home:ways")


def _rows(request: ActorRequest) -> list[dict[str, Any]]:
    """Each way that the county uses, with one's own address and what goes there."""
    me = request.actor
    own, wanted = addresses.addresses_of(me.county, me.key), addresses.choices_of(me.county, me.key)
    return [
        {
            "way": state.way, "address": own.get(state.way), "usable": state.usable,
            "kinds": [kind.label for name, kind in KINDS.items() if (state.way, name) in wanted],
        } for state in queries.ways(me.county) if state.channel.active
    ]  # fmt: skip


def _sent(request: ActorRequest) -> list[queries.Outgoing]:
    return queries.in_words(sending.latest(request.actor.county, request.actor.key))


def _way(way: str) -> Way:
    """The way of the address; 404 for a word that is none."""
    if way not in Way:
        raise Http404
    return Way(way)


def _page(request: ActorRequest, way: Way, form: Form, button: str, **context: Any) -> HttpResponse:
    context |= {"title": _("%(way)s：消息发到哪里") % {"way": way.label}, "way": way, "form": form, "button": button}
    return render(request, "home/way.html", context)


@permission(P.STAFF)
def address(request: ActorRequest, way: str) -> HttpResponse:
    """Write an address; a code goes there."""
    chosen = _way(way)
    form = AddressForm(request.POST or None, way=chosen)
    if request.method == "POST":
        limits.hold("code", {str(request.actor.key): CODES}, per=DAY)

    def act() -> str:
        addresses.ask_address(by=request.actor, owner=request.actor.key, way=chosen, value=form.cleaned_data["value"])
        limits.count("code", str(request.actor.key), per=DAY)
        return reverse("home:way_code", args=[chosen])

    return submit(request, form, act) or _page(
        request, chosen, form, _("发验证码"), lead=_("写好以后，会往那里发一个验证码，填回来才算数。")
    )


@permission(P.STAFF)
def code(request: ActorRequest, way: str) -> HttpResponse:
    """Type in the code; sent twice it finds the address confirmed. Not by `submit`: a wrong try has to be counted."""
    chosen, me = _way(way), request.actor
    if chosen not in addresses.addresses_of(me.county, me.key):  # nothing was sent anywhere
        return redirect("home:way", chosen)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        why = addresses.confirm_address(by=me, owner=me.key, way=chosen, code=form.cleaned_data["code"])
        if not why:
            messages.success(request, _("核对好了。下面选要哪几类。"))
            return redirect("home:way_kinds", chosen)
        form.add_error("code", why)
    lead = _("验证码正在送，一般一分钟内到。没收到，看看地址对不对，再要一个。")
    return _page(request, chosen, form, _("核对"), lead=lead, again=reverse("home:way", args=[chosen]))


@permission(P.STAFF)
def kinds(request: ActorRequest, way: str) -> HttpResponse:
    """Which kinds of message go this way."""
    chosen, me = _way(way), request.actor
    wanted = [kind for way_, kind in addresses.choices_of(me.county, me.key) if way_ == chosen]
    form = KindsForm(request.POST or None, initial={"kinds": wanted})

    def act() -> str:
        addresses.choose_kinds(by=me, account=me.key, way=chosen, kinds=form.cleaned_data["kinds"])
        return reverse("home:ways")

    return submit(request, form, act) or _page(request, chosen, form, _("保存"))


@permission(P.STAFF)
def remove(request: ActorRequest, way: str) -> HttpResponse:
    """Forget the address."""
    chosen, me = _way(way), request.actor

    def act() -> str:
        addresses.remove_address(by=me, owner=me.key, way=chosen)
        return reverse("home:ways")

    form = Form(request.POST or None)
    lead = _("地址马上删除，以后不再往那里发；站内的消息照样有。")
    return submit(request, form, act) or _page(request, chosen, form, _("删除地址"), lead=lead, danger=True)
