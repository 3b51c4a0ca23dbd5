"""The system as its managers see it: what runs by itself, what did not reach anybody, by which ways messages leave."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from gongyi.core import backups as kept_backups
from gongyi.core.access import Permission as P
from gongyi.core.county import as_key
from gongyi.core.http import ActorRequest, View, permission, submit
from gongyi.core.inputs import Form
from gongyi.core.models import Address
from gongyi.core.outbox.channels import ROBOTS
from gongyi.home import queries
from gongyi.home.actions import outgoing as actions
from gongyi.home.forms.ways import ChannelForm, CodeForm, GroupForm
from gongyi.home.rules import holds_in_county

PER_PAGE = 50
TABS = {
    "parked": gettext_lazy("没送到"), "waiting": gettext_lazy("等着送"), "sent": gettext_lazy("送出了"), "dropped": gettext_lazy("不用送了"),
}  # fmt: skip


def _county_wide(needed: P) -> Callable[[View], View]:
    """The permission in some township is not enough here."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not holds_in_county(request.actor, needed):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


@permission(P.SYSTEM_VIEW)
def system(request: ActorRequest) -> HttpResponse:
    """系统: what needs a look, and the ways out; a township's manager reads that the county sees to it."""
    context: dict[str, Any] = {"title": _("系统"), "county_wide": holds_in_county(request.actor, P.SYSTEM_VIEW)}
    if context["county_wide"]:
        lines = queries.jobs()
        context |= {
            "counts": queries.counts(request.actor), "bad": [line for line in lines if line.tone == "late"], "jobs": len(lines),
            "trouble": queries.worker_trouble(), "backups": kept_backups.standing(), "ways": queries.ways(request.actor.county),
            "may_edit": holds_in_county(request.actor, P.CHANNEL_EDIT),
        }  # fmt: skip
    return render(request, "home/system.html", context)


@permission(P.SYSTEM_VIEW)
@_county_wide(P.SYSTEM_VIEW)
def jobs(request: ActorRequest) -> HttpResponse:
    """后台任务: last run, how it went, next run."""
    context = {"title": _("后台任务"), "rows": queries.jobs(), "trouble": queries.worker_trouble()}
    return render(request, "home/jobs.html", context)


@require_POST
@permission(P.SYSTEM_VIEW)
@_county_wide(P.SYSTEM_VIEW)
def run(request: ActorRequest, app: str, name: str) -> HttpResponse:
    """Let a job run at once; sent twice it is one wish."""
    actions.run_job(by=request.actor, name=f"{app}.{name}")
    messages.success(request, _("已经排上，几秒后开始做；过一会儿刷新本页看结果。"))
    return redirect("home:backups" if f"{app}.{name}" in queries.OF_BACKUPS else "home:jobs")


@permission(P.SYSTEM_VIEW)
@_county_wide(P.SYSTEM_VIEW)
def backups(request: ActorRequest) -> HttpResponse:
    """备份: the last one, where they lie, the last trial of restoring, what is missing."""
    context = {"title": _("备份"), "now": kept_backups.standing(), "jobs": queries.backup_jobs()}
    return render(request, "home/backups.html", context | {"trouble": queries.worker_trouble()})


@permission(P.SYSTEM_VIEW)
@_county_wide(P.SYSTEM_VIEW)
def deliveries(request: ActorRequest) -> HttpResponse:
    """没送到的消息, and those that wait, went or need not go; POST sends again or lets go."""
    if request.method == "POST":
        return _decide(request)
    shown = request.GET.get("shown", "")
    shown = shown if shown in TABS else "parked"
    page = Paginator(queries.deliveries(request.actor, shown), PER_PAGE).get_page(request.GET.get("page"))
    counts = queries.counts(request.actor)
    tabs = [{"name": name, "label": label, "n": counts[name], "here": name == shown} for name, label in TABS.items()]
    context = {
        "title": _("没送到的消息"),
        "shown": shown,
        "tabs": tabs,
        "page": page,
        "rows": queries.in_words(list(page)),
    }
    return render(request, "home/deliveries.html", context)


def _decide(request: ActorRequest) -> HttpResponse:
    """Send again or let go: the ticked ones, or all that are parked."""
    if request.POST.get("all"):
        keys = list(queries.deliveries(request.actor, "parked").values_list("id", flat=True)[:1000])
    else:
        keys = [key for word in request.POST.getlist("key")[:1000] if (key := as_key(word))]
    if not keys:
        messages.error(request, _("还没有选。请先在前面打勾，再按一次。"))
    elif request.POST.get("what") == "let_go":
        number = actions.let_go(by=request.actor, keys=keys)
        messages.success(request, ngettext("%(n)d 条不再送。", "%(n)d 条不再送。", number) % {"n": number})
    else:
        number = actions.send_again(by=request.actor, keys=keys)
        messages.success(
            request, ngettext("%(n)d 条重新排上，马上再送。", "%(n)d 条重新排上，马上再送。", number) % {"n": number}
        )
    return redirect("home:deliveries")


