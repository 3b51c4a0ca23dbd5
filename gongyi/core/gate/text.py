"""Undress a text until only what it says is left, so that no dress hides a word. Pure, no lists of words here."""

import json
import re
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path

# Marks, invisible format characters (zero width, bidi, soft hyphen) and modifier letters say nothing here.
_SILENT = ("Mn", "Me", "Cf", "Lm")
_FILLERS = "\u115f\u1160"  # Hangul fillers count as letters and show nothing
_NUMERALS = ("No", "Nl")  # ㈠ and ① are numbering; decomposed, the first would leave a 一 behind
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LATIN = re.compile(r"[a-z]+")


def _none_of(categories: tuple[str, ...]) -> dict[int, None]:
    """A translation that drops every character of these Unicode categories; beyond these two ranges there are none."""
    codes = (*range(0x20000), *range(0xE0000, 0xE0200))
    return {code: None for code in codes if unicodedata.category(chr(code)) in categories}


@cache
def _folding() -> tuple[dict[int, None], dict[int, str | None]]:
    """What is dropped before, and what is dropped or made simplified after decomposition; built at the first need.

    zhconv's table is read straight from its file: its own loader leaves the file open, and its phrases depend on what
    stands beside a word.
    """
    spec = find_spec("zhconv")
    assert spec is not None
    assert spec.origin is not None
    table: dict[str, str] = json.loads(Path(spec.origin).with_name("zhcdict.json").read_bytes())["zh2Hans"]
    simplified = {ord(old): new for old, new in table.items() if len(old) == 1}
    return _none_of(_NUMERALS), simplified | _none_of(_SILENT) | dict.fromkeys(map(ord, _FILLERS))


def plain(text: str) -> str:
    """Full width to half width, accents and invisible characters gone, traditional to simplified; case and spaces stay."""
    if text.isascii():
        return text
    before, after = _folding()
    return unicodedata.normalize("NFKD", text.translate(before)).translate(after)


def compact(text: str) -> str:
    """The letters of a `plain` text only, casefolded: no spaces, punctuation, digits, stars or brackets."""
    return "".join(filter(str.isalpha, text.casefold()))


def english(text: str) -> str:
    """The Latin words of a `plain` text, camelCase and snake_case split, casefolded, with one space around each."""
    return f" {' '.join(_LATIN.findall(_CAMEL.sub(' ', text).casefold()))} "


def latin(text: str) -> str:
    """The Latin letters of a `plain` text in one piece: what is left of a word that was spaced out."""
    return "".join(_LATIN.findall(text.casefold()))
