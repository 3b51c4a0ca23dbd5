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
    """The code of what was found; "" for a year of long ago or to come, and for months in the wrong order."""
    said = {name: value or "" for name, value in found.groupdict().items()}
    back = _years_back(said.get("year", ""), year)
    if not -_MOST_BACK <= back <= 0:
        return ""
    first, last = _number(said.get("first", "")), _number(said.get("last", ""))
    if kind == "range" and first > last:
        return ""
    half = "h1" if said.get("first") == "上" else "h2"
    codes = {"three": "m1-9", "year": "y", "half": half, "range": f"m{first}-{last}"}
    code = codes.get(kind, f"{kind[0]}{first}")
    return f"{back}:{code}" if back else code


def _years_back(said: str, year: int) -> int:
    """How many years before the form's a named one lies, as a number below zero; 0 where one of them is not known."""
    return int(said) - year if said and year else 0


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS.get(text, 0)


def both(one: str, other: str) -> str | None:
    """Two windows of one cell together: the narrower where it lies in the other, in the year that either names. None where they contradict each other."""
    if not one or not other or one == other:
        return one or other
    (year, _colon, first), (other_year, _colon, second) = one.rpartition(":"), other.rpartition(":")
    code = _narrower(first, second)
    if not code or len({year, other_year} - {""}) > 1:
        return None
    return f"{year or other_year}:{code}" if year or other_year else code


def _narrower(one: str, other: str) -> str:
    """Of two spans the one that lies in the other; "" where neither does."""
    months, more = _months(one), _months(other)
    if not months & more:
        return ""
    return one if months <= more else other if more <= months else ""


def _months(code: str) -> frozenset[int]:
    """The months of a year that a code means; none for what depends on the form's period."""
    letter, number = code[:1], code[1:]
    if letter == "m" and number[:1].isdigit():
        first, _dash, last = number.partition("-")
        return frozenset(range(int(first), int(last or first) + 1))
    size = {"q": 3, "h": 6}.get(letter, 0)
    if size and number.isdigit():
        return frozenset(range((int(number) - 1) * size + 1, int(number) * size + 1))
    return frozenset(range(1, 13)) if code == "y" else frozenset()


def whole_year(window: str) -> bool:
    """Whether it is a year by its number."""
    return window.rpartition(":")[2] == "y"
