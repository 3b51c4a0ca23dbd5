"""The cases that a report tells of, chosen by rules that the page prints; nobody can be recognised in what is told (rights.md D5)."""

import re
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongyi.casework.models import Asker, Case, CaseConflict, PublishedText
from gongyi.casework.models.case import OPEN
from gongyi.casework.rules import parts_visible_to
from gongyi.core import clock, figures
from gongyi.core.access import Actor
from gongyi.core.figures import Period, Scope
from gongyi.core.search import Seldom
from gongyi.core.secrets import find_in_all, hide_private

RULES: dict[str, Promise] = {
    "published": _("评价“非常满意”、答复已经公开的，最新的一件；没有就取已经公开的答复里最新的一件"),
    "redone": _("重新办理以后解决的，重办次数最多的一件"),
    "overdue": _("期末还没有答复、超期最久的一件"),
    "soon": _("在办的、还没有到期的，期限最近的三件"),
    "parked": _("约定了日期再办的，日期最近的五件"),
}
LEFT_OUT = _(
    "只选拟稿人自己看得到的办件；要替诉求人保密的、反映工作人员或单位服务的、有人要回避的都不选；姓名、电话、住址都去掉。公开过的答复谁都可以用。"
)
SOON, PARKED, MOST = 3, 5, 90
_BRACES = re.compile("[{}]+")
_HIDDEN = re.compile("〔[^〔〕]{1,6}〕")


class Told(NamedTuple):
    """What is told of a case: by which rule, its number, the words that a sentence is made of."""

    rule: str
    number: str
    words: dict[str, str]


def telling(by: Actor, scope: Scope) -> list[Told]:
    """At most one case by each of the first three rules."""
    closed = figures.rows_of("cases.closed", scope)
    found = [_published(scope.county, closed)]
    redone = _may_be_told(by, closed.filter(redos__gt=0, outcome=Case.Outcome.SOLVED))
    found.append(_told("redone", redone.order_by("-redos", "-closed_at", "id").first()))
    late = _may_be_told(by, figures.rows_of("cases.overdue", scope))
    found.append(_told("overdue", late.order_by("resident_due", "id").first()))
    return [one for one in found if one is not None]


def dated(by: Actor, scope: Scope) -> dict[str, list[Told]]:
    """The open cases whose day is near, and those parked to a day, the nearest first."""
    rows = _may_be_told(by, figures.rows_of("cases.open", scope).filter(state__in=OPEN))
    soon = rows.filter(answered_at=None, resident_due__gte=clock.now()).exclude(state="parked")
    parked = rows.filter(state="parked", wakes_on__isnull=False)
    told = {
        "soon": soon.order_by("resident_due", "id")[:SOON], "parked": parked.order_by("wakes_on", "id")[:PARKED],
    }  # fmt: skip
    return {rule: [one for row in cases if (one := _told(rule, row))] for rule, cases in told.items()}


def _may_be_told(by: Actor, cases: QuerySet[Any]) -> QuerySet[Any]:
    """Those that this person may open, and in which nobody has to be protected."""
    seen = cases.filter(Exists(parts_visible_to(by).filter(Seldom("case", OuterRef("pk")))))
    seen = seen.filter(hides_asker=False, about_unit=None, about_account=None, wish_of=None)
    hidden = CaseConflict.objects.filter(county=by.county, case=OuterRef("pk"))
    return seen.exclude(type__hides_asker=True).exclude(Exists(hidden))


def _published(county: int, closed: QuerySet[Any]) -> Told | None:
    texts = PublishedText.objects.filter(
        county=county, live=True, publication__type__is_public=True, publication__case__in=closed.values("id")
    ).select_related("publication__case")
    best = texts.filter(publication__case__rating=Case.Rating.VERY).order_by("-since", "-publication").first()
    best = best or texts.order_by("-since", "-publication").first()
    if best is None:
        return None
    title, answer = nameless(best.title), nameless(best.answer)
    words = {"text": f"群众反映“{title}”。答复：{_first(answer)}", "outcome": str(Case.Outcome(best.outcome).label)}
    return Told("published", best.publication.case.number, words)


def _told(rule: str, case: Case | None) -> Told | None:
    if case is None:
        return None
    day = case.wakes_on if rule == "parked" else timezone.localdate(case.resident_due)
    asker = Asker.objects.filter(county=case.county, case=case).first()
    known = {
        "name": [asker.name], "phone": [asker.phone], "address": [asker.address], "organisation": [asker.organisation],
    } if asker else {}  # fmt: skip
    # Names that the matter tells are hidden in its title, too.
    found = find_in_all([case.title, case.content], known)[0]
    words = {"title": nameless(hide_private(case.title, found)), "day": day_words(day), "times": str(case.redos)}
    return Told(rule, case.number, words)


def nameless(text: str) -> str:
    """A masked text as it reads in a report: 某某 in the place of what is hidden; no braces, which are ties here."""
    return _BRACES.sub("", _HIDDEN.sub("某某", text)).strip().rstrip("。！？；.")


def _first(text: str) -> str:
    """As many whole sentences as fit; a long first one is cut."""
    said = ""
    for one in re.findall("[^。！？\n]+[。！？]?", text):
        if said and len(said) + len(one) > MOST:
            break
        said += one.strip()
    return (said if len(said) <= MOST + 30 else said[:MOST] + "……").rstrip("。") + "。"


def day_words(day: date | None) -> str:
    """2026年5月3日."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def spoken(period: Period) -> str:
    """The period as a text says it: the year once, 2026年1月1日至11月28日."""
    first, last = period.first, period.last
    if period.words().count("年") > 1 and first.year == last.year:
        return f"{day_words(first)}至{last.month}月{last.day}日"
    return period.words()
