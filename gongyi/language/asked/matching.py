"""What each slot of a blank form asks: a figure with its parts, period and unit, a text, a list's column, or nothing, with the reason.

A pure function over (slots, vocabulary). Headings and labels are taken apart word by word; a word that is not understood makes
the cell one that is left, because a wrong number on paper is worse than an empty cell.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from gongyi.documents.blank import Slot
from gongyi.language.asked.ask import DOUBTFUL, LIKELY, SURE, Ask, Vocabulary, leave
from gongyi.language.asked.figures import INTAKE, STOCKS, Counted, Parts, both, is_change, on_axis, period_of
from gongyi.language.asked.lines import Lines, by_label
from gongyi.language.asked.reading import Lexicon, Reading, bare, list_words, plain

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_BESIDE = {"计量单位", "单位", "代码", "指标代码", "序号", "行次", "编号", "栏次", "编码"}
_UNIT = re.compile(r"(?:件|次|人|个|户|万元|元|%|条|份|天|小时|批|场次|批次|场|期)(?:/.*)?")
_NUMBERED = re.compile(r"(?:乡镇|单位|村|街道|镇|乡|社区|部门|行政村|责任单位|承办单位)(?:[0-9]{1,3}|[A-Z])")
_ENOUGH = 3  # columns of a list by which it is known as one


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
        return self._satisfied(self._others(known))

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
            return leave("hidden", (slot.labels or ("",))[-1].strip())
        for text in (*slot.columns, *slot.labels) if slot.record or slot.paired else slot.columns:
            if self.vocabulary.refused and (kind := self.vocabulary.refused(text)):
                return leave("refused", f"{plain(text)}（{kind}）")
        if slot.paired:
            return by_label(self.lines, slot)
        mode = self.modes.get((slot.grid, slot.block), "") if slot.record else ""
        if mode == "list":
            return self._listed(slot)
        return self._counted(slot, mode)

    def _listed(self, slot: Slot) -> Ask:
        """A cell in a row that stands for one matter."""
        texts = [bare(text)[0] for text in slot.columns]
        words = list_words()
        leaf = texts[-1] if texts else ""
        group = "".join(texts[:-1])
        found = words.get(leaf) or words.get(group + leaf)
        why = tuple(plain(text) for text in slot.columns)
        if found == "person" and "人" not in leaf and "单位" in group:
            found = None
        if found == "person":
            return leave("person", leaf)
        reading = self.read(leaf)
        if found is None and "hand" in reading.marks:
            return leave("hand", leaf)
        if found is None:
            ends = [word for word in words if len(word) > 2 and leaf.endswith(word) and words[word] != "person"]  # noqa: PLR2004
            if not ends or self._strange(leaf, max(ends, key=len)):
                return leave("not_held", leaf)
            found = words[max(ends, key=len)]
            return Ask("list", word=found, confidence=DOUBTFUL, why=why)
        return Ask("list", word=found, why=why)

    def _strange(self, leaf: str, ending: str) -> bool:
        """Whether what stands before the known ending of a heading is a word of its own."""
        return bool(self.read(leaf.removesuffix(ending)).rest)

    def _counted(self, slot: Slot, mode: str) -> Ask:
        across = [self.read(text) for text in reversed(slot.columns)]
        down = [self.read(text) for text in self._words(slot)]
        if slot.parent:
            down.append(self.read(slot.parent))
        section = self.read(slot.section)
        if early := self._left(slot, across, down, mode):
            return early
        if named := self._name(slot, across, mode):
            return named
        return self._figure(slot, across, down, section, mode)

    def _words(self, slot: Slot) -> list[str]:
        """The labels that say what a row is, the innermost first; not its number, unit of measure or code."""
        heads = list(slot.heads) + [()] * (len(slot.labels) - len(slot.heads))
        kept = [
            label
            for label, above in zip(slot.labels, heads, strict=False)
            if _CHINESE.search(label)
            and not _UNIT.fullmatch(plain(label))
            and not (above and bare(above[-1])[0] in _BESIDE)
        ]
        return kept[::-1]

    def _left(self, slot: Slot, across: list[Reading], down: list[Reading], mode: str) -> Ask | None:
        """Why a cell is left before anything is counted: a target, somebody's hand."""
        marks = [each for each in [*across[:2], *down[:1]] if "target" in each.marks]
        if marks and not (mode == "topics" and not across[0].verbs and not slot.columns):
            intake = any(INTAKE in each.verbs for each in [*across, *down])
            return leave("intake_target" if intake else "target", marks[0].text)
        for each in (*across[:1], *down[:1]):
            if "hand" in each.marks and not (each.verbs or each.rate):
                return leave("hand", each.text)
        return None

    def _name(self, slot: Slot, across: list[Reading], mode: str) -> Ask | None:
        """The empty cell at the left end of a row that takes the name of a unit or topic."""
        if not slot.record or not across or across[0].verbs or across[0].rate:
            return None
        if across[0].text in list_words() and list_words()[across[0].text] == "serial":
            return Ask("list", word="serial")
        dimension = across[0].dimensions[-1] if across[0].dimensions and not across[0].rest else ""
        if mode == "units" and dimension == "unit":
            return Ask("text", word="unit_name", unit=f"child {slot.record}", why=(across[0].text,))
        if mode == "topics" and dimension == "topic":
            return Ask("text", word="topic_name", rank=(slot.record,), why=(across[0].text,))
        return None

    def _figure(self, slot: Slot, across: list[Reading], down: list[Reading], section: Reading, mode: str) -> Ask:
        if across and across[0].rest:
            return leave("not_held", across[0].text)
        splits, wrong = self._splits(slot, across, down, section)
        if wrong:
            return wrong
        counted = self._what(across, down, section, any_part=bool(splits) or bool(mode))
        if not counted.name:
            about = "、".join(each.text for each in (*across[:1], *down[:1]) if each.text)
            return leave(counted.wrong or "unclear", about)
        by, missing = self.parts.of(splits)
        if missing:
            return leave("no_part", missing)
        unit, strange = self._unit(slot, down, mode)
        if strange:
            return leave("no_unit", strange)
        period = self._period(across, down)
        if counted.name in STOCKS:
            period = {"year_to_date": "this", "year_to_date_last_year": "same_last_year"}.get(period, period)
        percent = counted.rate or "percent" in {mark for each in [*across, *down] for mark in each.marks} or "%" in slot.shape or any(plain(label) == "%" for label in slot.labels)  # fmt: skip
        rank = (slot.record,) if mode == "topics" else ()
        explicit = any(each.verbs or each.rate for each in [*across, *down])
        guessed = any(value.startswith("~") for _dimension, value, _word in splits)
        return Ask(
            "figure", figures=(f"cases.{counted.name}",), by=tuple(by), period=period, unit=unit, rank=rank,
            part="number" if is_change(period) and not percent else "", why=tuple(each.text for each in [*across[:1], *down[:1]] if each.text),
            confidence=DOUBTFUL if guessed else SURE if explicit else LIKELY,
        )  # fmt: skip

    def _what(self, across: list[Reading], down: list[Reading], section: Reading, *, any_part: bool) -> Counted:
        """Which figure; received where only a part of it, a period or a plain count is named."""
        rate = bool(across and across[0].rate == "rate") or bool(down and down[0].rate == "rate")
        found = both(on_axis(across), on_axis(down), rate=rate)
        if found.name or found.wrong:
            return found
        if noted := on_axis([section]):
            if noted.name and not any_part:
                return noted
        share = [each for each in [*across[:1], *down[:1]] if each.rate == "rate"]
        if share:
            return Counted(wrong="no_rate")
        periods = any(each.periods or each.counted for each in across)
        return Counted(INTAKE) if any_part or periods else Counted(wrong="unclear")

    def _splits(self, slot: Slot, across: list[Reading], down: list[Reading], section: Reading) -> tuple[list[tuple[str, str, str]], Ask | None]:  # fmt: skip
        """The parts of a figure that a cell's headings and labels name; or why one of them cannot be told."""
        splits = [split for each in across for split in each.splits]
        if not down:
            return splits, None
        leaf = down[0]
        hints = self._hints(slot, section)
        if "total" in leaf.marks and not leaf.verbs:
            return splits, None
        if leaf.rest and self._unit_label(slot, leaf):
            return splits, None
        if leaf.rest:
            for dimension in hints:
                if dimension != "unit" and (keys := self.parts.by_label(dimension, leaf.text)):
                    return [*splits, (dimension, "+".join(keys), leaf.text)], None
            return splits, leave("no_part" if hints else "not_held", leaf.text)
        if "other" in leaf.marks and not leaf.splits:
            known = [dimension for dimension in hints if dimension != "unit"]
            return [*splits, (known[0] if known else "?", "other", leaf.text)], None
        own = list(leaf.splits)
        if not own:
            own = [split for each in down[1:] for split in each.splits]
        return [*splits, *own], None

    def _hints(self, slot: Slot, section: Reading) -> list[str]:
        """The dimensions that section and headings of labels speak of."""
        heads = [self.read(text) for above in slot.heads for text in above if bare(text)[0] not in _BESIDE]
        return [dimension for each in (section, *heads) if not each.rest for dimension in each.dimensions]

    def _unit_label(self, slot: Slot, leaf: Reading) -> bool:
        return bool(_NUMBERED.fullmatch(leaf.text)) or "unit" in self._hints(slot, Reading())

    def _unit(self, slot: Slot, down: list[Reading], mode: str) -> tuple[str, str]:
        """The unit whose figure it is; and a name that is no unit below this one."""
        if mode == "units":
            return f"child {slot.record}", ""
        for each in down[:1]:
            own = [value for dimension, value, _word in each.splits if dimension == "unit"]
            if own:
                return own[0], ""
            if "total" in each.marks:
                return "", ""
            if _NUMBERED.fullmatch(each.text):
                tail = re.sub(r"^\D*?(?=[0-9A-Z]+$)", "", each.text)
                return f"child {int(tail) if tail.isdigit() else ord(tail) - 64}", ""
            if each.rest and self._unit_label(slot, each):
                return "", each.text
        return "", ""

    def _period(self, across: list[Reading], down: list[Reading]) -> str:
        """From the innermost heading that names one; 累计 further out still counts."""
        words = list[str]()
        for axis in (across, down):
            inner = next((each.periods for each in axis if each.periods), [])
            words += inner
            if inner and set(inner) & {"on_last_year", "last_year", "change", "on_previous"}:
                words += [word for each in axis for word in each.periods if word == "to_date"]
        return period_of(words, self.vocabulary.kind)

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
            if "other" not in keys:
                by.append((dimension, word, keys))
                continue
            real = dimension if dimension != "?" else next((part[0] for part in named), "")
            if not real:
                return leave("no_part", word)
            taken = {key for part in named if part[0] == real for key in part[2]}
            left = tuple(key for key, _name in self.vocabulary.names(real) if key not in taken)
            by.append((real, word, (*left, "") if real == "topic" else left))
        return replace(ask, by=tuple(by), confidence=min(ask.confidence, LIKELY))

    def _satisfied(self, asks: list[Ask]) -> list[Ask]:
        """满意 alone takes in 非常满意 where the form does not ask for that apart."""
        asked = {figure for ask in asks for figure in ask.figures}
        if "cases.good" not in asked or "cases.very" in asked:
            return asks
        whole = ("cases.very", "cases.good") if "cases.fair" in asked else ("cases.satisfied",)
        return [replace(ask, figures=whole) if ask.figures == ("cases.good",) else ask for ask in asks]
