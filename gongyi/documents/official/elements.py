"""What an official document is made of, as GB/T 9704—2012 names it (党政机关公文格式). The numbers behind names are its clauses.

One `Document` goes to both writers. A text is a string, or a tuple of strings and `Run`s; nothing in it is markup.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

_TIE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")  # what Word takes for a bookmark's name
MOST_SIGNERS, MOST_COPIES = 8, 999_999


class Kind(StrEnum):
    """How the first page and the last look."""

    PLAIN = "plain"  # 总结、计划、专报、发言: no red head
    NOTICE = "notice"
    REPORT = "report"  # goes upward: number at the left, signers at the right
    LETTER = "letter"  # 10.1
    MINUTES = "minutes"  # 10.3
    ORDER = "order"  # 10.2 命令（令）


@dataclass(frozen=True)
class Run:
    """A piece of text; `tie` is a bookmark's name in the .docx, by which a sentence is found again."""

    text: str
    tie: str = ""

    def __post_init__(self) -> None:
        if self.tie and not _TIE.fullmatch(self.tie):
            raise ValueError(f"not a bookmark's name: {self.tie!r}")


Text = str | tuple[str | Run, ...]


@dataclass(frozen=True)
class Title:
    r"""7.3.1. Broken into lines by its words unless `\\n` says where."""

    text: str


@dataclass(frozen=True)
class Byline:
    """Under the title: who speaks, or the day of a speech."""

    text: str


@dataclass(frozen=True)
class Addressee:
    """7.3.2 主送机关; the colon is put by the writer."""

    text: str


@dataclass(frozen=True)
class Heading:
    """7.3.3. Level 1 to 4; the number 一、（一）1.（1） is counted by the writer unless `numbered` is off.

    `then` goes on behind the heading, in the same paragraph.
    """

    level: int
    text: str
    then: Text = ""
    numbered: bool = True

    def __post_init__(self) -> None:
        if self.level not in {1, 2, 3, 4}:
            raise ValueError("a heading has level 1 to 4")


@dataclass(frozen=True)
class Paragraph:
    """7.3.3 正文. A line break in the text begins another paragraph."""

    text: Text


@dataclass(frozen=True)
class Table:
    """The heading rows stand again on each page; a row is never split. `widths` are shares, one per column."""

    header: Sequence[Sequence[str]]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    widths: Sequence[float] = ()

    def __post_init__(self) -> None:
        columns = {len(row) for row in (*self.header, *self.rows)} | ({len(self.widths)} if self.widths else set())
        if len(columns) != 1 or columns == {0}:
            raise ValueError("the rows of a table are of one length")


@dataclass(frozen=True)
class Picture:
    """A picture in SVG that needs nothing from outside. `alt` says what it shows; `width` is its share of the line."""

    svg: str
    alt: str
    caption: str = ""
    width: float = 0.9


@dataclass(frozen=True)
class AnnexNote:
    """7.3.4 附件说明: the names of the annexes, without punctuation at their ends."""

    names: Sequence[str]


@dataclass(frozen=True)
class Signature:
    """7.3.5 署名、成文日期. `sealed` leaves the room and the place for a seal that is pressed on paper."""

    office: str
    day: date
    sealed: bool = False


@dataclass(frozen=True)
class Stamp:
    """7.3.5.3: under an order stands the post of who signs it, beside the room for the stamp of their name, and the day."""

    post: str
    day: date


@dataclass(frozen=True)
class Note:
    """7.3.6 附注; the brackets are put by the writer."""

    text: str


@dataclass(frozen=True)
class Attendance:
    """10.3: who was there (`label` 出席、请假 or 列席), names with their offices."""

    label: str
    names: str


Element = (
    Title
    | Byline
    | Addressee
    | Heading
    | Paragraph
    | Table
    | Picture
    | AnnexNote
    | Signature
    | Stamp
    | Note
    | Attendance
)


@dataclass(frozen=True)
class Head:
    """7.2 版头. `mark` is 发文机关标志 in full, with 文件 where it belongs; empty strings are left out.

    `secrecy` is 密级和保密期限 as it is to stand (秘密★1年); `copy` is 份号, printed with six digits.
    """

    mark: str
    number: str = ""
    signers: Sequence[str] = ()
    copy: int | None = None
    secrecy: str = ""
    urgency: str = ""

    def __post_init__(self) -> None:
        if self.copy is not None and not 0 < self.copy <= MOST_COPIES:
            raise ValueError("a copy's number has six digits")
        if len(self.signers) > MOST_SIGNERS:
            raise ValueError("too many signers for one head")


@dataclass(frozen=True)
class Annex:
    """7.3.7 附件: begins on a page of its own, before the imprint; its number is counted by the writer."""

    title: str
    elements: Sequence[Element]


@dataclass(frozen=True)
class Imprint:
    """7.4 版记. `addressees` holds 主送 where they are too many for the first page (7.3.2)."""

    copies: str = ""
    office: str = ""
    day: date | None = None
    addressees: str = ""


@dataclass(frozen=True)
class Document:
    """All of it, in the order in which it stands. `identifier` is kept in the file's properties, not printed."""

    kind: Kind
    elements: Sequence[Element]
    head: Head | None = None
    annexes: Sequence[Annex] = field(default_factory=tuple)
    imprint: Imprint | None = None
    identifier: str = ""

    def __post_init__(self) -> None:
        if (self.head is None) != (self.kind == Kind.PLAIN):
            raise ValueError("every kind but the plain one has a head")

    @property
    def title(self) -> str:
        """The title in one line; empty if there is none."""
        return next((each.text.replace("\n", "") for each in self.elements if isinstance(each, Title)), "")
