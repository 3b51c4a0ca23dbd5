"""A bar chart as SVG, drawn on the server: works without script, on paper and in Word."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT, FOOT, HEAD = 640, 260, 34, 22


class Bar(NamedTuple):
    """A bar with its name and number."""

    label: str
    value: int


def bars(drawn: Sequence[Bar], font: str = "Noto Sans CJK SC") -> str:
    """One bar beside the other, each with its number above it; no colour means anything."""
    most = max((bar.value for bar in drawn), default=0) or 1
    step = WIDTH / max(len(drawn), 1)
    wide = min(step * 0.6, 48)
    parts = []
    for place, bar in enumerate(drawn):
        middle, high = step * (place + 0.5), (HEIGHT - FOOT - HEAD) * bar.value / most
        top = HEIGHT - FOOT - high
        parts.append(
            f'<rect x="{middle - wide / 2:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="#4a6b66"/>'
        )
        parts.append(f'<text x="{middle:.1f}" y="{top - 5:.1f}">{bar.value}</text>')
        parts.append(f'<text x="{middle:.1f}" y="{HEIGHT - 12}">{escape(bar.label)}</text>')
    base = f'<line x1="0" y1="{HEIGHT - FOOT}" x2="{WIDTH}" y2="{HEIGHT - FOOT}" stroke="#555"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="{escape(font)}" font-size="14" fill="#1c2321"'
        f' text-anchor="middle">{base}{"".join(parts)}</svg>'
    )
