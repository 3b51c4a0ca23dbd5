"""Exports of a list: asked for, made, handed out once, gone after a day. Names, phones and addresses are never in them."""

import io
from datetime import timedelta
from typing import BinaryIO
from urllib.parse import parse_qsl
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from gongyi.casework import queries
from gongyi.casework.models import Export
from gongyi.casework.queries import exports
from gongyi.core import attachments, audit, clock, schedule
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.errors import Refused
from gongyi.documents import tables
from gongyi.people.models import Account
from gongyi.people.queries import actor_of

AT_ONCE = 1000  # more rows are written by the worker
MOST_ROWS = 20_000
MOST_WAITING = 3
KEPT = timedelta(hours=24)


def ask_export(*, by: Actor, kind: str, query: str, words: str) -> Export:
    """Ask for the rows of a list as a file; a short one is made at once, a long one by the worker.

    Raises Refused 422 for an empty or too long list, 429 when three are waiting already.
    """
    if by.id is None or not by.can(P.CASE_VIEW):
        raise PermissionDenied
    number = len(queries.list_keys(by, queries.wanted_of(dict(parse_qsl(query))), MOST_ROWS + 1))
    if not number or number > MOST_ROWS:
        raise _wrong_length(number)
    if exports.exports_of(by).filter(ready_at=None, gone_at=None).count() >= MOST_WAITING:
        raise Refused("waiting", _("已有三份导出在排队。"), _("请等它们做好再来。"), status=429)
    facts = {"account": by.id, "kind": Export.Kind(kind).value, "query": query[:400], "words": words[:200]}
    with transaction.atomic():
        export = Export(county=by.county, wanted=number, asked_at=clock.now(), **facts)
        export.save()
        label = _("%(n)d 件") % {"n": number}
        audit.record(by=by, action="export.ask", kind="casework.export", subject=export.id, label=label)
        return make_export(export, by=by) if number <= AT_ONCE else export


def _wrong_length(number: int) -> Refused:
    if not number:
        return Refused("empty", _("没有符合条件的办件，不用导出。"), _("请换一个条件。"), status=422)
    told = {"n": MOST_ROWS}
    return Refused("too_many", _("超过 %(n)d 件，一个文件放不下。") % told, _("请按日期分几次导出。"), status=422)


def make_export(export: Export, *, by: Actor) -> Export:
    """Write the file with what this person may see now, and the keys of its cases beside it."""
    keys = queries.list_keys(by, queries.wanted_of(dict(parse_qsl(export.query))), MOST_ROWS)
    content = io.BytesIO()
    rows = exports.cells(by, keys)
    if export.kind == Export.Kind.XLSX:
        tables.write_xlsx(content, exports.headers(), rows, sheet=_("办件"))
    else:
        tables.write_csv(content, exports.headers(), rows)
    path, keys_path = attachments.store(content.getvalue()), attachments.store("\n".join(map(str, keys)).encode())
    facts = {"path": path, "keys_path": keys_path, "done": len(keys), "ready_at": clock.now(), "query": ""}
    if not Export.objects.filter(county=export.county, id=export.id, ready_at=None, gone_at=None).update(**facts):
        _remove(path, keys_path)  # somebody else was faster
    export.refresh_from_db()
    return export


def make_waiting(county: int) -> int:
    """What the worker does: write the files that wait, each for its person as they stand now; one whose person lost the right is dropped."""
    made = 0
    for export in Export.objects.filter(county=county, ready_at=None, gone_at=None).order_by("asked_at"):
        if schedule.stopping():
            break
        account = Account.objects.filter(id=export.account, is_active=True).first()
        by = actor_of(account) if account else None
        if by is None or by.county != county or not by.can(P.CASE_VIEW):
            Export.objects.filter(county=county, id=export.id).update(gone_at=clock.now(), query="")
            continue
        make_export(export, by=by)
        made += 1
    return made


def take_export(export: Export, *, by: Actor) -> BinaryIO:
    """The file, once: open for reading, and gone from the disk.

    Raises Http404 for somebody else's, Refused `gone` when it was taken or is older than a day, Refused `changed` when
    this person may no longer see one of its cases (P10).
    """
    if export.account != by.id:
        raise Http404
    rows = Export.objects.filter(county=export.county, id=export.id, taken_at=None, gone_at=None)
    rows = rows.filter(ready_at__gt=clock.now() - KEPT)
    if not rows.exists():
        raise Refused("gone", _("这个文件已经下载过或过了一天，不在了。"), _("请重新导出一份。"), status=410)
    if not exports.still_visible(by, _keys(export)):
        drop_export(export)
        raise Refused("changed", _("文件里有您现在看不到的办件，没有给出。"), _("请按现在的列表重新导出。"))
    with transaction.atomic():
        if not rows.update(taken_at=clock.now(), gone_at=clock.now()):
            raise Refused("gone", _("这个文件刚被下载过。"), _("请重新导出一份。"), status=410)
        audit.record(by=by, action="export.take", kind="casework.export", subject=export.id, label=str(export.done))
        content = attachments.open_stored(export.path)
    _remove(export.path, export.keys_path)
    return content


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
