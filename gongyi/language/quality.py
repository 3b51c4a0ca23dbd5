"""What an answer lacks, computed from its text and the request: what was asked, who answers, a contact, promises, the law, numbers.

Everything but a promise without a date (`promises.undated`) is a hint: somebody who knows the matter reads it and decides.
"""

import re
from typing import NamedTuple

from gongyi.core.secrets.masks import find_numbers, mask_phone, plain_characters
from gongyi.language.promises import Promise, holds_day, promises, sentences

MOST, SHORTEST, LONGEST = 6, 3, 50  # asks that are listed; characters of one
THIN = 60  # characters: an answer that tells less, tells next to nothing
FULL = 400  # characters: one that tells more answers in its own words, and the comparison of wording says nothing
GREETING = 1  # up to this sentence an answer says what it is about
SAME, SHARE = 2, 0.3  # shared pairs, and their share of the ask, that make a sentence an answer to it
# In an enquiry a question wants an answer; in a complaint most questions are said in anger.
_ENQUIRES = re.compile("请问|咨询|想问|问一?下|请教|想了解|想知道")
_QUESTION = re.compile(
    "(?:吗|呢|么)[?？]?$|什么时候|何时|几时|多久|多长时间|多少|怎么|怎样|如何|哪|谁|能否|能不能|可不可以|可否|要不要|是否|有没有|是不是|还是.*[?？]|请问|想问|咨询一?下|想了解|想知道"
)
_WISH = re.compile(
    "请求|希望|恳请|恳求|要求(?![是每其我他她必市业缴交])|建议|诉求|盼望|"
    "请(?:领导|政府|有关|相关|贵局|贵|你们|尽快|依法|帮|解决|处理|查|给|求|派|把|在|为|对|核实|修)"
)
_RHETORIC = re.compile(
    "难道|不是.{1,20}吗|就这样|何来|如何让|信不|好笑|嘛[?？]?$|岂|何在|何用|作何感想|良心|天理|让人如何|谁来(?:管|负责)|就是.{0,30}吗|还有.{0,12}吗|是想.{0,20}[么吗]|平衡吗|看懂吗|对得起|知道(?:吗|了没有)|该有的|应该(?:吗|的吗)|合理吗|公平吗|合法吗|正常吗|有用吗|不行吗|不成|反省|所作所为|做错了什么|素质|瞎了|怎么看待|有没有道理|如何去生存|想不开|全心全意|失效了|去了哪|收了好处|有没有一个|^还是.{0,8}[?？]?$"
)
_FROM = re.compile("(?:我们|本人|我|特此|在此)?(?:强烈)?(?:请求|希望|恳请|恳求|要求|建议|盼望)")
_POLITE = re.compile("^(?:尊敬的)?[^，,]{0,8}(?:您好|你好|领导好)[，,：:!！]?|谢谢.*$|感谢.*$")
_WHERE = re.compile("哪里|哪儿|何处|在哪(?!一步)|到哪(?!一步|个阶段)|去哪|找谁|哪个(?:部门|单位)|电话")
_SIGNED = re.compile("^[\\W0-9〇○零一二三四五六七八九十年月日]*$")
_EMPTY = re.compile(
    "能给我|给我说|说一?下|问一?下|想问|您能|帮忙|我们|你们|他们|请问|是否|什么|时候|能否|怎么|如何|希望|解决|问题|有关|部门|相关|领导|政府|尽快|处理|可以|这个|那个|因为|所以|但是|而且|还是|没有|不能|应该|现在|目前|"
    "请求|恳请|建议|要求|能不能|为什么|谢谢|大家|进行|一下|一个|这些|那些|情况|反映|回复|答复|政策|规定|时间|书记|市长|县长|局长|镇长|严查|查处|落实|给予|说法|重视|帮助|帮忙|调查|核实|督促|早日|妥善|合理|切实"
)
_RESTATES = re.compile(
    "(?:[回答]复|介绍|说明|告知|反馈)如下|收悉|您反映|你反映|您提出|你提出|您咨询|您所|你所|感谢|谢谢|来信人|网友"
)
_ABOUT = re.compile(
    "^(?:[一二三四五六七八九十0-9]+[、.．])?(?:关于|针对|对于|就).{2,60}(?:问题|诉求|建议|来信|留言|投诉|咨询|一事|贴|帖)"
)
_WHEN = re.compile("什么时候|何时|几时|多久|多长时间|哪天|哪一天")
_HOW_MUCH = re.compile("多少|几(?:元|块|天|个|人|年)")
_WHO = re.compile(
    "我[局办委镇乡厅所站院校村处县市区队街社司]|本[局办委镇乡厅所站院校村处]|[\\u4e00-\\u9fff]{1,16}(?:局|委员会|办公室|街道办事处|街道|镇政府|乡政府|人民政府|区政府|县政府|市政府|村委会|居委会|"
    "社区|支队|大队|中队|派出所|电视台|学校|医院|公司|银行|管理所|管理处|管理站|服务中心|中心|[管督信网纪]办|卫健委|发改委|信访办|镇(?<![城集乡村]镇)(?!化)|乡(?<!城乡)(?![村亲镇下]))"
)
_CONTACT = re.compile(
    r"(?:电话|热线|致电|拨打|联系|咨询|打)[^。；\n]{0,24}?[0-9*０-９]{5,}|\b0\d{2,3}[-—－ ]?\d{7,8}|\b12\d{3}\b|窗口|邮箱|@|(?:到|去|来)[^，。；\n]{2,24}(?:办公室|服务中心|大厅|村委会|社区|服务站|服务点)"
)
_LAW = re.compile(r"《[^《》]{2,60}》(?:[（(][^）)]{1,40}[）)])?(?:第[一二三四五六七八九十百零〇0-9]{1,6}条)?")
_VAGUE = re.compile(
    "(?:根据|按照|依据|依照|按)(?:国家|中央|省里?|市里?|县里?|区里?|上级|现行|相关|有关|法律|的|和|、|规定|政策|法规){1,6}(?:政策|规定|法律法规|法规|文件|文件精神|条例)(?![《])"
)


