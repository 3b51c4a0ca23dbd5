"""Promises in an answer, and whether a date stands beside them. Plain rules over sentences; no tables.

A promise that is missed costs a hint; one that is none, taken for one, keeps an answer from going out. So a promise counts as
plain only where the office says of itself that it will do something; where it speaks of others, of conditions or of what
it does all the time, a missing date is a hint at most.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from math import ceil
from typing import NamedTuple

_ENDS = re.compile(r"[。；！？;!?\n]+")
_PARTS = re.compile(r"[，,：:、（(]")
_DOING = (
    "修复|维修|修好|修理|修补|修缮|修建|更换|换上|换好|安装|装好|装上|加装|增设|增加|添置|设置|设立|清理|清运|清除|清淤|疏通|拆除|整改|整治|改造|建设|建成|建好|新建|"
    "扩建|动工|开工|施工|启动|实施|完成|完工|竣工|开通|通车|投入使用|投用|发放|拨付|兑现|补发|支付|退还|办理|办好|办结|解决|硬化|铺设|补种|补栽|修剪|搬迁|移交|公布|"
    "公示|出台|答复|回复|告知|反馈|上门|派人|处理|恢复|补齐|刷漆|开放|"
    "转账|打款|打到|汇入|发到|查处|约谈|取缔|关停|撤销|更新"
)
_NOUN = "的(?!$)|了|中|时|实施中|工作|情况|程序|规划|方案|单位|部门|用地|项目|意见|通知|标准|期间|许可|资金|进度|如下|过程"  # after it, the doing is a thing
_NOT = "(?<![现兹已只即未不没否能才就再均也都机委员协大例开召合商理并者来方社])"
_HOW = (
    "(?:尽快|尽早|择期|择日|及时|很快|抓紧|马上|立即|立刻|优先|统一|全部|全面|重新|再次|再|另外|另行|着手|加快|组织人员|安排人员|组织|安排|派员|派人|联合|会同|牵头|负责|予以|给予|进行|分批|分步|"
    "(?:于|在|从|自)[^，,。；]{2,14}?(?=.)|对[^，,。；]{1,14}?(?:进行|予以|加以)|(?:为|向|给|把|将)[^，,。；]{1,8}?)"
)
_US = "(?:^|(?<=[们局办委镇乡府厅所站院校村处队道区县市门方司已正现前也还并且就都心步您]))"
_SAYS = [
    re.compile(
        rf"(?:{_US}{_NOT}(?:将会?|会)|(?:将会?|会)(?=尽快|抓紧|马上|安排|组织|派人))(?![议员计展])(?:{_HOW}){{0,3}}?(?:{_DOING})(?!{_NOUN})"
    ),
    re.compile(rf"(?:尽快|尽早|早日|抓紧|马上|近[日期](?:还|也)?(?:将|会))(?:{_HOW}){{0,2}}?(?:{_DOING})(?!{_NOUN})"),
    re.compile(
        rf"{_US}(?:计划|准备|打算|预计|拟(?![定聘录建稿订任签])|一定会?|保证)(?:{_HOW}){{0,3}}?(?:{_DOING})(?!{_NOUN})"
    ),
    re.compile(
        r"(?:已经?|拟|将|会|优先|尽快|正)(?:被|把[^，,。；]{1,10}|其|该[^，,。；]{1,6})?(?:列入|纳入|列进|排进|编入)[^，,。；《》]{0,14}?(?:计划|维修单|预算|项目库|施工安排|改造名单|改造范围)(?!的)"
    ),
]
_DENIED = re.compile("不|未|没|无法|暂缓|难以|是否|能否")
# What makes of it no promise of one's own: in the same part of the sentence, or anywhere before.
_ASIDE = re.compile(
    "请您|请你|您可|你可|敬请|欢迎|建议|望您|望你|反映|诉求|咨询|来信|提出|关于|对于|您所|你所|会上|希望|要求|责令|督促|敦促|呼吁|倡导|协调|争取|力争|力求|以便|为了|承诺|表示|原则上|"
    "依法|酌情|视情|继续|持续|一如既往|不断|加强|加大|严格|积极|努力|认真|进一步|今后|以后|随时|及时|逐步|逐渐|陆续|适时|长期|每年|每月|每周|每天|定期|正在"
)
_IF = re.compile(
    "如果|如您|如你|如有|如需|若|一旦|一经|凡|逾期|拒不|否则|仍不|仍未|条件|符合|满足|根据《|按照《|依据《|规定[：“]|待|批准|审批|(?:处理|施工|建设|改造|完成|结束).{0,12}后|处理完|同意后|通过后|后方可|到位后"
)
_OTHERS = re.compile("开发商|公司|物业|业主|业委会|商家|企业|当事人|店主|老板|施工单位|建设单位|督促|责令|要求")
_OWN = re.compile("我们|我[局办委镇乡厅所站院校村处队区县市街中社]|本单位|本[局办镇乡村]")
_AFTER = re.compile("的(?:建议|诉求|问题|意见|要求|请求|愿望|规定|通知|基础|过程)|会产生|工作难")
_DIGITS = "0-9０-９〇零一二两三四五六七八九十百半几"
DATE = re.compile(
    rf"[{_DIGITS}]{{1,4}}\s*年|[{_DIGITS}元正]{{1,3}}\s*月|[{_DIGITS}]{{1,3}}\s*[日号](?![一-鿿]{{0,1}}线)|年[底内末初中终]|月[底内末初中]|周[底内末]|季度|[上下]半年|[今明后]年|[本下上]个?月|"
    rf"[本下]个?(?:周|星期|礼拜)|[今明后当][天日晚早]|今明两|[{_DIGITS}]{{1,4}}\s*(?:个|余)?\s*(?:工作日|小时|天|周|星期|月|分钟|年)|春节|国庆|元旦|中秋|端午|清明|五一|十一|汛期|雨季|"
    rf"[寒暑]假|开学|新学期|学期|秋收|春耕|入冬|入冬前|年前|节前|十[三四五六]五|(?<![0-9.])(?:[0-9]{{4}}[-./][0-9]{{1,2}}(?:[-./][0-9]{{1,2}})?|[0-9]{{1,2}}/[0-9]{{1,2}}|[0-9]{{1,2}}\.[0-9]{{1,2}}(?=[前日底]))(?![0-9.])|即日|当场|立即|立刻"
)
# The number of a paper is no day: 〔2018〕9号, 《三年行动计划（2018-2020年）》.
_PAPER = re.compile(
    "《[^《》]*》|[〔［\\[【（(] ?[0-9]{4}[^〕］\\]】）)]{0,2}[〕］\\]】）)] ?第?[0-9]+ ?号|[0-9]+ ?号(?:文|令)"
)
_AHEAD = re.compile(
    "前|底|以?内|之内|起|预计|计划|拟|将|完成|左右"
)  # a day in the sentence before counts if it lies ahead


class Promise(NamedTuple):
    """Something promised: the sentence, the words that promise, whether a date stands beside, and whether it is plainly the office's own."""

    sentence: str
    words: str
    dated: bool
    plain: bool


