"""Small pictures of numbers as SVG, drawn here: a line over months, bars by name. No script, readable without colour.

A picture never stands alone: its numbers stand in a table beside it, and in its own description. Sizes fit a phone; wider pages
enlarge. Colours are attributes, so that it also prints and goes into documents; the style sheet overrides them.
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

WIDTH, BARS = 340, 300  # of lines, of bars: a phone shows them in about that many pixels
LEFT, RIGHT, TOP, BOTTOM = 8, 12, 26, 26
HEIGHT = 190
ROW = 40
STEPS = (1, 2, 5)
COLOURS = ("#0b6b62", "#3b4a8c")
DASHES = ("", "5 4")
FONT = 12


class Line(NamedTuple):
    """One line of a picture: its name and a number for each place, None where there is none."""

    name: str
    values: Sequence[float | None]


def round_top(highest: float) -> int:
    """The end of a scale: the next of 1, 2, 5, 10, 20, 50 … that is not below."""
    step = 1
    while True:
        for part in STEPS:
            if part * step >= highest:
                return part * step
        step *= 10


def lines(key: str, title: str, places: Sequence[str], drawn: Sequence[Line]) -> SafeString:
    """Up to two lines over the same places, such as months; `key` is the picture's own in its page. '' without a number."""
    known = [value for one in drawn for value in one.values if value is not None]
    if not known:
        return SafeString("")
    top = round_top(max(known) or 1)
    parts = [_grid(top), _places(places)]
    parts += [_line(one, top, number) for number, one in enumerate(drawn)]
    parts.append(_legend([one.name for one in drawn]))
    told = _("；").join(str(one.name) + _("：") + _told(places, one.values) for one in drawn)
    return _picture(key, title, told, (WIDTH, HEIGHT), parts)


def _told(places: Sequence[str], values: Sequence[float | None]) -> str:
    return _("，").join(f"{place} {value:g}" for place, value in zip(places, values, strict=True) if value is not None)


def _x(number: int, many: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (number / (many - 1) if many > 1 else 0.5)


def _y(value: float, top: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)


def _grid(top: int) -> SafeString:
    """Three level lines with what they stand for."""
    marks = [0, top / 2, top] if top > 1 else [0, top]
    return format_html_join(
        "",
        '<line class="chart-grid" x1="{}" x2="{}" y1="{}" y2="{}" stroke="#dde2df"/><text class="chart-quiet" x="{}" y="{}" font-size="10" fill="#56605c">{}</text>',
        [(LEFT, WIDTH - RIGHT, _n(_y(m, top)), _n(_y(m, top)), LEFT, _n(_y(m, top) - 3), f"{m:g}") for m in marks],
    )


def _places(places: Sequence[str]) -> SafeString:
    """The names of the places, only as many as fit; the last one always."""
    every = max(1, -(-len(places) // 5))
    shown = [i for i in range(len(places)) if (len(places) - 1 - i) % every == 0]
    rows = [
        (_n(_x(i, len(places))), HEIGHT - 8, "end" if i == len(places) - 1 else "start" if i == 0 else "middle", FONT - 1, places[i])
        for i in shown
    ]  # fmt: skip
    text = '<text class="chart-quiet" x="{}" y="{}" text-anchor="{}" font-size="{}" fill="#56605c">{}</text>'
    return format_html_join("", text, rows)


def _line(one: Line, top: float, number: int) -> SafeString:
    """The line in as many pieces as its gaps make, a dot at each place, and the last number."""
    many, pieces, piece = len(one.values), list[list[str]](), list[str]()
    dots, last = [], None
    for i, value in enumerate(one.values):
        if value is None:
            pieces, piece = [*pieces, piece], []
            continue
        x, y = _n(_x(i, many)), _n(_y(value, top))
        piece.append(f"{x},{y}")
        dots.append((number, x, y, COLOURS[number]))
        last = (number, x, _n(_y(value, top) + (16 if number else -7)), FONT, COLOURS[number], f"{value:g}")
    drawn = [(number, " ".join(points), COLOURS[number], DASHES[number]) for points in [*pieces, piece] if len(points) > 1]  # fmt: skip
    return (
        format_html_join("", '<polyline class="chart-line chart-{}" points="{}" fill="none" stroke="{}" stroke-width="2" stroke-dasharray="{}"/>', drawn)
        + format_html_join("", '<circle class="chart-mark chart-{}" cx="{}" cy="{}" r="2.5" fill="{}"/>', dots)
        + (format_html('<text class="chart-mark chart-{}" x="{}" y="{}" text-anchor="end" font-size="{}" font-weight="600" fill="{}">{}</text>', *last) if last else SafeString(""))
    )  # fmt: skip


def _legend(names: Sequence[str]) -> SafeString:
    """Each line's stroke with its name, above the picture."""
    rows = [
        (i, LEFT + i * 130, LEFT + 24 + i * 130, COLOURS[i], DASHES[i], LEFT + 30 + i * 130, FONT, name)
        for i, name in enumerate(names)
    ]
    return format_html_join(
        "",
        '<line class="chart-line chart-{}" x1="{}" x2="{}" y1="9" y2="9" stroke="{}" stroke-width="2" stroke-dasharray="{}"/><text class="chart-text" x="{}" y="13" font-size="{}" fill="#1c2321">{}</text>',
        rows,
    )


def bars(key: str, title: str, rows: Sequence[tuple[str, int, str]]) -> SafeString:
    """Bars from the left, one for each (name, number, number as it is printed), in the order given. '' without a number above zero."""
    highest = max((number for _name, number, _words in rows), default=0)
    if not highest:
        return SafeString("")
    wide = BARS - LEFT - 70
    drawn = format_html_join(
        "",
        '<text class="chart-text" x="{}" y="{}" font-size="{}" fill="#1c2321">{}</text>'
        '<rect class="chart-bar" x="{}" y="{}" width="{}" height="12" rx="2" fill="#0b6b62"/>'
        '<text class="chart-text" x="{}" y="{}" font-size="{}" font-weight="600" fill="#1c2321">{}</text>',
        [
            (LEFT, i * ROW + 15, FONT + 1, name, LEFT, i * ROW + 21, _n(max(wide * number / highest, 1 if number else 0)),
             _n(LEFT + wide * number / highest + 6), i * ROW + 32, FONT + 1, words)
            for i, (name, number, words) in enumerate(rows)
        ],
    )  # fmt: skip
    told = _("，").join(f"{name} {words}" for name, _number, words in rows)
    return _picture(key, title, told, (BARS, len(rows) * ROW), [drawn])


def _picture(key: str, title: str, told: str, size: tuple[int, int], parts: Sequence[SafeString]) -> SafeString:
    return format_html(
        '<svg class="chart chart-{}" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-t {}-d" xmlns="http://www.w3.org/2000/svg"><title id="{}-t">{}</title><desc id="{}-d">{}</desc>{}</svg>',
        "bars" if size[0] == BARS else "lines", *size, key, key, key, title, key, told, SafeString("".join(parts)),
    )  # fmt: skip


def _n(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")
