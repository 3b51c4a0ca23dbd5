"""Gaps inside sentences and behind labels: "本月共受理____件，其中投诉___件", "填报单位：____", "____年__月"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from gongyi.documents.blank import Slot
from gongyi.language.asked.ask import LIKELY, SURE, Ask, Vocabulary, leave
from gongyi.language.asked.figures import INTAKE, Counted, Parts, compose, is_change, period_of
from gongyi.language.asked.reading import Lexicon, Reading, bare, plain

_COLON = re.compile(r"([^：:，,。；;、\s\u3000_]*)[：:][\s\u3000]*\Z")
_UNIT_NAME = re.compile(
    r"(?:填报|报送|填表|上报|汇总|报告|编报|申报|受理|呈报)?(?:单位|部门|乡镇|机关|村)(?:名称|全称)?(?:[（(].*[)）])?"
)
_DATE = re.compile(r"(?:填报|填表|报出|报送|上报|制表|报告|填写|统计)?(?:日期|时间)")
_NAME_AFTER = re.compile(r"\s*[（(](?:填报|报送)?(?:单位|乡镇|部门|乡镇、街道|村)(?:名称|全称)?")
_CHOICE = re.compile(r"\s*[（(]?(?:增加|上升|增长|提高|升|增)\s*[/、或／]\s*(?:减少|下降|降低|降|减)")
_MEASURE = re.compile(
    r"^(?:件次|件|次|个百分点|个|人次|人|户|%|％|万元|元|场次|批次|批|场|期|条|份|类|名|位)*(?:[)）〕\]])?"
)
_TOP = re.compile(r"集中在|集中于|排名前|前[二三四五六十]|居前|最多的|主要为|主要是|主要涉及|主要反映|主要有|热点")
_SHARE = re.compile(r"占(?:受理|收件|诉求|全部|总|本月|当月|全年|全部受理|受理总数|收件总数)?[\u4e00-\u9fff]*的?\Z")
_MONEY = re.compile(r"[\s）)]*(?:万元|元|场次|场|批次|批|期|篇|名|人次|人|户|公里|亩)")
_PAIR = re.compile(r"[（(〔\[][^（）()〔〕\[\]]*[)）〕\]]")
_END = re.compile(r"[。；;!?！？\n]")
_PIECES = re.compile(r"[，,、。；;：:（(\[〔\n！!]")


@dataclass
class _State:
    """What the sentence has spoken of so far."""

    figure: Counted = field(default_factory=Counted)
    splits: list[tuple[str, str, str]] = field(default_factory=list)
    change: str = ""
    names: int = 0
    counts: int = 0
    top: bool = False


class Lines:
    """The gaps of one text, in order."""

    def __init__(self, lexicon: Lexicon, parts: Parts, vocabulary: Vocabulary) -> None:
        self.lexicon, self.parts, self.vocabulary = lexicon, parts, vocabulary

    def asks(self, slots: Sequence[Slot]) -> list[Ask]:
        """What each gap of one text asks."""
        state, asks = _State(), list[Ask]()
        for number, slot in enumerate(slots):
            before = slot.text[slots[number - 1].end if number else 0 : slot.start]
            after = slot.text[slot.end : slots[number + 1].start if number + 1 < len(slots) else None]
            ask = self._date(slots, number, before, after) or self._labelled(slot, before, after)
            if ask is None or ask.word == "figure":
                ask = self._told(slot, before, after, state)
            asks.append(leave("hidden") if slot.hidden else ask)
        return asks

    # --- dates, names, hands ------------------------------------------------------------------------------------------

    def _date(self, slots: Sequence[Slot], number: int, before: str, after: str) -> Ask | None:
        """A gap before 年, 月, 日 or 季度: of the day of filing in, or of the period."""
        tail = after.lstrip(" \u3000")[:3]
        part = {"年": "year", "月": "month", "日": "day", "季": "quarter"}.get(tail[:1], "")
        if not part or (part == "day" and tail[:2] in {"日常", "日均"}):
            return None
        if part == "year" and tail[:2] in {"年龄", "年均"}:
            return None
        if part == "quarter":
            return Ask("text", word="quarter")
        whole = self._whole_date(slots, number)
        label = slots[number].text[: slots[number].start]
        if whole or _DATE.search(label[-14:]):
            closing = bool(re.search(r"截[至止]\Z|截[至止][^，。；]*\Z", label))
            return Ask("text", word="last_day" if closing else "date", part=part)
        return Ask("text", word=part) if part != "day" else Ask("text", word="date", part=part)

    def _whole_date(self, slots: Sequence[Slot], number: int) -> bool:
        """Whether this gap belongs to 年 月 日 in one go."""
        parts = list[tuple[str, str]]()
        for at, slot in enumerate(slots):
            end = slots[at + 1].start if at + 1 < len(slots) else None
            parts.append((slot.text[slot.end : end].strip(" \u3000")[:1], slot.text[slot.end : end].strip(" \u3000")))
        for day, (mark, _text) in enumerate(parts):
            if mark == "日" and number <= day <= number + 2:
                between = [parts[at][1] for at in range(number, day)]
                if all(text in {"年", "月"} for text in between):
                    return True
        return False

    def _labelled(self, slot: Slot, before: str, after: str) -> Ask | None:
        """A gap behind a colon, or one that says what it takes in the brackets after it."""
        if _NAME_AFTER.match(after):
            return Ask("text", word="unit_name", why=(after.strip()[:8],))
        found = _COLON.search(before)
        if not found:
            return None
        label = plain(found[1] or before)
        return self.label(label, slot)

    def label(self, text: str, slot: Slot | None = None) -> Ask | None:
        """What a label with a colon asks; None where it names a figure."""
        clean = bare(text.rstrip("：:"))[0]
        if self.vocabulary.refused and (kind := self.vocabulary.refused(clean)):
            return leave("refused", f"{clean}（{kind}）")
        if _UNIT_NAME.fullmatch(clean):
            return Ask("text", word="unit_name", why=(clean,))
        if _DATE.fullmatch(clean):
            return Ask("text", word="date", why=(clean,))
        if said := _PERIODS.get(clean):
            return Ask("text", word=said, why=(clean,))
        reading = self.lexicon.read(clean)
        if "target" in reading.marks:
            return leave("intake_target" if INTAKE in reading.verbs else "target", clean)
        if (reading.verbs or reading.rate or reading.splits) and not reading.rest:
            return None
        if slot is not None and slot.what == "end" and len(clean) > _LONG and "hand" not in reading.marks:
            return leave("address", clean)
        return leave("hand", clean)

    # --- sentences ----------------------------------------------------------------------------------------------------

    def _told(self, slot: Slot, before: str, after: str, state: _State) -> Ask:
        """A gap in a sentence that tells numbers."""
        before = _MEASURE.sub("", before.strip(" \u3000"))
        if _END.search(before):
            state.splits, state.change = [], ""
        if _TOP.search(before):
            state.top, state.names, state.counts = True, 0, 0
        pieces = [piece for piece in _PIECES.split(_PAIR.sub("", before)) if piece.strip("）)】 ")]
        readings = [self.lexicon.read(piece) for piece in pieces]
        leaf = readings[-1] if readings else Reading()
        if state.top and (ranked := self._ranked(before, after, leaf, state)):
            return ranked
        if _MONEY.match(after) and not (leaf.verbs or leaf.splits):
            return leave("not_held", leaf.text)
        if leaf.rest or (leaf.marks & {"hand"} and not leaf.verbs):
            known = "hand" in leaf.marks
            return leave("hand" if known else "not_held", leaf.text)
        if leaf.marks & {"target"}:
            return leave("intake_target" if INTAKE in leaf.verbs else "target", leaf.text)
        return self._number(slot, before, after, readings, state)

    def _ranked(self, before: str, after: str, leaf: Reading, state: _State) -> Ask | None:
        """The largest topics by name, their numbers, and what share they are together."""
        measure = re.match(r"[\s）)]*(件|%|％)", after)
        if (
            not measure
            and not leaf.verbs
            and state.counts == 0
            or (not measure and before.startswith(("、", "和", "）、")))
        ):
            state.names += 1
            return Ask("text", word="topic_name", rank=(state.names,), why=("主要",))
        if (
            measure
            and measure[1] == "件"
            and (not leaf.verbs or leaf.verbs[-1] == INTAKE)
            and state.names
            and not leaf.splits
        ):
            if leaf.text and not re.search(r"分别|分别为|为|有|共|受理", leaf.text):
                state.top = False
                return None
            state.counts += 1
            return Ask("figure", figures=(f"cases.{INTAKE}",), rank=(state.counts,), confidence=LIKELY, why=("主要",))
        if measure and measure[1] != "件" and "占" in before and state.names:
            ranks = tuple(range(1, state.names + 1)) if re.search(r"合计|共|三类|总", before) or state.names == 1 else (state.counts or 1,)  # fmt: skip
            return Ask("figure", figures=("cases.share",), rank=ranks, confidence=LIKELY, why=("占",))
        state.top = state.top and bool(measure)
        return None

    def _number(self, slot: Slot, before: str, after: str, readings: list[Reading], state: _State) -> Ask:
        leaf = readings[-1] if readings else Reading()
        words = leaf.periods or next((each.periods for each in reversed(readings) if each.periods), [])
        period = period_of(words, self.vocabulary.kind)
        percent = bool(re.match(r"\s*(?:[（(][^）)]*[）)])?\s*[%％]", after)) or "百分点" in after[:8]
        part, changing = "", bool(state.change)
        if _CHOICE.match(after):
            part, state.change = "direction", period if is_change(period) else state.change or "change_on_previous"
            period = state.change
        elif state.change and not leaf.verbs and not leaf.splits:
            part, period, state.change = ("size" if percent else "size_number"), state.change, ""
        elif is_change(period) and not percent:
            part = "number"
        counted = self._figure(leaf, after, state, percent=percent, changing=changing)
        if not counted.name:
            return leave(counted.wrong or "free", leaf.text)
        splits = self._splits(leaf, state)
        by, missing = self.parts.of(splits)
        if missing:
            return leave("no_part", missing)
        if percent and not counted.rate and not is_change(period):
            if not _SHARE.search(before) and "占" not in leaf.text:
                return leave("no_rate", leaf.text)
            counted = Counted("share")
        why = (leaf.text,) if leaf.text else ()
        return Ask("figure", figures=(f"cases.{counted.name}",), by=tuple(by), period=period, part=part, why=why, confidence=SURE if leaf.verbs or leaf.rate else LIKELY)  # fmt: skip

    def _figure(self, leaf: Reading, after: str, state: _State, *, percent: bool, changing: bool) -> Counted:
        """What this gap counts: its own words, else what the sentence spoke of before."""
        if leaf.verbs or (leaf.rate and leaf.rate not in {"rate", "share"}):
            rate = leaf.rate
            found = compose(leaf.verbs, rate, in_time=leaf.in_time)
            state.figure, state.splits = found, []
            return found
        if leaf.rate == "share":
            return Counted("share")
        if leaf.splits or "other" in leaf.marks:
            return state.figure if state.figure.name and not state.figure.rate else Counted(INTAKE)
        if leaf.periods and state.figure.name:
            return state.figure
        if changing or _CHOICE.match(after) or (state.figure.name and leaf.text and leaf.counted):
            return state.figure if state.figure.name else Counted(wrong="unclear")
        if leaf.periods and re.match(r"\s*件", after) and not percent:
            return Counted(INTAKE)
        return Counted(wrong="free" if not re.match(r"\s*[件%％]", after) else "unclear")

    def _splits(self, leaf: Reading, state: _State) -> list[tuple[str, str, str]]:
        if leaf.splits:
            state.splits = [split for split in leaf.splits if split[0] != "unit"]
        elif "other" in leaf.marks:
            state.splits = [("?", "other", leaf.text)]
        return [split for split in state.splits if split[1] != "other"]


_LONG = 8  # letters of a label; a longer line that ends in a colon greets somebody
_PERIODS = {
    "年份": "year", "年度": "year", "统计年份": "year", "统计年度": "year", "月份": "month", "统计月份": "month", "填报月份": "month",
    "季度": "quarter", "统计季度": "quarter", "统计时段": "period", "报告期": "period", "统计期间": "period", "统计周期": "period",
    "填报期间": "period", "所属期": "period", "统计区间": "period", "起止时间": "period", "报告期别": "period", "统计时间段": "period",
}  # fmt: skip


def by_label(lines: Lines, slot: Slot) -> Ask:
    """An empty cell beside its label."""
    text = slot.labels[-1] if slot.labels else ""
    if ask := lines.label(plain(text), slot):
        if ask.word != "hand" or ask.kind == "text" or lines.lexicon.read(text).marks & {"hand"}:
            return ask
        return leave("not_held" if text else "free", bare(text)[0].rstrip("：:"))
    reading = lines.lexicon.read(text)
    counted = compose(reading.verbs, reading.rate, in_time=reading.in_time)
    if not counted.name and reading.splits:
        counted = Counted(INTAKE)
    if not counted.name:
        return leave(counted.wrong or "unclear", reading.text)
    by, missing = lines.parts.of(reading.splits)
    if missing:
        return leave("no_part", missing)
    period = period_of(reading.periods, lines.vocabulary.kind)
    part = "number" if is_change(period) and "percent" not in reading.marks and not counted.rate else ""
    return Ask(
        "figure", figures=(f"cases.{counted.name}",), by=tuple(by), period=period, part=part, why=(reading.text,)
    )
