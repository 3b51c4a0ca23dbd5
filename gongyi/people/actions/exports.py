"""Exports of a list: asked for, made, handed out once, gone after a day.

Names, phones and addresses are in them only where a purpose is given; from so many people on, somebody else must agree first (P8).
"""

import io
from datetime import timedelta
from typing import BinaryIO
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, Sum
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import attachments, audit, clock, lists, outbox, schedule
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.errors import Refused
from gongyi.core.said import say
from gongyi.documents import tables
from gongyi.network.models import Unit
from gongyi.network.queries import chain
from gongyi.people.actions.access_log import look
from gongyi.people.models import Account, Export, Purpose
from gongyi.people.queries import actor_of, exports, first_with, holders
from gongyi.people.rules import exports_judged_by

AT_ONCE = 1000  # more rows are written by the worker
MOST_ROWS = 20_000
MOST_WAITING = 3
MOST_ALONE = 50  # people whose contacts somebody takes out without another person's word (P8)
KEPT = timedelta(hours=24)
LONGEST = 400  # characters of a list's conditions


def ask_export(*, by: Actor, kind: str, query: str, words: str, listed: str = "case") -> Export:
    """Ask for the rows of a list as a file; a short one is made at once, a long one by the worker.

    Raises Refused 422 for an empty or too long list, 429 when three are waiting already.
    """
    if by.id is None or not by.can(lists.kind(listed).permission):
        raise PermissionDenied
    if len(query) > LONGEST:
        raise Refused("too_long", _("条件太多，记不下。"), _("请少选一个条件。"), status=422)
    number = len(exports.keys_of(by, listed, query, MOST_ROWS + 1))
    if not number or number > MOST_ROWS:
        raise _wrong_length(number)
    _queue(by)
    facts = {"account": by.id, "listed": listed, "kind": Export.Kind(kind).value, "query": query, "words": words[:200]}
    with transaction.atomic():
        export = Export(county=by.county, wanted=number, asked_at=clock.now(), **facts)
        export.save()
        label = _("%(n)d 件") % {"n": number}
        audit.record(by=by, action="export.ask", kind="people.export", subject=export.id, label=label)
        return make_export(export, by=by) if number <= AT_ONCE else export


def _queue(by: Actor) -> None:
    """Raises Refused 429 when three of one's exports are waiting already."""
    if exports.exports_of(by).filter(ready_at=None, gone_at=None).count() >= MOST_WAITING:
        raise Refused("waiting", _("已有三份导出在排队。"), _("请等它们做好再来。"), status=429)


@transaction.atomic
def ask_contacts(
    *, by: Actor, kind: str, query: str, words: str, purpose: str, reason: str, listed: str = "case"
) -> Export:  # fmt: skip
    """Ask for the rows of a list with the contacts that this person may see, for a purpose and a reason.

    Up to MOST_ALONE people within a day they may be taken at once; beyond, once somebody else of the unit, or above where
    there is nobody, has agreed (P8, P9). The rows are fixed now; nothing but their keys rests on the disk. Raises Refused 422 for an empty
    or too long list or one without contacts, `nobody` where nobody could agree.
    """
    contacts = exports.exported(listed).contacts
    if by.id is None or by.unit is None or contacts is None or not by.can(contacts.needs):
        raise PermissionDenied
    keys = exports.keys_of(by, listed, query, AT_ONCE + 1)
    if not keys or len(keys) > AT_ONCE:
        raise _wrong_length(len(keys), AT_ONCE)
    _queue(by)
    people = len(contacts.people(by, keys))
    if not people:
        raise Refused("nobody_left_any", _("这里面没有您能看的姓名和电话。"), _("请做不带联系方式的。"), status=422)
    second = _who_agrees(by) if people + _taken_alone(by) > MOST_ALONE else None
    facts = {
        "account": by.id,
        "listed": listed,
        "kind": Export.Kind(kind).value,
        "words": words[:200],
        "second": second,
    }
    facts |= {"purpose": Purpose(purpose).value, "reason": reason.strip()[:200], "people": people}
    now = clock.now()
    export = Export(county=by.county, wanted=len(keys), asked_at=now, ready_at=None if second else now, **facts)
    export.done, export.keys_path = len(keys), attachments.store("\n".join(map(str, keys)).encode())
    export.full_clean()
    export.save()
    label = say(gettext_lazy("%(n)d 件，%(people)d 人的联系方式"), n=len(keys), people=people)
    audit.record(by=by, action="export.ask", kind="people.export", subject=export.id, label=str(label))
    if second:
        words_ = say(gettext_lazy("有带联系方式的导出等您同意：%(people)d 人"), people=people)
        judges = holders(P.CASE_APPROVE, {second.id})[second.id]
        outbox.tell(judges, by=by, event="export", text=words_, path=judge_url(export), subject=export.id)
    return export