# --- the ways out -----------------------------------------------------------------------------------------------------


def _state(request: ActorRequest, way: str) -> queries.WayState:
    found = queries.way_of(request.actor.county, way)
    if found is None:
        raise Http404
    return found


@permission(P.CHANNEL_EDIT)
@_county_wide(P.CHANNEL_EDIT)
def channel(request: ActorRequest, way: str) -> HttpResponse:
    """One way out: in use or not, its gateway, the group chats behind it."""
    state = _state(request, way)
    form = ChannelForm(request.POST or None, channel=state.channel)

    def act() -> str:
        actions.save_channel(by=request.actor, way=state.way, **form.cleaned_data)
        return request.path

    if done := submit(request, form, act):
        messages.success(request, _("已保存。"))
        return done
    groups = queries.groups(request.actor.county, way)
    context = {
        "title": state.way.label,
        "form": form,
        "state": state,
        "groups": groups,
        "robots": way in ROBOTS,
    }
    return render(request, "home/channel.html", context)


@require_POST
@permission(P.CHANNEL_EDIT)
@_county_wide(P.CHANNEL_EDIT)
def try_channel(request: ActorRequest, way: str) -> HttpResponse:
    """A trial message to one's own address."""
    return _tried(request, _state(request, way), None)


def _tried(request: ActorRequest, state: queries.WayState, group: Address | None) -> HttpResponse:
    form = Form(request.POST)
    back = reverse("home:channel", args=[state.way])
    done = submit(request, form, lambda: (actions.try_channel(by=request.actor, way=state.way, group=group), back)[1])
    if done is None:
        messages.error(request, " ".join(str(error) for error in form.non_field_errors()))
        return redirect(back)
    messages.success(request, _("试发的一条已经排上，几秒后送出。结果在“没送到的消息”里看。"))
    return done


@permission(P.CHANNEL_EDIT)
@_county_wide(P.CHANNEL_EDIT)
def add_group(request: ActorRequest, way: str) -> HttpResponse:
    """A group chat of a unit; a code appears in it."""
    state = _state(request, way)
    if way not in ROBOTS:
        raise Http404
    form = GroupForm(request.POST or None, county=request.actor.county, way=way)

    def act() -> str:
        group = actions.add_group(by=request.actor, way=way, **form.cleaned_data)
        return reverse("home:group", args=[group.id])

    done = submit(request, form, act)
    context = {"title": _("添加单位的群"), "form": form, "state": state, "button": _("往群里发验证码")}
    return done or render(request, "home/group.html", context)


def _group(request: ActorRequest, key: UUID) -> tuple[Address, queries.WayState]:
    """A group chat; outside the county's own management no group is there (P3)."""
    found = queries.group_of(request.actor.county, key)
    if found is None or not holds_in_county(request.actor, P.CHANNEL_EDIT):
        raise Http404
    return found, _state(request, found.way)


@permission(P.CHANNEL_EDIT)
def group(request: ActorRequest, address_key: UUID) -> HttpResponse:
    """The code that appeared in the group."""
    found, state = _group(request, address_key)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        why = actions.confirm_group(by=request.actor, group=found, code=form.cleaned_data["code"])
        if not why:
            messages.success(request, _("核对好了，这个单位的消息会发到群里。"))
            return redirect("home:channel", found.way)
        form.add_error("code", why)
    context = {
        "title": _("核对单位的群"),
        "form": form,
        "state": state,
        "button": _("核对"),
        "lead": _("验证码几秒后出现在群里。群里只说有什么事在等，没有编号、姓名和内容。"),
        "again": reverse("home:add_group", args=[found.way]),
    }
    return render(request, "home/group.html", context)


@require_POST
@permission(P.CHANNEL_EDIT)
def try_group(request: ActorRequest, address_key: UUID) -> HttpResponse:
    """A trial message into a group."""
    found, state = _group(request, address_key)
    return _tried(request, state, found)


@permission(P.CHANNEL_EDIT)
def remove_group(request: ActorRequest, address_key: UUID) -> HttpResponse:
    """Nothing goes into the group any more."""
    found, state = _group(request, address_key)
    form = Form(request.POST or None)

    def act() -> str:
        actions.remove_group(by=request.actor, group=found)
        return reverse("home:channel", args=[found.way])

    done = submit(request, form, act)
    lead = _("地址马上删除，以后不再往群里发。")
    context = {
        "title": _("不再用这个群"),
        "form": form,
        "state": state,
        "button": _("删除"),
        "lead": lead,
        "danger": True,
    }
    return done or render(request, "home/group.html", context)
