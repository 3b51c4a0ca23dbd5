"""Gaps in sentences that tell numbers: "本月共受理____件，其中投诉___件；较上月____（增加/减少）____%"."""

import re
from dataclasses import dataclass, field

from gongyi.language.asked.ask import LIKELY, SURE, Ask, Vocabulary, leave
from gongyi.language.asked.figures import (
    INTAKE,
    NARROW,
    SHARE,
    STOCKS,
    Counted,
    Parts,
    compose,
    is_change,
    on_subject,
    subject_of,
    when,
)
from gongyi.language.asked.reading import Lexicon, Reading

_CHOICE = re.compile(r"\s*[（(]?(?:增加|上升|增长|提高|升|增)\s*[/、或／]\s*(?:减少|下降|降低|降|减)")
_MEASURE = re.compile(
    r"^(?:件次|件|次|个百分点|个|人次|人|户|%|％|万元|元|场次|批次|批|场|期|条|份|类|名|位)*(?:[)）〕\]])?"
)
TOP = re.compile(r"集中在|集中于|排名前|前[二三四五六十]|居前|最多的|主要为|主要是|主要涉及|主要反映|主要有|热点")
_SHARE = re.compile(r"占[\u4e00-\u9fff]*\Z")
_FOREIGN = re.compile(r"[\s）)]*(?:万元|元|场次|场|批次|批|期|篇|名|人次|人|户|公里|亩)")
_PER_CENT = re.compile(r"\s*(?:[（(][^）)]*[）)])?\s*(?:[%％]|[^，。；]{0,6}百分点)")
_PAIR = re.compile(r"[（(〔\[][^（）()〔〕\[\]]*[)）〕\]]")
_END = re.compile(r"[。；;!?！？\n]")
_PIECES = re.compile(r"[，,、。；;：:（(\[〔\n！!]")
_OPENED = re.compile(r"[（(][^）)]*\Z")
_RANKED = re.compile(r"[\s）)]*(件|%|％)")
_EACH = re.compile(r"分别|为|有|共|受理")
_WITHIN = re.compile(r"其中|\A[\s件次项]*[（(]")
_TOGETHER = re.compile(r"合计|共|[二三四五]类|总")


@dataclass
class State:
    """What a text has spoken of so far."""

    figure: Counted = field(default_factory=Counted)
    splits: list[tuple[str, str, str]] = field(default_factory=list)
    unit: str = ""  # the unit that the sentence names
    heard: str = ""  # all that was said
    base: Counted | None = None  # what the first number of the sentence counts
    window: str = ""  # the months that the sentence names
    change: str = ""  # the change whose size comes next
    to_date: bool = False  # 今年以来 was said of this sentence
    names: int = 0
    counts: int = 0
    top: bool = False

    def hear(self, before: str) -> None:
        """Note what the words between two gaps end or begin."""
        self.heard += before
        if _END.search(before):
            self.splits, self.change, self.to_date, self.window, self.unit = [], "", False, "", ""
        if "。" in before:
            self.figure, self.base = Counted() if self.figure.wrong else self.figure, None
        if TOP.search(before):
            self.top, self.names, self.counts = True, 0, 0


@dataclass
class Gap:
    """A gap with the words before it, since the gap before, and those after it."""

    before: str
    after: str
    readings: list[Reading]
    leaf: Reading

    @classmethod
    def of(cls, before: str, after: str, lexicon: Lexicon) -> "Gap":
        """Read the pieces of a sentence that stand before a gap."""
        before = _MEASURE.sub("", before.strip(" \u3000"))
        pieces = [piece for piece in _PIECES.split(_PAIR.sub("", before)) if piece.strip("）)】 ")]
        readings = [lexicon.read(piece) for piece in pieces]
        return cls(before, after, readings, readings[-1] if readings else Reading())

    @property
    def percent(self) -> bool:
        return bool(_PER_CENT.match(self.after))

    @property
    def choice(self) -> bool:
        """Whether it takes one of two words: 增加 or 减少."""
        return bool(_CHOICE.match(self.after))

    @property
    def told(self) -> bool:
        return bool(self.leaf.verbs or self.leaf.rate not in {"", "rate", "share"})

    def left(self) -> Ask | None:
        """Why nothing is filled in, by the words alone."""
        leaf = self.leaf
        if _FOREIGN.match(self.after) and not (leaf.verbs or leaf.splits):
            return leave("not_held", leaf.text)
        if "no_stock" in leaf.marks:
            return leave("no_stock", leaf.text)
        if "foreign" in leaf.marks and not set(leaf.verbs) - {INTAKE}:
            return leave("not_held", leaf.text)
        if "target" in leaf.marks:
            return leave("intake_target" if INTAKE in leaf.verbs else "target", leaf.text)
        if "hand" in leaf.marks and not leaf.verbs:
            return leave("hand", leaf.text)
        return leave("not_held", leaf.text) if leaf.rest else None


def told(gap: Gap, state: State, parts: Parts, vocabulary: Vocabulary) -> Ask:
    """What a gap in a sentence asks."""
    state.hear(gap.before)
    if state.top and (ranked := _ranked(gap, state)):
        return ranked
    state.unit = _unit(gap, state.unit, vocabulary.own)
    if left := gap.left():
        if state.base is None:
            state.base = state.figure = Counted(wrong="unclear")  # 其中 after it is of something that is not known
        return left
    ask = _number(gap, state, parts, vocabulary)
    state.base = state.base or state.figure
    return ask


