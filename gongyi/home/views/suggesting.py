"""Residents' own suggestions: written, kept unfinished, sent, followed by number and code; a co-signer's yes or no.

Numbers and codes never stand in an address.
"""

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

from gongyi.core import attachments
from gongyi.core.held import (
    SHOWN,
    SUGGESTED,
    act,
    count_stranger,
    held,
    hold_stranger,
    put,
    show_codes,
    shown_codes,
)
from gongyi.core.http import ActorRequest, public, residents, submit
from gongyi.core.tracking import make_code
from gongyi.home.forms import portal as portal_forms
from gongyi.home.forms.suggesting import CosignForm, MarkForm, ReviseForm, SuggestForm
from gongyi.proposals.actions import portal as actions
from gongyi.proposals.actions.intake import AuthorFacts
from gongyi.proposals.models import Author, Proposal, Sketch
from gongyi.proposals.queries import portal as queries
from gongyi.proposals.queries.calls import open_calls
from gongyi.proposals.queries.similar import similar_public
from gongyi.publishing.actions import ask_take_down


@public("residents suggest how something can be done better, without an account")
def suggest(request: ActorRequest) -> HttpResponse:
    """提建议, free or to a call; unfinished it is kept by number and code."""
    county = request.actor.county
    if not county:
        return redirect("home:portal")
    sketch = queries.followed_sketch(county, held(request, SUGGESTED, "sketch"))
    form = SuggestForm(
        request.POST or None, request.FILES or None, county=county, sketch=sketch, initial=_start(request)
    )
    if request.method == "POST":
        hold_stranger(request)
    if near := _similar(request, form):
        context = {"title": _("提建议"), "form": form, "sketch": sketch, "near": near}
        return render(request, "portal/suggest.html", context)
    act = _keep if "later" in request.POST else _send
    if done := submit(request, form, lambda: act(request, form, sketch)):
        _show_codes(request, form)
        return done
    return render(request, "portal/suggest.html", {"title": _("提建议"), "form": form, "sketch": sketch})


def _start(request: ActorRequest) -> dict[str, Any]:
    """What the form begins with: the call from whose page somebody comes, the phone of the own account."""
    call = open_calls(request.actor.county).filter(slug=request.GET.get("call", "")[:12]).first()
    return {"call": call.id if call else None} | ({"phone": request.resident.phone} if request.resident else {})


def _similar(request: ActorRequest, form: SuggestForm) -> list[dict[str, Any]]:
    """Public suggestions about the same, once, before one is sent; whoever saw them and wants to send says so."""
    if request.method != "POST" or {"later", "sure"} & request.POST.keys() or not form.is_valid():
        return []
    data = form.cleaned_data
    return similar_public(request.actor.county, " ".join(data[name] for name in ("title", "analysis", "suggestions")))


def _seed(request: ActorRequest) -> UUID:
    return UUID(request.POST["_key"])


def _send(request: ActorRequest, form: SuggestForm, sketch: Sketch | None) -> str:
    data, seed = form.cleaned_data, _seed(request)
    own = AuthorFacts(
        data["name"], data["phone"], data["organisation"], resident=request.resident.id if request.resident else None
    )
    others = [
        AuthorFacts(name, phone, code=make_code(seed, place=place))
        for place, (name, phone) in enumerate(data["cosigners"], start=1)
    ]
    kind = data["kind"] or Proposal.Kind.SINGLE
    actions.send_suggestion(
        county=request.actor.county, title=data["title"], analysis=data["analysis"], suggestions=data["suggestions"],
        code=make_code(seed), authors=[own, *others], kind=Proposal.Kind.JOINT if others and kind == Proposal.Kind.SINGLE else kind,
        call=data.get("call"), area=data["place"], may_publish=data["may_publish"], files=data["file"], sketch=sketch,
    )  # fmt: skip
    count_stranger(request)
    return reverse("home:suggested")


def _keep(request: ActorRequest, form: SuggestForm, sketch: Sketch | None) -> str:
    actions.keep_sketch(county=request.actor.county, code=make_code(_seed(request)), sketch=sketch, **form.sketched())
    count_stranger(request)
    return reverse("home:suggested")


def _show_codes(request: ActorRequest, form: SuggestForm) -> None:
    """Open what this form made and keep its codes, sealed, for the page that shows them."""
    seed, county = _seed(request), request.actor.county
    codes = [make_code(seed, place=place) for place in range(len(form.cleaned_data["cosigners"]) + 1)]
    if "later" not in request.POST:
        put(request, SUGGESTED, proposal=queries.just_sent(county, codes[0]))
        show_codes(request, codes)
    elif key := queries.just_kept(county, codes[0]):
        put(request, SUGGESTED, sketch=key)
        show_codes(request, codes[:1])


@public("number and code of the suggestion just sent or kept, in the browser that sent it")
def suggested(request: ActorRequest) -> HttpResponse:
    """The page after sending: shown again on reloading for ten minutes, then never."""
    county, codes = request.actor.county, shown_codes(request)
    one = queries.followed_proposal(county, held(request, SUGGESTED, "proposal"))
    sketch = queries.followed_sketch(county, held(request, SUGGESTED, "sketch"))
    if one and codes:
        signers = [row | {"code": code} for row, code in zip(queries.signers_of(one), codes[1:], strict=False)]
        context = {"title": _("已收到"), "one": one, "code": codes[0], "signers": signers, "way": queries.way_of(one)}
        return render(request, "portal/suggested.html", context)
    if sketch:
        context = {
            "title": _("存好了，还没有送出"),
            "sketch": sketch,
            "code": codes[0] if codes else "",
            "days": actions.KEPT.days,
        }
        return render(request, "portal/sketched.html", context)
    return redirect("home:own_suggestion" if one else "home:portal_track")


