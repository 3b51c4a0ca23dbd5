"""XML as bytes with places: where each tag begins and ends, so that one value can be exchanged and every other byte stays."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_TAG = re.compile(
    rb"""<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""", re.DOTALL
)  # fmt: skip
_NAME = re.compile(rb"</?([^\s/>]+)")
_ENTITY = re.compile(r"&(#x?[0-9A-Fa-f]+|[a-z]+);")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding=["']([A-Za-z0-9_-]+)["']""")

Edit = tuple[int, int, bytes]


@dataclass(frozen=True)
class Tag:
    """One tag: where it stands, its name without prefix, its prefix with the colon."""

    start: int
    end: int
    name: str
    prefix: bytes
    closing: bool
    empty: bool


def tags(raw: bytes) -> Iterator[Tag]:
    """The tags of a well-formed part, in order; not comments and instructions."""
    for found in _TAG.finditer(raw):
        body = found[0]
        if body.startswith((b"<!", b"<?")):
            continue
        full = _NAME.match(body)
        if full is None:
            continue
        prefix, _colon, name = full[1].rpartition(b":")
        closing = body.startswith(b"</")
        yield Tag(found.start(), found.end(), name.decode(), prefix + b":" if prefix else b"", closing, body.endswith(b"/>"))  # fmt: skip


def attribute(raw: bytes, tag: Tag, name: str) -> str | None:
    """The value of an attribute (its name with prefix), as it is written."""
    found = re.search(rb"""\s%s\s*=\s*("[^"]*"|'[^']*')""" % name.encode(), raw[tag.start : tag.end])
    return found[1][1:-1].decode() if found else None


def without(opening: bytes, name: str) -> bytes:
    """An opening tag without one of its attributes."""
    return re.sub(rb"""\s+%s\s*=\s*(?:"[^"]*"|'[^']*')""" % name.encode(), b"", opening)


def in_utf8(raw: bytes) -> bool:
    """Whether a part is written in UTF-8, the only form in which it is edited."""
    declared = _DECLARED.match(raw.removeprefix(b"\xef\xbb\xbf"))
    return b"\0" not in raw[:200] and (declared is None or declared[1].lower() in {b"utf-8", b"us-ascii"})


def read_text(raw: bytes) -> str:
    """The text between two tags."""
    text = raw.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return _ENTITY.sub(_letter, text)


def _letter(found: re.Match[str]) -> str:
    name = found[1]
    if name.startswith("#x"):
        return chr(int(f"0{name[1:]}", 16))
    return chr(int(name[1:])) if name.startswith("#") else _NAMED.get(name, found[0])


def write_text(text: str) -> bytes:
    """A text as it stands between two tags; what XML cannot hold is left out."""
    clean = _NOT_XML.sub("", text)
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode("utf-8")


def edited(raw: bytes, edits: Iterable[Edit]) -> bytes:
    """The part with these places exchanged: (from, to before, new). Raises ValueError where two of them overlap."""
    parts, at = list[bytes](), 0
    for start, end, new in sorted(edits):
        if start < at:
            raise ValueError("two edits of one place")
        parts += [raw[at:start], new]
        at = end
    return b"".join([*parts, raw[at:]])


@dataclass
class Piece:
    """A piece of a text with its place: the whole element (`start`, `end`) and what it says; `fixed`: a tab or a line break."""

    start: int
    end: int
    text: str
    prefix: bytes = b""
    fixed: bool = False


def exchange(pieces: list[Piece], changes: list[tuple[int, int, str]]) -> list[Edit]:
    """The edits that put texts into the text that the pieces make together: (from, to before, new), each into the piece where it begins.

    Raises ValueError where there is no piece to put it into.
    """
    spans, at = list[tuple[int, int, Piece]](), 0
    for piece in pieces:
        spans.append((at, at + len(piece.text), piece))
        at += len(piece.text)
    new: dict[int, list[tuple[int, int, str]]] = {}
    for start, end, text in changes:
        first = _home(spans, start, end)
        for number, (left, right, piece) in enumerate(spans):
            inner = (max(left, start) - left, min(right, end) - left)
            if number == first:
                new.setdefault(number, []).append((*_within(inner, right - left), text))
            elif inner[0] < inner[1] and not piece.fixed:
                new.setdefault(number, []).append((*inner, ""))
    edits = list[Edit]()
    for number, cuts in new.items():
        piece = spans[number][2]
        text = piece.text
        for start, end, words in sorted(cuts, reverse=True):
            text = text[:start] + words + text[end:]
        opening = b"<" + piece.prefix + b't xml:space="preserve">'
        edits.append((piece.start, piece.end, opening + write_text(text) + b"</" + piece.prefix + b"t>"))
    return edits


def _within(inner: tuple[int, int], length: int) -> tuple[int, int]:
    start = min(inner[0], length)
    return start, max(start, min(inner[1], length))


def _home(spans: list[tuple[int, int, Piece]], start: int, end: int) -> int:
    """The piece that takes a text: the first that the gap lies in, else the one that ends where it begins."""
    for number, (left, right, piece) in enumerate(spans):
        if not piece.fixed and left < right and max(left, start) < min(right, end):
            return number
    for number, (_left, right, piece) in reversed(list(enumerate(spans))):
        if not piece.fixed and right <= start:
            return number
    raise ValueError("nowhere to write")
