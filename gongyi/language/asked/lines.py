"""Gaps inside sentences and behind labels: "本月共受理____件，其中投诉___件", "填报单位：____", "____年__月"."""

import re
from collections.abc import Sequence

from gongyi.documents.blank import Slot
from gongyi.language.asked.ask import Ask, Vocabulary, leave
from gongyi.language.asked.figures import INTAKE, Counted, Parts, compose, is_change, when
from gongyi.language.asked.reading import Lexicon, Reading, bare, hand_words, plain
from gongyi.language.asked.sentences import TOP, Gap, State, told

_COLON = re.compile(r"([^：:，,。；;、\s\u3000_]*)[：:][\s\u3000]*\Z")
_UNIT_NAME = re.compile(
    r"(?:填报|报送|填表|上报|汇总|报告|编报|申报|受理|呈报)?(?:单位|部门|乡镇|机关|村)(?:名称|全称)?(?:[（(].*[)）])?"
)
_DATE = re.compile(r"(?:填报|填表|报出|报送|上报|制表|报告|填写|统计)?(?:日期|时间)")
_NAME_AFTER = re.compile(r"\s*[（(](?:填报|报送)?(?:单位|乡镇|部门|乡镇、街道|村)(?:名称|全称)?")


_CALENDAR = re.compile(r"[ \u3000]*(年(?![龄均末初底终内])|月|日(?![常均])|季)")
_CALENDARS = {"年": "year", "月": "month", "日": "day", "季": "quarter"}
_UP_TO = re.compile(r"\s*(?:至|到|—|-|~|～)")
_SINCE = re.compile(r"日\s*(?:至|到|—|-|~|～)[^，。；]*\Z")
_STEM = re.compile(r"[ \u3000]*(?:乡|镇|村|县|街道|社区)")
_COUNTED = re.compile(r"[\s\u3000]*(?:件|次|人次|个)")
_SIGNED = re.compile(r"签(?:字|名)[^：:。\n]{0,6}[\s_年月]*\Z")  # somebody's signature takes its own day
_BEFORE = re.compile(r"[ \u3000]*日(?:[上下]午|下班)?(?:\d{1,2}[点时])?(?:之|以)?前")
_UNTIL = re.compile(r"截[至止][^，。；]*\Z")


