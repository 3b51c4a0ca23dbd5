"""Values as they stand in a form, and how a text is fitted into a gap."""

from datetime import date
from unicodedata import east_asian_width

from gongyi.documents.blank.layout import Slot

Value = int | float | date | str
_CALENDAR = {"年", "月", "日"}


def shown(value: Value) -> str:
    """A value as text."""
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def fitted(slot: Slot, value: Value, *, underlined: bool) -> str:
    """The text that takes the place of a gap: with a blank at each side on a line of underlined blanks, as wide as before behind a colon."""
    text, gap = shown(value), slot.text[slot.start : slot.end]
    if not gap.strip(" \u3000\xa0\t"):
        behind = slot.text[slot.end :].lstrip(" \u3000")
        if gap and slot.text[: slot.start].rstrip().endswith(("：", ":")) and behind[:1] not in _CALENDAR:
            left = _columns(gap) - _columns(text)
            return text + " " * max(2 if behind.strip() else 0, left)
        if underlined:
            return f" {text} "
    return text


def _columns(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
