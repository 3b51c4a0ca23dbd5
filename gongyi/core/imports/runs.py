"""An import runs: rows go in by small transactions and are seen all at once; whatever did not end well is taken back.

A row is seen when its run is `done`: one row changes, however many came in. Who runs holds a lock file of the county that
dies with its process; whoever finds the lock free takes back what an earlier one left behind.
"""

import fcntl
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from gongyi.core import audit, clock, schedule, search
from gongyi.core.access import Actor, system_actor
from gongyi.core.county import new_key
from gongyi.core.errors import Refused
from gongyi.core.imports.kinds import Checked, Kind
from gongyi.core.imports.pace import Pace
from gongyi.core.imports.plan import Draft, Plan, drop, kept, kind_of, make_plan, problems, refuse_lacking, told_twice
from gongyi.core.models import ImportHabit, ImportLine, ImportRun

S = ImportRun.State
UNSEEN = (S.RUNNING, S.STOPPING, S.UNDOING)
UNDO_WITHIN = timedelta(hours=24)
KEPT = timedelta(hours=24)  # a draft that nobody finishes
SILENT = timedelta(minutes=2)  # after so long without a sign another machine's run counts as dead
AT_FIRST, LEAST = 40, 20  # rows of the first transaction of a taking back, and at least of each
HELD = 0.115  # seconds that one lasts: it asks every table that may point at a row, so a long one costs less
REPORTED = 500
BATCH = 20_000  # rows of one run: so many are seen at once, and taken back together
KIND = "core.import"


def pending(county: int) -> QuerySet[ImportLine, UUID]:
    """The keys of rows that are there but not yet, or no longer, to be seen."""
    rows = ImportLine.objects.filter(county=county, run__county=county, run__state__in=UNSEEN)
    return rows.values_list("subject", flat=True)


def not_yet(key: str) -> Exists:
    """The same of the row whose key stands in this column, for a query that names no county itself. Asked by the runs, which are few."""
    here = {"county": OuterRef("county"), "lines__county": OuterRef("county"), "lines__subject": OuterRef(key)}
    return Exists(ImportRun.objects.filter(state__in=UNSEEN, **here))


def open_run(*, by: Actor, kind: str, unit: UUID, source: str) -> ImportRun:
    """A new run, nothing stored yet."""
    now = clock.now()
    run = ImportRun(
        county=by.county, kind=kind, unit=unit, account=by.id, source=source[:60], asked_at=now, beat_at=now
    )
    run.save()
    return run


def remember(run: ImportRun, meanings: dict[str, str]) -> None:
    """Keep what this sender's headings mean (plain heading -> field), for the next file."""
    for heading, means in meanings.items():
        ImportHabit.objects.update_or_create(
            county=run.county, kind=run.kind, source=run.source, heading=heading[:60], defaults={"means": means}
        )


@contextmanager
def alone(county: int) -> Iterator[None]:
    """The only import of the county, after what an earlier one left is taken back. Raises Refused `busy` when another one runs."""
    busy = Refused("busy", _("本县正有另一个导入。"), _("等它做完再来；不会丢东西。"))
    with _lock_file(county).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise busy from None
        left = ImportRun.objects.filter(county=county, state__in=UNSEEN)
        elsewhere = left.filter(state__in=(S.RUNNING, S.STOPPING), beat_at__gt=clock.now() - SILENT)
        if connection.vendor != "sqlite" and elsewhere.exclude(id__in=_begun_here(county)).exists():
            raise busy  # perhaps on another machine, which shares no lock file
        for run in left:
            take_back(run)
        yield


def _lock_file(county: int) -> Path:
    folder = settings.GONGYI_DATA / "locks"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"import-{county:06d}"


def _begun_here(county: int) -> list[UUID]:
    """The run that last held the lock file: whoever holds it now knows that its process is gone."""
    text = _lock_file(county).read_text()
    return [UUID(text)] if text else []


