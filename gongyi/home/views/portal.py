"""Pages for residents: say something, follow it, answer, judge, withdraw, see who looked. Numbers and codes never stand in an address."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gongyi.casework import actions
from gongyi.casework.actions.residents import claim_case
from gongyi.casework.models import Case
from gongyi.casework.queries import portal as queries
from gongyi.casework.queries import publications
from gongyi.casework.queries import why as explain
from gongyi.core import attachments, secrets
from gongyi.core.errors import Refused
from gongyi.core.held import (
    OPENED,
    SHOWN,
    SUGGESTED,
    act,
    count_guess,
    count_stranger,
    forget,
    held,
    hold_guesser,
    hold_stranger,
    put,
    show_codes,
    shown_codes,
)
from gongyi.core.http import ActorRequest, public, residents, submit
from gongyi.core.tracking import make_code
from gongyi.home.forms import portal as portal_forms
from gongyi.home.queries import sms_on, sms_ready
from gongyi.people.actions.residents import resident_actor
from gongyi.proposals.actions.portal import claim_proposal
from gongyi.proposals.queries import portal as suggestions
from gongyi.proposals.queries import voices
from gongyi.publishing.actions import ask_take_down


@public("the residents' first page")
def portal(request: ActorRequest) -> HttpResponse:
    context = {
        "title": _("有事您说，我们办、我们答"),
        "ready": request.actor.county,
        "published": _published(request.actor.county),
    }
    context["published_url"] = reverse("home:answers")
    return render(request, "portal/start.html", context)


def _published(county: int) -> list[dict[str, str]]:
    """The latest published answers."""
    found = publications.recent(county, 5) if county else []
    return [{"title": one.title, "url": reverse("home:answer", args=[one.publication.slug])} for one in found]


@public("residents say what troubles them, without an account")
def ask(request: ActorRequest) -> HttpResponse:
    """我要反映."""
    if not request.actor.county:
        return redirect("home:portal")
    own = {"phone": request.resident.phone} if request.resident else {}
    form = portal_forms.TellForm(request.POST or None, request.FILES or None, county=request.actor.county, initial=own)
    if request.method == "POST":
        hold_stranger(request)
    if done := submit(request, form, lambda: _tell(request, form)):
        _show_code(request)
        return done
    return render(request, "portal/ask.html", {"title": _("我要反映"), "form": form})


def _tell(request: ActorRequest, form: portal_forms.TellForm) -> str:
    data = form.cleaned_data
    asker = actions.AskerFacts(name=data["name"], phone=data["phone"], whom=data["whom"], theirs=data["theirs"])
    actions.submit_case(
        county=request.actor.county, content=data["content"], type=data["type"], code=_code_of_form(request), area=data["place"],
        topic=data["topic"], asker=asker, may_publish=data["may_publish"], files=data["file"], about_service=data["about_service"],
        resident=request.resident.id if request.resident else None,
    )  # fmt: skip
    count_stranger(request)
    return reverse("home:portal_done")


def _code_of_form(request: ActorRequest) -> str:
    """The code that goes with this form, however often it is sent."""
    return make_code(UUID(request.POST["_key"]))


def _show_code(request: ActorRequest) -> None:
    """Open the case that this form made and keep its code, sealed, for the page that shows it."""
    code = _code_of_form(request)
    put(request, OPENED, case=queries.just_submitted(request.actor.county, code))
    show_codes(request, [code])


def _opened_case(request: ActorRequest) -> Case | None:
    """The case that this browser opened by its code within the last half hour."""
    return queries.followed_case(request.actor.county, held(request, OPENED, "case"))


def _opened(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give the view the opened case; lead to number and code where there is none."""

    @wraps(view)
    def guarded(request: ActorRequest, **kwargs: Any) -> HttpResponseBase:
        case = _opened_case(request)
        return view(request, case, **kwargs) if case else redirect("home:portal_track")

    return guarded


@public("number and code of the request just sent, in the browser that sent it")
@_opened
def done(request: ActorRequest, case: Case) -> HttpResponse:
    """The page after sending: shown again on reloading for ten minutes, then never."""
    codes = shown_codes(request)
    if not codes:
        return redirect("home:portal_case")
    context = {"title": _("已收到"), "case": case, "code": codes[0]}
    return render(request, "portal/done.html", context)


