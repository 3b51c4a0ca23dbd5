"""From a document to the one list of blocks that both writers print: numbers counted, places worked out in characters and lines."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from typing import Any

from gongyi.documents.official import measures as M  # noqa: N812 - numbers
from gongyi.documents.official.blocks import (
    FANG,
    HEI,
    KAI,
    MARK,
    Block,
    Grid,
    Image,
    Laid,
    Line,
    Piece,
    Pieces,
    Rule,
    Top,
)
from gongyi.documents.official.elements import (
    Addressee,
    Annex,
    AnnexNote,
    Attendance,
    Byline,
    Document,
    Element,
    Head,
    Heading,
    Imprint,
    Kind,
    Note,
    Paragraph,
    Picture,
    Run,
    Signature,
    Stamp,
    Table,
    Text,
    Title,
)
from gongyi.documents.official.titles import title_lines, width

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STAMP = 4  # characters
_SHORT = 6 * M.CHARACTERS  # a last paragraph of at most six lines moves whole to keep the signature company


def lay_out(document: Document) -> Laid:
    """The blocks of a document in the order in which they are printed."""
    blocks: list[Block] = []
    mark = _mark(document.head) if document.head else None
    if document.head and mark:
        blocks += _letter_top(document.head) if document.kind == Kind.LETTER else _top(document, document.head, mark)
    body = tuple(_Body(document.elements, gap=2 if document.head else 0).blocks())
    blocks += chain(body, *(_annex(each, number, document) for number, each in enumerate(document.annexes, 1)))
    bare = document.kind == Kind.LETTER
    return Laid(
        document.kind, plain(document.title), plain(document.identifier), tuple(blocks),
        _imprint(document.imprint, bare=bare) if document.imprint else (), not bare, mark if bare else None,
    )  # fmt: skip


def plain(text: str) -> str:
    """What a file can hold, in one line."""
    return " ".join(_NOT_XML.sub("", text).split("\n")).replace("\t", " ").replace("\r", "")


def pieces(text: Text, font: str = FANG) -> Pieces:
    """A text as pieces of one font."""
    runs = [each if isinstance(each, Run) else Run(each) for each in ((text,) if isinstance(text, str) else text)]
    return tuple(Piece(plain(run.text), font, run.tie) for run in runs if run.text)


def paragraphs(text: Text) -> Iterator[Pieces]:
    """A text as paragraphs: a line break begins another one."""
    current: list[Piece] = []
    for run in (text,) if isinstance(text, str) else text:
        each = run if isinstance(run, Run) else Run(run)
        first, *more = each.text.split("\n")
        current += pieces((replace(each, text=first),))
        for line in more:
            yield tuple(current)
            current = list(pieces((line,)))
    yield tuple(current)


def day_text(day: date) -> str:
    """7.3.5.4: Arabic digits, no zero before them."""
    return f"{day.year}年{day.month}月{day.day}日"


# --- the head ---------------------------------------------------------------------------------------------------------


def _mark(head: Head) -> Line:
    text = plain(head.mark)
    size, stretch = M.mark_size(width(text))
    return Line((Piece(text, MARK),), "mark", "center", size=size, stretch=stretch, red=True)


def _above(head: Head) -> list[Pieces]:
    """份号, 密级, 紧急程度 from above downward (7.2.1 to 7.2.3)."""
    copy = (Piece(f"{head.copy:06d}"),) if head.copy else ()
    return [each for each in (copy, pieces(head.secrecy, HEI), pieces(head.urgency, HEI)) if each]


def _top(document: Document, head: Head, mark: Line) -> Iterator[Block]:
    order = document.kind == Kind.ORDER
    yield Top(
        tuple(Line(each, "head", "left") for each in _above(head)), mark, M.ORDER_TOP_MM if order else M.MARK_TOP_MM
    )
    number = pieces(head.number)
    if document.kind == Kind.REPORT and head.signers:
        yield from _signed_number(number, head.signers)
    elif document.kind == Kind.REPORT:
        yield Line(number, "number", "left", left=1, blank=2)
    else:
        yield Line(number, "number", "center", blank=2)
    if not order:  # 10.2: its text stands two lines below its number
        yield Rule()


def _signed_number(number: Pieces, signers: Sequence[str]) -> Iterator[Line]:
    """7.2.5 and 7.2.6: two signers a line, the number beside the last of them."""
    rows = [signers[at : at + 2] for at in range(0, len(signers), 2)]
    widest = max(width(each) for each in signers)
    for at, row in enumerate(rows):
        names = "\u3000".join(name + "\u3000" * int(widest - width(name)) for name in row)
        padded = names + "\u3000" * int(len(rows[0]) * widest + len(rows[0]) - 1 - width(names))
        label = pieces("签发人：" if at == 0 else "\u3000" * 4)
        yield Line(
            number if at == len(rows) - 1 else (), "number", "left", left=1, right=1, blank=0 if at else 2,
            across=label + pieces(padded.rstrip("\u3000") if len(rows) == 1 else padded, KAI),
        )  # fmt: skip


def _letter_top(head: Head) -> Iterator[Block]:
    """10.1: the elements at the left under the double rule, the number at the right in the first line."""
    lines = _above(head) or [()]
    for at, each in enumerate(lines):
        yield Line(each, "head", "left", across=() if at else pieces(head.number))


# --- the body ---------------------------------------------------------------------------------------------------------


@dataclass
class _Body:
    """Goes through the elements once; keeps count of headings."""

    elements: Sequence[Element]
    gap: int  # lines to be left free before what comes next
    counts: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    depth: int = 1
    attended: bool = False

    def blocks(self) -> Iterator[Block]:
        for at, element in enumerate(self.elements):
            following = self.elements[at + 1] if at + 1 < len(self.elements) else None
            made = list(self._of(element))
            first = not any(
                isinstance(each, Paragraph) for each in self.elements[:at]
            )  # the first page shows text (7.3.3)
            if isinstance(element, Paragraph) and isinstance(following, Signature | Stamp | AnnexNote) and not first:
                made[-1] = _kept(made[-1])
            yield from made

    def _of(self, element: Element) -> Iterable[Block]:
        makers: dict[type, Callable[[Any], Iterable[Block]]] = {
            Title: self._title, Addressee: self._addressee, Heading: self._heading, Paragraph: self._paragraph,
            Attendance: self._attendance, Byline: _byline, Table: _table, Picture: _picture, AnnexNote: _annex_note,
            Signature: _signature, Stamp: _stamp, Note: _note,
        }  # fmt: skip
        return makers[type(element)](element)

    def _addressee(self, addressee: Addressee) -> Iterator[Line]:
        blank = max(1, self._first())
        yield Line(pieces(plain(addressee.text).rstrip(":：") + "："), "addressee", "left", blank=blank)

    def _paragraph(self, paragraph: Paragraph) -> Iterator[Line]:
        for each in paragraphs(paragraph.text):
            yield Line(each, first=2, blank=self._first())

    def _attendance(self, attendance: Attendance) -> Iterator[Line]:
        """10.3: one line below the text, two characters in; names of several lines begin behind the colon."""
        word = plain(attendance.label)
        hang = 3 + width(word)
        blank, self.attended = int(not self.attended), True
        label = pieces(word, HEI) + pieces("：")
        yield Line(pieces(attendance.names), "attendance", "left", hang, first=2 - hang, label=label, blank=blank)

    def _first(self) -> int:
        """Two lines are left free below the red rule, one below the title, none after that."""
        blank, self.gap = self.gap, 0
        return blank

    def _title(self, title: Title) -> Iterator[Line]:
        lines = title_lines(_NOT_XML.sub("", title.text))
        above, self.gap = self.gap, 1
        for at, text in enumerate(lines):
            blank = 0 if at else above
            yield Line(
                (Piece(text, MARK),), "title", "center", size=M.TITLE, blank=blank, keep=True, depth=int(at == 0)
            )

    def _heading(self, heading: Heading) -> Iterator[Line]:
        level = heading.level
        font = (HEI, KAI, FANG, FANG)[level - 1]
        self.counts[level - 1] += 1
        self.counts[level:] = [0] * (4 - level)
        number = heading_number(level, self.counts[level - 1]) if heading.numbered else ""
        first, *more = paragraphs(heading.then)
        if not first:
            self.depth = min(level + 1, self.depth + 1)  # an outline leaves no step out
        yield Line(
            pieces(number + plain(heading.text), font) + first, "body" if first else f"heading{level}", first=2,
            blank=self._first(), keep=not first, depth=0 if first else self.depth,
        )  # fmt: skip
        for each in more:
            yield Line(each, first=2)


def _kept(block: Block) -> Block:
    """A last paragraph goes with the signature, which must not stand alone on a page."""
    short = isinstance(block, Line) and sum(width(each.text) for each in block.pieces) <= _SHORT
    return replace(block, keep=True) if short and isinstance(block, Line) else block


def heading_number(level: int, number: int) -> str:
    """7.3.3: 一、（一）1.（1）"""
    return (f"{numeral(number)}、", f"（{numeral(number)}）", f"{number}.", f"（{number}）")[level - 1]


def numeral(number: int) -> str:
    """A number below 100 in Chinese; in digits beyond."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if tens > 9:  # noqa: PLR2004 - the last with one digit of tens
        return str(number)
    if not tens:
        return digits[ones]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")


