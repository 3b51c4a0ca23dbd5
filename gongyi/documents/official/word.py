"""The .docx of an official document, through python-docx. What was measured stands in docs/reference/official-documents.md.

Lines have an exact height of 28.95 points and characters stand 0.25 closer than their size: this gives 22 lines of 28.
In a line of exact height the characters' foot is at four fifths of the height; `_sunk` reckons with that.
"""

import io
import math
from collections.abc import Iterator
from typing import Any

import docx
from docx.document import Document as Package
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Emu, Mm, Pt
from docx.text.paragraph import Paragraph

from gongyi.core import clock
from gongyi.documents.official import measures as M  # noqa: N812 - numbers
from gongyi.documents.official import wordxml as X  # noqa: N812 - elements
from gongyi.documents.official.blocks import FANG, HEI, Block, Grid, Image, Laid, Line, Rule, Top
from gongyi.documents.official.elements import Document, Kind
from gongyi.documents.official.layout import lay_out
from gongyi.documents.official.pictures import png
from gongyi.documents.official.titles import width

PITCH = 28.95
TITLE_PITCH = M.TITLE + M.GAP
IMPRINT_PITCH = 22.0
TABLE_PITCH = 18.0
_ABOVE, _BELOW, _MIDDLE = 0.88, 0.12, 0.38  # a character over and under its foot; the height of a dash
_NUMBER_PITCH = 16.0
_LETTER_FOOTER_MM = 15
_KEPT = ("/officeDocument", "/core-properties", "/styles", "/settings")


def write_docx(document: Document) -> bytes:
    """The document as .docx; fonts are named, not embedded. Raises Refused `picture_…` for a picture that cannot be drawn."""
    laid = lay_out(document)
    package = docx.Document()
    _bare(package)
    writer = _Writer(package, laid)
    _set_up(package, laid)
    if laid.letter:
        writer.letterhead(laid.letter)
    for block in laid.blocks:
        writer.write(block)
    if laid.imprint:
        writer.imprint()
    _properties(package, laid)
    file = io.BytesIO()
    package.save(file)
    return file.getvalue()


def _sunk(size: float, pitch: float) -> float:
    """How far the top of a character is below the top of its line."""
    return 0.8 * pitch - _ABOVE * size


def _under(size: float, pitch: float) -> float:
    """How far the foot of a character is above the bottom of its line."""
    return 0.2 * pitch - _BELOW * size


class _Writer:
    """Puts blocks into the body, one after the other."""

    def __init__(self, package: Package, laid: Laid) -> None:
        self.package, self.laid = package, laid
        self.body: Any = package.element.body
        self.ids = 0

    def add(self, xml: str) -> Any:
        element = parse_xml(xml)
        self.body.insert(len(self.body) - 1, element)  # the last one sets up the page
        return element

    def write(self, block: Block) -> None:
        match block:
            case Line():
                self.line(block)
            case Top():
                self.top(block)
            case Rule():
                self.add(X.bar(M.RULE_BELOW_MM * M.MM - _under(M.BODY, PITCH), X.border("single", M.RULE, M.RED)))
            case Grid():
                self.add(X.table(list(self.rows(block)), [share for share, _side in block.columns], TABLE_PITCH))
                self.blank(keep=False, pitch=TABLE_PITCH / 2)
            case Image():
                self.image(block)

    def line(self, line: Line, pitch: float | None = None, before: float = 0) -> None:
        for _each in range(line.blank):
            self.blank(keep=line.keep)
        self.add(X.paragraph(line, pitch or (TITLE_PITCH if line.look == "title" else PITCH), self.tie, before))

    def blank(self, *, keep: bool, pitch: float = PITCH) -> None:
        self.add(X.paragraph(Line((), keep=keep), pitch, self.tie))

    def tie(self) -> int:
        """The next number of a bookmark."""
        self.ids += 1
        return self.ids

    def top(self, top: Top) -> None:
        """As many lines as there is room for, used or not, and the mark at its height."""
        room = max(int(top.down * M.MM / PITCH), len(top.lines))
        for each in (*top.lines, *[Line(())] * (room - len(top.lines))):
            self.line(each)
        pitch = 1.25 * top.mark.size
        self.line(top.mark, pitch, max(0, top.down * M.MM - room * PITCH - _sunk(top.mark.size, pitch)))

    def letterhead(self, mark: Line) -> None:
        """10.1: the name 30 mm below the paper's edge and the double rule 4 mm below it, in a box; under it room for it.

        The characters of the next line are one gap below the rule.
        """
        pitch = 1.25 * mark.size
        below = M.RULE_BELOW_MM * M.MM - _under(mark.size, pitch)
        name = X.paragraph(mark, pitch, self.tie) + X.bar(below, X.border("thickThinSmallGap", M.LETTER_THICK, M.RED))
        box = X.box(name, 2 * pitch, M.LETTER_TOP_MM * M.MM - _sunk(mark.size, pitch), M.LETTER_WIDTH_MM, foot=False)
        rule = (M.LETTER_TOP_MM + M.RULE_BELOW_MM) * M.MM + mark.size + M.LETTER_THICK + 2 * M.LETTER_THIN
        self.add(X.holder(box, rule + M.GAP - _sunk(M.BODY, PITCH) - M.TOP_MM * M.MM))

    def rows(self, grid: Grid) -> Iterator[tuple[bool, list[str]]]:
        for heading, rows in ((True, grid.header), (False, grid.rows)):
            for row in rows:
                yield heading, [
                    X.paragraph(
                        Line(X.one(cell, HEI if heading else FANG), align="center" if heading else side, size=M.TABLE),
                        TABLE_PITCH, self.tie,
                    )
                    for cell, (_share, side) in zip(row, grid.columns, strict=True)
                ]  # fmt: skip

    def image(self, image: Image) -> None:
        element = self.add(X.paragraph(Line((), align="center", keep=True), 0, self.tie))
        wide = image.width * M.WIDTH_MM
        shape = Paragraph(element, self.package._body).add_run().add_picture(io.BytesIO(png(image.svg, wide)), Mm(wide))  # noqa: SLF001 - python-docx has no other way to its body
        most = Mm(M.HEIGHT_MM - 30)
        if shape.height > most:
            shape.width, shape.height = Emu(int(shape.width * most / shape.height)), most
        shape._inline.docPr.set("descr", image.alt)  # noqa: SLF001 - nor to the text for those who do not see it

    def imprint(self) -> None:
        """A box at the foot of the type area, held by an empty line as high as itself: where the line fits, the box does."""
        rows = [X.paragraph(line, IMPRINT_PITCH, self.tie) for line in self.laid.imprint]
        height = sum(_lines(line) for line in self.laid.imprint) * IMPRINT_PITCH + 6
        end = (M.TOP_MM + M.HEIGHT_MM) * M.MM + X.END + M.THICK_MM * M.MM / 2
        box = X.box(X.ruled(rows, ruled=self.laid.ruled), height, end - height, M.WIDTH_MM, foot=True)
        self.add(X.holder(box, height))


