"""What is printed, block by block: the list that both writers go through."""

from collections.abc import Sequence
from dataclasses import dataclass

from gongyi.documents.official import measures as M  # noqa: N812 - numbers
from gongyi.documents.official.elements import Kind

FANG, KAI, HEI, SONG, MARK = "fang", "kai", "hei", "song", "mark"


@dataclass(frozen=True)
class Piece:
    """Text in one font."""

    text: str
    font: str = FANG
    tie: str = ""


Pieces = tuple[Piece, ...]


@dataclass(frozen=True)
class Line:
    """A paragraph. `left`, `right` and `first` are counted in characters, `blank` in lines left free above.

    `label` stands in the indentation before `left` (from `first`), `across` at the right end of the same line.
    `depth` is its place in the outline (0: none), `keep` binds it to what follows, `page` begins a new page.
    """

    pieces: Pieces
    look: str = "body"
    align: str = "justify"
    left: float = 0
    right: float = 0
    first: float = 0
    size: float = M.BODY
    stretch: float = 1
    blank: int = 0
    depth: int = 0
    red: bool = False
    keep: bool = False
    page: bool = False
    label: Pieces = ()
    across: Pieces = ()
    type: str = "line"


@dataclass(frozen=True)
class Top:
    """7.2: what stands above the mark (at most three lines, one above an order's), and the mark `down` millimetres below the top of the type area."""

    lines: tuple[Line, ...]
    mark: Line
    down: float = M.MARK_TOP_MM
    type: str = "top"


@dataclass(frozen=True)
class Rule:
    """The red rule, 4 mm below the line before it."""

    type: str = "rule"


@dataclass(frozen=True)
class Grid:
    """A table; `columns` are shares of the width and the side to which the cells keep."""

    header: Sequence[Sequence[str]]
    rows: Sequence[Sequence[str]]
    columns: Sequence[tuple[float, str]]
    type: str = "grid"


@dataclass(frozen=True)
class Image:
    svg: str
    alt: str
    width: float
    type: str = "image"


Block = Line | Top | Rule | Grid | Image


@dataclass(frozen=True)
class Laid:
    """All that is printed. `letter` is a letter's mark, above the type area of its first page."""

    kind: Kind
    title: str
    identifier: str
    blocks: tuple[Block, ...]
    imprint: tuple[Line, ...]
    ruled: bool
    letter: Line | None
