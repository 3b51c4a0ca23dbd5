"""A request as the grouping sees it: the names that stand in it, the kinds of trouble, and its pairs of characters by weight.

Two word lists lie beside this file. `common.txt`: pairs of characters that one request in a hundred holds, with that share, so
that a file of twenty rows is read like one of twenty thousand. `troubles.txt`: words of trouble, one kind a line.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from sys import intern  # every pair is held once, not once a request
from typing import NamedTuple, TypeVar

HEAD = 400  # characters of a body that are looked at: further down people repeat themselves and plead
KEPT = 64  # of a request's pairs and names the heaviest so many
BACKGROUND, FEW = 1000, 2400  # requests that common.txt counts for beside those of the file; more beside a short file
UNKNOWN = 0.0005  # share of a pair that common.txt does not hold
PLAIN = 3.5  # a name weighs by how much rarer it is than e to the minus this

K = TypeVar("K")
_HERE = Path(__file__).parent
_RUN = re.compile("[\u4e00-\u9fffA-Za-z0-9]+")
_BLANK = re.compile(r"[\s·.\"“”‘’]+")

# What a name is the name of, by the word behind it. Two titles that name another estate each are seldom about one matter.
_KINDS = {
    "estate": "小区|花园|花苑|家园|佳苑|雅苑|华庭|公寓|公馆|名都|新城|之城|国际城|新村|社区|山庄|别墅|楼盘|广场|大厦|大楼|宿舍|庭院|嘉园|名园|项目|工地",
    "school": "小学|中学|大学|学院|学校|幼儿园|培训机构|驾校",
    "firm": "有限公司|公司|集团|厂|平台|医院|诊所|酒店|宾馆|超市|银行|物业|派出所|健身房",
    "village": "村|镇|乡|组",
    "road": "路|大道|街|巷|桥|立交|隧道",
}
_NAMED = {kind: re.compile(f"([\u4e00-\u9fffA-Za-z0-9]{{1,6}}?)(?:{words})") for kind, words in _KINDS.items()}
_LINE = re.compile(r"(\d{1,3}|[一二三四五六七八九十]{1,2})(?:号线|路公交|路车|路|区间线)")
_COUNTY = re.compile(r"[A-Z]\d+(?=[区县市])|[\u4e00-\u9fff]{2}(?:(?<![小社校园辖片地城郊库新市湖特])区|县)")
_CITY = re.compile(r"[A-Z](?=市)|[\u4e00-\u9fff]{2}(?<![我本全城都集超菜夜贸股])市(?![场民政区容委长])")
_EDGE = 4  # characters before such a word in which its name stands
# The village or town in which something is: what stands before 村, 社区, 镇, 乡 unless it is a plain word (我村, 农村, 全镇).
_PLACE = re.compile("([\u4e00-\u9fff]{2})(村|社区|镇|乡)")
_VILLAGE, _TOWN = ("村", "社区"), ("镇", "乡")
_NO_PLACE = frozenset("农乡城全本我各该他她你邻外回返驻政然同个几每两此其们的了么是集小区村镇县市旧属型")
_BEFORE_PLACE = frozenset("在到从去由于是住往离给跟和与让为将对向来回至经，的")
_NOT_OF_IT = re.compile(
    "[委民口里部干支两长亲下级道上庄组政情容街]"
)  # 村民, 镇政府: of no village by name, unless others name it
_OF_PLACE = ("村", "镇", "乡")
_SPOT = re.compile(
    "后面|后边|前面|前边|旁|门口|门前|边上?|对面|附近|一带|周边|外面|头|楼下|路口"
)  # what stands before it is where, not what


class Request(NamedTuple):
    """What somebody asked, in the words of the case alone: nothing of who asked."""

    title: str
    body: str
    place: str = ""  # the village or town it was recorded for; counts where the words name none


class Seen(NamedTuple):
    """One request. Vectors have length one."""

    pairs: Mapping[str, float]  # of title and body by weight
    names: frozenset[str]  # pairs of names anywhere in it that another request holds too
    title_names: Mapping[str, float]  # those of its title with their weights
    title_rare: Mapping[str, float]  # the same and those that no other request holds
    troubles: Mapping[int, float]  # kinds of trouble, title and body
    title_troubles: Mapping[int, float]
    holds: frozenset[str]  # every pair of its title, and the kept ones of its body
    named: Mapping[str, frozenset[str]]  # kind of place or body to the pairs of its names in the title
    villages: frozenset[str] = frozenset()  # that it names anywhere, by the one or two characters before the word
    towns: frozenset[str] = frozenset()


@cache
def common() -> dict[str, float]:
    """Pairs of characters that many requests hold, with the share of requests that do."""
    lines = (_HERE / "common.txt").read_text(encoding="utf-8").splitlines()
    return {pair: float(line.split()[0]) for line in lines for pair in line.split()[1:]}


@cache
def kinds() -> list[list[str]]:
    """The words of each kind of trouble."""
    return [line.split() for line in (_HERE / "troubles.txt").read_text(encoding="utf-8").splitlines()]


@cache
def _words() -> tuple[re.Pattern[str], dict[str, list[int]], frozenset[str]]:
    """The words of trouble as one pattern, the kinds of each, and their pairs."""
    found: dict[str, list[int]] = {}
    for number, words in enumerate(kinds()):
        for word in words:
            found.setdefault(word, []).append(number)
    pattern = re.compile("|".join(sorted(map(re.escape, found), key=len, reverse=True)))
    return pattern, found, frozenset(word[i : i + 2] for word in found for i in range(len(word) - 1))


def plain(text: str) -> str:
    """The text in one width without blanks, dots and quotation marks."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", text))


