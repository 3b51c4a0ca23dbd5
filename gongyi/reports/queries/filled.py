"""A file in, a filled file out: reading, recognising, proposing, counting and writing in one go."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from gongyi.core.access import Actor
from gongyi.core.errors import Refused
from gongyi.core.figures import Period
from gongyi.documents.blank import Form, Slot, find_slots, modern, open_form, shape_of, write_form
from gongyi.language.asked.ask import Ask
from gongyi.language.asked.matching import match
from gongyi.network.models import Unit
from gongyi.reports.models import FormMemory
from gongyi.reports.queries.filling import Line, as_facts, fill, values_of, vocabulary_of


@dataclass(frozen=True)
class Opened:
    """A blank form that was read: the file as .xlsx or .docx, its structure, its places and its shape."""

    content: bytes
    form: Form
    slots: Sequence[Slot]

    @cached_property
    def shape(self) -> str:
        return shape_of(self.form)


def read(content: bytes, name: str) -> Opened:
    """Open a file. Raises Refused `file_…`, and `nothing_asked` for one without anything to fill in."""
    modernised, kind = modern(content, name)
    form = open_form(modernised, kind)
    slots = find_slots(form)
    if not any(slot.what != "formula" for slot in slots):
        raise Refused("nothing_asked", _("这个文件里没有找到要填的地方。"), _("请发空白表：空格要有边框，或写着“____件”“填报单位：”这样的空。"), status=422)  # fmt: skip
    return Opened(modernised, form, slots)


def memory_of(county: int, shape: str) -> FormMemory | None:
    """What was confirmed for a form of this shape; None for one that was not seen or was forgotten."""
    return FormMemory.objects.filter(county=county, shape=shape, forgotten_at=None).first()


def of_county(county: int) -> QuerySet[FormMemory]:
    """Every form that somebody of the county confirmed, forgotten ones too."""
    return FormMemory.objects.filter(county=county)


def memories(county: int) -> QuerySet[FormMemory]:
    """The fifty forms that were confirmed last and are remembered."""
    return of_county(county).filter(forgotten_at=None).order_by("-confirmed_at")[:50]


def asks_of(opened: Opened, kept: dict[str, Any], unit: Unit, period: Period) -> list[Ask]:
    """What each place asks: as somebody confirmed it, else as the words around it say."""
    proposed = match(opened.slots, vocabulary_of(unit, period))
    return [
        _of_this_copy(Ask.unpacked(kept[slot.at]), ask) if slot.at in kept else ask
        for slot, ask in zip(opened.slots, proposed, strict=True)
    ]  # fmt: skip


def _of_this_copy(kept: Ask, read: Ask) -> Ask:
    """What is remembered, for the months that this copy names: the shape is the same for 1月 2月 3月 and 4月 5月 6月.

    Months that somebody chose by hand stay. A row that names a unit is read again for whoever fills it in: each township finds its own.
    """
    named = read.unit and not read.unit.startswith("child ")
    if read.word == "no_unit" or (kept.word == "no_unit" and named):
        return read
    if kept.kind != read.kind:
        return kept
    if named and kept.unit and not kept.unit.startswith("child "):
        kept = replace(kept, unit=read.unit)
    return kept if kept.window.startswith("=") else replace(kept, window=read.window)


@dataclass(frozen=True)
class Filled:
    """A filled form: the file, and every place with its value or reason. `known`: it was recognised as one confirmed before."""

    content: bytes
    lines: Sequence[Line]
    unit: Unit
    period: Period
    known: bool

    def facts(self) -> dict[str, Any]:
        """For a program."""
        cells = list(as_facts(self.lines))
        filled = [cell for cell in cells if cell["value"] is not None]
        return {
            "unit": self.unit.code, "from": self.period.first.isoformat(), "to": self.period.last.isoformat(), "recognised": self.known,
            "filled": filled, "empty": [cell for cell in cells if cell["value"] is None],
        }  # fmt: skip

    def reasons(self) -> dict[str, list[Line]]:
        """Reason -> the places that stay empty because of it; formulas left out."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            if line.value is None and line.ask.word != "formula":
                found.setdefault(line.reason, []).append(line)
        return found

    def words(self) -> str:
        """One sentence for a person."""
        told = {"filled": len(values_of(self.lines)), "all": len(self.lines)}
        return _("填了 %(filled)d 处，共 %(all)d 处；没填的每一处都有原因，用 --json 列出。") % told


def fill_file(content: bytes, name: str, *, unit: Unit, period: Period, by: Actor | None) -> Filled:
    """Fill a file that was handed over. Raises Refused as `read` does."""
    opened = read(content, name)
    memory = memory_of(unit.county, opened.shape)
    asks = asks_of(opened, json.loads(memory.asks) if memory else {}, unit, period)
    return made(opened, asks, unit=unit, period=period, by=by, known=memory is not None)


def made(opened: Opened, asks: Sequence[Ask], *, unit: Unit, period: Period, by: Actor | None, known: bool) -> Filled:
    """The filled file. A place that could not be written is told with the reason."""
    lines = fill(opened.slots, asks, unit=unit, period=period, by=by)
    content, failed = write_form(opened.content, opened.form, values_of(lines))
    lost = {slot.at for slot in failed}
    told = [Line(line.slot, line.ask, line.words, reason=_("这一格的格式比较特别，写不进去，请手填：%(value)s") % {"value": line.value}) if line.slot.at in lost else line for line in lines]  # fmt: skip
    return Filled(content, told, unit, period, known)