def _unit(gap: Gap, before: str, own: str) -> str:
    """The unit that was named last, as far as its sentence goes; 全县 and the own name are the whole again."""
    for each in reversed(gap.readings):
        named = [value for dimension, value, _word in each.splits if dimension == "unit"]
        if named or "total" in each.marks:
            return next((key for key in named if key != own), "")
    return before


def _ranked(gap: Gap, state: State) -> Ask | None:
    """The largest topics by name, their numbers, and what share they are together."""
    measure = next(iter(_RANKED.findall(gap.after[:6])), "") if _RANKED.match(gap.after) else ""
    if not measure and (not gap.told or TOP.search(gap.before)):
        state.names += 1
        return Ask("text", word="topic_name", rank=(state.names,), why=("主要",))
    if measure == "件" and state.names and _counts_the_same(gap):
        state.counts += 1
        return Ask("figure", figures=(f"cases.{INTAKE}",), rank=(state.counts,), confidence=LIKELY, why=("主要",))
    if measure not in {"", "件"} and state.names and "占" in gap.before:
        last = state.counts or 1
        ranks = tuple(range(1, state.names + 1)) if _TOGETHER.search(gap.before) else (last,)
        return Ask("figure", figures=(SHARE,), rank=ranks, confidence=LIKELY, why=("占",))
    state.top = False
    return None


def _counts_the_same(gap: Gap) -> bool:
    """Whether a number belongs to the topics named before."""
    plainly = not gap.leaf.splits and gap.leaf.verbs in ([], [INTAKE])
    return plainly and (not gap.leaf.text or bool(_EACH.search(gap.leaf.text)))


def _number(gap: Gap, state: State, parts: Parts, vocabulary: Vocabulary) -> Ask:
    period, window, part, goes_on = _when(gap, state, vocabulary.kind)
    if not period:
        return leave("unclear", gap.leaf.text)
    few = state.figure.name if _WITHIN.search(gap.before) and state.figure.name in NARROW else ""
    counted = _per_cent(gap, _figure(gap, state, goes_on=goes_on), period)
    counted = on_subject(counted, subject_of(state.heard.rpartition("。")[2]), state.heard, vocabulary.figures)
    if few and counted.name != few:
        return leave("unclear", gap.leaf.text)
    by, missing = parts.of(_splits(gap.leaf, state))
    if missing:
        return leave("no_part", missing)
    if not counted.name:
        return leave(counted.wrong or "free", gap.leaf.text)
    if counted.name in STOCKS:
        period = {"year_to_date": "this"}.get(period, period)
    why = tuple(filter(None, [gap.leaf.text]))
    return Ask(
        "figure",
        counted.keys,
        tuple(by),
        period,
        window,
        state.unit,
        part,
        confidence=SURE if gap.told else LIKELY,
        why=why,
    )


def _per_cent(gap: Gap, counted: Counted, period: str) -> Counted:
    """A count before a per cent sign is a share, or nothing that is known."""
    if not gap.percent or not counted.name or counted.rate or is_change(period):
        return counted
    shares = _SHARE.search(gap.before) or "占" in gap.leaf.text
    return Counted("share") if shares else Counted(wrong="no_rate")


def _when(gap: Gap, state: State, kind: str) -> tuple[str, str, str, bool]:
    """(period, months, part of a change, whether the gap goes on with a change that was spoken of)."""
    words = gap.leaf.periods or next((each.periods for each in reversed(gap.readings) if each.periods), [])
    state.window = next((each.window for each in reversed(gap.readings) if each.window), state.window)
    if "to_date" in words and not gap.leaf.rest and not _OPENED.search(gap.before):
        state.to_date = True
    words = words or (["to_date"] if state.to_date else [])
    (period, window), goes_on = when(words, state.window, kind), bool(state.change)
    if gap.choice:
        state.change = period if is_change(period) else state.change or "change_on_previous"
        return state.change, window, "direction", True
    if goes_on and not gap.told and not gap.leaf.splits:
        period, state.change = state.change, ""
        return period, window, "size" if gap.percent else "size_number", True
    return period, window, "number" if is_change(period) and not gap.percent else "", False


def _figure(gap: Gap, state: State, *, goes_on: bool) -> Counted:
    """What this gap counts: its own words, else what the sentence spoke of before."""
    leaf = gap.leaf
    if gap.told:
        state.figure, state.splits = compose(leaf.verbs, leaf.rate, in_time=leaf.in_time), []
        return state.figure
    if leaf.rate == "share":
        return Counted("share")
    if leaf.splits or "other" in leaf.marks:
        whole = state.base if state.figure.rate and state.base else state.figure
        return Counted(INTAKE) if whole.rate or whole == Counted() else whole
    if state.figure.name and (goes_on or leaf.periods or leaf.counted):
        return state.figure
    return Counted(INTAKE) if leaf.periods and gap.after.lstrip().startswith("件") else Counted(wrong="free")


def _splits(leaf: Reading, state: State) -> list[tuple[str, str, str]]:
    if leaf.splits:
        state.splits = [split for split in leaf.splits if split[0] != "unit"]
    return state.splits
