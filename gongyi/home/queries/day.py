"""What waits for one person beside cases, and what happened meanwhile."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from gongyi.casework import queries as casework
from gongyi.casework.queries import Wanted
from gongyi.core import outbox
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.people.queries.accounts import waiting_devices, waiting_grants, waiting_resets
from gongyi.people.queries.handover import packs_to_sign
from gongyi.reports.queries.asking import tables_due


@dataclass(frozen=True)
class Task:
    """One line of words and where it leads; `label` is its button."""

    words: str
    url: str
    label: str = ""


def only_mine(by: Actor) -> list[Task]:
    """What nobody else can do for this person: packs to sign, people and devices to confirm, lone approvals and calls."""
    found = [
        Task(_("有一份交接包等您签收：%(post)s") % {"post": post}, reverse("people:pack", args=[key]), _("签收"))
        for key, post in packs_to_sign(by)
    ]
    if by.can(P.ACCOUNT_MANAGE) or by.can(P.CASE_APPROVE):
        number = len(waiting_grants(by)) + (len(waiting_resets(by)) if by.can(P.ACCOUNT_MANAGE) else 0)
        words = ngettext("有 %(n)d 项授权或重置等您确认", "有 %(n)d 项授权或重置等您确认", number) % {"n": number}
        found += [Task(words, reverse("people:confirm"), _("确认"))] if number else []
    if by.can(P.ACCOUNT_GUARD) and (number := waiting_devices(by).count()):
        words = ngettext("有 %(n)d 台设备等您确认", "有 %(n)d 台设备等您确认", number) % {"n": number}
        found.append(Task(words, reverse("people:guard"), _("确认")))
    if (by.can(P.CASE_APPROVE) or by.can(P.CASE_CALL)) and (number := casework.count(by, Wanted(waiting="only"))):
        words = ngettext("有 %(n)d 件审批或回访，您单位只有您能办", "有 %(n)d 件审批或回访，您单位只有您能办", number)
        found.append(Task(words % {"n": number}, f"{reverse('casework:list')}?waiting=only", _("打开")))
    return found


def asked_tables(by: Actor) -> list[Task]:
    """The tables that units above ask of one's own and that are not sent yet."""
    number = tables_due(by)
    words = ngettext("有 %(n)d 张表等本单位填", "有 %(n)d 张表等本单位填", number) % {"n": number}
    return [Task(words, reverse("reports:tables"), _("打开"))] if number else []


def meanwhile(by: Actor, moment: datetime) -> list[Task]:
    """What changed in one's units since the day of this moment; each line opens the list that it counts."""
    day = timezone.localdate(moment)
    found = []
    if by.can(P.CASE_VIEW) and (number := casework.count(by, Wanted(since=day))):
        words = ngettext("新登记 %(n)s 件", "新登记 %(n)s 件", number) % {"n": capped(number)}
        found.append(Task(words, f"{reverse('casework:list')}?since={day}"))
    if by.id is None:
        return found
    counts = outbox.events(by.county, by.id, since=begin_of(day))
    for event, number in sorted(counts.items(), key=lambda pair: -pair[1]):
        told = ngettext("%(n)d 条", "%(n)d 条", number) % {"n": number}
        words = f"{EVENTS.get(event, OTHER)} {told}"
        found.append(Task(words, f"{reverse('home:inbox')}?{urlencode({'event': event, 'since': str(day)})}"))
    if by.can(P.CASE_VIEW) and (number := casework.count(by, Wanted(state="answered"))):
        words = ngettext("已答复、在等诉求人回音的现有 %(n)s 件", "已答复、在等诉求人回音的现有 %(n)s 件", number)
        found.append(Task(words % {"n": capped(number)}, f"{reverse('casework:list')}?state=answered"))
    return found


# What a message tells of, as a heading.
EVENTS: dict[str, Promise] = {
    "recorded": gettext_lazy("新登记、等派单"), "assigned": gettext_lazy("新派来"), "returned": gettext_lazy("退回来"),
    "drafted": gettext_lazy("等您审核的答复"), "extending": gettext_lazy("等您批的延期"), "calling": gettext_lazy("等您回访"),
    "redo": gettext_lazy("重新办理"), "handling": gettext_lazy("回到办理"), "remind": gettext_lazy("催办"),
    "supervise": gettext_lazy("督办"), "co": gettext_lazy("请您的单位协办"), "assist": gettext_lazy("协办单位写了情况"), "digest": gettext_lazy("每天的小结"),
    "proposal.submitted": gettext_lazy("新提交的提案"), "proposal.assigned": gettext_lazy("新交办的提案"),
    "proposal.reviewing": gettext_lazy("等您签发的提案答复"), "proposal.told": gettext_lazy("要告诉提出人的"),
    "proposal.consulting": gettext_lazy("等您的单位写的会办意见"), "proposal.replied": gettext_lazy("答复了的提案，等评价"),
    "promise.new": gettext_lazy("新的承诺"), "promise.wake": gettext_lazy("承诺快到日子"), "promise.due": gettext_lazy("承诺今天到日子"),
    "promise.late": gettext_lazy("承诺过了日子"), "promise.reported": gettext_lazy("等您核对的承诺"), "promise.back": gettext_lazy("承诺退回再做"),
    "promise.news": gettext_lazy("承诺有了结果"),
    "due.soon": gettext_lazy("快到期的提醒"), "due.late": gettext_lazy("超期的提醒"),
}  # fmt: skip
OTHER = gettext_lazy("其他消息")


def capped(number: int) -> str:
    """A count as it is said: exact up to 1,000."""
    return str(number) if number <= casework.COUNT_TO else _("超过 1,000")


def begin_of(day: Any) -> datetime:
    """Local midnight at the beginning of a day."""
    return timezone.make_aware(datetime.combine(day, time()))


def in_others_hands(by: Actor) -> list[Task]:
    """What to read when nothing waits for this person: who is due next, and what went out and waits for an echo."""
    if not by.can(P.CASE_VIEW):
        return []
    found = [
        Task(f"{row['number']} {row['title']} · {row['turn'].words}", row["url"])
        for row in map(casework.row, casework.next_elsewhere(by))
    ]
    if number := casework.count(by, Wanted(state="answered")):
        words = ngettext("%(n)s 件答复了，在等诉求人回音", "%(n)s 件答复了，在等诉求人回音", number)
        found.append(Task(words % {"n": capped(number)}, f"{reverse('casework:list')}?state=answered"))
    return found
