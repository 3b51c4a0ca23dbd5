"""A report as blocks: headings, paragraphs cut into words and numbers, tables and a picture. The page, the file and the signed text read the same.

A block is {"type": "heading", "text"}, {"type": "text", "pieces": [[words, tie]]}, {"type": "table", "caption", "header", "rows"} with
cells [words, tie], or {"type": "picture", "svg", "alt", "caption"}. A tie is the text between the braces, '' for plain words.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils import translation
from django.utils.safestring import SafeString

from gongyi.core import clock, figures
from gongyi.core.figures import Scope
from gongyi.documents.charts import Line, bars, lines
from gongyi.reports.models import ReportPart
from gongyi.reports.queries.drafting import OUTCOMES
from gongyi.reports.queries.telling import spoken
from gongyi.reports.queries.ties import Counted, Tie, groups, pieces, ties_of

BY_TYPE = ("received", "closed", "solved", "partly", "explained", "open")
BY_UNIT = ("received", "assigned", "closed", "closed_in_time", "open", "overdue")
Block = dict[str, Any]
CHART = "report-chart"


def compose(counted: Counted, parts: Iterable[Any]) -> list[Block]:
    """The blocks of these parts (of a draft or of a report), in Chinese, with the figures of now."""
    with translation.override("zh-hans"):
        parts = list(parts)
        counted.count([tie for part in parts for tie in ties_of(part.body)])
        return [block for part in parts for block in _blocks(counted, part)]


def _blocks(counted: Counted, part: Any) -> Iterator[Block]:
    match part.kind:
        case ReportPart.Kind.TYPES:
            yield _table(counted, "type", BY_TYPE)
        case ReportPart.Kind.UNITS:
            yield _table(counted, "unit", BY_UNIT)
        case ReportPart.Kind.CHART:
            if (picture := _picture(counted))["svg"]:
                yield picture
        case _:
            if part.heading:
                yield {"type": "heading", "text": part.heading}
            for line in part.body.splitlines():
                if line.strip():
                    yield {"type": "text", "pieces": [_piece(counted, one) for one in pieces(line.strip())]}


def _piece(counted: Counted, one: str | Tie) -> list[str]:
    return [one, ""] if isinstance(one, str) else [counted.text(one), str(one)]


def _table(counted: Counted, split: str, keys: Sequence[str]) -> Block:
    """A row for each group that has anything, then the whole."""
    ids = [f"cases.{key}" for key in keys]
    names = list(counted.members()) if split == "unit" else sorted(groups(counted.unit.county, split).values())
    rows = [[Tie(key, split, name) for key in ids] for name in names]
    whole = [Tie(key) for key in ids]
    counted.count([*rows[0], *whole] if rows else whole)
    filled = [
        [[name, ""], *([counted.text(tie), str(tie)] for tie in row)] for name, row in zip(names, rows, strict=True)
    ]
    filled = [row for row in filled if any(cell[0] != "0" for cell in row[1:])]
    filled.append([["合计", ""], *([counted.text(tie), str(tie)] for tie in whole)])
    head = ["单位" if split == "unit" else "诉求类型", *(str(figures.figure(key).name) for key in ids)]
    caption = f"{counted.unit.name}{spoken(counted.period)}{about(counted)}办理情况（{'按单位' if split == 'unit' else '按诉求类型'}，件）"
    return {"type": "table", "caption": caption, "header": [head], "rows": filled}


def _picture(counted: Counted) -> Block:
    """Closed cases month by month; of a shorter period, how they ended."""
    months = [one for one in counted.period.each_month() if one.first <= clock.today()]
    where = f"{counted.unit.name}{spoken(counted.period)}{about(counted)}"
    if len(months) > 1:
        scope = counted.scope()
        drawn = [(f"{one.first.month}月", _closed(scope, one)) for one in months]
        caption = f"{where}各月办结件数"
        svg = lines(
            CHART, caption, [name for name, _value in drawn], [Line("办结量", [value for _name, value in drawn])]
        )
    else:
        ends = [f"cases.{name}" for name in OUTCOMES]
        drawn = [(str(figures.figure(key).name), int(counted.value(Tie(key)).value or 0)) for key in ends]
        caption = f"{where}办结的结果（件）"
        svg = bars(CHART, caption, [(name, value, f"{value}件") for name, value in drawn if value])
    told = "、".join(f"{name}{value}件" for name, value in drawn)
    return {"type": "picture", "svg": str(svg), "alt": f"{caption}：{told}", "caption": caption}


def about(counted: Counted) -> str:
    """The topic that alone is counted, as a caption says it."""
    return f"“{counted.topic.name}”" if counted.topic else ""


def _closed(scope: Scope, month: Any) -> int:
    value = figures.count(["cases.closed"], Scope(scope.county, month, scope.units, scope.where))["cases.closed"].value
    return int(value or 0)


def figure_ties(blocks: Iterable[Block]) -> list[Tie]:
    """Every figure that the blocks print, each once; not what is said of a change."""
    texts = []
    for block in blocks:
        cells = block.get("pieces") or [cell for row in block.get("rows", []) for cell in row]
        texts += [tie for _words, tie in cells if tie and not tie.startswith("case:") and not tie.endswith("@change")]
    return list(dict.fromkeys(found for text in texts for found in ties_of("{{" + text + "}}")))


def text_digest(title: str, blocks: Sequence[Block]) -> str:
    """One digest of what was signed."""
    return hashlib.sha256(json.dumps([title, blocks], ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def for_page(blocks: Iterable[Block]) -> list[Block]:
    """The blocks as the page draws them: a picture ready to stand in it, each cell of a table with the heading of its column."""
    found = []
    for block in blocks:
        if block["type"] == "picture":
            found.append(
                block | {"drawn": SafeString(block["svg"])}
            )  # made by `documents.charts`, which escapes its words
        elif block["type"] == "table":
            rows = [
                [(label, *cell) for label, cell in zip(block["header"][0], row, strict=True)] for row in block["rows"]
            ]
            found.append(block | {"rows": rows})
        else:
            found.append(block)
    return found