def pairs_of(text: str) -> Counter[str]:
    """The overlapping pairs of characters of a plain text, with how often each stands in it."""
    return Counter(intern(run[i : i + 2]) for run in _RUN.findall(text) for i in range(len(run) - 1))


def look(requests: Sequence[Request]) -> list[Seen]:
    """All requests of one grouping, weighed against each other. Time and memory grow with their number."""
    texts = [(plain(one.title), plain(one.body)[:HEAD]) for one in requests]
    held, troubled = Counter[str](), Counter[int]()
    for title, body in texts:
        held.update(pairs_of(title).keys() | pairs_of(body).keys())
        troubled.update(_troubles(title).keys() | _troubles(body).keys())
    shares = common()
    background = max(BACKGROUND, FEW - len(texts))
    scale = len(texts) + background
    rare = {pair: -math.log((number + background * shares.get(pair, UNKNOWN)) / scale) for pair, number in held.items()}
    odd = {kind: math.log((len(texts) + 100) / (number + 2)) for kind, number in troubled.items()}
    repeated = {pair for pair, number in held.items() if number > 1}
    known = {place for title, body in texts for place in _places(title + "。" + body)}
    return [
        _seen(title, body, rare, repeated, odd)._replace(
            villages=_of(_VILLAGE, named := _places(title + "。" + body, known)) or _of(_VILLAGE, _places(one.place)),
            towns=_of(_TOWN, named),
        )
        for one, (title, body) in zip(requests, texts, strict=True)
    ]


def _of(kinds_: Collection[str], places: Iterable[tuple[str, str]]) -> frozenset[str]:
    return frozenset(name for name, kind in places if kind in kinds_)


