"""A cell of a table with what is read above it, beside it and around it, and what of a figure these say."""

import re
from dataclasses import dataclass, field
from functools import cached_property

from gongyi.documents.blank import Slot
from gongyi.language.asked.ask import OWN, Ask, leave
from gongyi.language.asked.figures import (
    INTAKE,
    NARROW,
    STOCKS,
    Counted,
    Parts,
    both,
    on_axis,
    on_subject,
    subject_of,
    when,
)
from gongyi.language.asked.reading import Lexicon, Reading, bare, list_words, plain, stock_of
from gongyi.language.asked.windows import both as both_windows
from gongyi.language.asked.windows import whole_year

Split = tuple[str, str, str]
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_BESIDE = {"计量单位", "单位", "代码", "指标代码", "序号", "行次", "编号", "栏次", "编码"}
_UNIT = re.compile(r"(?:件|次|人|个|户|万元|元|%|条|份|天|小时|批|场次|批次|场|期)(?:/.*)?")
_NUMBERED = re.compile(r"(?:乡镇|单位|村|街道|镇|乡|社区|部门|行政村|责任单位|承办单位)(?:[0-9]{1,3}|[A-Z])")
_ALONE = re.compile(r"(?:县|区|市|旗|镇|乡|乡镇|街道|村|社区|单位|机关)?本级(?:机关)?")
_SPOKEN_OF = re.compile(r"群众诉求|反映诉求|反映问题|诉求")
_WORD = 2  # letters of a label that is more than a number
_OVER_TIME = {"on_last_year", "last_year", "change", "on_previous"}