def _taken_alone(by: Actor) -> int:
    """Of how many people this person asked for contacts within a day without another's word: two halves are one whole (P9)."""
    rows = exports.exports_of(by).filter(second=None, asked_at__gt=clock.now() - KEPT).exclude(purpose="")
    return int(rows.aggregate(people=Sum("people"))["people"] or 0)


def judge_url(export: Export) -> str:
    """Where somebody else agrees or not."""
    return f"{export.get_absolute_url()}judge/"


def _who_agrees(by: Actor) -> Unit:
    """The nearest unit, one's own first, in which somebody else may approve (P9)."""
    own = Unit.objects.get(id=by.unit or by.key)
    if found := first_with(chain(own), P.CASE_APPROVE, besides={by.id}):
        return found
    raise Refused(
        "nobody", _("超过 %(n)d 人要另一个人同意，但从本单位到县里都没有别的审核人。") % {"n": MOST_ALONE},
        _("请账号管理员给另一个人授予审核角色，或少选一些。"), status=422,
    )  # fmt: skip


@transaction.atomic
def judge_export(export: Export, *, by: Actor, agrees: bool) -> None:
    """Say yes or no to an export with contacts. Raises Http404 for whoever it does not wait for, or when it is decided already."""
    now = clock.now()
    facts = {"ready_at": now} if agrees else {"gone_at": now}
    if not exports_judged_by(by).filter(id=export.id).update(judged_by=by.id, judged_at=now, **facts):
        raise Http404
    audit.record(
        by=by,
        action="export.agree" if agrees else "export.refuse",
        kind="people.export",
        subject=export.id,
        label=str(export.people),
    )
    words = gettext_lazy("带联系方式的导出已经同意，可以下载") if agrees else gettext_lazy("带联系方式的导出没有同意")
    outbox.tell(
        {export.account}, by=by, event="export", text=say(words), path=export.get_absolute_url(), subject=export.id
    )
    if not agrees:
        _remove(export.keys_path)


def _wrong_length(number: int, most: int = MOST_ROWS) -> Refused:
    if not number:
        return Refused("empty", _("没有符合条件的，不用导出。"), _("请换一个条件。"), status=422)
    told = {"n": most}
    return Refused("too_many", _("超过 %(n)d 件，一个文件放不下。") % told, _("请按日期分几次导出。"), status=422)


def make_export(export: Export, *, by: Actor) -> Export:
    """Write the file with what this person may see now, and the keys of its rows beside it."""
    keys = exports.keys_of(by, export.listed, export.query, MOST_ROWS)
    content = _written(export, by, keys)
    path, keys_path = attachments.store(content.getvalue()), attachments.store("\n".join(map(str, keys)).encode())
    facts = {"path": path, "keys_path": keys_path, "done": len(keys), "ready_at": clock.now(), "query": ""}
    if not Export.objects.filter(county=export.county, id=export.id, ready_at=None, gone_at=None).update(**facts):
        _remove(path, keys_path)  # somebody else was faster
    export.refresh_from_db()
    return export


