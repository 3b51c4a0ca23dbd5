"""Reads a PDF with a ruler: lines of characters and drawn lines, in millimetres from the top left corner of the paper.

`through_office` turns .docx into PDF with LibreOffice. There each font that the standard names gets a stand-in of its own,
so that the PDF shows which name was asked for.
"""

import io
import os
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pdfplumber

MM = 72 / 25.4
STAND_IN = {"仿宋": ("Noto Serif CJK SC", 80), "楷体": ("Noto Sans CJK SC", 200), "黑体": ("Noto Sans CJK SC", 80),
            "宋体": ("DejaVu Sans", 80), "方正小标宋简体": ("Noto Serif CJK SC", 200)}  # fmt: skip
FACES = {"仿宋": "NotoSerifCJKjp-Regular", "楷体": "NotoSansCJKjp-Bold", "黑体": "NotoSansCJKjp-Regular",
         "宋体": "DejaVuSans", "方正小标宋简体": "NotoSerifCJKjp-Bold"}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """Characters on one foot: their text, where the foot is, where they begin and end, the size and font of each."""

    text: str
    foot: float
    left: float
    right: float
    sizes: tuple[float, ...]
    fonts: tuple[str, ...]
    starts: tuple[float, ...]

    def font_of(self, word: str) -> set[str]:
        at = self.text.index(word)
        return set(self.fonts[at : at + len(word)])


@dataclass(frozen=True)
class Stroke:
    """A horizontal line: where, from where to where, how thick, what colour (red, green, blue)."""

    at: float
    left: float
    right: float
    thick: float
    colour: tuple[float, ...]


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    strokes: list[Stroke]
    size: tuple[float, float]

    @property
    def body(self) -> list[Row]:
        """The rows within the type area."""
        return [row for row in self.rows if row.foot < 262.5]

    @property
    def number(self) -> Row | None:
        below = [row for row in self.rows if row.foot > 265]
        return below[0] if below else None

    def row(self, word: str) -> Row:
        return next(row for row in self.rows if word in row.text)

    def red(self) -> list[Stroke]:
        return [each for each in self.strokes if each.colour == (1, 0, 0)]

    def black(self) -> list[Stroke]:
        return [each for each in self.strokes if each.colour != (1, 0, 0) and each.right - each.left > 150]


def measured(content: bytes) -> list[Page]:
    """The pages of a PDF."""
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        return [_page(page) for page in pdf.pages]


def _page(page) -> Page:
    feet = defaultdict(list)
    for char in page.chars:
        if char["text"].strip():
            feet[round(float(page.height) - char["matrix"][5], 1)].append(char)
    rows = []
    for foot, chars in sorted(feet.items()):
        chars.sort(key=lambda char: char["matrix"][4])
        rows.append(
            Row(
                "".join(char["text"] for char in chars), foot / MM, chars[0]["matrix"][4] / MM, chars[-1]["x1"] / MM,
                tuple(round(char["size"], 1) for char in chars), tuple(char["fontname"].partition("+")[2] for char in chars),
                tuple(char["matrix"][4] / MM for char in chars),
            )
        )  # fmt: skip
    strokes = {
        Stroke(round(line["top"] / MM, 2), round(line["x0"] / MM, 2), round(line["x1"] / MM, 2),
               round(line["linewidth"] / MM, 3), _colour(line["stroking_color"]))
        for line in page.lines if abs(line["top"] - line["bottom"]) < 0.1
    }  # fmt: skip
    return Page(rows, sorted(strokes, key=lambda each: each.at), (float(page.width) / MM, float(page.height) / MM))


def _colour(colour) -> tuple[float, ...]:
    values = tuple(colour) if isinstance(colour, list | tuple) else (colour,)
    return values * 3 if len(values) == 1 else values


def through_office(soffice: str, folder: Path, files: dict[str, bytes]) -> dict[str, bytes]:
    """The files as PDF, through one run of LibreOffice with a profile of its own."""
    rules = "".join(
        f'<match target="pattern"><test name="family"><string>{name}</string></test>'
        f'<edit name="family" mode="assign" binding="same"><string>{family}</string></edit>'
        f'<edit name="weight" mode="assign" binding="same"><int>{weight}</int></edit></match>'
        for name, (family, weight) in STAND_IN.items()
    )
    fonts = folder / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f'<include ignore_missing="yes">/etc/fonts/fonts.conf</include>{rules}</fontconfig>',
        encoding="utf-8",
    )
    for name, content in files.items():
        (folder / f"{name}.docx").write_bytes(content)
    subprocess.run(
        [soffice, "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "pdf", "--outdir", folder,
         *(folder / f"{name}.docx" for name in files)],
        env={**os.environ, "FONTCONFIG_FILE": str(fonts), "HOME": str(folder)}, stdin=subprocess.DEVNULL,
        capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    return {name: (folder / f"{name}.pdf").read_bytes() for name in files}