def _byline(byline: Byline) -> Iterator[Line]:
    yield Line(pieces(byline.text, KAI), "byline", "center")


def _note(note: Note) -> Iterator[Line]:
    text = plain(note.text).strip()
    bare = text[1:-1] if text[:1] in {"（", "("} and text[-1:] in {"）", ")"} else text
    yield Line(pieces(f"（{bare}）"), first=2)


def _table(table: Table) -> Iterator[Block]:
    if table.caption:
        yield Line(pieces(table.caption, HEI), "caption", "center", size=M.TABLE, keep=True)
    header, rows = ([[plain(cell) for cell in row] for row in part] for part in (table.header, table.rows))
    widest = [max(width(row[at]) for row in (*header, *rows)) for at in range(len((*header, *rows)[0]))]
    shares = list(table.widths) or [min(max(each, 2), 16) + 1 for each in widest]
    long = 10
    sides = ["left" if each > long else "center" for each in widest]
    yield Grid(header, rows, [(share / sum(shares), side) for share, side in zip(shares, sides, strict=True)])


def _picture(picture: Picture) -> Iterator[Block]:
    yield Image(picture.svg, plain(picture.alt), min(max(picture.width, 0.1), 1))
    if picture.caption:
        yield Line(pieces(picture.caption, HEI), "caption", "center", size=M.TABLE)