def _written(export: Export, by: Actor, keys: list[UUID]) -> io.BytesIO:
    """These rows as a file in memory."""
    content, contacts = io.BytesIO(), bool(export.purpose)
    headers = exports.headers(export.listed, contacts=contacts)
    rows = exports.cells(by, export.listed, keys, contacts=contacts)
    if export.kind == Export.Kind.XLSX:
        tables.write_xlsx(content, headers, rows, sheet=str(lists.kind(export.listed).label))
    else:
        tables.write_csv(content, headers, rows)
    content.seek(0)
    return content


def make_waiting(county: int) -> int:
    """What the worker does: write the files that wait, each for its person as they stand now; one whose person lost the right is dropped."""
    made = 0
    for export in Export.objects.filter(county=county, ready_at=None, gone_at=None, purpose="").order_by("asked_at"):
        if schedule.stopping():
            break
        account = Account.objects.filter(id=export.account, is_active=True).first()
        by = actor_of(account) if account else None
        if by is None or by.county != county or not by.can(lists.kind(export.listed).permission):
            Export.objects.filter(county=county, id=export.id).update(gone_at=clock.now(), query="")
            continue
        make_export(export, by=by)
        made += 1
    return made


def take_export(export: Export, *, by: Actor) -> BinaryIO:
    """The file, once: open for reading, and gone from the disk.

    Raises Http404 for somebody else's, Refused `gone` when it was taken or is older than a day, Refused `changed` when
    this person may no longer see one of its rows (P10).
    """
    if export.account != by.id:
        raise Http404
    rows = Export.objects.filter(county=export.county, id=export.id, taken_at=None, gone_at=None)
    rows = rows.filter(ready_at__gt=clock.now() - KEPT)
    if not rows.exists():
        raise Refused("gone", _("这个文件已经下载过或过了一天，不在了。"), _("请重新导出一份。"), status=410)
    if not exports.still_visible(by, export.listed, _keys(export)):
        drop_export(export)
        raise Refused("changed", _("文件里有您现在看不到的，没有给出。"), _("请按现在的列表重新导出。"))
    with transaction.atomic():
        if not rows.update(taken_at=clock.now(), gone_at=clock.now()):
            raise Refused("gone", _("这个文件刚被下载过。"), _("请重新导出一份。"), status=410)
        audit.record(by=by, action="export.take", kind="people.export", subject=export.id, label=str(export.done))
        content = _with_contacts(export, by) if export.purpose else attachments.open_stored(export.path)
    _remove(export.path, export.keys_path)
    return content


def _with_contacts(export: Export, by: Actor) -> io.BytesIO:
    """The file with contacts, written now; each of these people can read afterwards who took theirs and why (P12)."""
    keys, contacts = _keys(export), exports.exported(export.listed).contacts
    for key, number in contacts.people(by, keys) if contacts else ():
        look(by=by, subject=key, kind=contacts.subject, label=number, fields="contact", purpose=export.purpose)  # type: ignore[union-attr]
    return _written(export, by, keys)


def _keys(export: Export) -> list[UUID]:
    with attachments.open_stored(export.keys_path) as file:
        return [UUID(line) for line in file.read().decode().split()]


def drop_export(export: Export) -> None:
    """Remove the file; the row stays and says that there was one."""
    Export.objects.filter(county=export.county, id=export.id).update(gone_at=clock.now(), query="")
    _remove(export.path, export.keys_path)


def drop_old(county: int) -> int:
    """Remove the files that are older than a day (D11)."""
    old = Q(ready_at__lt=clock.now() - KEPT) | Q(asked_at__lt=clock.now() - 2 * KEPT)
    rows = list(Export.objects.filter(old, county=county, gone_at=None))
    for export in rows:
        drop_export(export)
    return len(rows)


def _remove(*paths: str) -> None:
    for path in filter(None, paths):
        attachments.remove(path)