@dataclass
class Around:
    """A cell and the texts around it, the innermost first. `mode`: what its row stands for."""

    slot: Slot
    across: list[Reading]
    down: list[Reading]
    section: Reading
    heads: list[Reading]
    mode: str = ""
    title: Reading = field(default_factory=Reading)
    sheet: str = ""  # the months that the sheet's name tells
    top: Reading = field(default_factory=Reading)  # the innermost heading
    side: Reading = field(default_factory=Reading)  # the innermost label

    @classmethod
    def of(cls, slot: Slot, lexicon: Lexicon, mode: str, sheet: str = "") -> "Around":
        """Read what stands around a cell."""
        across = [lexicon.read(text) for text in reversed(slot.columns)]
        down = [lexicon.read(text) for text in (*_words(slot), slot.parent) if text]
        heads = [lexicon.read(text) for above in slot.heads for text in above if bare(text)[0] not in _BESIDE]
        found = cls(slot, across, down, lexicon.read(slot.section), heads, mode, title_of(slot, lexicon), sheet)
        found.top, found.side = next(iter(across), found.top), next(iter(down), found.side)
        return found

    @property
    def leaves(self) -> list[Reading]:
        return [each for each in (self.top, self.side) if each.text]

    @cached_property
    def hints(self) -> list[str]:
        """The dimensions that the section and the headings of the labels speak of."""
        return [dimension for each in (self.section, *self.heads) if not each.rest for dimension in each.dimensions]

    @property
    def about(self) -> str:
        return "、".join(each.text for each in self.leaves)

    # --- what is left -------------------------------------------------------------------------------------------------

    def left(self) -> Ask | None:
        """Why a cell is left before anything is counted: a target, somebody's hand."""
        if target := next((each for each in (*self.across[:2], self.side) if "target" in each.marks), None):
            intake = any(INTAKE in each.verbs for each in (*self.across, *self.down))
            return leave("intake_target" if intake else "target", target.text)
        if foreign := self._foreign():
            return foreign
        if flow := next((each for each in self.leaves if "no_stock" in each.marks), None):
            return leave("no_stock", flow.text)
        hand = (each for each in self.leaves if "hand" in each.marks and not each.verbs and not each.rate)
        return next((leave("hand", each.text) for each in hand), None)

    def _foreign(self) -> Ask | None:
        """A number of persons, households, days: nothing of what is counted here."""
        found = (each for each in self.leaves if "foreign" in each.marks and not set(each.verbs) - {INTAKE})
        return next((leave("not_held", each.text) for each in found), None)

    def name(self) -> Ask | None:
        """The empty cell at the left end of a row that takes the name of a unit or topic."""
        top, record = self.top, self.slot.record
        if not record or top.verbs or top.rate:
            return None
        if list_words().get(top.text) == "serial":
            return Ask("list", word="serial")
        dimension = "" if top.rest else next(reversed(top.dimensions), "")
        named = {
            ("units", "unit"): Ask("text", word="unit_name", unit=f"child {record}", why=(top.text,)),
            ("topics", "topic"): Ask("text", word="topic_name", rank=(record,), why=(top.text,)),
        }
        return named.get((self.mode, dimension))

    # --- what is counted ----------------------------------------------------------------------------------------------

    def counted(self, *, any_part: bool, figures: frozenset[str] = frozenset()) -> Counted:
        """Which figure, of the subject that is spoken of. What is left at the end goes for what stands below it too (其中：挂账)."""
        found = self._counted(any_part=any_part)
        outer = [each for axis in (self.across, self.down) for each in axis[1:]]
        if found.name and found.name not in STOCKS and any("there" in each.marks for each in outer):
            found = Counted(stock_of(found.name), "" if stock_of(found.name) else "no_stock")
        if self._among_few(found.name):
            return Counted(wrong="unclear")
        texts = (
            *reversed(self.slot.columns),
            self.slot.section,
            *reversed(self.slot.labels),
            self.slot.parent,
            self.slot.title,
        )
        nearest = next(filter(None, map(subject_of, texts)), "")
        return on_subject(found, nearest, "".join(texts), figures)

    def _among_few(self, name: str) -> bool:
        """Whether it is a part of what is itself only a part of all: 挂账的，其中：超期."""
        parents = set(self.down[-1].verbs) if self.slot.parent and len(self.down) > 1 else set()
        return bool(parents & NARROW) and name not in {"", *parents}

    def _counted(self, *, any_part: bool) -> Counted:
        """Received where only a part of it, a period or a plain count is named."""
        rate = any(each.rate == "rate" for each in self.leaves)
        found = both(on_axis(self.across), on_axis(self.down), rate=rate)
        if found.name or found.wrong:
            return found
        if rate:
            return Counted(wrong="no_rate")
        noted = on_axis([self.section])
        if noted.name and not any_part:
            return noted
        if self.titled:
            return Counted(self.titled)
        return Counted(INTAKE) if any_part or self._timed() else Counted(wrong="unclear")

    def _timed(self) -> bool:
        """Whether only a time or a plain count is named."""
        above = any(each.periods or each.window or each.counted for each in self.across)
        return above or any(each.window for each in self.down) or bool(self.slot.turn)

    @property
    def titled(self) -> str:
        """The one thing that the title counts: 办结情况表; '' where it names none or several."""
        return only_verb(self.title)

    def splits(self, parts: Parts) -> tuple[list[Split], Ask | None]:
        """The parts of a figure that headings and labels name; or why one of them cannot be told."""
        above, side = self._above(), self.side
        if not self.down or self.total or self.alone or self.unit_label:
            return above, None
        if side.rest:
            return self._by_likeness(above, parts)
        if "other" in side.marks and not side.splits:
            dimension = next((each for each in self.hints if each != "unit"), "?")
            return [*above, (dimension, "other", side.text)], None
        return [*above, *(side.splits or [split for each in self.down[1:] for split in each.splits])], None

    def _above(self) -> list[Split]:
        """The parts that the headings name; 其他 is one of those that the headings further out speak of."""
        found = [split for each in self.across for split in each.splits]
        top = self.top
        if "other" not in top.marks or top.splits or top.verbs or top.rate:
            return found
        outer = [dimension for each in (*self.across[1:], self.section) for dimension in each.dimensions]
        return [*found, (next((each for each in outer if each != "unit"), "?"), "other", top.text)]

    def headed(self, parts: Parts) -> list[Split] | None:
        """The part that a heading means which no word covers, by its likeness, where the headings further out say what its like are; None where they do not."""
        outer = [
            dimension for each in (*self.across[1:], self.section) if not each.rest for dimension in each.dimensions
        ]
        for dimension in dict.fromkeys(each for each in outer if each != "unit"):
            keys = parts.by_label(dimension, self.top.text)
            return [(dimension, "+".join(keys), self.top.text)] if keys else []
        return None

    def _by_likeness(self, above: list[Split], parts: Parts) -> tuple[list[Split], Ask | None]:
        """A label that no word covers, where heading or section say what its like are."""
        for dimension in self.hints:
            keys = parts.by_label(dimension, self.side.text) if dimension != "unit" else ()
            if keys:
                return [*above, (dimension, "+".join(keys), self.side.text)], None
        return above, leave("no_part" if self.hints else "not_held", self.side.text)

    @property
    def total(self) -> bool:
        return "total" in self.side.marks and not self.side.verbs

    @property
    def alone(self) -> bool:
        """Whether the row is for the unit itself without those below it: 镇本级."""
        return bool(_ALONE.fullmatch(self.side.text))

    @property
    def unit_label(self) -> bool:
        """Whether the label is the name of a unit that is not known here, or stands for one: 乡镇3."""
        if _NUMBERED.fullmatch(self.side.text):
            return True
        return bool(self.side.rest) and any("unit" in each.dimensions for each in self.heads if not each.rest)

    def unit(self) -> tuple[str, str]:
        """The unit whose figure it is; and a name that is no unit below this one."""
        if self.mode == "units":
            return f"child {self.slot.record}", ""
        if self.alone:
            return OWN, ""
        own = [value for dimension, value, _word in self.side.splits if dimension == "unit"]
        if own or not self.unit_label:
            return next(iter(own), ""), ""
        if not _NUMBERED.fullmatch(self.side.text):
            return "", self.side.text
        tail = re.sub(r"^\D*?(?=[0-9A-Z]+$)", "", self.side.text)
        return f"child {int(tail) if tail.isdigit() else ord(tail) - 64}", ""

    def period(self, kind: str, *, stock: bool) -> tuple[str, str]:
        """(period, months): from the innermost heading that names one; 累计 further out still counts. What is there on a day has no running total.

        ("", "") where headings and labels contradict each other.
        """
        words = list[str]()
        for axis in (self.across, self.down):
            named = [each for each in axis if each.periods]
            words += [word for each in named[:1] for word in each.periods]
            if named[:1] and named[0].moments <= {"change"}:  # against what it is told further out
                words += [word for each in named[1:2] for word in each.periods]
            if named[:1] and named[0].moments & _OVER_TIME:
                words += [word for each in axis for word in each.periods if word == "to_date"]
        window = self.window
        if window is None or (whole_year(window) and kind != "year"):
            return "", ""
        found, window = when(words, window, kind)
        running = {"year_to_date": "this", "year_to_date_last_year": "same_last_year"}
        return (running.get(found, found) if stock else found), window

    @property
    def window(self) -> str | None:
        """The months that the cell is about: those of its heading and its label, else of the section or sheet. None where they contradict each other."""
        turn = f"n{self.slot.turn}" if self.slot.turn else ""
        across, down = _together(self.across), turn or _together(self.down)
        inner = both_windows(across, down) if across is not None and down is not None else None
        if inner is None:
            return None
        around = self.section.window or self.sheet
        return (both_windows(inner, around) or inner) if inner else around

    @property
    def percent(self) -> bool:
        """Whether headings, labels or the cell's format say per cent."""
        marked = any("percent" in each.marks for each in (*self.across, *self.down))
        return marked or "%" in self.slot.shape or any(plain(label) == "%" for label in self.slot.labels)


