"""What each slot of a blank form asks: a figure with its parts, period and unit, a text, a list's column, or nothing, with the reason.

A pure function over (slots, vocabulary). Headings and labels are taken apart word by word; a word that is not understood makes
the cell one that is left, because a wrong number on paper is worse than an empty cell.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gongyi.documents.blank import Slot
from gongyi.language.asked.ask import DOUBTFUL, LIKELY, SURE, Ask, Vocabulary, leave
from gongyi.language.asked.cells import Around, Split, only_verb, title_of
from gongyi.language.asked.figures import INTAKE, SHARE, STOCKS, By, Counted, Parts, is_change, on_subject, subject_of
from gongyi.language.asked.lines import Lines
from gongyi.language.asked.reading import Lexicon, bare, list_words, of_proposals, plain

_ENOUGH = 3  # columns of a list by which it is known as one


def match(slots: Sequence[Slot], vocabulary: Vocabulary) -> list[Ask]:
    """What each slot asks, in the same order."""
    return _Form(slots, vocabulary).asks()


def _aside(slot: Slot) -> Ask | None:
    """A place that is not filled whatever it asks."""
    label = "".join(slot.labels[-1:]).strip()
    if slot.what == "formula":
        return leave("formula")
    return leave("locked", label) if slot.locked else leave("hidden", label) if slot.hidden else None


class _Form:
    def __init__(self, slots: Sequence[Slot], vocabulary: Vocabulary) -> None:
        self.slots, self.vocabulary = slots, vocabulary
        names = {dimension: vocabulary.names(dimension) for dimension in ("type", "channel", "urgency", "topic")}
        units = ((vocabulary.own, vocabulary.unit), *vocabulary.children) if vocabulary.own else vocabulary.children
        self.lexicon = Lexicon({**names, "unit": units}, dict(vocabulary.words), vocabulary.year)
        self.parts = Parts(vocabulary)
        self.lines = Lines(self.lexicon, self.parts, vocabulary)
        self.read = self.lexicon.read
        self.modes = self._modes()
        self.sheets = self._sheets()

    def asks(self) -> list[Ask]:
        texts: dict[tuple[int, str, str], list[int]] = defaultdict(list)
        asks: list[Ask | None] = [None] * len(self.slots)
        for number, slot in enumerate(self.slots):
            if slot.what in {"blank", "end"} and not (slot.columns or slot.paired):
                texts[slot.grid, slot.at.rpartition(" blank ")[0], slot.text].append(number)
            else:
                asks[number] = self._cell(slot)
        for numbers in texts.values():
            for number, ask in zip(numbers, self.lines.asks([self.slots[at] for at in numbers]), strict=True):
                asks[number] = leave("locked") if self.slots[number].locked else ask
        known = [ask if ask is not None else leave("unclear") for ask in asks]
        return [self._held(ask) for ask in self._satisfied(self._others(known))]

    # --- blocks -------------------------------------------------------------------------------------------------------

    def _modes(self) -> dict[tuple[int, int], str]:
        """What the rows without words of each block stand for: "list" (matters), "units", "topics" or ""."""
        headings: dict[tuple[int, int], dict[str, None]] = defaultdict(dict)
        for slot in self.slots:
            if slot.record and slot.columns:
                headings[slot.grid, slot.block][slot.columns[-1]] = None
        return {block: self._mode(list(texts)) for block, texts in headings.items()}

    def _sheets(self) -> dict[int, str]:
        """The months by which the sheets of a workbook are named, where there are several: 1月, 2月, …"""
        names = {slot.grid: slot.at.rpartition("!")[0] for slot in self.slots if "!" in slot.at}
        windows = {grid: reading.window for grid, name in names.items() if (reading := self.read(name)).window and not reading.rest}  # fmt: skip
        return windows if len(set(windows.values())) > 1 else {}

    def _mode(self, texts: list[str]) -> str:
        words = list_words()
        readings = [self.read(text) for text in texts]
        listed = sum(bare(text)[0] in words for text in texts)
        counted = sum(bool((each.verbs or each.rate) and not each.rest) for each in readings)
        if listed >= _ENOUGH and listed > counted:
            return "list"
        for each in readings[:2]:
            if each.dimensions and not each.rest and not each.verbs:
                return {"unit": "units", "topic": "topics"}.get(each.dimensions[-1], "")
        return ""

    # --- cells --------------------------------------------------------------------------------------------------------

    def _cell(self, slot: Slot) -> Ask:
        if aside := _aside(slot):
            return aside
        if refused := self._refused(slot):
            return refused
        if slot.paired:
            return self.lines.beside(slot)
        mode = self.modes.get((slot.grid, slot.block), "") if slot.record else ""
        if mode == "list":
            return self._listed(slot)
        around = Around.of(slot, self.lexicon, mode, self.sheets.get(slot.grid, ""))
        return around.left() or around.name() or self._figure(around)

    def _refused(self, slot: Slot) -> Ask | None:
        """A heading, or the label of a cell, that asks what is never held about a person."""
        if not self.vocabulary.refused:
            return None
        texts = (*slot.columns, *slot.labels) if slot.record or slot.paired else slot.columns
        found = ((text, self.vocabulary.refused(text)) for text in texts)
        return next((leave("refused", f"{plain(text)}（{kind}）") for text, kind in found if kind), None)

    def _listed(self, slot: Slot) -> Ask:
        """A cell in a row that stands for one matter."""
        texts = [bare(text)[0] for text in slot.columns]
        words, leaf = list_words(), "".join(texts[-1:])
        why = tuple(plain(text) for text in slot.columns)
        found = words.get(leaf) or words.get("".join(texts), "")
        if found == "person":
            office = "人" not in leaf and "单位" in "".join(texts[:-1])
            return leave("hand" if office else "person", leaf)
        if found and of_proposals(found) and not "".join(self._rows(slot)).startswith("proposals."):
            return leave("not_held", leaf)
        if found:
            return Ask("list", self._rows(slot), word=found, why=why)
        return leave("hand", leaf) if "hand" in self.read(leaf).marks else self._by_ending(slot, leaf, why)

    def _by_ending(self, slot: Slot, leaf: str, why: tuple[str, ...]) -> Ask:
        """A heading that ends with a word of a list's column: 群众诉求的主要内容."""
        words = list_words()
        ends = [word for word in words if leaf.endswith(word) and words[word] != "person"]
        ending = max(ends, key=len, default="")
        before = self.read(leaf.removesuffix(ending))
        if not ending or before.rest or set(before.verbs) - {INTAKE}:  # 联系日期 is not the day it came in
            return leave("not_held", leaf)
        return Ask("list", self._rows(slot), word=words[ending], confidence=DOUBTFUL, why=why)

    def _rows(self, slot: Slot) -> tuple[str, ...]:
        """Which matters are listed: those that the title speaks of (办结台账, 提案台账); () for what came in."""
        subject, known = subject_of(slot.title) or "cases", self.vocabulary.figures
        found = on_subject(Counted(only_verb(title_of(slot, self.lexicon)) or INTAKE), subject, slot.title, known)
        listed = found.key if found.name and found.key in known else f"{subject}.{INTAKE}"
        return (listed,) if listed in known and listed != f"cases.{INTAKE}" else ()

    def _figure(self, around: Around) -> Ask:
        """A cell that asks for a number."""
        splits, wrong = self._splits(around)
        if wrong:
            return wrong
        counted = around.counted(any_part=bool(splits or around.mode), figures=self.vocabulary.figures)
        by, missing = self.parts.of(splits)
        unit, strange = around.unit()
        for found, reason in ((missing, "no_part"), (strange, "no_unit")):
            if found:
                return leave(reason, found)
        if not counted.name:
            return leave(counted.wrong or "unclear", around.about)
        return self._number(around, counted, by, unit)

    def _splits(self, around: Around) -> tuple[list[Split], Ask | None]:
        """The parts that a cell asks for; or why it is left."""
        headed = around.headed(self.parts) if around.top.rest and not around.top.verbs else None
        if around.top.rest and not headed:
            return [], leave("not_held" if headed is None else "no_part", around.top.text)
        if narrowed := next((each for each in around.across[1:] if each.rest and each.splits), None):
            return [], leave("no_part", narrowed.text)  # 人大代表建议 is not every 建议
        splits, wrong = around.splits(self.parts)
        return [*splits, *(headed or [])], wrong

    def _number(self, around: Around, counted: Counted, by: list[By], unit: str) -> Ask:
        period, window = around.period(self.vocabulary.kind, stock=counted.name in STOCKS)
        if not period:
            return leave("unclear", around.about)
        counts = is_change(period) and not (counted.rate or around.percent)
        explicit = any(each.verbs or each.rate for each in (*around.across, *around.down))
        strange = any(
            each.rest and not each.verbs for each in around.across[1:]
        )  # somebody looks at it: 三率 or 县领导包案
        return Ask(
            "figure", counted.keys, tuple(by), period, window, unit, "number" if counts else "",
            rank=(around.slot.record,) if around.mode == "topics" else (),
            why=tuple(each.text for each in around.leaves), confidence=SURE if explicit and not strange else LIKELY,
        )  # fmt: skip

    # --- afterwards ---------------------------------------------------------------------------------------------------

    def _others(self, asks: list[Ask]) -> list[Ask]:
        """其他: whatever no other row of the same block is, or no other column of the same row."""
        groups: dict[tuple[Any, ...], list[Ask]] = defaultdict(list)
        for slot, ask in zip(self.slots, asks, strict=True):
            for along in (0, 1):
                groups[slot.grid, slot.block, slot.section, along, slot.place[along]].append(ask)
        return [
            self._rest(ask, groups[slot.grid, slot.block, slot.section, along, slot.place[along]])
            if any("other" in keys for _dimension, _word, keys in ask.by)
            else ask
            for slot, ask in zip(self.slots, asks, strict=True)
            for along in (0 if slot.columns and "other" in self.read(slot.columns[-1]).marks else 1,)
        ]

    def _rest(self, ask: Ask, beside: list[Ask]) -> Ask:
        named = [part for each in beside for part in each.by if "other" not in part[2]]
        by = list[tuple[str, str, tuple[str, ...]]]()
        for dimension, word, keys in ask.by:
            real = dimension if dimension != "?" else next((part[0] for part in named), "")
            if not real:
                return leave("no_part", word)
            by.append((real, word, self._left_over(real, named) if "other" in keys else keys))
        return replace(ask, by=tuple(by), confidence=min(ask.confidence, LIKELY))

    def _left_over(self, dimension: str, named: list[By]) -> tuple[str, ...]:
        """The keys of a dimension that no row names; of topics also "", for what has none."""
        taken = {key for part in named if part[0] == dimension for key in part[2]}
        left = tuple(key for key, _name in self.vocabulary.names(dimension) if key not in taken)
        return (*left, "") if dimension == "topic" else left

    def _satisfied(self, asks: list[Ask]) -> list[Ask]:
        """满意 alone takes in 非常满意 where the form does not ask for that apart."""
        asked = {figure for ask in asks for figure in ask.figures}
        if "cases.good" not in asked or "cases.very" in asked:
            return asks
        alone = ("cases.very", "cases.good", *(() if "cases.fair" in asked else ("cases.fair",)))
        wholes = {("cases.good",): alone, ("cases.good", "cases.fair"): ("cases.very", "cases.good", "cases.fair")}
        return [replace(ask, figures=wholes.get(ask.figures, ask.figures)) for ask in asks]

    def _held(self, ask: Ask) -> Ask:
        """What no figure stands for is left, whatever the words said."""
        known = self.vocabulary.figures
        if not known or all(figure in known or figure == SHARE for figure in ask.figures):
            return ask
        return leave("no_figure", "、".join(ask.why))