def holds_day(text: str) -> bool:
    """Whether a day, a span or a season stands in it; the number of a paper is none."""
    return bool(DATE.search(_PAPER.sub("", text)))


def sentences(text: str) -> list[str]:
    """The sentences of a text, without blanks at their ends."""
    return [one for part in _ENDS.split(text) if (one := part.strip())]


def promises(answer: str) -> list[Promise]:
    """What an answer promises, in its order; of each sentence the plainest. Time grows with the length only."""
    said, found = sentences(answer), []
    for at, sentence in enumerate(said):
        if hits := _said(sentence):
            words, plain = max(hits, key=lambda hit: hit[1])
            before = said[at - 1] if at and _AHEAD.search(said[at - 1]) else ""
            dated = any(map(holds_day, [before, *said[at : at + 2]]))
            found.append(Promise(sentence, words, dated, plain))
    return found


def undated(answer: str) -> list[Promise]:
    """The plain promises without a date: an answer does not go out with them."""
    return [one for one in promises(answer) if one.plain and not one.dated]


def _said(sentence: str) -> list[tuple[str, bool]]:
    """The words that promise, part by part, and whether the office says plainly of itself that it will."""
    found, parts = [], _PARTS.split(sentence)
    for at, part in enumerate(parts):
        for hit in (hit for pattern in _SAYS for hit in pattern.finditer(part)):
            if not (_DENIED.search(part[max(0, hit.start() - 6) : hit.end()]) or _AFTER.search(part[hit.end() :])):
                before = "，".join([*parts[:at], part[: hit.end()]])
                others = _OTHERS.search(before) and not _OWN.search(part[: hit.end()])
                found.append((hit[0], not (_ASIDE.search(part[: hit.end()]) or _IF.search(before) or others)))
    return found


# --- which day ---------------------------------------------------------------------------------------------------------

