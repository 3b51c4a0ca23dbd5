"""A help for who writes a report: sentences that stood elsewhere before, and sentences that claim a result without a source."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from rapidfuzz import fuzz, process

TOLD_FROM = 12  # characters: shorter sentences are alike by chance
LIKE = 88  # percent
PASSAGE = 16  # characters in a row that nobody writes twice by chance, whatever stands before and behind them
_SENTENCES = re.compile(r"[^。！？；\n]+[。！？；]?")
_TIES = re.compile(r"\{\{[^{}]*\}\}")
_RECORD = re.compile(r"\{\{\s*case:")
_LEFT_OUT = re.compile(r"[0-9０-９.%％、，,：:（）()“”\s。！？；]+")
_RESULT = re.compile(
    r"解决|化解|办结|办成|办好|完成|提高|提升|攀升|上升|增长|翻番|下降|减少|增加|增强|改善|好转|缩短|实现|取得|达到|突破|扭转|杜绝|消除|清零|"
    r"成效|效果|成绩|成果|显著|明显|大幅|圆满|超额|满意|好评|认可|称赞|赞誉|表扬|全部|全覆盖|全面落实|落实到位|前列|第一名|零|无一|没有(?:发生|出现)|没有一[件起人个户次]"
)
_TALLY = r"(?:[0-9０-９]+(?:\.[0-9]+)?|[一二三四五六七八九]?[十百千][一二三四五六七八九十百千]*|数[十百千万])"
_COUNTED = re.compile(
    _TALLY + r"\s*(?:余|多|来)?(?:[件次人户个项场家名条处天起宗]|%|％|万|余|多)|百分之[一二三四五六七八九十百零点]+"
)
_AHEAD = re.compile(r"下一步|[将拟]|争取|打算|计划|准备|力争|今后|继续|尽快|建议|目标|(?<![主重需])要(?!求)")
_DENIED = re.compile(r"没有(?!发生|出现|一)|尚未|还没|不足|不够|未能")


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
    """Each sentence that stands, nearly the same or with a long piece, in another text, beside the likest one; in the text's order.

    `others` are texts by key; `known` holds texts whose sentences may stand anywhere, such as those that the product drafted.
    """
    allowed = {core(one) for text_ in known for one in sentences(text_)}
    mine = [one for one in sentences(text) if len(core(one)) >= TOLD_FROM and core(one) not in allowed]
    theirs = [(core(one), one, key) for key, texts in others.items() for part in texts for one in sentences(part)]
    theirs = [one for one in theirs if len(one[0]) >= TOLD_FROM]
    choices = [one[0] for one in theirs]
    own = {part for one in allowed for part in _rows(one)}
    passages = {part: place for place, one in enumerate(choices) for part in _rows(one)} if mine else {}
    found = []
    for sentence in mine:
        best = process.extractOne(core(sentence), choices, scorer=fuzz.ratio, score_cutoff=LIKE)
        if best:
            _core, likeness, place = best
            found.append(Repeat(sentence, theirs[place][1], round(likeness), theirs[place][2]))
        elif at := [passages[part] for part in _rows(core(sentence)) if part in passages and part not in own]:
            place = max(set(at), key=lambda one: (at.count(one), -one))
            share = fuzz.partial_ratio(core(sentence), choices[place])
            found.append(Repeat(sentence, theirs[place][1], round(share), theirs[place][2]))
    return found


def _rows(text: str) -> list[str]:
    """Every so many characters in a row."""
    return [text[at : at + PASSAGE] for at in range(len(text) - PASSAGE + 1)]


def without_source(text: str, *, known: Collection[str] = ()) -> list[str]:
    """The sentences that state a result or a number and are tied to no figure and no record. What is still to be done claims nothing.

    A number that is typed beside a tied one has no source either; a record stands behind its whole sentence. `known` as in `repeats`.
    """
    drafted = {one for drawn in known for one in sentences(drawn)}
    return [one for one in sentences(text) if one not in drafted and not _AHEAD.search(one) and _bare(one)]


def _bare(sentence: str) -> bool:
    if _RECORD.search(sentence):
        return False
    if _COUNTED.search(_TIES.sub("（）", sentence)):
        return True
    return not _TIES.search(sentence) and bool(_RESULT.search(sentence)) and not _DENIED.search(sentence)
