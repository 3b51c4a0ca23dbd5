"""What would tell who somebody is in a text that everybody may read: names, numbers, plates, houses (rights.md P6).

Stricter than `mask_text`, which staff read: in doubt it hides, and who prepares the text may show a word again with a reason.
Not found are names without a word beside them that says so ("刘大勇家的" is, "刘大勇去了" is not), unless they are known
from the record. No keys, no tables.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

from gongyi.core.secrets.masks import BLANK, HIDDEN, find_numbers, is_bank_card, is_id_card, plain_characters

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


def find_private(text: str, known: Known | None = None) -> list[Found]:
    """Every place in the text that the public should not read, in order, none overlapping.

    `known` holds words of the record by kind (name, phone, address, organisation), which are found wherever they stand.
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
    seeker.seek("name", _NAME_BEFORE_NUMBER, _is_name, as_written=True)
    for kind, pattern, fits in _PLAIN_RULES:
        seeker.seek(kind, pattern, fits)
    for pattern in _NAMES:
        seeker.seek("name", pattern, _is_name, as_written=True)
    return sorted(seeker.found)


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
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_GAP = "[ \\t\\u00a0\\u2000-\\u200f\\u2010-\\u2015\\u202f\\u2060\\u3000\\ufeff.·-]"
_PIECES = re.compile(f"(?<![0-9])[0-9]+(?:{_GAP}{{1,3}}[0-9]+)+[Xx]?")
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


_HOUSES: tuple[tuple[str, "Callable[[re.Match[str]], bool] | None"], ...] = (
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
)  # fmt: skip
_PLATE = rf"[{_PROVINCES}][ ·•]?[A-Z][ ·•.-]{{0,2}}(?:[A-Z0-9][ ]?){{4,5}}[A-Z0-9挂学警港澳](?![A-Z0-9])"
_NET = "微信|威信|薇信|v信|weixin|wechat|(?<![a-z])[vw]x|企鹅|扣扣|qq|支付宝|抖音|快手"
_IS_ID = "(?:账号|帐号|号码|群号|号|id|群)?[是为:加 ()\"'“”]{0,5}"
_PLAIN_RULES: tuple[tuple[str, re.Pattern[str], "Callable[[re.Match[str]], bool] | None"], ...] = (
    ("mail", re.compile(r"[A-Za-z0-9._%+-]{1,64} ?@ ?[A-Za-z0-9-]{1,63}(?: ?\. ?[A-Za-z0-9-]{1,63}){1,5}"), None),
    ("chat", re.compile(rf"(?:{_NET}){_IS_ID}(?P<n>[0-9](?:{_GAP}{{0,2}}[0-9]){{4,11}})(?![0-9])", re.IGNORECASE), None),
    ("chat", re.compile(rf"(?:{_NET}){_IS_ID}(?P<n>[a-z0-9_][a-z0-9_-]{{4,29}})", re.IGNORECASE), None),
    ("plate", re.compile(_PLATE, re.IGNORECASE), _has_digit),
    ("number", re.compile("(?<![0-9A-Za-z])[0-9A-Za-z]{0,12}[0-9]{7}[0-9A-Za-z]{0,24}(?![0-9A-Za-z])"), _not_a_figure),
    *(("house", re.compile(pattern), fits) for pattern, fits in _HOUSES),
)  # fmt: skip