_NUMBERS = {one: n for n, one in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_N = "[0-9０-９〇零一二两三四五六七八九十]{1,4}"
_DAY = re.compile(
    rf"(?:(?P<year>[0-9]{{4}})\s*[年./-]\s*)?(?P<month>{_N})\s*[月./-]\s*(?P<day>[0-9０-９〇零一二三四五六七八九十]{{1,3}})(?:\s*[日号]|(?![0-9.]))"
)
_MONTH = re.compile(
    rf"(?:(?P<year>[0-9]{{4}})\s*年|(?P<next>明)年)?\s*(?P<month>{_N})\s*月(?:份)?(?P<part>[底末初]|[上中下]旬)?"
)
_SPAN = re.compile(
    rf"(?P<n>{_N}|半)\s*(?:个|余)?\s*(?P<unit>工作日|小时|天|日(?=[内之以])|周|星期|礼拜|(?<=个)月)(?=.{{0,3}}[内前后]|之|以|$)"
)
_NEAR: list[tuple[str, Callable[[date], date]]] = [
    ("后天|后日", lambda today: today + timedelta(days=2)),
    ("明[天日早晚]", lambda today: today + timedelta(days=1)),
    ("今[天日早晚]|当天|当日|当场|立即|立刻|即日|小时", lambda today: today),
    ("下个?(?:周|星期|礼拜)", lambda today: today + timedelta(days=13 - today.weekday())),
    ("[本这]个?(?:周|星期|礼拜)|周[底末内]", lambda today: today + timedelta(days=6 - today.weekday())),
    ("下个?月", lambda today: _end(today.year + today.month // 12, today.month % 12 + 1)),
    ("[本这]个?月|(?<![0-9一二三四五六七八九十])月[底末内]", lambda today: _end(today.year, today.month)),
    ("[本这]个?季度", lambda today: _end(today.year, (today.month + 2) // 3 * 3)),
    ("明年年?[底末内]?|明年", lambda today: date(today.year + 1, 12, 31)),
    ("[今本]年|年[底末内]|年前", lambda today: date(today.year, 12, 31)),
]
_QUARTER = re.compile("(?:第?(?P<n>[一二三四1-4])季度)")
_OF_MONTH = {"底": 31, "末": 31, "初": 10, "上旬": 10, "中旬": 20, "下旬": 31}


class Proposed(NamedTuple):
    """A promise as the ledger may take it over: the sentence, and the last day that it names (None where that is not plain)."""

    what: str
    day: date | None


def proposed(answer: str, today: date, workdays: Callable[[int], date]) -> list[Proposed]:
    """The plain promises of an answer with the days that stand in them or beside them, each sentence once.

    `workdays(n)` says which day is n working days from today. A day that is over is none.
    """
    said, found = sentences(answer), dict[str, Proposed]()
    for one in promises(answer):
        if one.plain and one.sentence not in found:
            at = said.index(one.sentence)
            near = [
                one.sentence,
                *said[at + 1 : at + 2],
                *(said[at - 1 : at] if at and _AHEAD.search(said[at - 1]) else []),
            ]
            days = (day_in(text, today, workdays) for text in near)
            found[one.sentence] = Proposed(one.sentence, next((day for day in days if day), None))
    return list(found.values())


def day_in(text: str, today: date, workdays: Callable[[int], date]) -> date | None:
    """The last day that a sentence names, from today on; None where it names none, a season, or one that is over."""
    text = _PAPER.sub("", text)
    found = [*_days(text, today), *_spans(text, today, workdays)] or _months(text, today) or _near(text, today)
    return max((day for day in found if day >= today), default=None)


def _days(text: str, today: date) -> list[date]:
    """Days by month and day; without a year the next one."""
    found = []
    for hit in _DAY.finditer(text):
        year = int(hit["year"]) if hit["year"] else today.year
        day = _date(year, _number(hit["month"]), _number(hit["day"]))
        if day and not hit["year"] and (today - day).days > 180:  # noqa: PLR2004 - half a year back is the next year's
            day = _date(year + 1, day.month, day.day)
        found += [day] if day else []
    return found


def _spans(text: str, today: date, workdays: Callable[[int], date]) -> list[date]:
    found = []
    for hit in _SPAN.finditer(text):
        n, unit = 0.5 if hit["n"] == "半" else float(_number(hit["n"])), hit["unit"]
        if unit == "工作日":
            found.append(workdays(int(n)))
        elif unit == "月":
            months = today.year * 12 + today.month - 1 + int(n)
            day = _date(months // 12, months % 12 + 1, today.day) or _end(months // 12, months % 12 + 1)
            found.append(day if n >= 1 else today + timedelta(days=15))
        else:
            length = {"小时": n / 24, "天": n, "日": n}.get(unit, 7 * n)
            found.append(today + timedelta(days=ceil(length)))
    return found


def _months(text: str, today: date) -> list[date]:
    """The end, or the named part, of a month; of a quarter its end."""
    found = []
    for hit in _MONTH.finditer(text):
        month = _number(hit["month"])
        if 1 <= month <= 12:  # noqa: PLR2004 - months
            year = int(hit["year"]) if hit["year"] else today.year + (1 if hit["next"] else 0)
            year += not hit["year"] and not hit["next"] and month < today.month
            end = _end(year, month)
            found.append(end.replace(day=min(_OF_MONTH.get(hit["part"] or "", 31), end.day)))
    if quarter := _QUARTER.search(text):
        month = 3 * _number(quarter["n"])
        found.append(_end(today.year + (month < today.month), month))
    return found


def _near(text: str, today: date) -> list[date]:
    return next(([day(today)] for pattern, day in _NEAR if re.search(pattern, text)), [])


def _number(text: str) -> int:
    """12, 十二, 二十三, 两; 0 for what is no number."""
    text = text.translate(str.maketrans("０１２３４５６７８９", "0123456789"))
    if text.isdigit() and text.isascii():
        return int(text)
    tens, ten, ones = text.partition("十")
    if ten:
        return 10 * (_NUMBERS.get(tens, 0) if tens else 1) + _NUMBERS.get(ones, 0)
    return _NUMBERS.get(text, 0)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, monthrange(year, month)[1])
