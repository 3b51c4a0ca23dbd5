"""The shape of a form: what tells next month's copy from any other form. Headings and where they stand, never the numbers."""

import re
from hashlib import sha256

from gongyi.documents.blank.layout import Form

_MONTHS = re.compile(r"(?:[一二三四五六七八九]|十[一二]?)月份?")
_QUARTERS = re.compile(r"第?[一二三四]季度")
_HALVES = re.compile(r"[上下]半年")
_KEPT = re.compile(r"[^\u4e00-\u9fffA-Za-z%]")


def shape_of(form: Form) -> str:
    """A digest of 64 letters. The same for a copy of another month; another one where a heading is added, moved or renamed."""
    lines = [form.kind]
    lines += [f"p{at}:{text}" for at, paragraph in enumerate(form.paragraphs) if (text := _words(paragraph.text))]
    for number, grid in enumerate(form.grids):
        lines += [
            f"g{number}:{row},{column}:{text}"
            for (row, column), cell in sorted(grid.cells.items())
            if not cell.formula and (text := _words(cell.text))
        ]  # fmt: skip
    return sha256("\n".join(lines).encode()).hexdigest()


def _words(text: str) -> str:
    """The letters of a text without its numbers, dates, gaps and marks."""
    for months in (_MONTHS, _QUARTERS, _HALVES):
        text = months.sub(lambda found: found[0].lstrip("第一二三四五六七八九十上下"), text)
    return _KEPT.sub("", text)
