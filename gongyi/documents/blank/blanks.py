"""Gaps inside a text: runs of underscores, spaces after a colon or between 年 月 日, underlined spaces, a colon at the end."""

import re
from collections.abc import Sequence
from typing import NamedTuple

# underscores with the spaces behind them; two or more spaces; the one space of 年 月 日
_RUN = re.compile(r"[_＿]{2,}[ \u3000\xa0]*|[ \u3000\xa0\t]{2,}|(?<=年)[ \u3000\xa0](?=月)|(?<=月)[ \u3000\xa0](?=日)")
_CROSSES = re.compile(r"[×✕]{2,}|[×✕](?=[年月日件个次])|(?<![A-Za-z])[Xx]{2,}(?![A-Za-z])")
_COLON = re.compile(r"[：:]\s*\Z")
# what spaces must stand beside to be a gap and not only air between letters: 项    目
_BEFORE = re.compile(r"[：:年月第共计为达占是（(〔\[至自增降较]\Z|[0-9０-９]\Z")
_AFTER = re.compile(r"[年月日号件次个人份户条起批场元万亿%％‰季期名家项分倍，。；、）)〕\]]")

# blanks that a text begins with are an indent, but for those before 年 of a title, 月 of a label, 件 of a cell
_STARTS = re.compile(
    r"[ \u3000\xa0]{2,}(?:(?:月份?|季度?|件次?|次|人次|个|[%％])\s*\Z|年(?![初底末内终均龄])[^，。；：:]{0,40}\Z)"
)
_WIDE = 4  # blanks that are a gap even between letters


class Gap(NamedTuple):
    """A place in a text where something is to be written: from `start` to before `end`; the same where nothing stands there yet."""

    start: int
    end: int
    at_end: bool = False


def find_gaps(text: str, underlined: Sequence[tuple[int, int]] = ()) -> list[Gap]:
    """The gaps of a text, in order. `underlined` are the parts of it that consist of underlined spaces."""
    first = 0 if _STARTS.match(text) else len(text) - len(text.lstrip(" \u3000\xa0\t\n"))
    found = [Gap(start, end) for start, end in underlined]
    taken = {at for start, end in underlined for at in range(start, end)}
    for run in _RUN.finditer(text):
        start, end = run.span()
        if start < first or taken & set(range(start, end)):
            continue
        if run[0][0] in "_＿" or _is_gap(text, start, end):
            found.append(Gap(start, end))
    if not found:
        found = [Gap(*run.span()) for run in _CROSSES.finditer(text)]
    if _COLON.search(text.rstrip("\n")) and text.strip():
        at = len(text.rstrip())
        if not any(gap.end > at - 1 for gap in found):
            found.append(Gap(at, len(text.rstrip("\n")), at_end=True))
    return sorted(found)


def _is_gap(text: str, start: int, end: int) -> bool:
    before, after = text[:start], text[end : end + 1]
    if _COLON.search(before):
        return True
    single = end - start == 1  # of 年 月 日
    return (
        single
        or start == 0
        or bool(after and _AFTER.match(after) and _BEFORE.search(before))
        or bool(after and after in "年件%％次" and re.search(r"[\u4e00-\u9fff）)]\Z", before) and end - start >= _WIDE)
    )
