"""Where a long title is broken: whole words, and the lines in the shape of a trapezium or a lozenge (7.3.1)."""

import re
from functools import cache

MOST = 19  # characters of 22 points in a line of 156 mm, with one to spare
# Words of titles that stay whole; a break goes before the first kind and behind the second.
_OPENING = (
    "关于", "《", "（", "“", "情况", "工作", "通知", "报告", "实施", "加强", "进一步", "做好", "开展", "推进", "全县", "全市", "全乡", "全镇",
)  # fmt: skip
_CLOSING = (
    "的", "、", "，", "》", "）", "”", "：", "和", "与", "及", "关于", "工作", "情况", "会议", "会上", "年度", "季度", "上半年", "下半年",
    "人民政府", "办公室", "委员会",
)  # fmt: skip
_WHOLE = (
    *(word for word in (*_OPENING, *_CLOSING) if len(word) > 1),
    "总结", "计划", "方案", "意见", "办法", "规定", "会议", "纪要", "讲话", "发言", "专报", "群众", "诉求", "办理", "政府", "人民", "乡镇", "街道",
    "社区", "服务", "中心", "管理", "建设", "村民", "居民", "信访", "矛盾", "纠纷", "调解", "代表", "建议", "座谈", "活动", "落实", "领导", "小组",
    "文件", "基层治理", "人民政府办公室", "委办公室", "印发", "转发", "有关", "问题", "重点", "任务", "分工", "督查", "检查", "考核", "安全", "生产", "农村", "基层", "治理", "下一步",
)  # fmt: skip
_NEVER_FIRST = "、，。：；！？）》”’〕】%％·"
_WEAK = "的中上下等和与及内外"  # they lean on the word before
_NEVER_LAST = "（《“‘〔【"
_JOINED = re.compile(r"[0-9A-Za-z.％%〔〕\-—]")
_BAD, _FAIR = 30.0, 4.0


def title_lines(title: str, most: int = MOST) -> list[str]:
    r"""The lines of a title: as said by `\n`, or as few as hold it, broken where it reads best."""
    if "\n" in title:
        return [line.strip() for line in title.split("\n") if line.strip()]
    title = title.strip()
    if width(title) <= most:
        return [title] if title else []
    for count in range(2, len(title) + 1):
        if count * most >= width(title) and (lines := _broken(title, count, most)):
            return lines
    return [title]


def width(text: str) -> float:
    """In characters; Latin letters and digits take half of one."""
    return sum(0.5 if each.isascii() else 1 for each in text)


def _broken(title: str, count: int, most: int) -> list[str]:
    """The best way to break it into so many lines; empty if there is none."""
    prices = [_price(title, at) for at in range(len(title) + 1)]
    ideal = width(title) / count

    @cache
    def best(start: int, left: int) -> tuple[float, tuple[str, ...]]:
        """Price and lines of what begins at `start`, in `left` lines."""
        if left == 1:
            rest = title[start:]
            return ((width(rest) - ideal) ** 2 / 4, (rest,)) if 0 < width(rest) <= most else (float("inf"), ())
        found: tuple[float, tuple[str, ...]] = (float("inf"), ())
        for end in range(start + 1, len(title)):
            line = title[start:end]
            if width(line) > most:
                break
            price, lines = best(end, left - 1)
            price += prices[end] + (width(line) - ideal) ** 2 / 4 + (_hollow(line, lines) if lines else 0)
            found = min(found, (price, (line, *lines)))
        return found

    price, lines = best(0, count)
    return list(lines) if price < float("inf") else []


def _hollow(line: str, lines: tuple[str, ...]) -> float:
    """What it costs if a line is shorter than both its neighbours: the shape of an hourglass."""
    widths = [width(each) for each in (line, *lines)][:3]
    return _BAD if len(widths) > 2 and widths[1] < min(widths[0], widths[2]) else 0  # noqa: PLR2004 - three lines


def _price(title: str, at: int) -> float:
    """What a break before this character costs."""
    before, after = title[:at], title[at:]
    if not before or not after:
        return 0
    split = any(title.find(word, max(0, at - len(word) + 1), at + len(word) - 1) >= 0 for word in _WHOLE)
    joined = all(_JOINED.fullmatch(each) for each in (before[-1], after[0])) or (
        before[-1].isdigit() and after[0] in "年月日"
    )
    quoted = before.count("《") > before.count("》")
    if after[0] in _NEVER_FIRST or before[-1] in _NEVER_LAST or joined:
        return 10 * _BAD
    good = after.startswith(_OPENING) or (before.endswith(_CLOSING) and after[0] not in _WEAK)
    return (_BAD if split or after[0] in _WEAK else 0 if good else _FAIR) + (_FAIR if quoted else 0)