def title_of(slot: Slot, lexicon: Lexicon) -> Reading:
    """The title above a table, what stands in its brackets too; 群众诉求 alone says nothing of what is counted."""
    return lexicon.read(_SPOKEN_OF.sub("", re.sub(r"[（()）【】\[\]]", "，", slot.title)))


def only_verb(title: Reading) -> str:
    """The one thing that a title counts; '' where it names none or several."""
    verbs = list(dict.fromkeys(title.verbs))
    return verbs[0] if len(verbs) == 1 and not title.rate else ""


def _together(axis: list[Reading]) -> str | None:
    """The months that headings name, a year further out with them; None where they contradict each other."""
    found: str | None = ""
    for each in axis:
        found = both_windows(found, each.window) if found is not None else None
    return found


def _words(slot: Slot) -> list[str]:
    """The labels that say what a row is, the innermost first; not its number, unit of measure or code."""
    heads = [*slot.heads, *[()] * (len(slot.labels) - len(slot.heads))]
    return [
        label
        for label, above in zip(slot.labels, heads, strict=False)
        if _CHINESE.search(label)
        and not _UNIT.fullmatch(plain(label))
        and not _aside(label, bare("".join(above[-1:]))[0])
    ][::-1]


def _aside(label: str, above: str) -> bool:
    """Whether a label is only a row's number, code or unit of measure; 上月合计 below 序号 is more, and 单位 may be who it is about."""
    if above not in _BESIDE:
        return False
    return above == "计量单位" or len(_CHINESE.findall(bare(label)[0])) < _WORD


__all__ = ["Around", "Split"]