@public("residents follow their request by number and code")
def track(request: ActorRequest) -> HttpResponse:
    """查进度. A wrong code and an unknown number get the same answer."""
    form = portal_forms.TrackForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (found := _by_code(request, form)):
        return redirect(_open_found(request, *found))
    return render(request, "portal/track.html", {"title": _("查进度"), "form": form})


Opened = tuple[UUID | None, suggestions.Found]


def _by_code(request: ActorRequest, form: portal_forms.TrackForm) -> Opened | None:
    """The case or suggestion with this number and code; None, with one sentence for all reasons, else. Raises Refused after too many wrong ones."""
    hold_guesser(request)
    county, typed = request.actor.county, form.cleaned_data
    found = queries.find_by_code(county, **typed), suggestions.find_by_code(county, **typed)
    if any(found):
        return found
    count_guess(request)
    form.add_error(None, _("编号和查询码对不上。请对照记下的再看一遍，或找受理的窗口问。"))
    return None


def _open_found(request: ActorRequest, case: UUID | None, other: suggestions.Found) -> str:
    """Open what number and code led to; the address of its page."""
    if case:
        put(request, OPENED, case=case)
        return reverse("home:portal_case")
    put(request, SUGGESTED, proposal=other.proposal, author=other.author, sketch=other.sketch)
    return reverse("home:own_suggestion" if other.proposal else "home:cosign" if other.author else "home:suggest")


@public("the asker's own case, opened by number and code")
@_opened
def case(request: ActorRequest, case: Case) -> HttpResponse:
    """Whose turn it is, by when and why; what happened; what the asker can do; who looked."""
    request.session.pop(SHOWN, None)
    context = queries.followed(case) | {
        "title": case.title,
        "mine": request.resident is not None and case.resident == request.resident.id,
        "judge": portal_forms.JudgeForm(),
        "reply": portal_forms.ReplyForm(),
    }
    return render(request, "portal/case.html", context)


@public("why the own case has its date, opened by number and code")
@_opened
def why(request: ActorRequest, case: Case) -> HttpResponse:
    """为什么是这一天: the day of the answer, day by day."""
    context = {"title": _("为什么是这一天？"), "case": case, "why": explain(case, "resident")}
    return render(request, "portal/why.html", context)


def _judge(case: Case, *, solved: str, **facts: Any) -> Any:
    return (actions.settle if solved == "yes" else actions.unsolved)(case, **facts)


def _add(case: Case, *, file: Sequence[Any], **facts: Any) -> Any:
    return actions.add_word(case, files=file, **facts)


Step = tuple[Any, type[forms.Form], Callable[..., Any], Any]
STEPS: dict[str, Step] = {
    "reply": (
        gettext_lazy("回答提问"), portal_forms.ReplyForm, actions.reply, gettext_lazy("已送到，正在办的单位看得到您的回答。"),
    ),
    "judge": (gettext_lazy("说一句解决没有"), portal_forms.JudgeForm, _judge, gettext_lazy("记下了，谢谢您。")),
    "again": (
        gettext_lazy("没有解决，要求重新办理"), portal_forms.AgainForm, actions.unsolved,
        gettext_lazy("已经重新开始办，主办单位和督办的人都会知道。"),
    ),
    "rate": (gettext_lazy("评价"), portal_forms.RateForm, actions.rate, gettext_lazy("记下了，谢谢您。")),
    "add": (gettext_lazy("补充一句或加照片"), portal_forms.AddForm, _add, gettext_lazy("已补充。")),
    "private": (
        gettext_lazy("不同意公开了"), portal_forms.PlainForm, ask_take_down,
        gettext_lazy("记下了：公开的已经撤下，以后也不再公开。"),
    ),
    "withdraw": (
        gettext_lazy("撤回，不办了"), portal_forms.WithdrawForm, actions.withdraw,
        gettext_lazy("已撤回。以后还想办，在期限内可以重新提出。"),
    ),
    "wish": (
        gettext_lazy("要求更正、删除或查看我的信息"), portal_forms.WishForm, actions.wish_about_data,
        gettext_lazy("已收到您的要求，办到哪一步会写在下面。"),
    ),
}  # fmt: skip