class Lines:
    """The gaps of one text, in order."""

    def __init__(self, lexicon: Lexicon, parts: Parts, vocabulary: Vocabulary) -> None:
        self.lexicon, self.parts, self.vocabulary = lexicon, parts, vocabulary

    def asks(self, slots: Sequence[Slot]) -> list[Ask]:
        """What each gap of one text asks."""
        state, asks = State(), list[Ask]()
        for number, slot in enumerate(slots):
            before = slot.text[slots[number - 1].end if number else 0 : slot.start]
            after = slot.text[slot.end : slots[number + 1].start if number + 1 < len(slots) else None]
            ask = self._date(slots, number, after)
            if ask is None and not TOP.search(before):
                ask = self._labelled(slot, before, after)
            if ask is None:
                ask = told(Gap.of(before, after, self.lexicon), state, self.parts, self.vocabulary)
            asks.append(leave("hidden") if slot.hidden else ask)
        return asks

    def _date(self, slots: Sequence[Slot], number: int, after: str) -> Ask | None:
        """A gap before 年, 月, 日 or 季度: of the day of filing in, or of the period."""
        found = _CALENDAR.match(after)
        if not found:
            return None
        part = _CALENDARS[found[1]]
        label = slots[number].text[: slots[number].start]
        if _SIGNED.search(label) or self._deadline(slots, number):
            return leave("hand")
        if (turn := slots[number].turn) or part == "quarter":
            return Ask("text", word=part, window=f"n{turn}" if turn else "")
        whole = self._whole_date(slots, number)
        if whole and (edge := self._edge(slots, number)):
            return Ask("text", word=edge, part=part)
        if part == "day" or whole or _DATE.search(label[-14:]):
            return Ask("text", word="last_day" if _UNTIL.search(label) else "date", part=part)
        return Ask("text", word=part)

    def _deadline(self, slots: Sequence[Slot], number: int) -> bool:
        """Whether it belongs to a day before which something is to be done: 请于__月__日前."""
        days = (slot.text[slot.end :] for slot in slots[number : number + 3])
        return bool(_BEFORE.match(next((text for text in days if text.lstrip(" \u3000").startswith("日")), "")))

    def _edge(self, slots: Sequence[Slot], number: int) -> str:
        """Of two whole dates with 至 between them the first is the period's first day, the second its last."""
        days = [slot for slot in slots[number : number + 3] if slot.text[slot.end :].lstrip(" \u3000").startswith("日")]
        if days and _UP_TO.match(days[0].text[days[0].end :].lstrip(" \u3000")[1:]):
            return "first_day"
        text = slots[number].text[: slots[number].start]
        return "last_day" if _SINCE.search(text) else ""

    def _whole_date(self, slots: Sequence[Slot], number: int) -> bool:
        """Whether this gap belongs to 年 月 日 in one go."""
        after = []
        for at in range(number, min(number + 3, len(slots))):
            end = slots[at + 1].start if at + 1 < len(slots) else None
            after.append(slots[at].text[slots[at].end : end].strip(" \u3000")[: None if at + 1 < len(slots) else 1])
        return bool(re.fullmatch(r"(?:年,)?(?:月,)?日.*", ",".join(after), re.DOTALL))

    def _labelled(self, slot: Slot, before: str, after: str) -> Ask | None:
        """A gap behind a colon, or one that says what it takes in the brackets after it."""
        if _NAME_AFTER.match(after):
            return Ask("text", word="unit_name", why=(after.strip()[:8],))
        if _STEM.match(after) and len(before.strip()) < _LONG:
            return Ask("text", word="unit_name", part="stem", why=(after.strip()[:2],))
        found = _COLON.search(before)
        if found and bare(found[1])[0] in hand_words() and not _COUNTED.match(after):
            return leave("hand", bare(found[1])[0])  # 电话：____ is a number to call, not how many called
        return self.label(plain(found[1] or before), slot) if found else None

    def label(self, text: str, slot: Slot) -> Ask | None:
        """What a label with a colon asks; None where it names a figure."""
        clean = bare(text.rstrip("：:"))[0]
        if self.vocabulary.refused and (kind := self.vocabulary.refused(clean)):
            return leave("refused", f"{clean}（{kind}）")
        for pattern, word in ((_UNIT_NAME, "unit_name"), (_DATE, "date")):
            if pattern.fullmatch(clean):
                return Ask("text", word=word, why=(clean,))
        if said := _PERIODS.get(clean):
            return Ask("text", word=said, why=(clean,))
        return self._by_hand(clean, slot)

    def _by_hand(self, clean: str, slot: Slot) -> Ask | None:
        reading = self.lexicon.read(clean)
        if "target" in reading.marks:
            return leave("intake_target" if INTAKE in reading.verbs else "target", clean)
        if not reading.rest and (reading.verbs or reading.rate or reading.splits):
            return None
        greets = slot.what == "end" and len(clean) > _LONG and "hand" not in reading.marks
        return leave("address" if greets else "hand", clean)

    def beside(self, slot: Slot) -> Ask:
        """An empty cell beside its label."""
        text = "".join(slot.labels[-1:])
        reading = self.lexicon.read(text)
        if "no_stock" in reading.marks:
            return leave("no_stock", reading.text)
        if "foreign" in reading.marks and not set(reading.verbs) - {INTAKE}:
            return leave("not_held", reading.text)
        if ask := self.label(plain(text), slot):
            strange = ask.word == "hand" and "hand" not in reading.marks
            return leave("not_held" if text else "free", bare(text)[0].rstrip("：:")) if strange else ask
        counted = compose(reading.verbs, reading.rate, in_time=reading.in_time)
        if reading.splits and counted == Counted():
            counted = Counted(INTAKE)
        return self._figure(counted, reading)

    def _figure(self, counted: Counted, reading: Reading) -> Ask:
        by, missing = self.parts.of(reading.splits)
        if not counted.name or missing:
            return leave("no_part" if missing else counted.wrong or "unclear", missing or reading.text)
        period, window = when(reading.periods, reading.window, self.vocabulary.kind)
        if not period:
            return leave("unclear", reading.text)
        number = is_change(period) and not counted.rate and "percent" not in reading.marks
        return Ask(
            "figure", counted.keys, tuple(by), period, window, part="number" if number else "", why=(reading.text,)
        )


_LONG = 8  # letters of a label; a longer line that ends in a colon greets somebody
_PERIODS = {
    "年份": "year", "年度": "year", "统计年份": "year", "统计年度": "year", "月份": "month", "统计月份": "month", "填报月份": "month",
    "季度": "quarter", "统计季度": "quarter", "统计时段": "period", "报告期": "period", "统计期间": "period", "统计周期": "period",
    "填报期间": "period", "所属期": "period", "统计区间": "period", "起止时间": "period", "报告期别": "period", "统计时间段": "period",
}  # fmt: skip
