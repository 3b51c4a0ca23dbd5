"""The child process that opens somebody's blank form: no Django, no database, little memory, little time.

Run as a program: the file (an .xlsx or .docx that passed `papers.check_office`) comes in by stdin, its kind as the argument; out
comes one line of JSON: `{"sheets": …}`, `{"body": …}`, or `{"stop": why}` where a limit was met.
"""

import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

MEMORY = 512 * 1024 * 1024
SECONDS = 12
SHEETS, ROWS, COLUMNS, CELLS = 30, 3_000, 120, 60_000
PARTS, CHARACTERS = 20_000, 2_000_000
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
# What Office calls the formats that it knows by number only.
FORMATS = {1: "0", 2: "0.00", 9: "0%", 10: "0.00%", 14: "yyyy/m/d", 22: "yyyy/m/d h:mm", 31: 'yyyy"年"m"月"d"日"', 49: "@",
           57: 'yyyy"年"m"月"', 58: 'm"月"d"日"'}  # fmt: skip
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
# cells that a formula names one by one, not within an area and not on another sheet
_ALONE = re.compile(r"(?<![A-Za-z0-9$:!'.])\$?[A-Z]{1,3}\$?[0-9]{1,7}(?![0-9A-Za-z(:!])")


class Stop(Exception):  # noqa: N818 - it reads as a sentence
    """A limit was met: `rows`, `columns`, `sheets`, `size` or `text`."""


def main(kind: str) -> None:
    """Read one file from stdin and print it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    content = sys.stdin.buffer.read()
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            found = workbook(package) if kind == "xlsx" else document(package)
        text = json.dumps(found, ensure_ascii=False)
        _limit(len(text) > CHARACTERS * 4, "size")
    except Stop as stop:
        text = json.dumps({"stop": str(stop)})
    except (KeyError, ValueError, ET.ParseError, zipfile.BadZipFile, NotImplementedError):
        text = json.dumps({"stop": "text"})
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))


def _tree(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 - no entity gets past `papers.check_office`


def _limit(met: bool, why: str) -> None:  # noqa: FBT001 - a condition
    if met:
        raise Stop(why)


def position(reference: str) -> tuple[int, int]:
    """Of "C7": (7, 3). Raises ValueError for anything else."""
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise ValueError(reference)
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


# --- xlsx -------------------------------------------------------------------------------------------------------------


def workbook(package: zipfile.ZipFile) -> dict[str, Any]:
    """Every sheet with its cells, merged areas, hidden rows and columns, and what its drop-down lists allow."""
    targets = {
        node.get("Id"): node.get("Target", "") for node in _tree(package.read("xl/_rels/workbook.xml.rels"))
    }  # fmt: skip
    book = _tree(package.read("xl/workbook.xml"))
    listed = book.findall(f"{S}sheets/{S}sheet")
    _limit(len(listed) > SHEETS, "sheets")
    strings, styles = _strings(package), _styles(package)
    sheets, left = [], CELLS
    for node in listed:
        target = targets[node.get(f"{R}id")]
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if "worksheets/" not in part:
            continue
        sheet = _sheet(package.read(part), strings, styles)
        left -= len(sheet["cells"])
        _limit(left < 0, "size")
        sheets.append({"name": node.get("name", ""), "hidden": node.get("state", "visible") != "visible", "part": part, **sheet})  # fmt: skip
    return {"sheets": sheets}


def _strings(package: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in package.namelist():
        return []
    return [_plain(node) for node in _tree(package.read("xl/sharedStrings.xml"))]


def _plain(node: ET.Element) -> str:
    """The text of a string: its own, or that of its runs; not the reading aids."""
    texts = [node.findtext(f"{S}t") or ""] + [run.findtext(f"{S}t") or "" for run in node.findall(f"{S}r")]
    return "".join(texts)


def _styles(package: zipfile.ZipFile) -> list[tuple[bool, str, bool]]:
    """Of each cell style: whether it has a line at a side, its number format, and whether a protected sheet lets one type there."""
    if "xl/styles.xml" not in package.namelist():
        return []
    root = _tree(package.read("xl/styles.xml"))
    formats = FORMATS | {
        int(node.get("numFmtId", "0")): node.get("formatCode", "") for node in root.iter(f"{S}numFmt")
    }  # fmt: skip
    lined = [
        any(side.get("style", "none") != "none" for side in node) for node in root.findall(f"{S}borders/{S}border")
    ]
    styles = []
    for node in root.findall(f"{S}cellXfs/{S}xf"):
        border = int(node.get("borderId", "0"))
        lock = node.find(f"{S}protection")
        free = lock is not None and lock.get("locked") in {"0", "false"}
        styles.append((border < len(lined) and lined[border], formats.get(int(node.get("numFmtId", "0")), ""), free))
    return styles


def _sheet(content: bytes, strings: list[str], styles: list[tuple[bool, str, bool]]) -> dict[str, Any]:
    root = _tree(content)
    guard = root.find(f"{S}sheetProtection")
    guarded, free = guard is not None and guard.get("sheet") in {"1", "true"}, list[list[int]]()
    cells, hidden_rows, fed = [], [], set[int]()
    number = 0
    for row in root.iter(f"{S}row"):
        number = int(row.get("r", number + 1))
        if row.get("hidden") in {"1", "true"}:
            hidden_rows.append(number)
        column = 0
        for node in row.findall(f"{S}c"):
            column = position(node.get("r", ""))[1] if node.get("r") else column + 1
            style = int(node.get("s", "0"))
            lined, shape, unlocked = styles[style] if style < len(styles) else (False, "", False)
            text = _cell(node, strings)
            formula = node.find(f"{S}f") is not None
            fed |= {position(one)[1] for one in _ALONE.findall(node.findtext(f"{S}f") or "")}
            if not (text or formula or lined):
                continue
            _limit(number > ROWS, "rows")
            _limit(column > COLUMNS, "columns")
            cells.append([number, column, text, formula, lined, shape])
            if guarded and unlocked:
                free.append([number, column])
    merged = [
        [*position(first), *position(last or first)]
        for node in root.iter(f"{S}mergeCell")
        for first, _colon, last in [node.get("ref", "").partition(":")]
    ]
    columns = [
        at
        for node in root.findall(f"{S}cols/{S}col")
        if node.get("hidden") in {"1", "true"}
        for at in range(int(node.get("min", "1")), min(int(node.get("max", "1")), COLUMNS) + 1)
    ]
    return {
        "cells": cells,
        "merged": merged,
        "hidden_rows": hidden_rows,
        "hidden_columns": columns,
        "fed": sorted(fed),
        "free": free,
        "choices": _choices(root),
    }


def _cell(node: ET.Element, strings: list[str]) -> str:
    kind, value = node.get("t", "n"), node.findtext(f"{S}v") or ""
    if kind == "inlineStr":
        inline = node.find(f"{S}is")
        return _plain(inline) if inline is not None else ""
    if kind == "s":
        return strings[int(value)] if value else ""
    return value


def _choices(root: ET.Element) -> list[list[Any]]:
    """[area, what a drop-down list there allows]: texts, or the reference to where they stand."""
    return [
        [area, node.findtext(f"{S}formula1") or ""]
        for node in root.iter(f"{S}dataValidation")
        if node.get("type") == "list"
        for area in node.get("sqref", "").split()
    ]


# --- docx -------------------------------------------------------------------------------------------------------------


def document(package: zipfile.ZipFile) -> dict[str, Any]:
    """The body's own paragraphs and tables, in their order."""
    body = _tree(package.read("word/document.xml")).find(f"{W}body")
    if body is None:
        raise Stop("text")
    found: list[Any] = []
    for node in _inside(body):
        if node.tag == f"{W}p":
            found.append({"text": _paragraph(node)})
        elif node.tag == f"{W}tbl":
            found.append({"rows": [_row(row) for row in _inside(node) if row.tag == f"{W}tr"]})
        _limit(len(found) > PARTS, "size")
    _limit(sum(len(row) for part in found for row in part.get("rows", [])) > CELLS, "size")
    return {"body": found}


