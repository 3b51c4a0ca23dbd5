"""What a file would do: its rows by fields, checked one after the other, with every problem by row, column and reason."""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, islice
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongyi.core.access import Actor
from gongyi.core.attachments import storage
from gongyi.core.errors import Refused
from gongyi.core.imports.kinds import KINDS, Checked, Kind
from gongyi.core.imports.table import Layout, Sheet, find_layout, headings
from gongyi.core.models import ImportHabit, ImportLine, ImportRun
from gongyi.core.secrets import digest, seal, unseal

LOOK_UP = 400  # keys asked for at a time
SHOWN = 20
BLOCK = 500  # rows that are sealed together
_COUNTED = Checked()  # stands for a row of which a preview needs no more than that it is there


@dataclass
class Draft:
    """A file as it was read, how it is understood, and what was mended by hand (row -> field -> text)."""

    sheets: list[Sheet]
    sheet: int = 0
    layout: Layout = field(default_factory=lambda: Layout(0))
    mended: dict[int, dict[str, str]] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)
    leave_out: bool = False

    @property
    def table(self) -> Sheet:
        """The sheet that is taken in."""
        return self.sheets[self.sheet]

    def rows(self, *, spend: bool = False) -> Iterator[tuple[int, dict[str, str]]]:
        """(row number as a table program shows it, field -> text) of every row below the headings that is not empty, nor the
        headings once more, as where each printed page has them.

        With `spend` the draft forgets each row that was given out, so that a long table is not held twice.
        """
        rows, head = self.table.rows, _words_of(headings(self.table, self.layout))
        for place in range(self.layout.head + 1, len(rows)):
            at, row = place + 1, rows[place]
            if (words := _words_of(row)) and words != head and at not in self.dropped:
                cells = {name: row[column] if column < len(row) else "" for column, name in self.layout.fields.items()}
                yield at, cells | self.mended.get(at, {})
            if spend:
                rows[place] = []

    def beside(self, kind: Kind) -> list[str]:
        """The names of the other sheets that could be taken in as well."""
        others = (sheet for at, sheet in enumerate(self.sheets) if at != self.sheet)
        return [sheet.name for sheet in others if _fits(kind, sheet)]

    def left_out(self) -> list[str]:
        """The headings of the columns that mean nothing here and stay outside."""
        named = enumerate(headings(self.table, self.layout))
        return [text.strip() for at, text in named if text.strip() and at not in self.layout.fields]


def _words_of(row: Iterable[str]) -> list[str]:
    return [cell.strip() for cell in row if cell.strip()]


def _fits(kind: Kind, sheet: Sheet) -> bool:
    layout = find_layout(sheet, kind.columns, {})
    return not lacking(kind, layout) and any(map(_words_of, sheet.rows[layout.head + 1 :]))


@dataclass
class Plan:
    """The checked rows: those to store, how many the county has, those with problems, those that stand twice, and those whose
    number the county has for something else.
    """

    context: Any
    total: int = 0
    fresh: list[Checked] = field(default_factory=list)
    recognised: int = 0
    wrong: list[Checked] = field(default_factory=list)
    twice: list[tuple[int, int]] = field(default_factory=list)
    other: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def first_draft(kind: Kind, sheets: list[Sheet], source: str, county: int) -> Draft:
    """The sheet that fits the kind best, with its headings."""
    habits = remembered(kind, source, county)
    layouts = [layout_of(kind, sheet, habits) for sheet in sheets]
    best = max(range(len(sheets)), key=lambda at: (len(layouts[at].fields), -at))
    return Draft(sheets, best, layouts[best])


def layout_of(kind: Kind, sheet: Sheet, habits: Mapping[str, str]) -> Layout:
    """The headings of a sheet, as its cells bear them out."""
    layout = find_layout(sheet, kind.columns, habits)
    kind.settle(sheet, layout)
    return layout


def remembered(kind: Kind, source: str, county: int) -> dict[str, str]:
    """What this sender's headings mean, as set before."""
    rows = ImportHabit.objects.filter(county=county, kind=kind.name, source=source)
    return dict(rows.values_list("heading", "means"))


def lacking(kind: Kind, layout: Layout) -> list[str]:
    """The labels of required fields for which there is no column."""
    there = set(layout.fields.values())
    return [str(column.label) for column in kind.columns if column.required and column.name not in there]