@public("what the asker does to the own case, opened by number and code")
@_opened
def step(request: ActorRequest, case: Case, step: str) -> HttpResponse:
    """One thing that the asker does: a form of its own."""
    if step not in STEPS:
        raise Http404
    label, form_class, does, thanks = STEPS[step]
    form = form_class(request.POST or None, request.FILES or None)
    if request.method == "POST" and request.FILES:
        hold_stranger(request)
    if done := submit(request, form, lambda: _act(request, case, does, form)):
        messages.success(request, thanks)
        return done
    context = {"title": label, "form": form, "case": case, "step": step, "way": queries.way_of(case)}
    return render(request, "portal/step.html", context)


def _act(request: ActorRequest, case: Case, step: Callable[..., Any], form: forms.Form) -> str:
    """Act as the asker."""
    act(request, OPENED, lambda: step(case, by=actions.asker_of_case(case), **form.cleaned_data), case=case.id)
    return reverse("home:portal_case")


@public("a file that the asker sent, in the browser that opened the case; a 404 in every other")
def file(request: ActorRequest, file_key: UUID) -> HttpResponseBase:
    """One of the asker's own files."""
    case = _opened_case(request)
    row = next((row for row in queries.files_of_asker(case) if row.id == file_key), None) if case else None
    if row is None:
        raise Http404
    return attachments.response(row.path, row.name, row.kind)


@require_POST
@public("the asker closes the case that this browser opened")
def leave(request: ActorRequest) -> HttpResponse:
    """Forget number and code in this browser."""
    forget(request)
    return redirect("home:portal")


# --- the requests of one account; in and out of it leads `residents` --------------------------------------------------


@residents(without_permission="their own requests")
def mine(request: ActorRequest) -> HttpResponse:
    """我的诉求: whose turn, by when; first what waits for the resident."""
    rows = queries.cases_of_resident(request.actor.county, request.resident.id)
    context = {
        "title": _("我的诉求"),
        "rows": rows,
        "suggested": suggestions.proposals_of_resident(request.actor.county, request.resident.id),
        "supported": voices.supported_by(request.resident),
        "said": voices.comments_of(request.resident),
        "most": queries.MOST_OWN,
        "loose": _loose(request),
        "phone": secrets.mask_phone(request.resident.phone),
        "sms": sms_on(request.resident),
        "sms_ready": sms_ready(request.actor.county),
    }
    return render(request, "portal/mine/list.html", context)


def _loose(request: ActorRequest) -> Case | None:
    """The case that this browser opened by its code and that is not in the account."""
    case = _opened_case(request)
    return case if case and case.resident != request.resident.id else None


@residents(without_permission="one of their own requests; a 404 for any other")
def own(request: ActorRequest, case_key: UUID) -> HttpResponse:
    """Open an own case as number and code would."""
    found = queries.own_case(request.actor.county, request.resident.id, case_key)
    if found is None:
        raise Http404
    put(request, OPENED, case=found)
    return redirect("home:portal_case")


@require_POST
@residents(without_permission="puts the request that this browser opened into the own account")
def keep(request: ActorRequest) -> HttpResponse:
    """放进我的诉求."""
    if case := _loose(request):
        claim_case(case.id, by=resident_actor(request.resident), resident=request.resident)
        messages.success(request, _("已放进“我的诉求”，以后登录就能看。"))
    return redirect("home:portal_mine")


@residents(without_permission="puts an earlier request into the own account, by number and code")
def add(request: ActorRequest) -> HttpResponse:
    """放进一件以前的: the same limits and the same answers as 查进度."""
    form = portal_forms.TrackForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (found := _by_code(request, form)):
        _claim(request, *found)
        messages.success(request, _("已放进“我的诉求”，以后登录就能看。"))
        return redirect("home:portal_mine")
    return render(request, "portal/mine/add.html", {"title": _("放进一件以前反映的"), "form": form})


def _claim(request: ActorRequest, case: UUID | None, other: suggestions.Found) -> None:
    """Put what number and code led to into the account."""
    by, resident = resident_actor(request.resident), request.resident
    if case:
        claim_case(case, by=by, resident=resident)
    elif other.proposal:
        claim_proposal(other.proposal, by=by, resident=resident)
    else:
        raise Refused("not_own", _("这个编号不是一件送出的事。"), _("联名的、没写完的，请用“查进度”打开。"), status=422)


# --- the picker -------------------------------------------------------------------------------------------------------


@public("names of villages and townships, for the picker")
def places(request: ActorRequest) -> HttpResponse:
    """Hits of the picker of villages."""
    hits = portal_forms.place_hits(request.GET.get("q", "")) if request.actor.county else []
    return render(request, "components/picker_hits.html", {"hits": hits})