class Ask(NamedTuple):
    """One thing that was asked: its words, the sentence that answers it ('' for none), and what that lacks.

    "when", "how_much", '' for nothing, and "likeness" where the answer has other words, so that nobody can tell by comparing.
    """

    words: str
    sentence: str
    lacks: str


class Quality(NamedTuple):
    """What an answer holds. `vague` are references to rules that are not named; `private` numbers, masked."""

    asks: tuple[Ask, ...]
    who: str
    contact: str
    promises: tuple[Promise, ...]
    basis: tuple[str, ...]
    vague: tuple[str, ...]
    private: tuple[str, ...]
    thin: bool  # it tells next to nothing


def check(title: str, request: str, answer: str) -> Quality:
    """Read an answer beside its request. Time grows with the lengths only, but for the few asks times the sentences."""
    said, enquires = _told(answer), bool(_ENQUIRES.search(title) or _ENQUIRES.search(request))
    who, contact = _WHO.search(answer), _CONTACT.search(plain_characters(answer))
    law = tuple(dict.fromkeys(hit[0] for hit in _LAW.finditer(answer)))
    vague = tuple(dict.fromkeys(hit[0] for one in sentences(answer) if "《" not in one for hit in _VAGUE.finditer(one)))
    return Quality(
        tuple(_matched(ask, said, enquires=enquires) for ask in asks(request) or asks(title)),
        who[0] if who else "", contact[0] if contact else "", tuple(promises(answer)), law, vague, _private(answer), sum(map(len, said)) < THIN,
    )  # fmt: skip


