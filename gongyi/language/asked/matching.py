"""What each slot of a blank form asks: a figure with its parts, period and unit, a text, a list's column, or nothing, with the reason.

A pure function over (slots, vocabulary). Headings and labels are taken apart word by word; a word that is not understood makes
the cell one that is left, because a wrong number on paper is worse than an empty cell.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from gongyi.documents.blank import Slot
from gongyi.language.asked.ask import DOUBTFUL, LIKELY, SURE, Ask, Vocabulary, leave
from gongyi.language.asked.cells import Around
from gongyi.language.asked.figures import SHARE, STOCKS, By, Counted, Parts, is_change
from gongyi.language.asked.lines import Lines
from gongyi.language.asked.reading import Lexicon, bare, list_words, plain

_ENOUGH = 3  # columns of a list by which it is known as one
_LONG = 2  # letters of a list's word that may stand at the end of a heading


def match(slots: Sequence[Slot], vocabulary: Vocabulary) -> list[Ask]:
    """What each slot asks, in the same order."""
    return _Form(slots, vocabulary).asks()


class _Form:
    def __init__(self, slots: Sequence[Slot], vocabulary: Vocabulary) -> None:
        self.slots, self.vocabulary = slots, vocabulary
        names = {dimension: vocabulary.names(dimension) for dimension in ("type", "channel", "urgency", "topic")}
        self.lexicon = Lexicon({**names, "unit": vocabulary.children}, dict(vocabulary.words))
        self.parts = Parts(vocabulary)
        self.lines = Lines(self.lexicon, self.parts, vocabulary)
        self.read = self.lexicon.read
        self.modes = self._modes()

    def asks(self) -> list[Ask]:
        texts: dict[tuple[int, str, str], list[int]] = defaultdict(list)
        asks: list[Ask | None] = [None] * len(self.slots)
        for number, slot in enumerate(self.slots):
            if slot.what in {"blank", "end"}:
                texts[slot.grid, slot.at.rpartition(" blank ")[0], slot.text].append(number)
            else:
                asks[number] = self._cell(slot)
        for numbers in texts.values():
            for number, ask in zip(numbers, self.lines.asks([self.slots[at] for at in numbers]), strict=True):
                asks[number] = ask
        known = [ask if ask is not None else leave("unclear") for ask in asks]
        return [self._held(ask) for ask in self._satisfied(self._others(known))]

    # --- blocks -------------------------------------------------------------------------------------------------------

    def _modes(self) -> dict[tuple[int, int], str]:
        """What the rows without words of each block stand for: "list" (matters), "units", "topics" or ""."""
        headings: dict[tuple[int, int], dict[str, None]] = defaultdict(dict)
        for slot in self.slots:
            if slot.record and slot.columns and slot.what != "formula":
                headings[slot.grid, slot.block][slot.columns[-1]] = None
        return {block: self._mode(list(texts)) for block, texts in headings.items()}

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
        if slot.what == "formula":
            return leave("formula")
        if slot.hidden:
            return leave("hidden", "".join(slot.labels[-1:]).strip())
        if refused := self._refused(slot):
            return refused
        if slot.paired:
            return self.lines.beside(slot)
        mode = self.modes.get((slot.grid, slot.block), "") if slot.record else ""
        if mode == "list":
            return self._listed(slot)
        around = Around.of(slot, self.lexicon, mode)
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
        if found:
            return Ask("list", word=found, why=why)
        return leave("hand", leaf) if "hand" in self.read(leaf).marks else self._by_ending(leaf, why)

    def _by_ending(self, leaf: str, why: tuple[str, ...]) -> Ask:
        """A heading that ends with a word of a list's column: 群众诉求的主要内容."""
        words = list_words()
        ends = [word for word in words if len(word) > _LONG and leaf.endswith(word) and words[word] != "person"]
        ending = max(ends, key=len, default="")
        if not ending or self.read(leaf.removesuffix(ending)).rest:
            return leave("not_held", leaf)
        return Ask("list", word=words[ending], confidence=DOUBTFUL, why=why)

    def _figure(self, around: Around) -> Ask:
        """A cell that asks for a number."""
        if around.top.rest:
            return leave("not_held", around.top.text)
        splits, wrong = around.splits(self.parts)
        if wrong:
            return wrong
        counted = around.counted(any_part=bool(splits or around.mode))
        by, missing = self.parts.of(splits)
        unit, strange = around.unit()
        for found, reason in ((missing, "no_part"), (strange, "no_unit")):
            if found:
                return leave(reason, found)
        if not counted.name:
            return leave(counted.wrong or "unclear", around.about)
        return self._number(around, counted, by, unit)

    def _number(self, around: Around, counted: Counted, by: list[By], unit: str) -> Ask:
        period = around.period(self.vocabulary.kind, stock=counted.name in STOCKS)
        counts = is_change(period) and not (counted.rate or around.percent)
        explicit = any(each.verbs or each.rate for each in (*around.across, *around.down))
        return Ask(
            "figure", (counted.key,), tuple(by), period, unit, "number" if counts else "",
            rank=(around.slot.record,) if around.mode == "topics" else (),
            why=tuple(each.text for each in around.leaves), confidence=SURE if explicit else LIKELY,
        )  # fmt: skip

    # --- afterwards ---------------------------------------------------------------------------------------------------

    def _others(self, asks: list[Ask]) -> list[Ask]:
        """其他: whatever no other row of the same block is."""
        groups: dict[tuple[int, int, str, str], list[int]] = defaultdict(list)
        for number, slot in enumerate(self.slots):
            groups[slot.grid, slot.block, slot.section, str(slot.place[1])].append(number)
        return [
            self._rest(ask, [asks[at] for at in groups[slot.grid, slot.block, slot.section, str(slot.place[1])]])
            if any("other" in keys for _dimension, _word, keys in ask.by)
            else ask
            for slot, ask in zip(self.slots, asks, strict=True)
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
        whole = ("cases.very", "cases.good", *(() if "cases.fair" in asked else ("cases.fair",)))
        return [replace(ask, figures=whole) if ask.figures == ("cases.good",) else ask for ask in asks]

    def _held(self, ask: Ask) -> Ask:
        """What no figure stands for is left, whatever the words said."""
        known = self.vocabulary.figures
        if not known or all(figure in known or figure == SHARE for figure in ask.figures):
            return ask
        return leave("no_figure", "、".join(ask.why))