def carry_out(run: ImportRun, draft: Draft | None = None, plan: Plan | None = None, *, by: Actor) -> ImportRun:
    """Check everything (unless the plan was just made), then store it, at most 20,000 rows to a run; returns the first one. The
    county must be bound. Call it inside `alone`.

    Raises Refused `has_problems` when rows have problems and are not to be left out, `no_headings` for a missing column;
    whatever ends it early, nothing of the batch under way stays, and nothing follows.
    """
    kind = kind_of(run)
    draft = draft or kept(run)
    try:
        refuse_lacking(kind, draft)
        plan = plan or make_plan(kind, draft, by=by, unit=run.unit, source=run.source, store=True)
        _refuse_problems(plan, draft)
        runs, rows = _begin(run, plan, by=by), iter(plan.fresh)
        plan.fresh = []
        for batch, after in zip(runs, [*runs[1:], None], strict=True):
            run = batch
            _store(run, plan, list(islice(rows, BATCH)), by=by, after=after)
    except BaseException as error:
        _failed(run, error)
        raise
    drop(runs[0])
    return runs[0]


def batches(run: ImportRun) -> list[ImportRun]:
    """All runs of the same file in their order; as a rule one."""
    if run.first is None:
        return [run]
    return list(ImportRun.objects.filter(county=run.county, first=run.first).order_by("batch"))


def _refuse_problems(plan: Plan, draft: Draft) -> None:
    if plan.wrong and not draft.leave_out:
        sentence = _("有 %(n)d 行有问题，什么也没有存。") % {"n": len(plan.wrong)}
        raise Refused("has_problems", sentence, _("请改好这些行，或选择不导入它们。"), status=422)


def _set(run: ImportRun, *, was: tuple[str, ...], state: str, **facts: object) -> bool:
    """Move a run on where it still stands as thought."""
    values = {"state": state, "beat_at": clock.now(), **facts}
    moved = ImportRun.objects.filter(county=run.county, id=run.id, state__in=was).update(**values)
    if moved:
        for name, value in values.items():
            setattr(run, name, value)
    return bool(moved)


def _begin(run: ImportRun, plan: Plan, *, by: Actor) -> list[ImportRun]:
    """The run is seen to run, those of later batches wait for it, and what the rows need is there; returns all of them."""
    left = len(plan.wrong) + len(plan.twice) + len(plan.other)
    report = [*problems(kind_of(run), plan.wrong[:REPORTED]), *told_twice(kind_of(run), plan)][:REPORTED]
    later = [_later(run, at, plan) for at in range(BATCH, len(plan.fresh), BATCH)]
    facts = {
        "rows": plan.total - sum(each.rows for each in later),
        "first": run.id if later else None,
        "recognised": plan.recognised,
        "left_out": left,
        "words": json.dumps(report, ensure_ascii=False),
    }
    _lock_file(run.county).write_text(run.id.hex)
    with transaction.atomic():
        if not _set(run, was=(S.DRAFT, S.WAITING), state=S.RUNNING, done=0, **facts):
            raise _stopped()
        ImportRun.objects.bulk_create(later)
    made: list[UUID] | None = None
    pace = Pace(1)
    while made is None or made:
        with pace.step():
            made = kind_of(run).begin(plan.context, by=by)
            _note(run, [(key.hex, key) for key in made])
    pace.rest()
    return [run, *later]


def _later(run: ImportRun, at: int, plan: Plan) -> ImportRun:
    """The run of the rows from this place on."""
    facts = {"kind": run.kind, "unit": run.unit, "account": run.account, "source": run.source, "first": run.id}
    return ImportRun(
        id=new_key(run.county), county=run.county, state=S.WAITING, batch=at // BATCH + 1, asked_at=run.asked_at, beat_at=clock.now(),
        rows=min(BATCH, len(plan.fresh) - at), **facts,
    )  # fmt: skip


def _note(run: ImportRun, lines: list[tuple[str, UUID]]) -> None:
    """Keep which rows came in, under which key; what others need is noted before them and so taken back after them."""
    facts = {"county": run.county, "run": run, "kind": run.kind, "source": run.source}
    if lines:
        ImportLine.objects.bulk_create(ImportLine(key=key, subject=subject, **facts) for key, subject in lines)