def asks(request: str) -> list[str]:
    """What a request asks, at most six, in its words."""
    found: list[str] = []
    for sentence in re.split(r"(?<=[。；！;!?？\n])", request.replace("　", "\n")):
        words = _POLITE.sub("", sentence.strip()).strip(" 。；！;!\n\t，,")
        if not (_QUESTION.search(words) or _WISH.search(words)) or _RHETORIC.search(words):
            continue
        start = _FROM.search(words)
        words = words[start.start() :] if start and not re.search("[?？]", words) else words
        words = words[-LONGEST:] if len(words) > LONGEST and "？" in words[-1:] else words[:LONGEST]
        enough = 1 if _WHEN.search(words) else SHORTEST
        if len(_pairs(words)) >= enough and words not in found:
            found.append(words)
    return found[:MOST]


def _told(answer: str) -> list[str]:
    """The sentences that tell something: without the salutation, the repeated question and the thanks."""
    found = []
    for at, sentence in enumerate(sentences(answer)):
        parts = re.split("[，,：:]", re.sub("“[^”]*”", "", sentence))
        told = "，".join(
            part for part in parts if not (_RESTATES.search(part) or (at <= GREETING and _ABOUT.search(part.strip())))
        )
        told = _POLITE.sub("", told.strip())
        if _pairs(told) and not _SIGNED.match(told):
            found.append(told)
    return found


def _matched(ask: str, said: list[str], *, enquires: bool) -> Ask:
    """The sentence that shares most with an ask, and what it lacks."""
    wanted = _pairs(ask)
    day = next(filter(holds_day, said), "")
    if len(wanted) < SHORTEST:  # a bare "and when?": any day that is told answers it
        return Ask(ask, day, "")
    shared = [(len(wanted & _pairs(sentence)), sentence) for sentence in said]
    number, sentence = max(shared, default=(0, ""), key=lambda pair: pair[0])
    together = len(wanted & set().union(*(_pairs(sentence) for sentence in said)))
    if (number < SAME or number < SHARE * min(len(wanted), 10)) and together < max(SAME + 1, 0.4 * len(wanted)):
        return _unlike(ask, said, day, enquires=enquires)
    if _WHEN.search(ask) and not day:
        return Ask(ask, sentence, "when")
    if _HOW_MUCH.search(ask) and not re.search("[0-9０-９一二三四五六七八九十百千万]", sentence):
        return Ask(ask, sentence, "how_much")
    return Ask(ask, sentence, "")


def _unlike(ask: str, said: list[str], day: str, *, enquires: bool) -> Ask:
    """An ask whose words no sentence holds: a day answers "when", a telephone or a place "where".

    A wish is met by deeds that have other words, and anger is not answered word by word: there only an answer that tells
    next to nothing leaves it open.
    """
    told = sum(map(len, said))
    if told >= THIN and _WHEN.search(ask):
        return Ask(ask, day, "" if day else "when")
    if told >= THIN and _WHERE.search(ask):
        return Ask(ask, next((one for one in said if _CONTACT.search(plain_characters(one))), ""), "")
    asked = enquires and _QUESTION.search(ask) and told <= FULL
    return Ask(ask, "", "" if asked or told < THIN else "likeness")


def _pairs(text: str) -> set[str]:
    """The pairs of Chinese characters that say something, and whole numbers and Latin words."""
    runs = re.findall(r"[\u4e00-\u9fff]+|[A-Za-z0-9]{2,}", _EMPTY.sub(" ", text))
    return {run[at : at + 2] for run in runs if run[0] > "z" for at in range(len(run) - 1)} | {
        run.lower() for run in runs if run[0] <= "z"
    }


def _private(answer: str) -> tuple[str, ...]:
    """Numbers of papers, cards and mobile phones, masked; the landlines and hotlines of offices are none."""
    plain = plain_characters(answer)
    cuts = find_numbers(plain)[0]
    return tuple(
        dict.fromkeys(
            mask_phone(plain[cut.start : cut.end]) if cut.kind == "phone" else cut.instead
            for cut in sorted(cuts)
            if cut.kind != "phone"
            or re.match(r"(?:\+?86|0086)?1[3-9]", re.sub("[^0-9+]", "", plain[cut.start : cut.end]))
        )
    )
