"""What every page shares: who may open it, a form that works once, refusals as pages, headers."""

import hashlib
from collections.abc import Callable, Container, Iterable
from functools import wraps
from http import HTTPStatus
from tempfile import TemporaryFile
from typing import IO, Any, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from gongyi.core import clock
from gongyi.core.access import Actor, Permission
from gongyi.core.errors import Refused
from gongyi.core.models import FormKey
from gongyi.core.workflow import Move, Table, check_seen

View = Callable[..., HttpResponseBase]
STAYS_ON_FORM = 422  # a Refused with this status is shown in the form that caused it
REFUSED_STATUS = "gongyi.refused"  # where `submit` notes it, so that the page with the form carries it too


class ActorRequest(HttpRequest):
    """A request with the person who acts, and the resident whose account is open here; `people.adapter.ActorMiddleware` sets both."""

    actor: Actor
    resident: Any  # a people.Resident or None; never beside somebody who works here


def permission(*permissions: Permission) -> Callable[[View], View]:
    """Declare that a view needs one of these permissions (in any unit; which rows is the query's business).

    Strangers are led to the sign-in page, others get a 403.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.actor.id is None:
                return redirect_to_login(request.get_full_path())
            if not any(request.actor.can(wanted) for wanted in permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permissions = permissions  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(reason: str) -> Callable[[View], View]:
    """Declare that a view is open to everybody, and why."""

    def decorate(view: View) -> View:
        view.public = reason  # type: ignore[attr-defined]
        return view

    return decorate


def signed_in(*, without_permission: str) -> Callable[[View], View]:
    """Declare that a view is open to whoever is signed in, and why it needs no permission; strangers are led to sign in."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            return view(request, *args, **kwargs)

        guarded.signed_in = without_permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def residents(*, without_permission: str) -> Callable[[View], View]:
    """Declare that a view is for a resident who signed in, and what they see there. All others are led to the residents' sign-in page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.resident is None:
                return redirect(settings.RESIDENT_LOGIN_URL)
            return view(request, *args, **kwargs)

        guarded.residents = without_permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def allowed(
    request: ActorRequest,
    record: Any,
    action: str,
    *,
    table: Table,
    forms: Container[str],
    may: Callable[[Actor, Any, Move], bool],
    own: Iterable[str] = (),
) -> Move:
    """The move, if there is such a one for hands (404), the person may make it (403) and the state allows it (409).

    Where somebody was faster and that took away the right to this move, both texts are shown; `own` names the fields that hold the writer's.
    """
    if action not in forms:
        raise Http404
    move = table[action]
    if not may(request.actor, record, move):
        seen = request.POST.get("seen", "") if own else ""
        if seen.isdecimal() and seen != str(record.version):
            check_seen(record, 0, mine=next(filter(None, map(request.POST.get, own)), ""))  # 0 is no version
        raise PermissionDenied
    if record.state not in move.sources and request.method != "POST":
        said = {"state": table.states[record.state].label, "action": move.label}
        raise Refused(
            "wrong_state", _("这件事现在是“%(state)s”，不能“%(action)s”。") % said, _("请回到这件事的页面看下一步。")
        )
    return move


def submit(request: HttpRequest, form: forms.BaseForm, act: Callable[[], str]) -> HttpResponse | None:
    """Run one action for a posted form, once, and lead to the address that it returns.

    The same form sent again gets the same answer without acting again; None means that the form has errors to show and keeps
    what was typed; after a Refused the page carries its status: 422 when the key comes back with other content. Raises Refused
    (409 page) when the record moved on.
    """
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        with transaction.atomic():
            mark, fresh = _claim(cast("ActorRequest", request))
            if fresh:
                answer = act()
                if mark:
                    FormKey.objects.filter(county=mark.county, id=mark.id).update(answer=answer)
            else:
                answer = cast("FormKey", mark).answer
    except ValidationError as error:
        form.add_error(None, error) if not hasattr(error, "error_dict") else _add_errors(form, error)
        return None
    except Refused as refused:
        of_file = refused.code.startswith("file_")  # a bad file must not cost the words beside it
        if refused.status != STAYS_ON_FORM and not of_file:
            raise
        form.add_error("file" if of_file and "file" in form.fields else None, str(refused))
        request.META[REFUSED_STATUS] = refused.status
        return None
    return redirect(answer)


def _add_errors(form: forms.BaseForm, error: ValidationError) -> None:
    for name, messages in error.message_dict.items():
        form.add_error(name if name in form.fields else None, messages)


def _claim(request: ActorRequest) -> tuple[FormKey | None, bool]:
    """Claim the form's key for this body. (row, True) for the first time, (row, False) for a repeat."""
    try:
        key = UUID(request.POST.get("_key", ""))
    except ValueError:
        raise Refused(
            "no_form_key", _("这张表单打开得不完整。"), _("请重新打开页面再填一次。"), status=STAYS_ON_FORM
        ) from None
    county, body = request.actor.county, _body_digest(request)
    mine = FormKey(county=county, key=key, account=request.actor.id, path=request.path[:200], body=body, at=clock.now())
    FormKey.objects.bulk_create([mine], ignore_conflicts=True)
    kept = FormKey.objects.filter(county=county, key=key).get()
    if kept.id == mine.id:
        return kept, True
    if (kept.account, kept.path, kept.body) != (mine.account, mine.path, mine.body):
        raise Refused(
            "form_changed",
            _("这张表单已经送出过，内容和这次不一样，这次没有保存。"),
            _("请重新打开页面，看看第一次送出的结果。"),
            status=422,
        )
    return kept, False


