"""The days that a form's month, quarter or year means for the period that it is filled for, and their words."""

from datetime import date

from django.utils.translation import gettext as _

from gongyi.core.figures import Period

SPANS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def days_of(code: str, period: Period, today: date) -> tuple[Period, Period] | None:
    """(the days meant, as far as the form's period goes; the whole span). None for months that are not yet there or not in the period.

    `code` as in `language.asked.windows`; the year is that of the period's last day.
    """
    back, _colon, span = code.lstrip("=").rpartition(":")
    if not span:
        return period, period
    whole = _whole(span, period, period.last.year + int(back or 0))
    if not back and whole.first > min(period.last, today):
        return None
    return (Period(whole.first, min(whole.last, period.last)) if not back else whole), whole


def _whole(span: str, period: Period, year: int) -> Period:
    if span in SPANS:
        months = SPANS[span]
        first = (period.last.month - 1) // months * months + 1
        return Period.months(year, first, first + months - 1)
    letter, number = span[0], span[1:]
    if letter == "n":
        months_of = period.each_month()
        return months_of[int(number) - 1] if int(number) <= len(months_of) else _never(period)
    if letter == "m":
        first_month, _dash, last_month = number.partition("-")
        return Period.months(year, int(first_month), int(last_month or first_month))
    ways = {"q": lambda: Period.quarter(year, int(number)), "h": lambda: Period.months(year, 6 * int(number) - 5, 6 * int(number))}  # fmt: skip
    return ways[letter]() if letter in ways else Period.year(year)


def _never(period: Period) -> Period:
    """Days behind the period: it has no such month."""
    return Period(date(period.last.year + 2, 1, 1), date(period.last.year + 2, 1, 1))


def window_words(code: str) -> str:
    """How a window is told: 3月, 1至9月, 第二季度, 上半年; "" for the form's own period."""
    back, _colon, span = code.lstrip("=").rpartition(":")
    if not span:
        return ""
    earlier = {"": "", "-1": _("上一年"), "-2": _("前两年")}.get(back) or (_("%(n)s年前") % {"n": back.lstrip("-")} if back else "")  # fmt: skip
    return earlier + _span_words(span)


def _span_words(span: str) -> str:
    own = {"month": _("末月"), "quarter": _("所在季度"), "half": _("所在半年"), "year": _("所在年"), "y": _("全年"), "h1": _("上半年"), "h2": _("下半年")}  # fmt: skip
    if span in own:
        return own[span]
    letter, number = span[0], span[1:]
    if letter == "q":
        return [_("第一季度"), _("第二季度"), _("第三季度"), _("第四季度")][int(number) - 1]
    if letter == "n":
        return _("第%(n)s个月") % {"n": number}
    first, dash, last = number.partition("-")
    return _("%(first)s至%(last)s月") % {"first": first, "last": last} if dash else _("%(n)s月") % {"n": number}


def WINDOWS() -> list[tuple[str, str]]:  # noqa: N802 - reads as a table in the reader's language
    """What may be chosen: (code, words)."""
    codes = [*(f"m{n}" for n in range(1, 13)), *(f"q{n}" for n in range(1, 5)), "h1", "h2", "y"]
    running = [f"m1-{n}" for n in range(2, 12)]
    own = ["month", "quarter", "half", "year", *(f"n{n}" for n in range(1, 13))]
    last_year = [f"-1:{code}" for code in codes]
    return [("", _("表的统计期")), *((code, window_words(code)) for code in (*codes, *running, *own, *last_year))]