def _lines(line: Line) -> int:
    """How many lines a row of the imprint takes."""
    room = M.WIDTH_MM * M.MM / M.SMALL - line.left - line.right
    text = sum(width(each.text) for each in (*line.pieces, *line.across))
    return max(1, math.ceil(text / (room - 0.5)))


# --- the page ---------------------------------------------------------------------------------------------------------


def _bare(package: Package) -> None:
    """Without what python-docx's own sheet brings along: its picture, lists, colours and the name of a program."""
    for rels in (package.part.package.rels, package.part.rels):
        for key in [key for key, rel in rels.items() if not rel.reltype.endswith(_KEPT)]:
            del rels[key]


def _set_up(package: Package, laid: Laid) -> None:
    X.styles(package.styles.element, PITCH, TITLE_PITCH)
    X.settings(package.settings.element)
    section = package.sections[0]
    section.page_width, section.page_height = Mm(M.PAGE_WIDTH_MM), Mm(M.PAGE_HEIGHT_MM)
    section.top_margin, section.bottom_margin = Mm(M.TOP_MM), Mm(M.BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(M.LEFT_MM), Mm(M.RIGHT_MM)
    # What lies between the foot of the page number's line and the edge of the paper.
    down = (
        (M.PAGE_HEIGHT_MM - M.TOP_MM - M.HEIGHT_MM - M.NUMBER_BELOW_MM) * M.MM - _MIDDLE * M.SMALL - 0.2 * _NUMBER_PITCH
    )
    letter = laid.letter is not None
    footer = _LETTER_FOOTER_MM * M.MM if letter else down
    section.footer_distance = Pt(footer)
    section.different_first_page_header_footer = letter
    for at, part in (("right", section.footer), ("left", section.even_page_footer)):
        X.fill(part, X.page_number(at, _NUMBER_PITCH), *([X.bar(down - footer)] if letter else []))
    if letter:  # 10.1: a double rule 20 mm above the paper's foot, and no number, on the first page alone
        rule = X.bar(2, X.border("thinThickSmallGap", M.LETTER_THICK, M.RED), *X.WIDER)
        X.fill(section.first_page_footer, rule, X.bar(M.LETTER_FOOT_MM * M.MM - footer - M.LETTER_THICK / 2))
    setup = section._sectPr  # noqa: SLF001 - the grid is beyond python-docx
    for old in setup.findall(X.qn("w:docGrid")):
        setup.remove(old)
    for key in [key for key in setup.attrib if "rsid" in key]:
        del setup.attrib[key]
    setup.append(parse_xml(f'<w:docGrid {nsdecls("w")} w:type="lines" w:linePitch="{round(PITCH * 20)}"/>'))


def _properties(package: Package, laid: Laid) -> None:
    """No person's name and no program's; the identifier by which the file is known again."""
    core = package.core_properties
    core.title, core.identifier, core.language = laid.title[:255], laid.identifier[:255], "zh-CN"
    core.author = core.comments = core.last_modified_by = core.keywords = core.subject = core.category = ""
    core.created = core.modified = clock.now().replace(tzinfo=None, microsecond=0)
    core.revision = 1
    if laid.kind != Kind.PLAIN:
        core.category = laid.kind.value