def _annex_note(note: AnnexNote) -> Iterator[Line]:
    """One line below the text, two characters in; names of several lines begin under their first character."""
    names = [plain(name).rstrip("。；，;,.") for name in note.names]
    for at, name in enumerate(names):
        label = pieces("附件：" if at == 0 else "\u3000" * 3)
        hang = 5.0
        if len(names) > 1:
            label += pieces(f"{at + 1}.")
            hang += 0.5 + width(str(at + 1))
        yield Line(pieces(name), "annex", "left", left=hang, first=2 - hang, label=label, blank=int(at == 0), keep=True)


def _signature(signature: Signature) -> Iterator[Line]:
    """7.3.5.1 with, 7.3.5.2 without a seal. Places are counted from the left, so that they hold in any font."""
    office, day = plain(signature.office), day_text(signature.day)
    long, short = width(office), width(day)
    if signature.sealed:
        at_day = M.CHARACTERS - 4 - short
        at_office = min(at_day + short / 2 - long / 2, M.CHARACTERS - long)
    elif short > long:
        at_day = M.CHARACTERS - 2 - short
        at_office = at_day - 2
    else:
        at_office = M.CHARACTERS - 2 - long
        at_day = at_office + 2
    blank = 2 if signature.sealed else 1
    yield Line(pieces(office), "signature", "left", left=max(at_office, 0), blank=blank, keep=True)
    yield Line(pieces(day), "signature", "left", left=max(at_day, 0))


def _stamp(stamp: Stamp) -> Iterator[Line]:
    """7.3.5.3: two lines below the text; the stamp of a name, as wide as four characters, ends four from the right, two behind the post."""
    post, day = plain(stamp.post), day_text(stamp.day)
    at = M.CHARACTERS - 4 - _STAMP - 2 - width(post)
    yield Line(pieces(post), "signature", "left", left=max(at, 0), blank=2, keep=True)
    yield Line(pieces(day), "signature", "left", left=max(M.CHARACTERS - 4 - width(day), 0), blank=1)


# --- annexes and the imprint ------------------------------------------------------------------------------------------


def _annex(annex: Annex, number: int, document: Document) -> Iterator[Block]:
    """7.3.7: its word in the first line of a new page, its title in the third."""
    word = f"附件{number}" if len(document.annexes) > 1 else "附件"
    yield Line(pieces(word, HEI), "head", "left", page=True, keep=True)
    lines = title_lines(_NOT_XML.sub("", annex.title))
    for at, text in enumerate(lines):
        blank = int(at == 0)
        yield Line((Piece(text, MARK),), "title", "center", size=M.TITLE, blank=blank, keep=True, depth=blank)
    body = _Body(annex.elements, gap=1)
    yield from body.blocks()


def _imprint(imprint: Imprint, *, bare: bool) -> tuple[Line, ...]:
    """7.4.2 and 7.4.3; a letter's has no printing line (10.1)."""
    lines = []
    for word, names in (("主送：", imprint.addressees), ("抄送：", imprint.copies)):
        if names:
            lines.append(
                Line(
                    pieces(plain(names).rstrip("。.") + "。"), "imprint", "left", 4, 1, -3, M.SMALL, label=pieces(word)
                )
            )
    if not bare and (imprint.office or imprint.day):
        printed = pieces(f"{day_text(imprint.day)}印发") if imprint.day else ()
        lines.append(Line(pieces(imprint.office), "imprint", "left", 1, 1, 0, M.SMALL, across=printed))
    return tuple(lines)