def _stopped() -> Refused:
    return Refused("stopped", _("导入停下了，什么也没有存。"), _("要导入请重新选择文件。"))


def _store(run: ImportRun, plan: Plan, fresh: list[Checked], *, by: Actor, after: ImportRun | None) -> None:
    """The rows of a run in order, by transactions that adapt to how long they keep others waiting; then they are seen."""
    at, pace = 0, Pace(kind_of(run).batch)
    while at < len(fresh):
        rows = pace.some(fresh, at)
        with kind_of(run).ahead(plan.context, rows, by=by), pace.step(), search.together():
            _store_some(run, plan, rows, by=by, done=at + len(rows))
        at += len(rows)
        if schedule.stopping():
            raise _stopped()
    pace.rest()
    _finish(run, plan, len(fresh), by=by, after=after)


def _store_some(run: ImportRun, plan: Plan, rows: list[Checked], *, by: Actor, done: int) -> None:
    if not _set(run, was=(S.RUNNING,), state=S.RUNNING, done=done, created=done):
        raise _stopped()
    keys = kind_of(run).store(plan.context, rows, by=by, source=run.source)
    if others := keys[len(rows) :]:
        _note(run, [(key.hex, key) for key in others])
        time.sleep(0.002)  # keys are ordered by milliseconds
    _note(run, [(row.key, key) for row, key in zip(rows, keys, strict=False)])
    for row in rows:
        row.facts, row.shown = {}, {}


def _finish(run: ImportRun, plan: Plan, created: int, *, by: Actor, after: ImportRun | None) -> None:
    """The one step by which all rows of a run are seen, and the next batch's turn comes: one of them always runs until the end."""
    if after:
        _lock_file(run.county).write_text(after.id.hex)
    with transaction.atomic():
        if not _set(run, was=(S.RUNNING,), state=S.DONE, created=created, ended_at=clock.now()):
            raise _stopped()
        if after and not _set(after, was=(S.WAITING,), state=S.RUNNING):
            raise _stopped()
        kind_of(run).finish(plan.context, by=by, created=created)
        label = _("新增 %(n)d 行") % {"n": created}
        audit.record(by=by, action="import", kind=KIND, subject=run.id, label=label)


def _failed(run: ImportRun, error: BaseException) -> None:
    """Take back and say why; when even that fails, the next one who finds the lock free does it."""
    if transaction.get_connection().in_atomic_block:
        return  # everything goes with the transaction around it
    sentence = str(error) if isinstance(error, Refused) else _("导入时出错了，什么也没有存。")
    try:
        take_back(run, words=sentence)
    except DatabaseError:
        connection.close()


def take_back(run: ImportRun, *, words: str = "") -> None:
    """Remove what a run wrote, in small transactions; it was seen by nobody. Can be repeated.

    A row of an undone import with which somebody worked in the very moment before it was hidden stays, and is seen again.
    """
    run.refresh_from_db()
    undoing = run.state == S.UNDOING
    end = {S.STOPPING: S.CANCELLED, S.UNDOING: S.UNDONE}.get(S(run.state), S.FAILED)
    kind, stay = kind_of(run), set[UUID]()
    rows = ImportLine.objects.filter(county=run.county, run=run).order_by("-id")
    lines, pace = list(rows.values_list("id", "subject")), Pace(AT_FIRST, least=LEAST, held=HELD)
    while lines:
        some, lines = dict(lines[: pace.rows]), lines[pace.rows :]
        with search.ahead(some.values(), documents=lambda _gone: ()), pace.step(), search.together():
            stay |= _remove_some(run, kind, some, spare=undoing)
    pace.rest()
    was = tuple(state for state in S if state not in {S.DONE, S.UNDONE, S.CANCELLED, S.FAILED})
    if stay:
        words = _("有 %(n)d 行刚有人办过，留着没有撤回。") % {"n": len(stay)}
    report = json.dumps([{"row": 0, "column": "", "reason": words}], ensure_ascii=False) if words else run.words
    _set(run, was=was, state=end, created=len(stay), ended_at=clock.now(), words=report)
    if run.first and not undoing:
        later = ImportRun.objects.filter(county=run.county, first=run.first, batch__gt=run.batch, state=S.WAITING)
        later.update(state=end, ended_at=clock.now())
    drop(run)