# --- one's own --------------------------------------------------------------------------------------------------------


def _opened(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give the view the opened suggestion; lead to number and code where there is none."""

    @wraps(view)
    def guarded(request: ActorRequest, **kwargs: Any) -> HttpResponseBase:
        one = queries.followed_proposal(request.actor.county, held(request, SUGGESTED, "proposal"))
        return view(request, one, **kwargs) if one else redirect("home:portal_track")

    return guarded


@public("the own suggestion, opened by number and code")
@_opened
def suggestion(request: ActorRequest, one: Proposal) -> HttpResponse:
    """Where it stands, whose turn it is, what happened, what the proposer can do; who looked."""
    request.session.pop(SHOWN, None)
    mine = request.resident is not None and queries.in_account(one, request.resident.id)
    context = {"title": one.title, "mine": mine, "mark": MarkForm(), "reply": portal_forms.ReplyForm()}
    return render(request, "portal/own_suggestion.html", queries.followed(one) | context)


def _add(one: Proposal, *, file: Sequence[Any], **facts: Any) -> Any:
    return actions.add_to_suggestion(one, files=file, **facts)


Step = tuple[Any, type[forms.Form], Callable[..., Any], Any]
STEPS: dict[str, Step] = {
    "reply": (
        gettext_lazy("回答提问"), portal_forms.ReplyForm, actions.reply, gettext_lazy("已送到，正在办的单位看得到您的回答。"),
    ),
    "revise": (gettext_lazy("改好再交"), ReviseForm, actions.revise, gettext_lazy("已交回去，会再看一遍。")),
    "judge": (gettext_lazy("评价"), MarkForm, actions.judge, gettext_lazy("记下了，谢谢您。")),
    "add": (gettext_lazy("补充一句或加文件"), portal_forms.AddForm, _add, gettext_lazy("已补充。")),
    "private": (
        gettext_lazy("不同意公开了"), portal_forms.PlainForm, ask_take_down,
        gettext_lazy("记下了：公开的已经撤下，以后也不再公开。"),
    ),
    "take_back": (gettext_lazy("撤回这件建议"), portal_forms.WithdrawForm, actions.take_back, gettext_lazy("已撤回。")),
    "wish": (
        gettext_lazy("要求更正、删除或查看我的信息"), portal_forms.WishForm, actions.wish_about_data,
        gettext_lazy("已收到您的要求，办到哪一步会写在下面。"),
    ),
}  # fmt: skip


@public("what the proposer does to the own suggestion, opened by number and code")
@_opened
def step(request: ActorRequest, one: Proposal, step: str) -> HttpResponse:
    """One thing that the proposer does: a form of its own."""
    if step not in STEPS:
        raise Http404
    label, form_class, does, thanks = STEPS[step]
    more: dict[str, Any] = {"proposal": one} if form_class is ReviseForm else {}
    form = form_class(request.POST or None, request.FILES or None, **more)
    if request.method == "POST" and request.FILES:
        hold_stranger(request)
    if done := submit(request, form, lambda: _act(request, one, does, form)):
        messages.success(request, thanks)
        return done
    context = {"title": label, "form": form, "one": one, "step": step, "answer": queries.sent_answer(one)}
    return render(request, "portal/own_step.html", context)


def _act(request: ActorRequest, one: Proposal, step: Callable[..., Any], form: forms.Form) -> str:
    """Act as the proposer."""
    act(request, SUGGESTED, lambda: step(one, by=actions.asker_of_proposal(one), **form.cleaned_data), proposal=one.id)
    return reverse("home:own_suggestion")


@public("a file that the proposer sent, in the browser that opened the suggestion; a 404 in every other")
def file(request: ActorRequest, file_key: UUID) -> HttpResponseBase:
    """One of the proposer's own files."""
    one = queries.followed_proposal(request.actor.county, held(request, SUGGESTED, "proposal"))
    row = next((row for row in queries.files_of_authors(one) if row.id == file_key), None) if one else None
    if row is None:
        raise Http404
    return attachments.response(row.path, row.name, row.kind)


@residents(without_permission="one of their own suggestions; a 404 for any other")
def own(request: ActorRequest, proposal_key: UUID) -> HttpResponse:
    """Open an own suggestion as number and code would."""
    found = queries.own_proposal(request.actor.county, request.resident.id, proposal_key)
    if found is None:
        raise Http404
    put(request, SUGGESTED, proposal=found)
    return redirect("home:own_suggestion")


# --- a co-signer ------------------------------------------------------------------------------------------------------


@public("a co-signer reads what they are asked to sign, opened by a number and code of their own")
def cosign(request: ActorRequest) -> HttpResponse:
    """联名: yes or no, once."""
    author = queries.followed_signer(request.actor.county, held(request, SUGGESTED, "author"))
    if author is None:
        return redirect("home:portal_track")
    form = CosignForm(request.POST or None)
    if done := submit(request, form, lambda: _countersign(author, form)):
        messages.success(request, _("记下了，谢谢您。"))
        return done
    return render(request, "portal/cosign.html", queries.to_sign(author) | {"title": _("有人请您联名"), "form": form})


def _countersign(author: Author, form: CosignForm) -> str:
    actions.countersign(author, by=actions.signer_of(author), **form.cleaned_data)
    return reverse("home:cosign")
