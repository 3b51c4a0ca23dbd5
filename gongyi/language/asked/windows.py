"""Months, quarters and years that a heading, label or sentence names: "3月", "1-9月", "一季度", "上半年", "2025年6月".

A window is a short code: "m3", "m1-9", "q2", "h1", "y"; "-1:m3" the same a year earlier. "n2" is the second month of the form's own
period, "month", "quarter", "half" and "year" are those in which its last day lies. "=" before it: somebody chose it by hand.
"""

import re

_NUMBERS = dict(zip("一二三四五六七八九", range(1, 10), strict=True)) | {"十": 10, "十一": 11, "十二": 12}
_ONE = r"(?:1[0-2]|0?[1-9]|十[一二]|[一二三四五六七八九十])"
_YEAR = r"(?:(?P<year>20\d\d)年(?:度)?)?"
_AT = r"(?<![\d上前下每近个某一二三四五六七八九十第])"
_NOT = r"(?!\d{1,2}日|[前内以之龄])"
_PATTERNS = (
    ("range", re.compile(rf"{_YEAR}{_AT}(?P<first>{_ONE})月?份?(?:[-—–~～至到]|至于)+(?P<last>{_ONE})月份?(?:底|末)?{_NOT}")),
    ("month", re.compile(rf"{_YEAR}{_AT}(?P<first>{_ONE})月份?(?:底|末)?{_NOT}")),
    ("three", re.compile(rf"{_YEAR}前三个?季度?")),
    ("quarter", re.compile(rf"{_YEAR}(?<![上前下每近个某\d])第?(?P<first>[一二三四1-4])个?季度?(?:末|底)?{_NOT}")),
    ("quarter", re.compile(rf"{_YEAR}(?<![A-Za-z])[Qq](?P<first>[1-4])(?![0-9A-Za-z])")),
    ("half", re.compile(rf"{_YEAR}(?P<first>[上下])半年度?")),
    ("year", re.compile(r"(?P<year>20\d\d)年(?:度|全年)?")),
)  # fmt: skip
_UP_TO_NOW = re.compile(r"[-—–~～至到]本")  # 1月至本月 is a running total
UNKNOWN = "?"
_MOST_BACK = 5  # years


def take_window(text: str, year: int) -> tuple[str, str]:
    """(the text without the window that it names, its code); `year`: that of the form's period, 0 where it is not known.

    The code is UNKNOWN where two windows stand in it or the year is none of the last few.
    """
    if _UP_TO_NOW.search(text):
        return text, ""
    for kind, pattern in _PATTERNS:
        found = pattern.search(text)
        if not found:
            continue
        code, rest = _code(kind, found, year), text[: found.start()] + text[found.end() :]
        return rest, code if code and not any(again.search(rest) for _kind, again in _PATTERNS) else UNKNOWN
    return text, ""


def _code(kind: str, found: re.Match[str], year: int) -> str:
    said = found.groupdict()
    back = int(said["year"]) - year if said.get("year") and year else 0
    if not -_MOST_BACK <= back <= 0:
        return ""
    first, last = said.get("first") or "", said.get("last") or ""
    codes = {"three": "m1-9", "year": "y", "half": "h1" if first == "上" else "h2"}
    code = codes.get(kind) or f"{kind[0]}{_number(first)}"
    if kind == "range":
        if _number(first) > _number(last):
            return ""
        code = f"m{_number(first)}-{_number(last)}"
    return f"{back}:{code}" if back else code


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS.get(text, 0)


def both(one: str, other: str) -> str | None:
    """Two windows of one cell together: a year and a part of it. None where they contradict each other."""
    if not one or not other or one == other:
        return one or other
    for outer, inner in ((one, other), (other, one)):
        back, _colon, code = outer.rpartition(":")
        if code == "y" and ":" not in inner:
            return f"{back}:{inner}" if back else inner
    return None


def whole_year(window: str) -> bool:
    """Whether it is a year by its number."""
    return window.rpartition(":")[2] == "y"