# --- names ------------------------------------------------------------------------------------------------------------

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹喻柏窦章苏潘葛范彭郎鲁韦马苗方俞任袁柳唐罗薛雷贺倪汤"
    "殷毕郝邬安常于傅卞齐康伍余顾孟黄穆萧尹姚邵汪祁毛狄臧戴宋庞熊纪舒屈项祝董梁杜阮蓝闵席季贾江童颜郭梅林徐邱骆高夏蔡田樊胡"
    "凌霍虞柯卢莫房丁邓洪包左石崔吉龚程裴陆荣翁焦侯宁仇甘武刘景龙叶黎白赖卓蔺屠池乔阳闻莘翟谭姬申冉桑桂牛尚农温庄晏柴瞿阎"
    "连艾易廖耿匡欧沃利师巩聂晁关荆游权盖岳佟谷涂晋仲商牟伏谈肖付向覃史成曾段辛符文代兰邢饶车丘尤粟刁门鲍"
)
_COMPOUND = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|端木|南宫"
_SUR = f"(?:{_COMPOUND}|[{_SURNAMES}])"
_C = "[\u4e00-\u9fff]"
_END = (
    '(?=[，。；、：？！,.;:?!()（）“”"\\s'
    + BLANK
    + "]|$|先生|女士|同志|说|反映|家|的|来|在|和|与|跟|及|等|电话|手机|身份证|住|今年|去|打|是|年)"
)
_SAID = "(?:姓名|名字|我叫|名叫|叫做|叫作|人叫|联系人|经办人|申请人|投诉人|诉求人|反映人|举报人|当事人)[叫是为:：\\s,，（(]{0,4}"
_BESIDE = (
    "(?:村民|居民|群众|邻居|老人|户主|业主|租户|本人|我是|儿子|女儿|丈夫|妻子|父亲|母亲|爷爷|奶奶|老公|老婆|孩子|学生|家长|病人|患者|"
    "司机|老板|房东|店主|员工|书记|主任|镇长|村长|组长|所长|科长|局长|老师|医生|师傅|同志|民警|负责人)[:：是叫为\\s]{0,2}"
)
_TITLES = (
    "先生|女士|小姐|太太|老师|师傅|大爷|大妈|大娘|大哥|大姐|大叔|大婶|大伯|阿姨|叔叔|伯伯|奶奶|爷爷|同志|书记|主任|镇长|乡长|县长|"
    "村长|组长|队长|站长|所长|科长|局长|处长|股长|校长|院长|医生|律师|警官|法官|经理|老板|某某|某(?![个些地时日天种人事])"
)
_NAMES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_SAID}(?P<n>{_C}{{1,8}}(?:·{_C}{{1,8}}){{1,3}}|{_SUR}[ \u3000]?{_C}{{1,3}}?{_END}|{_SUR}[ \u3000]?{_C}{{2}})",
        rf"(?:姓名|我叫|名叫|名字)[叫是为:：\s]{{0,4}}(?P<n>{_C}{{2,5}}?)(?=[，。；、,;\s]|$)",
        rf"(?P<n>{_C}{{1,8}}·{_C}{{1,8}}?){_END}",
        rf"(?<!公)(?P<n>{_SUR}{_C}{{0,2}}?)(?={_TITLES})",
        rf"{_BESIDE}(?P<n>{_SUR}{_C}{{1,2}}?){_END}",
        rf"(?P<n>{_SUR}{_C}{{2}})(?=家(?:门|的|里|房|院|屋|后|前|旁|住))",
        rf"(?<!{_C})[老小阿](?P<n>[{_SURNAMES}])(?=[家说的和与，。、,]|$|反映)",
    )
)
# Sought while only numbers are blanked: 王小明 13812345678 is a name, 李家村12号 and 供电所 0739-1234567 are places.
_NAME_BEFORE_NUMBER = re.compile(
    rf"(?P<n>{_SUR}{_C}{{1,2}})(?<![村镇乡县站所局厂店院处办])(?=[，,：:（( ]{{0,2}}(?:联系电话|电话|手机号|手机)?[是为：: ]{{0,2}}{BLANK})"
)
_NO_NAMES = re.compile(
    "高中|高级|高校|高度|安全|方案|方面|任何|于是|关于|由于|江边|金额|成都|文化|文件|房屋|房产|农村|农业|公安|向上|车辆|"
    "连续|利用|关系|常务|门口|门卫|代办|时间|成员|石头|白天|包括|谈话|符合|车牌|车号|门牌|包村|连同|商量|权利|左右|华人"
)


def _is_name(match: re.Match[str]) -> bool:
    """Not a word of every day that begins like a name, and not hidden already."""
    return BLANK not in match["n"] and not _NO_NAMES.match(match["n"]) and not match["n"].startswith("某")
