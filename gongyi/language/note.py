"""What a pasted chat or phone note says: whose number is whose, a name, cue words, places, likeness. Plain rules, no tables.

Everything is a proposal that somebody reads before it is kept, so each find brings the words that led to it.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from gongyi.core.secrets.masks import HIDDEN, find_numbers, mask_phone, phone_digits, plain_characters

NEAR = 12  # characters before a number in which somebody says whose it is
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
    "范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧阳"
)
_LEADS_TO = r"(?:的?(?:联系)?(?:电话|手机|号码|联系方式|微信|[Tt]el)[号码]{0,2})?[是为打:：(（\s]{0,4}$"
_OWN = re.compile(rf"(?:我|本人|联系我|打我|回我|找我|反映人|诉求人|来访人|来电人?|回电){_LEADS_TO}")
_NEUTRAL = re.compile(r"(?:^|[\s,，。;；:：、])(?:联系)?(?:电话|手机|[Tt]el)[号码是为打:：(（\s]{0,5}$")
_OTHER = re.compile(
    r"(?:[他她它]们?|村长|书记|支书|主任|组长|队长|老板|司机|邻居|房东|儿子|女儿|老婆|丈夫|妻子|老公|爸|妈|对方|工头|负责人|师傅|医生|老师|亲戚|朋友|"
    rf"[{_SURNAMES}](?:某|大爷|大娘|大姐|大哥|叔|婶|家))(?:那边|家)?{_LEADS_TO}"
)
_NAME = re.compile(
    r"(?:我叫|本人姓名|姓名[是为:：]?|我是(?:[\u4e00-\u9fff]{0,12}[村镇乡组社区街道县]的?)?)\s*"
    rf"(?P<name>[{_SURNAMES}][\u4e00-\u9fff·]{{1,3}}?)(?=$|[\s,，。.;；:：!！?？、()（）]|电话|手机|家住|住在|是)"
)
_NOT_A_NAME = ("村民", "居民", "群众", "家长", "司机", "人", "户")


class Found(NamedTuple):
    """Something the text says: what, and the words that say so."""

    value: str
    words: str


class Numbers(NamedTuple):
    """The phone numbers of a text: the asker's if it is clear which, the text without everybody else's, how many went."""

    own: str
    words: str
    text: str
    hidden: int
    unclear: tuple[str, ...] = ()


def numbers(text: str) -> Numbers:
    """Tell the asker's number from other people's, which are hidden for good, like ID-card and bank-card numbers.

    The asker's is the one beside "我电话" and its like, or the only one unless it is said to be somebody else's. While it is
    unclear which is the asker's, phones stay in the text and are named, masked, in `unclear`. Time grows with the length only.
    """
    plain = plain_characters(text)
    cuts = sorted(find_numbers(plain)[0])
    phones = [cut for cut in cuts if cut.kind == "phone"]
    before = {cut: plain[max(0, cut.start - NEAR) : cut.start] for cut in phones}
    others = [cut for cut in phones if _OTHER.search(before[cut])]
    left = [cut for cut in phones if cut not in others]
    own = [cut for cut in left if _OWN.search(before[cut])]
    digits = {phone_digits(plain[cut.start : cut.end]) for cut in own or left}
    clear = len(digits) == 1
    mine = (own or left)[0] if clear else None
    spared = [] if clear else left
    hide = [cut for cut in cuts if cut not in spared]
    for cut in reversed(hide):
        text = text[: cut.start] + (cut.instead if cut.kind == "phone" else HIDDEN) + text[cut.end :]
    value = phone_digits(plain[mine.start : mine.end]) if mine else ""
    said = (_OWN.search(before[mine]) or _NEUTRAL.search(before[mine])) if mine else None
    words = said[0].strip(" ,，。;；:：、(（") if said else ""
    unclear = tuple(dict.fromkeys(mask_phone(plain[cut.start : cut.end]) for cut in spared))
    return Numbers(value, words, text, len([cut for cut in hide if cut is not mine]), unclear)


def name(text: str) -> Found | None:
    """The name that somebody gives after "我叫" or "我是"; nothing where it could be another word."""
    for found in _NAME.finditer(text):
        if not found["name"].endswith(_NOT_A_NAME):
            return Found(found["name"], found[0].removesuffix(found["name"]).strip())
    return None


def cue(text: str, cues: Mapping[str, Collection[str]]) -> Found | None:
    """The key most of whose words stand in the text; on a tie the first."""
    hits = {key: [word for word in words if word in text] for key, words in cues.items()}
    key = max(hits, key=lambda one: len(hits[one]), default="")
    return Found(key, hits[key][0]) if key and hits[key] else None


_TAILS = re.compile("(?:村民委员会|村委会|居委会|社区|街道办事处|街道|村|镇|乡)$")
_SHORTEST = 2


def places(text: str, names: Iterable[str]) -> list[Found]:
    """The names of units that the text mentions, longest first; a name also without its 村, 镇, 社区."""
    found = []
    for full in names:
        short = _TAILS.sub("", full)
        word = full if full in text else short if len(short) >= _SHORTEST and short in text else ""
        if word:
            found.append(Found(full, word))
    return sorted(found, key=lambda one: -len(one.words))


def pairs(text: str) -> set[str]:
    """The overlapping pairs of Chinese characters, and whole Latin words, of a text."""
    runs = re.findall(r"[\u4e00-\u9fff]+|[A-Za-z0-9]{2,}", text)
    return {run[i : i + 2] for run in runs for i in range(len(run) - 1) if run[0] > "z"} | {
        run.lower() for run in runs if run[0] <= "z"
    }


def shared_words(text: str, other: str) -> str:
    """The longest run of at least two characters that both texts hold; '' for none."""
    for length in range(min(len(other), 8), 1, -1):
        for start in range(len(other) - length + 1):
            if (run := other[start : start + length]) in text and re.fullmatch(r"[\u4e00-\u9fffA-Za-z0-9]+", run):
                return run
    return ""
