"""What a file is read into: lines of text and pictures, each with the mark by which it is known again."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

TEXT, TABLE, BESIDE, PICTURE = "text", "table", "beside", "picture"
_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff\u3000]+")


class Unreadable(Exception):  # noqa: N818 - it reads as a sentence
    """Not a .docx, .xlsx or PDF that can be read."""


@dataclass(frozen=True)
class Line:
    """A line of text; `place` is text, table (a row), beside (boxes, heads and feet of pages, notes) or picture (what it says it shows).

    `sketch` is a small likeness of a picture, which survives being saved in another size.
    """

    place: str
    text: str
    sketch: str = ""

    @property
    def mark(self) -> str:
        """A short digest of the line; behind that of a picture its sketch."""
        seal = hashlib.sha256(f"{self.place}|{self.text}".encode()).hexdigest()[:16]
        return f"{seal} {self.sketch}" if self.sketch else seal


def plain(text: str) -> str:
    """The text without spaces and signs that nobody sees."""
    return _UNSEEN.sub("", unicodedata.normalize("NFC", text))


def row(cells: list[str]) -> str:
    """A row of a table as one line; empty cells at its end do not matter."""
    return "|".join(cell.replace("\\", "\\\\").replace("|", "\\|") for cell in cells).rstrip("|")
