"""How the product reads words: overlapping pairs of characters for the index, and where the words of a question stand.

No dictionary: a pair is a pair, so whatever stands in a text is found, in Chinese, Latin and digits alike. No tables.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_HALF = str.maketrans({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})
_RUN = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r"[\"“”「」『』]([^\"“”「」『』]+)[\"“”「」『』]|(\S+)")
MOST_WORDS, LONGEST_QUESTION = 10, 60


def plain(text: str) -> str:
    """Small letters, half-width; every place in the text stays the same."""
    text = text.translate(_HALF)
    small = text.lower()
    return (
        small if len(small) == len(text) else "".join(low if len(low := char.lower()) == 1 else char for char in text)
    )


def runs(text: str) -> list[str]:
    """The unbroken runs of letters, digits and characters of a text, plain."""
    return _RUN.findall(plain(text))


def pairs(run: str) -> list[str]:
    """漏水了 → 漏水, 水了, 了: the last character alone, so that one character is found as the beginning of a pair."""
    return [run[place : place + 2] for place in range(len(run))]


def tokens(text: str) -> list[str]:
    """What the index holds of a text, in order."""
    return [pair for run in runs(text) for pair in pairs(run)]


@dataclass(frozen=True)
class Word:
    """One word of a question, or several in quotation marks that stand one after the other: its runs, in order."""

    runs: tuple[str, ...]

    @property
    def tokens(self) -> list[str]:
        """What must stand in the index one after the other; `open_ended`, the last one is the beginning of a pair."""
        before = [pair for run in self.runs[:-1] for pair in pairs(run)]
        return before + (pairs(self.runs[-1])[:-1] or [self.runs[-1]])

    @property
    def open_ended(self) -> bool:
        return len(self.runs[-1]) == 1

    @property
    def pattern(self) -> str:
        """The word as a regular expression for a plain text; between its runs stands anything but a run."""
        return r"[\W_]+".join(map(re.escape, self.runs))

    def stands_in(self, text: str) -> bool:
        """Whether it stands in a plain text."""
        if len(self.runs) == 1:
            return self.runs[0] in text
        return all(run in text for run in self.runs) and bool(re.search(self.pattern, text))


def question(text: str) -> tuple[Word, ...]:
    """The words that are all to be found; none for a text without a letter, digit or character."""
    found: dict[Word, None] = {}
    for match in _QUOTED.finditer(text[:LONGEST_QUESTION]):
        if pieces := runs(match[1] or match[2]):
            found[Word(tuple(pieces))] = None
    return tuple(found)[:MOST_WORDS]


def stand_in(texts: Iterable[str], words: Iterable[Word]) -> bool:
    """Whether each word stands in one of the texts: what the index answers, read from the texts."""
    plain_texts = [plain(text) for text in texts]
    return all(any(word.stands_in(text) for text in plain_texts) for word in words)


# --- where the words stand --------------------------------------------------------------------------------------------

Piece = tuple[str, bool]  # some text, and whether it was sought


def marked(text: str, words: Iterable[Word]) -> list[Piece]:
    """The text in pieces, those that were sought marked."""
    pieces, begun = list[Piece](), 0
    for start, end in _spans(text, words):
        if begun < start:
            pieces.append((text[begun:start], False))
        pieces.append((text[start:end], True))
        begun = end
    return [*pieces, (text[begun:], False)] if begun < len(text) else pieces


def _spans(text: str, words: Iterable[Word]) -> Iterator[tuple[int, int]]:
    """Places of the words, from left to right, joined where they touch."""
    found = sorted(match.span() for word in words for match in re.finditer(word.pattern, plain(text)))
    while found:
        start, end = found.pop(0)
        while found and found[0][0] <= end:
            end = max(end, found.pop(0)[1])
        yield start, end


def excerpt(text: str, words: Iterable[Word], *, around: int = 24, longest: int = 110) -> list[Piece]:
    """A line or two of the text about the first place of a word, marked; the beginning where no word stands in it."""
    text = " ".join(text.split())
    first = next(_spans(text, words), (0, 0))[0]
    start = max(first - around, 0)
    pieces = marked(text[start : start + longest], words)
    before = [("…", False)] if start else []
    return before + pieces + ([("…", False)] if start + longest < len(text) else [])


def weight(title: str, text: str, words: Iterable[Word]) -> float:
    """How much a record is about the words: each in the title counts five times one in the text, each further one less."""
    title, text = plain(title), text.lower()
    total = 0.0
    for word in words:
        sought = word.runs[0] if len(word.runs) == 1 else max(word.runs, key=len)
        inside, beside = title.count(sought), text.count(sought)
        total += 5 * (1 - 0.5**inside) + (1 - 0.5**beside)
    return total