def refuse_lacking(kind: Kind, draft: Draft) -> None:
    """Raise Refused `no_headings` for a table in which a needed column is not found."""
    if missing := lacking(kind, draft.layout):
        raise Refused(
            "no_headings", _("没有找到这些列：%(names)s。") % {"names": _("、").join(missing)},
            _("请看看表头在哪一行，或给每一列选好是什么。"), status=422,
        )  # fmt: skip


def make_plan(kind: Kind, draft: Draft, *, by: Actor, unit: UUID, source: str, store: bool = False) -> Plan:
    """Check every row; nothing is written. Of two rows with one key the first counts: the other is recognised if it is the same.

    Only a plan to be stored keeps the facts of all rows, and uses up the draft; any other one those of the first ones.
    """
    plan, beside = Plan(kind.prepare(by, unit, frozenset(draft.layout.fields.values()))), draft.beside(kind)
    rows = (_checked(kind, plan.context, at, cells) for at, cells in draft.rows(spend=store))
    first: dict[str, tuple[int, str]] = {}
    while batch := list(islice(rows, LOOK_UP)):
        plan.total += len(batch)
        known = _known(kind, by.county, source, [row.key for row in batch])
        other = kind.told_apart(plan.context, {known[row.key]: row for row in batch if row.key in known})
        for row in batch:
            to_store = _sort(plan, row, known, first, other=known.get(row.key) in other)
            if to_store:
                kind.note(plan.context, row)
            _lighten(plan, row, to_store=to_store, store=store)
            if to_store and not store and len(plan.fresh) > SHOWN:
                plan.fresh[-1] = _COUNTED
    plan.notes = [*_notes(kind, draft, beside, plan), *kind.notes(plan.context)]
    return plan


def _notes(kind: Kind, draft: Draft, beside: list[str], plan: Plan) -> list[str]:
    """What is told of the file as a whole: sheets that stay outside, numbers that begin anew in each file."""
    said = []
    if beside:
        told = {"this": draft.table.name, "others": _("、").join(beside), "kind": kind.label}
        said.append(_("这一次只导入工作表“%(this)s”。%(others)s里也是%(kind)s：导完这一个，再选同一个文件，换一个工作表。") % told)  # fmt: skip
    if plan.other:
        told = {"n": len(plan.other), "what": kind.told_by}
        said.append(ngettext("%(n)d 行的%(what)s以前收过，内容和时间却都不一样，没有存。要是这一家每个文件都从 1 编起，请在“谁发来的”后面加上年月，或把这一列选成不导入。", "%(n)d 行的%(what)s以前收过，内容和时间却都不一样，没有存。要是这一家每个文件都从 1 编起，请在“谁发来的”后面加上年月，或把这一列选成不导入。", len(plan.other)) % told)  # fmt: skip
    return said


def _checked(kind: Kind, context: Any, at: int, cells: dict[str, str]) -> Checked:
    row = kind.check(context, cells)
    row.row = at
    row.key = digest("import", row.key or _content(row))
    return row


def _lighten(plan: Plan, row: Checked, *, to_store: bool, store: bool) -> None:
    """Drop what nobody will ask a row for: its words where it is not shown, its facts where it is not stored."""
    if store or len(plan.fresh if to_store else plan.wrong) > SHOWN:
        row.shown = {}
    if not (store and to_store):
        row.facts = {}


def _content(row: Checked) -> str:
    return repr(sorted((name, str(value)) for name, value in row.facts.items()))


def _known(kind: Kind, county: int, source: str, keys: list[str]) -> dict[str, UUID]:
    """Key -> what came in under it."""
    rows = ImportLine.objects.filter(county=county, kind=kind.name, source=source, key__in=keys)
    return dict(rows.values_list("key", "subject"))


def _sort(
    plan: Plan, row: Checked, known: Mapping[str, UUID], first: dict[str, tuple[int, str]], *, other: bool
) -> bool:
    """Put a row where it belongs; returns whether it is to be stored. One with problems does not stand for those after it."""
    content = digest("import", _content(row))
    if row.key in first:
        before, same = first[row.key]
        if same == content:
            plan.recognised += 1
        else:
            plan.twice.append((row.row, before))
        return False
    if row.key not in known and row.problems and not row.known:
        plan.wrong.append(row)
        return False
    first[row.key] = row.row, content
    if row.known or row.key in known:
        plan.recognised += not other
        plan.other += [row.row] * other
        return False
    plan.fresh.append(row)
    return True