def _seen(
    title: str,
    body: str,
    rare: Mapping[str, float],
    repeated: set[str],
    odd: Mapping[int, float],
) -> Seen:
    in_title, in_body = pairs_of(title), pairs_of(body)
    often = Counter({pair: 2 * number for pair, number in in_title.items()}) + in_body
    weights = {pair: (1 + math.log(number)) * rare[pair] for pair, number in often.items()}
    kept = _heaviest(weights, KEPT)
    title_names = _name_pairs(title, in_title, rare)
    names = _heaviest({p: w for p, w in _name_pairs(body, in_body, rare).items() if p in repeated}, KEPT)
    known_names = {pair: weight for pair, weight in title_names.items() if pair in repeated}
    said, told = _troubles(title), _troubles(body)
    both = {kind: 2 * said[kind] + told[kind] for kind in said.keys() | told.keys()}
    troubles = {kind: odd[kind] * (1 + math.log(number)) for kind, number in both.items() if number >= 1}
    return Seen(
        pairs=_unit(kept),
        names=frozenset([*names, *known_names]),
        title_names=known_names,
        title_rare=title_names,
        troubles=_unit(troubles),
        title_troubles=_unit({kind: odd[kind] * math.sqrt(number) for kind, number in said.items()}),
        holds=frozenset([*in_title, *kept, *names]),
        named=_names_by_kind(title),
    )


def _name_pairs(text: str, held: Mapping[str, int], rare: Mapping[str, float]) -> dict[str, float]:
    """The pairs that can belong to a name: with a character that stands in no common word and in no word of trouble."""
    shares, (pattern, _found, of_troubles) = common(), _words()
    covered = bytearray(len(text))
    for hit in pattern.finditer(text):
        covered[hit.start() : hit.end()] = b"\1" * (hit.end() - hit.start())
    for i in range(len(text) - 1):
        if text[i : i + 2] in shares:
            covered[i : i + 2] = b"\1\1"
    free = {intern(text[i : i + 2]) for i in range(len(text) - 1) if not (covered[i] and covered[i + 1])}
    free = {pair for pair in free if pair in held and pair not in shares and pair not in of_troubles}
    return {pair: rare[pair] - PLAIN for pair in free if rare[pair] > PLAIN}


def trouble_words(text: str) -> list[str]:
    """The words of trouble in a plain text; one that only says where (卫生室后面) or belongs to a name (石桥村) is none."""
    hits = (hit for hit in _words()[0].finditer(text) if not _SPOT.match(text, hit.end()))
    return [hit[0] for hit in hits if text[hit.end() : hit.end() + 1] not in _OF_PLACE]


def _troubles(text: str) -> Counter[int]:
    found = _words()[1]
    return Counter(kind for word in trouble_words(text) for kind in found[word])


def _places(text: str, known: Collection[tuple[str, str]] = ()) -> set[tuple[str, str]]:
    """The villages and towns that a text names; those `known` from other texts also where what follows leaves it open."""
    found, shares = set(), common()
    for hit in _PLACE.finditer(text):
        name, kind = hit[1], hit[2]
        if name[0] in _BEFORE_PLACE:
            name = name[1]
        plain_word = (
            name[-1] in _NO_PLACE
            or name in shares
            or name in {"偏远", "远山", "困山"}
            or (kind == "乡" and name[-1] in "家故")
        )
        if not plain_word and ((name, kind) in known or not _NOT_OF_IT.match(text, hit.end())):
            found.add((name, kind))
    return found


def _names_by_kind(title: str) -> dict[str, frozenset[str]]:
    found: dict[str, Iterable[str]] = {}
    for kind, pattern in _NAMED.items():
        ends = [hit[-_EDGE:] for hit in pattern.findall(title)]
        found[kind] = (end[i : i + 2] for end in ends for i in range(len(end) - 1))
    found |= {"line": _LINE.findall(title), "county": _COUNTY.findall(title), "city": _CITY.findall(title)}
    named = {kind: frozenset(names) for kind, names in found.items()}
    return {kind: names for kind, names in named.items() if names}


def _heaviest(weights: Mapping[str, float], most: int) -> dict[str, float]:
    return dict(sorted(weights.items(), key=lambda one: (-one[1], one[0]))[:most])


def _unit(vector: Mapping[K, float]) -> dict[K, float]:
    length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {key: weight / length for key, weight in vector.items()}
