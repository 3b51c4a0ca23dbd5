"""The audit chain (rights.md P13): every change leaves a row that names its predecessor's digest, per county.

The row holds pseudonyms, labels and digests; the values before and after stand in `AuditDetail`, which may be erased.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.models import AuditDetail, AuditEntry, AuditHead

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHAINED = ("seq", "at", "actor", "actor_label", "action", "kind", "subject", "label", "content", "before")


def moment(at: datetime) -> int:
    """Milliseconds since 1970: as precise as a dump carries a time to another database."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _link(entry: AuditEntry) -> str:
    """The digest of one row, over its own facts and its predecessor's digest."""
    facts = {name: getattr(entry, name) for name in _CHAINED}
    facts["at"] = moment(entry.at)
    return _digest(json.dumps([entry.county, facts], ensure_ascii=False, sort_keys=True, default=str))


def record(
    *,
    by: Actor,
    action: str,
    kind: str,
    subject: UUID | None = None,
    label: str = "",
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> AuditEntry:
    """Append one row to the county's chain, in the caller's transaction.

    `changes` maps field names to (before, after); they go to the erasable side table, only their digest into the chain.
    Raises TransactionManagementError outside a transaction, because the row must share the fate of the data.
    """
    transaction.get_connection().validate_no_broken_transaction()
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("an audit row belongs into the transaction of its change")
    lines = sorted((name, str(old), str(new)) for name, (old, new) in (changes or {}).items())
    before = _advance(by.county)
    entry = AuditEntry(
        county=by.county,
        seq=before.seq + 1,
        at=clock.now(),
        actor=by.id,
        actor_label=by.name[:80],
        action=action,
        kind=kind,
        subject=subject,
        label=label[:120],
        content=_digest(json.dumps(lines, ensure_ascii=False)) if lines else "",
        before=before.digest,
    )
    entry.digest = _link(entry)
    entry.save()
    AuditHead.objects.filter(county=by.county, id=before.id).update(seq=entry.seq, digest=entry.digest)
    if lines:
        AuditDetail.objects.bulk_create(
            AuditDetail(county=by.county, entry=entry, field=name, old=old, new=new) for name, old, new in lines
        )
    return entry


def _advance(county: int) -> AuditHead:
    """Lock the county's head; the first row of a county makes it."""
    heads = AuditHead.objects.filter(county=county)
    head = heads.select_for_update().first()
    if head is None:
        AuditHead.objects.bulk_create([AuditHead(county=county)], ignore_conflicts=True)
        head = heads.select_for_update().get()
    return head


@dataclass(frozen=True)
class Finding:
    """One place where a county's chain does not hold: the row's number and what is wrong with it."""

    county: int
    seq: int
    what: str

    @property
    def words(self) -> str:
        """What is wrong, in the reader's language."""
        return str(_WORDS.get(self.what, self.what))


_WORDS: dict[str, Promise] = {
    "missing": gettext_lazy("少了记录"),
    "inserted": gettext_lazy("多了记录"),
    "does not follow its predecessor": gettext_lazy("和前一行接不上：有记录被删、换位或插入"),
    "edited": gettext_lazy("这一行被改过"),
    "tail is missing": gettext_lazy("末尾的记录被删"),
    "differs from the copy outside the database": gettext_lazy("和数据库外的留底不一致"),
    "values were edited": gettext_lazy("改动前后的内容被改过"),
    "access rows were changed": gettext_lazy("这一天的查看记录被改过"),
}


def verify(county: int) -> list[Finding]:
    """Walk a county's chain and return every place where it was edited, cut, swapped or added to; empty if whole.

    Compares the end with the head row and with the last line of the file outside the database (`append_head`).
    """
    found: list[Finding] = []
    seq, digest = 0, ""
    seen: dict[int, str] = {}
    for entry in AuditEntry.objects.filter(county=county).order_by("seq").iterator(2000):
        if entry.seq != seq + 1:
            found.append(Finding(county, seq + 1, "missing" if entry.seq > seq + 1 else "inserted"))
        if entry.before != digest:
            found.append(Finding(county, entry.seq, "does not follow its predecessor"))
        if entry.digest != _link(entry):
            found.append(Finding(county, entry.seq, "edited"))
        seq, digest = entry.seq, entry.digest
        seen[seq] = digest
    head = AuditHead.objects.filter(county=county).first()
    if head and (head.seq, head.digest) != (seq, digest):
        found.append(Finding(county, seq + 1, "tail is missing"))
    for kept_seq, kept in _kept_heads(county):
        if kept_seq and seen.get(kept_seq) != kept:
            found.append(Finding(county, kept_seq, "differs from the copy outside the database"))
    return found + _altered_details(county)


def _altered_details(county: int) -> list[Finding]:
    """Details that are still there but no longer match the digest in the chain; erased ones are no finding."""
    found = []
    rows = (
        AuditEntry.objects.filter(county=county)
        .exclude(content="")
        .prefetch_related(models.Prefetch("details", AuditDetail.objects.filter(county=county)))
    )
    for entry in rows.iterator(1000):
        details = list(entry.details.all())
        lines = sorted((d.field, d.old, d.new) for d in details)
        if details and _digest(json.dumps(lines, ensure_ascii=False)) != entry.content:
            found.append(Finding(county, entry.seq, "values were edited"))
    return found


def counties() -> list[int]:
    """Every county with a chain, and those of which only the file outside the database is left."""
    kept = {int(file.stem) for file in (settings.GONGYI_DATA / "audit").glob("*.heads")}
    return sorted(kept | set(AuditHead.objects.values_list("county", flat=True)))


def append_head(county: int) -> None:
    """Write the chain's present end to the file outside the database; the worker does it every hour."""
    head = AuditHead.objects.filter(county=county).first()
    if head is None:
        return
    with _head_file(county).open("a", encoding="utf-8") as file:
        file.write(f"{clock.now().isoformat()} {head.seq} {head.digest}\n")


def _head_file(county: int) -> Any:
    folder = settings.GONGYI_DATA / "audit"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{county:06d}.heads"


def _kept_heads(county: int) -> list[tuple[int, str]]:
    file = _head_file(county)
    if not file.exists():
        return []
    lines = (line.split() for line in file.read_text(encoding="utf-8").splitlines())
    return [(int(parts[1]), parts[2]) for parts in lines if len(parts) == 3]  # noqa: PLR2004 - time, number, digest