def _remove_some(run: ImportRun, kind: Kind, lines: dict[UUID, UUID], *, spare: bool) -> set[UUID]:
    """Take the rows of these lines back in the caller's transaction; returns those that stay because somebody worked with them.

    What another batch of the file stands upon goes with the last of these: its line is theirs from now on.
    """
    stay = kind.touched(run.county, list(lines.values())) if spare else set()
    if going := {line: key for line, key in lines.items() if key not in stay}:
        needed = kind.remove(list(going.values()), by=system_actor("import", run.county))
        other = _other_batch(run) if needed else None
        passed = [line for line, key in going.items() if other and key in needed]
        rows = ImportLine.objects.filter(county=run.county)
        rows.filter(id__in=passed).update(run=other)
        rows.filter(id__in=going.keys() - set(passed)).delete()
    ImportRun.objects.filter(county=run.county, id=run.id).update(beat_at=clock.now())
    return stay


def _other_batch(run: ImportRun) -> ImportRun | None:
    """The first batch of the same file besides this one whose rows are there."""
    there = (S.DONE, *UNSEEN)
    return next((each for each in batches(run) if each.id != run.id and each.state in there), None)


def cancel(run: ImportRun, *, by: Actor) -> None:
    """Stop it with all batches of its file: what waits is over at once, what runs is taken back by whoever runs it, what is in
    stays. Raises Refused `too_late`.
    """
    with transaction.atomic():
        stopped = 0
        for each in batches(run):
            if _set(each, was=(S.DRAFT, S.WAITING), state=S.CANCELLED, ended_at=clock.now()):
                drop(each)
                stopped += 1
            elif _set(each, was=(S.RUNNING,), state=S.STOPPING):
                stopped += 1
        if not stopped:
            raise Refused("too_late", _("已经导入好了，停不下来了。"), _("不想要的话，请撤回这次导入。"))
        audit.record(by=by, action="import_cancel", kind=KIND, subject=run.id)


def can_undo(run: ImportRun) -> bool:
    """Whether a run can still be taken back: for a day."""
    return (
        run.state == S.DONE
        and run.ended_at is not None
        and clock.now() - run.ended_at < UNDO_WITHIN
        and run.created > 0
    )


def undo(run: ImportRun, *, by: Actor, now: Callable[[ImportRun], None] | None = take_back) -> None:
    """Make all rows of a run unseen in one step, then remove them. With `now` None the worker removes them.

    Raises Refused `too_late` after a day, `touched` when somebody worked with a row.
    """
    late = Refused("too_late", _("过了 24 小时或已经撤回过，不能再撤回。"), _("不要的行请一件一件作废。"))
    if not can_undo(run):
        raise late
    keys = list(ImportLine.objects.filter(county=run.county, run=run).values_list("subject", flat=True))
    if touched := kind_of(run).touched(run.county, keys):
        raise Refused("touched", _("有 %(n)d 行已经有人办过，不能整批撤回。") % {"n": len(touched)}, _("不要的行请一件一件作废。"))  # fmt: skip
    with transaction.atomic():
        if not _set(run, was=(S.DONE,), state=S.UNDOING):
            raise late
        audit.record(by=by, action="import_undo", kind=KIND, subject=run.id)
    if now:
        now(run)


def sweep(county: int) -> int:
    """What the worker does besides: end drafts that nobody finished within a day; returns how many."""
    old = ImportRun.objects.filter(county=county, state=S.DRAFT, asked_at__lt=clock.now() - KEPT)
    for run in (rows := list(old)):
        take_back(run)
    return len(rows)