def problems(kind: Kind, rows: Iterable[Checked]) -> list[dict[str, Any]]:
    """Every problem as row, column (the field's label) and reason."""
    labels = {column.name: str(column.label) for column in kind.columns}
    return [
        {"row": row.row, "column": labels.get(name, name), "reason": reason}
        for row in rows
        for name, reason in row.problems
    ]


def told_twice(kind: Kind, plan: Plan) -> list[dict[str, Any]]:
    """The rows that were not stored because their number stands above, or in an earlier file, with other content."""
    reason, what = _("%(what)s和第 %(before)d 行相同，内容不同，只存了第 %(before)d 行。"), str(kind.told_by)
    found = [(row, reason % {"what": what, "before": before}) for row, before in plan.twice]
    found += [(row, _("%(what)s以前收过，内容和时间却都不一样，没有存。") % {"what": what}) for row in plan.other]
    return [{"row": row, "column": "", "reason": words} for row, words in sorted(found)]


# --- kept until it is stored ------------------------------------------------------------------------------------------


def keep(run: ImportRun, draft: Draft) -> None:
    """Keep the draft sealed on the disk, in the place of what was kept before."""
    old = run.path
    facts = {
        "sheet": draft.sheet, "head": draft.layout.head, "fields": list(draft.layout.fields.items()),
        "how": list(draft.layout.how.items()), "double": draft.layout.double, "mended": list(draft.mended.items()),
        "dropped": sorted(draft.dropped), "leave_out": draft.leave_out,
    }  # fmt: skip
    run.path = storage.store(b"\n".join(_sealed(facts, draft.sheets, _place(run))))
    ImportRun.objects.filter(county=run.county, id=run.id).update(path=run.path)
    if old:
        storage.remove(old)


def _sealed(facts: dict[str, Any], sheets: Iterable[Sheet], place: str) -> Iterator[bytes]:
    """Block by block, as a long table is not held three times: the facts, then of each sheet its name and its rows."""
    lines = chain([facts], *([{"sheet": sheet.name}, *sheet.rows] for sheet in sheets))
    for number in count():
        if not (block := list(islice(lines, BLOCK))):
            return
        text = json.dumps(block, ensure_ascii=False).encode("utf-8", "replace")
        yield seal(b64encode(zlib.compress(text, 3)).decode(), f"{place}:{number}").encode()


def kept(run: ImportRun) -> Draft:
    """What was kept. Raises Refused `gone` when it is no longer there."""
    sheets, facts, place = list[Sheet](), dict[str, Any](), _place(run)
    try:
        with storage.open_stored(run.path) as file:
            for number, block in enumerate(file):
                text = unseal(block.decode().strip(), f"{place}:{number}")
                for line in json.loads(zlib.decompress(b64decode(text))):
                    if isinstance(line, list):
                        sheets[-1].rows.append(line)
                    elif "sheet" in line and facts:
                        sheets.append(Sheet(line["sheet"], []))
                    else:
                        facts = line
    except FileNotFoundError:
        raise Refused("gone", _("这次导入已经结束，或放了一天没有做完。"), _("请重新选择文件。"), status=410) from None
    layout = Layout(facts["head"], dict(facts["fields"]), dict(facts["how"]), facts["double"])
    return Draft(sheets, facts["sheet"], layout, dict(facts["mended"]), set(facts["dropped"]), facts["leave_out"])


def drop(run: ImportRun) -> None:
    """Remove what was kept."""
    if run.path:
        storage.remove(run.path)
        run.path = ""
        ImportRun.objects.filter(county=run.county, id=run.id).update(path="")


def _place(run: ImportRun) -> str:
    return f"core.importrun.path:{run.id}"


def kind_of(run: ImportRun) -> Kind:
    """The kind of a run."""
    return KINDS[run.kind]


def sample(draft: Draft, at: int, most: int = 3) -> Sequence[str]:
    """The first filled cells of a column, for the page that matches headings."""
    cells = (row[at].strip() for row in draft.table.rows[draft.layout.head + 1 :] if at < len(row))
    return list(islice((cell[:40] for cell in cells if cell), most))
