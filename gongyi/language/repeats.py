"""A help for who writes a report: sentences that stood elsewhere before, and sentences that claim a result without a source."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from rapidfuzz import fuzz, process

TOLD_FROM = 12  # characters: shorter sentences are alike by chance
LIKE = 88  # percent
_SENTENCES = re.compile(r"[^。！？；\n]+[。！？；]?")
_TIES = re.compile(r"\{\{[^{}]*\}\}")
_LEFT_OUT = re.compile(r"[0-9０-９.%％、，,：:（）()“”\s。！？；]+")
_RESULT = re.compile(
    r"解决|办结|办成|完成|提高|提升|下降|减少|增加|改善|缩短|实现|取得|达到|突破|成效|效果|显著|明显|满意|好评|全部|全覆盖|零"
)
_COUNTED = re.compile(r"[0-9０-９]+(?:\.[0-9]+)?\s*(?:[件次人户个项场家名条处天]|%|％|万|余|多)")
_AHEAD = re.compile(r"下一步|[将拟]|争取|打算|计划|准备|力争|今后|继续|尽快|建议|目标|(?<![主重需])要(?!求)")
_DENIED = re.compile(r"没有|尚未|还没|不足|不够")


class Repeat(NamedTuple):
    """A sentence of this text beside one of another, alike by so many percent; `source` is the key of the other text."""

    mine: str
    theirs: str
    likeness: int
    source: str


def sentences(text: str) -> list[str]:
    """The sentences of a text, with their ties to figures."""
    return [found.strip() for found in _SENTENCES.findall(text) if found.strip()]


def core(sentence: str) -> str:
    """What is compared: the words, without numbers, ties and punctuation."""
    return _LEFT_OUT.sub("", _TIES.sub("", sentence))


def repeats(text: str, others: Mapping[str, Iterable[str]], *, known: Collection[str] = ()) -> list[Repeat]:
    """Each sentence that stands, nearly the same, in another text, beside the likest one; in the text's order.

    `others` are texts by key; `known` holds texts whose sentences may stand anywhere, such as those that the product drafted.
    """
    allowed = {core(one) for text_ in known for one in sentences(text_)}
    mine = [one for one in sentences(text) if len(core(one)) >= TOLD_FROM and core(one) not in allowed]
    theirs = [(core(one), one, key) for key, texts in others.items() for part in texts for one in sentences(part)]
    theirs = [one for one in theirs if len(one[0]) >= TOLD_FROM]
    choices = [one[0] for one in theirs]
    found = []
    for sentence in mine:
        best = process.extractOne(core(sentence), choices, scorer=fuzz.ratio, score_cutoff=LIKE)
        if best:
            _core, likeness, place = best
            found.append(Repeat(sentence, theirs[place][1], round(likeness), theirs[place][2]))
    return found


def without_source(text: str) -> list[str]:
    """The sentences that state a result or a number and are tied to no figure and no record. What is still to be done claims nothing."""
    return [
        one for one in sentences(text)
        if not _TIES.search(one) and not _AHEAD.search(one)
        and (_COUNTED.search(one) or (_RESULT.search(one) and not _DENIED.search(one)))
    ]  # fmt: skip
