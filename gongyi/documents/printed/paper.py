"""What a PDF says: its lines of text, and how much is drawn or laid over each page beside them."""

import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream

from gongyi.documents.printed.lines import PICTURE, TEXT, Line, Unreadable, plain

MOST_PAGES, DEEP = 2000, 5
_PAGE_NUMBER = re.compile(r"[—–-]+[0-9]+[—–-]+")
_BETWEEN = re.compile(r"(?<=[0-9.%—])\s+(?=[0-9—])")  # two numbers side by side are two cells
_FILLED = {b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"sh"}
_DRAWN = {b"S", b"s"}


def read(content: bytes) -> Iterator[Line]:
    """The lines of a PDF, after those of each page what is drawn there. Raises Unreadable, and what pypdf raises."""
    reader = PdfReader(BytesIO(content))
    if len(reader.pages) > MOST_PAGES:
        raise Unreadable("too long")
    for page in reader.pages:
        for raw in page.extract_text().splitlines():
            if (text := plain(_BETWEEN.sub("|", raw.strip()))) and not _PAGE_NUMBER.fullmatch(text):
                yield Line(TEXT, text)
        yield Line(PICTURE, _drawn(page, reader))


def _drawn(page: PageObject, reader: PdfReader) -> str:
    """How many surfaces, strokes and pictures the page has, and how many notes lie on it: a patch over the text is one more."""
    counted = Counter[str]()
    if (contents := page.get_contents()) is not None:
        _count(page.get("/Resources", {}), contents, reader, counted)
    notes = sum(note.get_object().get("/Subtype") != "/Link" for note in page.get("/Annots") or [])
    return f"面{counted['filled']}线{counted['drawn']}图{counted['picture']}批注{notes}"


def _count(resources: Any, stream: Any, reader: PdfReader, counted: Counter[str], depth: int = 0) -> None:
    for operands, sign in ContentStream(stream, reader).operations:
        counted["filled"] += sign in _FILLED
        counted["drawn"] += sign in _DRAWN
        counted["picture"] += sign == b"INLINE IMAGE"
        if sign != b"Do" or depth > DEEP:
            continue
        form = resources.get_object()["/XObject"][operands[0]].get_object()
        if form.get("/Subtype") == "/Form":
            _count(form.get("/Resources", resources), form, reader, counted, depth + 1)
        else:
            counted["picture"] += 1
