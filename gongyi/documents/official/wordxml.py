"""The WordprocessingML behind `word`: elements in the order that Word's schema asks for."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from gongyi.documents.official import measures as M  # noqa: N812 - numbers
from gongyi.documents.official.blocks import FANG, HEI, KAI, MARK, SONG, Line, Piece, Pieces
from gongyi.documents.official.fonts import NAMES

__all__ = ["qn"]

CLOSER = 0.25  # how much closer than their size characters of the text stand
END = 1.0  # the line that must stand behind a table
TYPE_AREA = 8844  # twips between the margins
WIDER = (M.LEFT_MM - (M.PAGE_WIDTH_MM - M.LETTER_WIDTH_MM) / 2, M.RIGHT_MM - (M.PAGE_WIDTH_MM - M.LETTER_WIDTH_MM) / 2)
_W = nsdecls("w")
# No mark beyond the margin, no air between Chinese and digits, no line stretched to a multiple of the grid.
_FLAT = '<w:overflowPunct w:val="0"/><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/><w:snapToGrid w:val="0"/>'
_EMU = 12700
_ALIGN = {"justify": "both", "left": "left", "center": "center", "right": "right"}
_STYLES = {
    "title": "Title",
    "heading1": "Heading1",
    "heading2": "Heading2",
    "heading3": "Heading3",
    "heading4": "Heading4",
}


def twips(points: float) -> int:
    return round(points * 20)


def one(text: str, font: str) -> Pieces:
    return (Piece(text, font),) if text else ()


# --- runs and paragraphs ----------------------------------------------------------------------------------------------


def _look(font: str, size: float, *, red: bool = False, stretch: float = 1, closer: float = 0) -> str:
    name = NAMES[font]
    return (
        f'<w:rFonts w:hint="eastAsia" w:ascii="{name}" w:hAnsi="{name}" w:eastAsia="{name}" w:cs="{name}"/>'
        f'<w:b w:val="0"/><w:bCs w:val="0"/><w:color w:val="{M.RED if red else "000000"}"/><w:spacing w:val="{-twips(closer)}"/>'
        + (f'<w:w w:val="{round(stretch * 100)}"/>' if stretch != 1 else "")
        + f'<w:kern w:val="0"/><w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>'
        '<w:lang w:val="zh-CN" w:eastAsia="zh-CN"/>'
    )


def _run(piece: Piece, line: Line, tie: Callable[[], int]) -> str:
    closer = CLOSER if line.size == M.BODY else 0
    look = _look(piece.font, line.size, red=line.red, stretch=line.stretch, closer=closer)
    run = f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(piece.text)}</w:t></w:r>'
    if not piece.tie:
        return run
    number = tie()
    return f'<w:bookmarkStart w:id="{number}" w:name={quoteattr(piece.tie)}/>{run}<w:bookmarkEnd w:id="{number}"/>'


def paragraph(line: Line, pitch: float, tie: Callable[[], int], before: float = 0) -> str:
    """One paragraph with lines of exactly `pitch` points (0: as high as what stands in it)."""
    cell = line.size - (CLOSER if line.size == M.BODY else 0)
    runs = [_run(each, line, tie) for each in line.pieces]
    tabs = ""
    if line.label:
        label = [_run(each, line, tie) for each in line.label]
        if any(each.text.isascii() for each in line.label):  # full-width characters end where the names begin
            label.append("<w:r><w:tab/></w:r>")
            tabs += f'<w:tab w:val="left" w:pos="{twips(line.left * cell)}"/>'
        runs[:0] = label
    if line.across:
        runs += ["<w:r><w:tab/></w:r>", *(_run(each, line, tie) for each in line.across)]
        tabs += f'<w:tab w:val="right" w:pos="{TYPE_AREA - twips(line.right * cell)}"/>'
    props = (
        (f'<w:pStyle w:val="{_STYLES[line.look]}"/>' if line.look in _STYLES else "")
        + ("<w:keepNext/>" if line.keep else "")
        + ("<w:pageBreakBefore/>" if line.page else "")
        + (f"<w:tabs>{tabs}</w:tabs>" if tabs else "")
        + _FLAT
        + _spacing(pitch, before)
        + _indent(line, cell)
        + f'<w:jc w:val="{_ALIGN[line.align]}"/>'
        + f"<w:rPr>{_look(FANG, line.size)}</w:rPr>"
    )
    return f"<w:p {_W}><w:pPr>{props}</w:pPr>{''.join(runs)}</w:p>"


def _spacing(pitch: float, before: float = 0) -> str:
    line = f'w:line="{twips(pitch)}" w:lineRule="exact"' if pitch else 'w:line="240" w:lineRule="auto"'
    return f'<w:spacing w:before="{twips(before)}" w:after="0" {line}/>'


def _indent(line: Line, cell: float) -> str:
    """In characters for Word, in twips for those that do not count characters."""
    first = twips(abs(line.first) * cell)
    kind = "hanging" if line.first < 0 else "firstLine"
    whole = ' w:firstLineChars="200"' if (line.left, line.first) == (0, 2) else ""
    right = 0 if line.across else twips(line.right * cell)
    return f'<w:ind w:left="{twips(line.left * cell)}" w:right="{right}"{whole} w:{kind}="{first}"/>'


def border(kind: str, thick: float, colour: str) -> str:
    """A line at the foot of a paragraph; `thick` in points."""
    return f'<w:pBdr><w:bottom w:val="{kind}" w:sz="{round(thick * 8)}" w:space="0" w:color="{colour}"/></w:pBdr>'


def bar(height: float, line: str = "", wider_left: float = 0, wider_right: float = 0) -> str:
    """An empty paragraph of a given height, with a line at its foot; so many millimetres wider than the type area."""
    indent = f'<w:ind w:left="{-twips(wider_left * M.MM)}" w:right="{-twips(wider_right * M.MM)}"/>'
    props = f'{line}{_FLAT}{_spacing(max(height, 1))}{indent}<w:jc w:val="left"/><w:rPr>{_look(FANG, 1)}</w:rPr>'
    return f"<w:p {_W}><w:pPr>{props}</w:pPr></w:p>"


def page_number(at: str, pitch: float) -> str:
    """7.5: Arabic digits of 宋体 between two dashes, one character from the side."""
    look = f"<w:rPr>{_look(SONG, M.SMALL)}</w:rPr>"
    cell = twips(M.SMALL)
    return (
        f'<w:p {_W}><w:pPr>{_FLAT}{_spacing(pitch)}<w:ind w:{at}="{cell}" w:{at}Chars="100"/><w:jc w:val="{at}"/></w:pPr>'
        f'<w:r>{look}<w:t xml:space="preserve">— </w:t></w:r>'
        f'<w:r>{look}<w:fldChar w:fldCharType="begin"/></w:r><w:r>{look}<w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        f'<w:r>{look}<w:fldChar w:fldCharType="separate"/></w:r><w:r>{look}<w:t>1</w:t></w:r>'
        f'<w:r>{look}<w:fldChar w:fldCharType="end"/></w:r>'
        f'<w:r>{look}<w:t xml:space="preserve"> —</w:t></w:r></w:p>'
    )


def fill(part: Any, *paragraphs: str) -> None:
    """Make these the paragraphs of a header or footer."""
    part.is_linked_to_previous = False
    for old in list(part._element):  # noqa: SLF001 - python-docx adds paragraphs but takes none away
        part._element.remove(old)  # noqa: SLF001
    for each in paragraphs:
        part._element.append(parse_xml(each))  # noqa: SLF001


# --- tables and the box of the imprint --------------------------------------------------------------------------------


def table(rows: Sequence[tuple[bool, list[str]]], shares: Sequence[float], pitch: float) -> str:
    """A table as wide as the type area. Heading rows stand again on each page, no row is split, every cell has its fonts."""
    widths = [round(TYPE_AREA * share) for share in shares]
    made = []
    for heading, cells in rows:
        props = f'<w:cantSplit/><w:trHeight w:val="{twips(pitch + 6)}" w:hRule="atLeast"/>' + (
            "<w:tblHeader/>" if heading else ""
        )
        made.append(f"<w:tr><w:trPr>{props}</w:trPr>{_cells(cells, widths)}</w:tr>")
    return _table(
        made,
        widths,
        _borders({"top": 0.75, "left": 0.5, "bottom": 0.75, "right": 0.5, "insideH": 0.5, "insideV": 0.5}),
        60,
    )


def ruled(rows: Iterable[str], *, ruled: bool) -> str:
    """7.4.1: the imprint's rows between thick rules, parted by thin ones; a letter's have none."""
    thick, thin = M.THICK_MM * M.MM, M.THIN_MM * M.MM
    borders = _borders({"top": thick, "bottom": thick, "insideH": thin}) if ruled else ""
    made = [f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{_cells([row], [TYPE_AREA])}</w:tr>" for row in rows]
    return _table(made, [TYPE_AREA], borders, 0) + bar(END)


def _borders(sizes: dict[str, float]) -> str:
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="{round(size * 8)}" w:space="0" w:color="000000"/>'
        for side, size in sizes.items()
    )
    return f"<w:tblBorders>{lines}</w:tblBorders>"


def _cells(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>{cell}</w:tc>'
        for cell, width in zip(cells, widths, strict=True)
    )


def _table(rows: Sequence[str], widths: Sequence[int], borders: str, margin: int) -> str:
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    sides = "".join(f'<w:{side} w:w="{margin}" w:type="dxa"/>' for side in ("top", "left", "bottom", "right"))
    return (
        f'<w:tbl {_W}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblInd w:w="0" w:type="dxa"/>{borders}'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{sides}</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"{''.join(rows)}</w:tbl>"
    )


def box(content: str, height: float, top: float, width_mm: float, *, foot: bool) -> str:
    """A box without border in the middle of the type area's width or of the paper's, `top` points below the paper's edge.

    Its content sits at its foot or its head.
    """
    wide, high = round(width_mm * M.MM * _EMU), round(height * _EMU)
    left = M.LEFT_MM if width_mm == M.WIDTH_MM else (M.PAGE_WIDTH_MM - width_mm) / 2
    shape = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
    return (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        f' xmlns:wps="{shape}" {nsdecls("wp", "a")}><mc:Choice Requires="wps"><w:drawing>'
        '<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0"'
        ' layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>'
        f'<wp:positionH relativeFrom="page"><wp:posOffset>{round(left * M.MM * _EMU)}</wp:posOffset></wp:positionH>'
        f'<wp:positionV relativeFrom="page"><wp:posOffset>{round(top * _EMU)}</wp:posOffset></wp:positionV>'
        f'<wp:extent cx="{wide}" cy="{high}"/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapNone/>'
        f'<wp:docPr id="{9000 + foot}" name="{"版记" if foot else "发文机关标志"}"/><wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri="{shape}"><wps:wsp>'
        f'<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr>'
        f"<wps:txbx><w:txbxContent>{content}</w:txbxContent></wps:txbx>"
        f'<wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="{"b" if foot else "t"}"><a:noAutofit/></wps:bodyPr>'
        "</wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice></mc:AlternateContent>"
    )


def holder(content: str, height: float) -> str:
    """The empty line as high as the box that hangs on it."""
    return (
        f"<w:p {_W}><w:pPr><w:keepLines/>{_FLAT}{_spacing(height)}<w:rPr>{_look(FANG, 1)}</w:rPr></w:pPr>"
        f"<w:r><w:rPr>{_look(FANG, 1)}</w:rPr>{content}</w:r></w:p>"
    )


# --- styles and settings ----------------------------------------------------------------------------------------------


def styles(element: Any, pitch: float, title_pitch: float) -> None:
    """The styles of an official document in place of python-docx's own."""
    for old in list(element):
        element.remove(old)
    flat = f'<w:widowControl w:val="0"/>{_FLAT}'
    base = _look(FANG, M.BODY, closer=CLOSER)
    made = [
        (
            f"<w:docDefaults {_W}><w:rPrDefault><w:rPr>{base}</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>{flat}{_spacing(pitch)}"
            '<w:jc w:val="both"/></w:pPr></w:pPrDefault></w:docDefaults>'
        ),
        (
            f'<w:style {_W} w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/><w:pPr>{flat}'
            f'{_spacing(pitch)}<w:jc w:val="both"/></w:pPr><w:rPr>{base}</w:rPr></w:style>'
        ),
        (
            f'<w:style {_W} w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/>'
            '<w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
        ),
        (
            f'<w:style {_W} w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:uiPriority w:val="99"/>'
            "<w:semiHidden/></w:style>"
        ),
        _style(
            "Title", "Title", f'{_spacing(title_pitch)}<w:jc w:val="center"/><w:outlineLvl w:val="0"/>', MARK, M.TITLE
        ),
    ]
    for level, font in enumerate((HEI, KAI, FANG, FANG), start=1):
        inside = f'{_spacing(pitch)}<w:ind w:firstLineChars="200" w:firstLine="{twips(2 * (M.BODY - CLOSER))}"/><w:jc w:val="both"/><w:outlineLvl w:val="{level}"/>'
        made.append(_style(f"Heading{level}", f"heading {level}", inside, font, M.BODY))
    for each in made:
        element.append(parse_xml(each))


def _style(key: str, name: str, inside: str, font: str, size: float) -> str:
    look = _look(font, size, closer=CLOSER if size == M.BODY else 0)
    return (
        f'<w:style {_W} w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/>'
        f'<w:next w:val="Normal"/><w:qFormat/><w:pPr><w:keepNext/>{inside}</w:pPr><w:rPr>{look}</w:rPr></w:style>'
    )


def settings(element: Any) -> None:
    """Odd and even pages differ; punctuation keeps its full width, so that characters stand in their grid."""
    for old in list(element):
        element.remove(old)
    word = "http://schemas.microsoft.com/office/word"
    for each in (
        "<w:evenAndOddHeaders {w}/>",
        '<w:characterSpacingControl {w} w:val="doNotCompress"/>',
        f'<w:compat {{w}}><w:useFELayout/><w:compatSetting w:name="compatibilityMode" w:uri="{word}" w:val="15"/></w:compat>',
        '<w:themeFontLang {w} w:val="en-US" w:eastAsia="zh-CN"/>',
    ):
        element.append(parse_xml(each.format(w=_W)))
