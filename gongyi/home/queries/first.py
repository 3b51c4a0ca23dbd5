"""A new county's first tasks."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import boot
from gongyi.core.access import Actor, Role
from gongyi.core.access import Permission as P
from gongyi.home.models import FirstTask
from gongyi.network.models import Unit
from gongyi.people.queries import grants_in_force
from gongyi.people.queries.coverage import count_without_officer

Name = FirstTask.Name


@dataclass(frozen=True)
class Task:
    """One line of a new county's first list: what is left to do ("": done), and where for who may do it, else who may."""

    name: FirstTask.Name
    left: str
    links: list[tuple[Promise, str]]
    who: Promise


# Which permission at the county's own unit a task needs, and who usually holds it.
DOERS: dict[str, tuple[P, Role]] = {
    Name.UNITS: (P.NETWORK_EDIT, Role.STEWARD),
    Name.POSTS: (P.NETWORK_EDIT, Role.STEWARD),
    Name.ACCOUNTS: (P.ACCOUNT_MANAGE, Role.ACCOUNT_MANAGER),
    Name.LIMITS: (P.SETTINGS_EDIT, Role.STEWARD),
    Name.WORDS: (P.SETTINGS_EDIT, Role.STEWARD),
}
LINKS: dict[str, list[tuple[Promise, str]]] = {
    Name.UNITS: [(gettext_lazy("看单位"), "network:tree")],
    Name.POSTS: [(gettext_lazy("看缺口"), "people:coverage")],
    Name.ACCOUNTS: [(gettext_lazy("开账号、授角色"), "people:accounts")],
    Name.LIMITS: [(gettext_lazy("看时限"), "casework:settings_types"), (gettext_lazy("看日历"), "network:calendar")],
    Name.WORDS: [
        (gettext_lazy("看分类"), "casework:settings_topics"),
        (gettext_lazy("看理由"), "casework:settings_reasons"),
    ],
}
# Besides the lead, whom a county needs before its first case can go all the way; of account managers two (P8).
NEEDED = (Role.DISPATCHER, Role.CLERK, Role.CALLER, Role.AUDITOR)


def doers_of(by: Actor) -> set[str]:
    """The first tasks that this person may do: the permission must be held at the county's own unit."""
    top = [held.role.permissions for held in by.held if held.path.count("/") == 1]
    return {name for name, (permission, _role) in DOERS.items() if any(permission in found for found in top)}


def first_tasks(by: Actor) -> list[Task]:
    """What a new county does first, for its manager and whoever keeps its settings; empty for others and once all is done.

    A line is done when the data say so or when somebody called it good. At most four queries; none for others.
    """
    mine = doers_of(by)
    if not mine or boot.holds_demo():
        return []
    good = set(FirstTask.objects.filter(county=by.county).values_list("name", flat=True))
    tasks = [_task(name, "" if name in good else JUDGES[name](by.county), name in mine) for name in Name]
    return tasks if any(task.left for task in tasks) else []


def _task(name: FirstTask.Name, left: str, mine: bool) -> Task:  # noqa: FBT001 - of one caller
    return Task(
        name, left, [(label, reverse(view)) for label, view in LINKS[name]] if mine else [], DOERS[name][1].label
    )


def _units(county: int) -> str:
    departments = Unit.objects.filter(county=county, tier=Unit.Tier.DEPARTMENT, status=Unit.Status.RUNNING)
    return "" if departments.exists() else _("乡镇和村已按区划名录装好；还没有部门。请加上部门，改掉不对的名称。")


def _posts(county: int) -> str:
    left = count_without_officer(county)
    return _("还有 %(n)d 个村没有人接事：设岗位，安排人，授予联络员的角色。") % {"n": left} if left else ""


def _accounts(county: int) -> str:
    counts = ~Q(role=Role.ACCOUNT_MANAGER.value) | Q(
        unit__tier=Unit.Tier.COUNTY
    )  # a township's confirms nothing up here
    rows = grants_in_force().filter(counts, unit__county=county).order_by().values_list("role")
    found = dict(rows.annotate(n=Count("account", distinct=True)))
    missing = [str(role.label) for role in NEEDED if not found.get(role.value)]
    if found.get(Role.ACCOUNT_MANAGER.value, 0) < 2:  # noqa: PLR2004 - P8: one makes, the other confirms
        missing.append(_("第二位账号管理"))
    return _("还缺：%(roles)s。") % {"roles": _("、").join(missing)} if missing else ""


JUDGES: dict[str, Callable[[int], str]] = {
    Name.UNITS: _units,
    Name.POSTS: _posts,
    Name.ACCOUNTS: _accounts,
    Name.LIMITS: lambda _county: _("先照通行的做法设好了。请看一遍各类事多久答复，再在日历上改本县的上班和休息日。"),
    Name.WORDS: lambda _county: _("先照通行的做法设好了。请看一遍分类和退单、延期、不予受理等理由，用不上的停用。"),
}
