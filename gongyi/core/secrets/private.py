"""What would tell who somebody is in a text that everybody may read: names, numbers, plates, houses (rights.md P6).

Stricter than `mask_text`, which staff read: in doubt it hides, and who prepares the text may show a word again with a reason.
Not found are rare names without a word beside them that says so ("刘大勇家的" is, "刘一了去了" is not), unless they are known
from the record or said elsewhere in the text. No keys, no tables.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

from gongyi.core.secrets.masks import BLANK, HIDDEN, find_numbers, is_bank_card, is_id_card, plain_characters
from gongyi.core.secrets.names import AFTER_NAME, IN_LIST, LISTS, NAME_BEFORE_NUMBER, NAMES, is_list_of_names, is_name

# What stands in the place of a hidden word; part of the published text, so not translated.
KINDS = {
    "name": "姓名", "organisation": "单位名称", "phone": "电话", "paper": "证件号", "bank": "卡号", "plate": "车牌",
    "house": "门牌", "address": "地址", "mail": "邮箱", "chat": "网络账号", "number": "号码",
}  # fmt: skip
HIDDEN_WORD = re.compile(f"〔(?:{'|'.join(KINDS.values())})〕")
LONGEST_DAY, SHORT = 31, 5


class Found(NamedTuple):
    """A place in a text that would tell who somebody is."""

    start: int
    end: int
    kind: str
    words: str


Known = Mapping[str, Collection[str]]


def find_private(text: str, known: Known | None = None, told: Collection[str] = ()) -> list[Found]:
    """Every place in the text that the public should not read, in order, none overlapping.

    `known` holds words of the record by kind (name, phone, address, organisation), which are found wherever they stand; `told`
    the names that other texts of the same matter told (`names_told`).
    Time grows with the length only.
    """
    seeker = _Seeker(text)
    for kind, words in (known or {}).items():
        for pattern in filter(None, (_known(kind, word.strip()) for word in words)):
            seeker.seek(kind, pattern)
    cuts, _plain = find_numbers(seeker.plain)
    for cut in cuts:
        seeker.take(cut.start, cut.end, cut.kind)
    seeker.seek_numbers_in_pieces()
    seeker.seek("name", NAME_BEFORE_NUMBER, is_name, as_written=True)
    for kind, pattern, fits in _PLAIN_RULES if _SIGNS.search(seeker.plain) else ():
        seeker.seek(kind, pattern, fits)
    for kind, pattern, fits in _HOUSES:
        seeker.seek(kind, pattern, fits)
    seeker.seek_lists_of_names()
    for pattern in NAMES:
        seeker.seek("name", pattern, is_name, as_written=True)
    seeker.seek_beside_names()
    seeker.seek_names_again(told)
    return sorted(seeker.found)


def names_told(found: Collection[Found]) -> set[str]:
    """The names among what was found; not the surname alone of 王主任."""
    return {place.words for place in found if place.kind == "name" and 2 <= len(place.words) <= 4}  # noqa: PLR2004


def find_in_all(texts: Collection[str], known: Known | None = None) -> list[list[Found]]:
    """What `find_private` finds in each of the texts of one matter: a name that one of them tells is hidden in all."""
    found = [find_private(text, known) for text in texts]
    told = [names_told(places) for places in found]
    everywhere = set[str]().union(*told)
    return [
        places if own == everywhere else find_private(text, known, everywhere)
        for text, places, own in zip(texts, found, told, strict=True)
    ]


def hide_private(text: str, found: Collection[Found], shown: Collection[tuple[str, str]] = ()) -> str:
    """The text with 〔电话〕 and its like in the place of what was found, but for the (kind, words) that are to be shown."""
    for place in sorted(found, reverse=True):
        if (place.kind, place.words) not in shown:
            text = f"{text[: place.start]}〔{KINDS[place.kind]}〕{text[place.end :]}"
    return text


_MASKED = re.compile(rf"[0-9]*{re.escape(HIDDEN)}[0-9]*")  # what `mask_text` left of a number


def hide_known(text: str, known: Known) -> str:
    """The text as it may be found by its words: numbers of people, and the record's own words wherever they stand, are gone.

    Unlike a mask it leaves no last digits behind, by which people could be looked up.
    """
    seeker = _Seeker(text)
    for kind, words in known.items():
        for pattern in filter(None, (_known(kind, word.strip()) for word in words)):
            seeker.seek(kind, pattern)
    cuts, _plain = find_numbers(seeker.plain)
    places = [(cut.start, cut.end) for cut in cuts] + [(place.start, place.end) for place in seeker.found]
    for start, end in sorted(places, reverse=True):
        text = f"{text[:start]}{HIDDEN}{text[end:]}"
    return _MASKED.sub(HIDDEN, text)


# --- seeking ----------------------------------------------------------------------------------------------------------

_CHINESE = str.maketrans("〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "0012345678911" + "23456789")
_ODD_DIGITS = "⓪①-⑨⑴-⑼⒈-⒐❶-❾➀-➈\U0001d7ce-\U0001d7ff⁰¹²³⁴-⁹₀-₉"
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_GAP = "[ \\t\\u00a0\\u2000-\\u200f\\u2010-\\u2015\\u202f\\u2060\\u3000\\ufeff.·-]"
_PIECES = re.compile(f"(?<![0-9])[0-9]+(?:{_GAP}{{1,3}}[0-9]+)+[Xx]?")
_MOST_NAMES = 100  # that are sought again in one text: a bound on the time that it takes
_LEAST, _MOST = 10, 19  # digits of the shortest and longest number that is looked for in pieces


class _Seeker:
    """A text as written and, place by place the same, with plain digits and letters; what was found is blanked in both."""

    def __init__(self, text: str) -> None:
        self.text, self.found = text, list[Found]()
        self.written = text.replace(BLANK, " ")
        self.plain = plain_characters(self.written).translate(_CHINESE).translate(_WIDE)

    def take(self, start: int, end: int, kind: str) -> None:
        self.found.append(Found(start, end, kind, self.text[start:end]))
        blank = BLANK * (end - start)
        self.plain = self.plain[:start] + blank + self.plain[end:]
        self.written = self.written[:start] + blank + self.written[end:]

    def seek(
        self,
        kind: str,
        pattern: re.Pattern[str],
        fits: "Callable[[re.Match[str]], bool] | None" = None,
        *,
        as_written: bool = False,
    ) -> None:
        """Take every match of the pattern (of its group n, if it has one) that fits."""
        group = "n" if "n" in pattern.groupindex else 0
        for match in list(pattern.finditer(self.written if as_written else self.plain)):
            if fits is None or fits(match):
                self.take(*match.span(group), kind)

    def seek_lists_of_names(self) -> None:
        """王建国、李小红、张三: hidden one by one, so that the marks between them stay."""
        for row in list(LISTS.finditer(self.written)):
            words = list(IN_LIST.finditer(row[0]))
            if is_list_of_names([word[0] for word in words]):
                for word in words:
                    self.take(row.start() + word.start(), row.start() + word.end(), "name")

    def seek_beside_names(self) -> None:
        """What is joined by 和 or 、 to a name that was found is a name, too."""
        ends = [place.end for place in self.found if place.kind == "name"]
        for end in ends:
            at = end
            while (match := AFTER_NAME.match(self.written, at)) and is_name(match):
                at = match.end("n")
                self.take(match.start("n"), at, "name")

    def seek_names_again(self, told: Collection[str]) -> None:
        """A name that was told once is hidden wherever it stands."""
        told = names_told(self.found) | set(told)
        if told:
            again = "|".join(map(re.escape, sorted(told, key=len, reverse=True)[:_MOST_NAMES]))
            self.seek("name", re.compile(again), as_written=True)

    def seek_numbers_in_pieces(self) -> None:
        """Numbers written in pieces of any length: every run of pieces that together are a phone, ID or card number."""
        for match in list(_PIECES.finditer(self.plain)):
            pieces = [(p.start(), p.end()) for p in re.finditer("[0-9]+[Xx]?", match[0])]
            first = 0
            while first < len(pieces):
                first = next((last + 1 for last in self._runs(match, pieces, first)), first + 1)

    def _runs(self, match: re.Match[str], pieces: list[tuple[int, int]], first: int) -> Iterator[int]:
        """Take the longest run that begins with this piece; yields its last piece."""
        digits, kinds = "", list[tuple[int, str]]()
        for last, (start, end) in enumerate(pieces[first:], first):
            digits += match[0][start:end]
            if len(digits) > _MOST:
                break
            if last == first or len(digits) < _LEAST:
                continue
            if kind := _kind_of(digits, [e - s for s, e in pieces[first : last + 1]]):
                kinds.append((last, kind))
        if kinds:
            last, kind = kinds[-1]
            self.take(match.start() + pieces[first][0], match.start() + pieces[last][1], kind)
            yield last


def _kind_of(digits: str, sizes: list[int]) -> str:
    """What a number is that was written in pieces of these sizes; '' for dates, amounts and the like."""
    if re.fullmatch("(?:0{0,2}86)?1[3-9][0-9]{9}|0[1-9][0-9]{8,10}", digits):
        return "phone"
    if len(digits) in {15, 18} and is_id_card(digits):
        return "paper"
    even = min(sizes[:-1]) >= 3 or max(sizes) == 1  # noqa: PLR2004 - 2026-11-30 has pieces of two
    card = re.fullmatch("62[0-9]{11,17}|[3-6][0-9]{12,18}", digits)
    return "bank" if card and even and is_bank_card(digits) else ""


def _known(kind: str, word: str) -> re.Pattern[str] | None:
    """A word of the record wherever it stands, with or without gaps; of a name of three or more the given name too."""
    if kind == "phone":
        digits = re.sub("[^0-9]", "", plain_characters(word))
        return re.compile(f"(?<![0-9]){f'{_GAP}{{0,2}}'.join(digits)}(?![0-9])") if len(digits) >= SHORT else None
    if len(word) < 2:  # noqa: PLR2004 - one character stands everywhere
        return None
    plain = plain_characters(word).translate(_CHINESE).translate(_WIDE)
    whole = "[ \\u3000·]?".join(map(re.escape, plain.replace(" ", "")))
    if kind == "name" and re.fullmatch("[\u4e00-\u9fff0-9]{3,4}", plain) and not word.isascii():
        whole += f"|{re.escape(plain[-2:])}"
    return re.compile(whole)


# --- numbers, plates, houses, addresses of the net --------------------------------------------------------------------

_UNITS = "元万亿人户吨斤公里米平亩件次个名只头株棵度千瓦%％块"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_N, _D, _G = "[0-9A-Za-z十百]{1,5}", "[0-9十百]{1,5}", "[ \\u3000-]{0,2}"
_FLOOR = f"(?:{_D}{_G}(?:楼|层){_G})?"


_SAID_TO_BE_A_PHONE = re.compile("(?:电话|座机|固话|手机|联系方式)[号码是为：: ]*$")


def _not_a_figure(match: re.Match[str]) -> bool:
    """A long number that is no day, no amount and no public hotline."""
    token = match[0]
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:4]
    if before in "￥¥$" and before:
        return False
    if re.match(rf"(?:\.[0-9]+)?[{_UNITS}]", after) or re.fullmatch("[48]00[0-9]{7}", token):
        return False
    looks_like_a_day = re.fullmatch("(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])", token)
    return not looks_like_a_day or bool(_SAID_TO_BE_A_PHONE.search(match.string, 0, match.start()))


def _not_a_day(match: re.Match[str]) -> bool:
    return int(match["d"]) > LONGEST_DAY


def _not_a_year(match: re.Match[str]) -> bool:
    return not re.search("-(?:19|20)[0-9]{2}$", match[0])


def _has_digit(match: re.Match[str]) -> bool:
    return any(char.isdigit() for char in match[0])


_Rules = tuple[tuple[str, re.Pattern[str], "Callable[[re.Match[str]], bool] | None"], ...]
_HOUSE_PATTERNS: tuple[tuple[str, "Callable[[re.Match[str]], bool] | None"], ...] = (
    (r"门牌(?:号码|号)?[是为: ]{0,3}(?P<n>[0-9A-Za-z][0-9A-Za-z-]{0,11}号?)", None),
    (
        (rf"(?<![0-9A-Za-z]){_N}{_G}(?:号楼|号院|栋|幢|座|弄){_G}(?:{_D}{_G}(?:单元|门){_G})?{_FLOOR}[0-9]{{1,5}}{_G}(?:室|房|号|户)?"
        rf"(?![0-9年月天{_UNITS}])"),
        None,
    ),
    (rf"(?:(?<![0-9A-Za-z]){_N}{_G}(?:号楼|号院|栋|幢|座){_G})?(?<![0-9]){_D}{_G}单元(?:{_G}{_FLOOR}{_D}{_G}(?:室|房|号)?)?", None),
    (r"(?<![0-9])[0-9]{1,2}楼[0-9]{3,4}(?:室|房|号)?", None),
    (rf"(?<![0-9A-Za-z]){_N}{_G}(?:号楼|号院)", None),
    (r"(?<![0-9A-Za-z建共有盖拆第了修])[0-9A-Za-z]{1,3}(?:栋|幢)(?![楼房住民建])", None),
    (r"(?<![0-9])[0-9]{2,5} ?(?:室|房)(?![屋产子地型贷租间]|[0-9]厅)", None),
    (
        (rf"(?<=[路街巷弄村组里道同坊院区苑园城寨屯湾坡沟湖桥宅住家牌址])[ 第]{{0,2}}(?P<n>{_D}(?:[-之附]{_D})?{_G}号"
        rf"(?:[-之附]?{_D}号?)?)(?![线文令机井窗柜台召晚上下早中前后起到至开])"),
        None,
    ),
    (r"(?<![0-9A-Za-z第字〕\])月年-])(?P<n>(?P<d>[0-9]{2,5}) ?号)(?![线文令机井窗柜台])", _not_a_day),
    (r"(?<![0-9-])[0-9]{1,3}-[0-9]{1,2}-[0-9]{3,4}(?![0-9-])", _not_a_year),
    (r"(?<![0-9A-Za-z])[0-9A-Z]{1,3} ?# ?[0-9]{2,4}(?![0-9])", None),
)  # fmt: skip
_HOUSES: _Rules = tuple(("house", re.compile(pattern), fits) for pattern, fits in _HOUSE_PATTERNS)
# Without one of these no rule that follows finds anything: most texts have none, and are read quickly.
_SIGNS = re.compile(f"[A-Za-z@#*{_ODD_DIGITS}]|[0-9](?:(?:{_GAP}|[,、/_~]){{0,3}}[0-9]){{2}}")
_PLATE = rf"[{_PROVINCES}][ ·•]?[A-Z][ ·•.-]{{0,2}}(?:[A-Z0-9][ ]?){{4,5}}[A-Z0-9挂学警港澳](?![A-Z0-9])"
_NET = "微信|威信|薇信|v信|weixin|wechat|(?<![a-z])[vw]x|加(?:我|个)?v|企鹅|扣扣|qq|支付宝|抖音|快手"
_IS_ID = "(?:账号|帐号|号码|群号|号|id|群)?[是为:加 ()\"'“”]{0,5}"
_PLAIN_RULES: _Rules = (
    ("mail", re.compile(r"[A-Za-z0-9._%+-]{1,64} ?(?:@|[(（\[]at[)）\]]|#at#|艾特) ?[A-Za-z0-9-]{1,63}(?: ?\. ?[A-Za-z0-9-]{1,63}){1,5}"), None),
    ("chat", re.compile(rf"(?:{_NET}){_IS_ID}(?P<n>[0-9](?:{_GAP}{{0,2}}[0-9]){{4,11}})(?![0-9])", re.IGNORECASE), None),
    ("chat", re.compile(rf"(?:{_NET}){_IS_ID}(?P<n>[a-z0-9_][a-z0-9_-]{{4,29}})", re.IGNORECASE), None),
    ("plate", re.compile(_PLATE, re.IGNORECASE), _has_digit),
    ("plate", re.compile(r"(?:车牌|车号|牌照)(?:号码|号)?[是为: ]{0,3}(?P<n>[A-Z0-9][A-Z0-9. -]{3,8}[A-Z0-9])(?![A-Z0-9])", re.IGNORECASE), _has_digit),
    ("plate", re.compile("车[是为: 号]{0,3}(?P<n>[A-Z][A-Z0-9]{5})(?![A-Z0-9])", re.IGNORECASE), _has_digit),
    ("number", re.compile(f"(?:尾号|[后末尾][三四五六3456]位(?:数字?|号码)?)[是为: ]{{0,3}}(?P<n>[0-9]{{3,6}}[X]?)(?![0-9{_UNITS}])", re.IGNORECASE), None),
    ("phone", re.compile("(?<![0-9])1[3-9][0-9][,、/_~* ]{1,3}[0-9]{4}[,、/_~* ]{1,3}[0-9]{4}(?![0-9])"), None),
    ("phone", re.compile(r"(?<![0-9])(?:[0-9]{1,4}\*{3,8}[0-9]{1,4}|\*{3,8}[0-9]{2,4})(?![0-9])"), None),
    ("number", re.compile(f"(?:[{_ODD_DIGITS}]{_GAP}{{0,2}}){{7,}}"), None),
    ("number", re.compile("(?<![0-9A-Za-z])[0-9A-Za-z]{0,12}[0-9]{7}[0-9A-Za-z]{0,24}(?![0-9A-Za-z])"), _not_a_figure),
)  # fmt: skip
