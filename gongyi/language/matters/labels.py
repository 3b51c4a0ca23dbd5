"""What a group is about in a few words: the names of places and bodies that its members share, and the words of their trouble.

Only words that end like a place or a body, or that stand in the list of troubles, come into a label: never a person's name.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from gongyi.language.matters.seen import HEAD, Request, common, kinds, plain, trouble_words

MOST_PLACES = 3
MOST_TROUBLES = 3
_LONGEST, _SHORTEST = 10, 3  # characters of a name with the word it ends in
_ENDS = (
    "小区|花园|家园|公寓|新城|之城|新村|社区|街道|广场|国际|大厦|学校|小学|中学|大学|学院|幼儿园|医院|公司|集团|平台|市场|公园|工业园|水库|车站|"
    "号线|路公交|区间线|大道|[苑园湾府城村镇乡路街巷桥江河湖厂站组]"
)
_NO_BEGINNING = "的了在与和及到把被让给为是区县市道路铁"  # a name does not begin with these
_END = re.compile(_ENDS)
_ONE_NAME = re.compile(
    "(?:(?!大道|门前|[一二三四五六七八九十]组)[A-Za-z0-9\u4e00-\u9fff](?<![路街区县市镇乡村省的到旁边]))+"
)  # not a road or district before the name, nor "beside" and "before"
_PLACE = re.compile(
    "(?:小区|花园|家园|公寓|新城|之城|新村|社区|街道|广场|国际|大厦|水库|大道|[苑园湾府城村镇乡路街巷桥江河湖组])$"
)


class Label(NamedTuple):
    """The names that most members hold, those of places among them, and words of trouble; each may be empty."""

    names: tuple[str, ...]
    places: tuple[str, ...]
    troubles: tuple[str, ...]


def label(requests: Sequence[Request]) -> Label:
    """The label of one group, from what its members say."""
    texts = [plain(one.title) + "。" + plain(one.body)[:HEAD] for one in requests]
    titles = [plain(one.title) for one in requests]
    names = _names(titles, texts)
    return Label(names, tuple(name for name in names if _PLACE.search(name)), _troubles(titles, texts, names))


def _names(titles: Sequence[str], texts: Sequence[str]) -> tuple[str, ...]:
    """The longest runs that end like a name and stand in half of the texts, the commonest first."""
    seldom, found, troubles = common(), Counter[str](), {word for words in kinds() for word in words}
    for run in {run for title in titles for run in _runs(title)}:
        held = sum(run in text for text in texts)
        if (
            run not in troubles
            and run[0] not in _NO_BEGINNING
            and run[:2] not in seldom
            and 2 * held >= max(len(texts), 4)
        ):
            found[run] = held
    kept: list[str] = []
    for run in sorted(found, key=lambda run: (-found[run], -len(run), run)):
        longer = next(
            (other for other in found if run in other and run != other and found[other] >= found[run] * 0.8), ""
        )
        if not longer and not any(run in other or other in run for other in kept):
            kept.append(run)
    return tuple(kept[:MOST_PLACES])


def _runs(title: str) -> set[str]:
    """What could be a name: some characters before a word in which names end, with that word."""
    found, seldom = set(), common()
    for hit in _END.finditer(title):
        for start in range(max(0, hit.end() - _LONGEST), hit.end() - _SHORTEST + 1):
            run = title[start : hit.end()]
            inside_a_word = start and title[start - 1 : start + 1] in seldom
            if not inside_a_word and _ONE_NAME.fullmatch(run[: hit.start() - start]):
                found.add(run)
    return found


def _troubles(titles: Sequence[str], texts: Sequence[str], names: Collection[str]) -> tuple[str, ...]:
    """The words of trouble that most titles, then most texts hold: one of each kind, none that stands in a name."""
    chosen: list[tuple[int, int, str]] = []
    in_titles, in_texts = ([set(trouble_words(text)) for text in some] for some in (titles, texts))
    for words in kinds():
        held = [(sum(word in t for t in in_titles), sum(word in t for t in in_texts), word) for word in words]
        best = max(held, key=lambda one: (one[0], one[1], len(one[2])))
        if best[0] and 3 * best[1] >= len(texts) and not any(best[2] in name for name in names):
            chosen.append(best)
    chosen.sort(key=lambda one: (-one[0], -one[1], one[2]))
    said = list(dict.fromkeys(word for _titles, _texts, word in chosen))
    return tuple(word for word in said if not any(word != other and word in other for other in said))[:MOST_TROUBLES]