def _file_digest(file: Any) -> str:
    """A sent file by name and content."""
    found = hashlib.sha256(str(file.name).encode("utf-8", "surrogatepass"))
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()


def _body_digest(request: HttpRequest) -> str:
    facts = [(k, v) for k, values in sorted(request.POST.lists()) if not k.startswith(("_key", "csrf")) for v in values]
    facts += [(k, _file_digest(f)) for k, files in sorted(request.FILES.lists()) for f in files]
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass")).hexdigest()


def refused_page(request: HttpRequest, refused: Refused) -> HttpResponse:
    """The page for a refusal: what happened, what to do, and both texts when somebody was faster."""
    context = {"refused": refused, "back_url": request.path}
    return render(request, "409.html", context, status=refused.status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """A form without its token: most often a page left open over a sign-out."""
    return refused_page(
        request,
        Refused("csrf", _("页面放得太久，没有保存。"), _("请返回上一页，刷新后再送出；写的字还在。"), status=403),
    )


def _holds_nul(request: HttpRequest, kwargs: dict[str, Any]) -> bool:
    """Whether the address or the form holds a NUL, which SQLite stores and PostgreSQL answers with a fault."""
    sent = [text for part in (request.POST, request.FILES) for key in part for text in (key, *part.getlist(key))]
    return "%00" in request.META.get("QUERY_STRING", "") or any(
        "\x00" in str(text) for text in (*kwargs.values(), *sent)
    )


class RefusedMiddleware:
    """Turns `Refused` into its page, or its status into that of the page that shows it in a form; refuses what no database of ours can hold before a view meets it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.OK:
            response.status_code = request.META.get(REFUSED_STATUS, HTTPStatus.OK)
        return response

    def process_view(
        self, request: HttpRequest, _view: View, _args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if not _holds_nul(request, kwargs):
            return None
        sentence, todo = _("送来的文字里有保存不了的字符。"), _("请重新打开页面，把文字再输入一遍。")
        return refused_page(request, Refused("nul", sentence, todo, status=400))

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return refused_page(request, error) if isinstance(error, Refused) else None


class HeadersMiddleware:
    """Headers of every answer: no position, no camera; pages of signed-in people are kept by no cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", "geolocation=(), camera=(), microphone=()")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class NamelessUpload(FileUploadHandler):
    """A file too long for memory lies on the disk without a name: whatever ends the process, nothing of it is left there.

    What is longer than any page takes is not kept, only counted: so nobody fills the disk, and the form says that it is too large.
    """

    longest = 64 * 1024 * 1024

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file = cast("IO[bytes]", TemporaryFile())  # noqa: SIM115 - the page closes it

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) <= self.longest:
            self.file.write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[Any]":
        self.file.seek(0)
        return UploadedFile(
            self.file, self.file_name, self.content_type, file_size, self.charset, self.content_type_extra
        )

    def upload_interrupted(self) -> None:
        self.file.close()