def _inside(node: ET.Element) -> Iterator[ET.Element]:
    """The parts of an element; a content control, or another wrapper, counts as what it holds."""
    for part in node:
        content = (
            part.find(f"{W}sdtContent") if part.tag == f"{W}sdt" else part if part.tag == f"{W}customXml" else None
        )
        if content is None:
            yield part
        else:
            if part.tag == f"{W}sdt" and _waits(part):
                _blank(content)
            yield from _inside(content)


def _waits(control: ET.Element) -> bool:
    """Whether a control shows its prompt (单击此处输入文字) and takes any text."""
    facts = control.find(f"{W}sdtPr")
    if facts is None or facts.find(f"{W}showingPlcHdr") is None or facts.find(f"{W}dropDownList") is not None:
        return False
    lock = facts.find(f"{W}lock")
    return lock is None or "ontentLocked" not in lock.get(f"{W}val", "")


def _blank(content: ET.Element) -> None:
    """A prompt is a gap: as many lines as it has letters."""
    for text in content.iter(f"{W}t"):
        text.text = "_" * len(text.text or "")


def _paragraph(node: ET.Element) -> list[list[Any]]:
    """The runs of a paragraph: [text, whether it is underlined]."""
    runs = []
    for control in node.iter(f"{W}sdt"):
        content = control.find(f"{W}sdtContent")
        if content is not None and _waits(control):
            _blank(content)
    for run in node.iter(f"{W}r"):
        mark = run.find(f"{W}rPr/{W}u")
        underlined = mark is not None and mark.get(f"{W}val", "single") not in {"none", "0"}
        text = "".join(_piece(piece) for piece in run)
        if text:
            runs.append([text, underlined])
    return runs


def _piece(node: ET.Element) -> str:
    if node.tag == f"{W}t":
        return node.text or ""
    return {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n"}.get(node.tag, "")


def _row(node: ET.Element) -> list[list[Any]]:
    """The cells of a row: [column from 1, columns it spans, goes on from above, paragraphs]."""
    before = node.find(f"{W}trPr/{W}gridBefore")
    column = 1 + (int(before.get(f"{W}val", "0")) if before is not None else 0)
    cells = []
    for cell in (part for part in _inside(node) if part.tag == f"{W}tc"):
        span, merge = cell.find(f"{W}tcPr/{W}gridSpan"), cell.find(f"{W}tcPr/{W}vMerge")
        wide = int(span.get(f"{W}val", "1")) if span is not None else 1
        goes_on = merge is not None and merge.get(f"{W}val", "continue") == "continue"
        cells.append([column, wide, goes_on, [_paragraph(each) for each in _inside(cell) if each.tag == f"{W}p"]])
        column += wide
        _limit(column > COLUMNS + 1, "columns")
    return cells


if __name__ == "__main__":
    main(sys.argv[1])
