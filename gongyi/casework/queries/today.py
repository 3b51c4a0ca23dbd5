"""What is up to a person now, and why: each section is the beginning of a list, so that both hold the same cases."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import product
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework.models import Case, CasePart, CaseStep
from gongyi.casework.queries.lists import SOON, Row, Wanted, due_rows, list_parts, row, rows_named
from gongyi.casework.queries.words import AT_ONCE, TURN, buttons
from gongyi.casework.rules import declared
from gongyi.casework.workflow import CASE, TURNS
from gongyi.core import clock
from gongyi.core.access import Actor, Role
from gongyi.core.access import Permission as P
from gongyi.core.timeline import Turn
from gongyi.core.today import Line, Section, day_words
from gongyi.people.models import Export
from gongyi.people.queries import grants_in_force
from gongyi.people.queries.exports import exports_to_judge
from gongyi.publishing.queries import waiting_section
from gongyi.publishing.rules import press_named

SHOWN, STUCK_SHOWN = 20, 5
COUNT_TO = 50

# The move that usually follows in a state: of the table's primary moves the first one that is still to be done.
NEXT = {
    "recorded": "assign", "accepted": "assign", "returned": "assign", "assigned": "sign", "signed": "contact",
    "contacted": "log", "handling": "answer", "redo": "contact", "extending": "approve_extension",
    "drafted": "approve_answer", "calling": "call_back",
}  # fmt: skip
_WHY: dict[str, Promise] = {
    "recorded": gettext_lazy("新登记的，要您派给主办单位"),
    "accepted": gettext_lazy("已经受理，要您派给主办单位"),
    "returned": gettext_lazy("被退了回来，要您另派单位"),
    "assigned": gettext_lazy("派给了您的单位，还没有人签收"),
    "signed": gettext_lazy("您的单位接了手，还没有联系诉求人"),
    "contacted": gettext_lazy("联系过了，要着手办"),
    "handling": gettext_lazy("您的单位主办，还没有答复"),
    "redo": gettext_lazy("没有解决，要您的单位重新办"),
    "extending": gettext_lazy("经办的人想延期，等您批"),
    "drafted": gettext_lazy("答复写好了，等您审"),
    "calling": gettext_lazy("抽中回访，等您问一句办得怎么样"),
}


def my_day(by: Actor) -> list[Section]:
    """The sections of Today that hold something, the most pressing first: mine by due time, then texts without a limit that
    wait for me before they are public, then what is stuck elsewhere.

    Of each only the first fifty are looked at, so that it costs the same however many there are; whoever is late with
    fifty need not know how many are not pressing.
    """
    if not by.can(P.CASE_VIEW):
        return []
    mine, stuck = _window(by, Wanted(waiting="me")), _window(by, Wanted(waiting="others", due="late"))
    shown = rows_named([key for key, _due in mine[:SHOWN] + stuck[:STUCK_SHOWN]])
    alone = by.can(P.CASE_APPROVE) or by.can(P.CASE_CALL)
    only = {key for key, _due in _window(by, Wanted(waiting="only"))} if alone else set()
    found = []
    for key, title in _TITLES.items():
        keys = [case for case, due in mine[:COUNT_TO] if _when(due) == key]
        lines = [_line(shown[case], only=case in only) for case in keys if case in shown]
        cut = len(mine) > COUNT_TO and bool(keys) and keys[-1] == mine[COUNT_TO - 1][0]
        found.append(Section(key, title, lines, len(keys), f"waiting=me&due={key}", cut))
    found += [waiting_section(by, press_named("case")), _exports(by)]
    lines = _stuck(by, [shown[case] for case, _due in stuck[:STUCK_SHOWN]])
    held = min(len(stuck), COUNT_TO)
    found.append(
        Section("stuck", gettext_lazy("卡在别人那里"), lines, held, "waiting=others&due=late", len(stuck) > held)
    )
    return [section for section in found if section.count]


def _exports(by: Actor) -> Section:
    """Exports with contacts that wait for this person's word, the longest waiting first."""
    rows = list(exports_to_judge(by)[: COUNT_TO + 1]) if by.can(P.CASE_APPROVE) else []
    lines, held = [_export_line(row) for row in rows[:SHOWN]], min(len(rows), COUNT_TO)
    return Section("exports", gettext_lazy("等您同意的导出"), lines, held, "", len(rows) > held, "casework:exports")


def _export_line(export: Export) -> Line:
    address = f"{export.get_absolute_url()}judge/"
    turn = Turn(_("%(day)s提出") % {"day": day_words(export.asked_at)}, "waiting", "hourglass-split")
    title = _("带联系方式的导出：%(n)d 人") % {"n": export.people}
    facts = {"url": address, "number": "", "title": title, "turn": turn}
    why = _("用途：%(purpose)s。一天里超过 50 人，要另一个人同意") % {"purpose": export.get_purpose_display()}
    return Line(facts, why, {"label": _("看一看"), "method": "get", "url": address})


_TITLES: dict[str, Promise] = {
    "late": gettext_lazy("已超期"), "soon": gettext_lazy("24 小时内到期"), "later": gettext_lazy("还有时间"),
}  # fmt: skip


def _when(due: datetime | None) -> str:
    """Which section a due time belongs to, as the list's filter says."""
    now = clock.now()
    return "later" if due is None or due >= now + SOON else "soon" if due >= now else "late"


def _window(by: Actor, wanted: Wanted, number: int = 0) -> list[tuple[UUID, datetime | None]]:
    """The first cases of a list by due time, each once: of each unit the first, as one order over several would sort every row."""
    units, number = by.units(P.CASE_VIEW), number or COUNT_TO + 1
    each = [wanted] if len(units) == 1 else [replace(wanted, unit=unit) for unit in units]
    found: dict[UUID, datetime | None] = {}
    turns = (False, True) if wanted.waiting == "others" else (None,)
    for one, turn in product(each, turns):  # each its own range of the index: unit, turn, due time
        range_of = _range if wanted.waiting == "only" else _kept_range
        rows: QuerySet[CasePart, Any] = range_of(by, replace(one, due=""), turn)
        found |= dict(due_rows(rows, one.due)[:number])
    return sorted(found.items(), key=lambda pair: (pair[1] is None, pair[1], str(pair[0])))[:number]


def _range(by: Actor, wanted: Wanted, turn: bool | None) -> QuerySet[CasePart, Any]:  # noqa: FBT001 - a key of the cache
    rows = list_parts(by, wanted, turn=turn).order_by("due", "case").values_list("case", "due")
    return rows.filter(my_turn__in=[True]) if turn is None else rows  # "=" would hide it from the index


# The question alone is kept, for what this person holds now; the rows are read each time. Not for "only": it asks who else holds what.
_kept_range = lru_cache(maxsize=256)(_range)


def _line(one: Row, *, only: bool) -> Line:
    move = CASE[NEXT[one.state]]
    method = "post" if move.action in AT_ONCE else "get"
    step = {"label": move.label, "method": method, "url": f"/cases/{one.id}/{move.action}/"}
    return Line(row(one), str(_WHY[one.state]), step, only)


def next_elsewhere(by: Actor, number: int = 3) -> list[Row]:
    """The cases in somebody else's hands that are due next, none of them late."""
    found = [key for due in ("soon", "later") for key, _due in _window(by, Wanted(waiting="others", due=due), number)]
    rows = rows_named(found[:number])
    return [rows[key] for key in found[:number]]


# --- stuck ------------------------------------------------------------------------------------------------------------


def _stuck(by: Actor, rows: list[Row]) -> list[Line]:
    """Late at somebody else: with whom and since when, and a reminder where this person may send one."""
    since, who, steps = _since(rows), _who(by, rows), _reminders(by, rows)
    return [
        Line(row(one), _("从%(day)s起在等%(who)s%(what)s") % {
            "day": day_words(since.get(one.id, one.recorded_at)), "who": who[one.id], "what": TURN[one.state],
        }, steps.get(one.id)) for one in rows
    ]  # fmt: skip


def _since(rows: list[Row]) -> dict[UUID, datetime]:
    """When each case came into its present state: the last line of its timeline that changed the state."""
    return dict(_CHANGES.filter(case__in=[one.id for one in rows])) if rows else {}  # of each case the last one stays


_CHANGES = CaseStep.objects.exclude(source=F("target")).order_by("case", "seq").values_list("case", "at")


def _who(by: Actor, rows: list[Row]) -> dict[UUID, str]:
    """Whom each case waits for: another unit by its name, colleagues in a unit of one's own by theirs."""
    own = {one.turn_at for one in rows if one.turn_at in by.units(P.CASE_VIEW)}
    names = _colleagues(by, own) if own else {}
    return {
        one.id: names.get((one.turn_at, TURNS[one.state][1])) or one.turn_unit or "" for one in rows
    }  # fmt: skip


def _colleagues(by: Actor, units: Iterable[UUID | None]) -> dict[tuple[UUID | None, P], str]:
    """Who holds what the next steps need in these units, at most two names: {(unit, permission): "赵审、钱审"}."""
    found: dict[tuple[UUID | None, P], list[str]] = defaultdict(list)
    grants = grants_in_force().filter(unit__in=units).order_by("made_at", "id")
    for unit, role, account, name in grants.values_list("unit", "role", "account", "account__name"):
        for permission in _NEEDED & Role(role).permissions if account != by.key else ():
            if name not in found[unit, permission]:
                found[unit, permission].append(name)
    return {key: "、".join(names[:2]) for key, names in found.items()}


_NEEDED = {needed for _place, needed in TURNS.values()}


def _reminders(by: Actor, rows: list[Row]) -> dict[UUID, dict[str, Any]]:
    """For each case the button that moves it on from here: 催办 or 督办."""
    if not (by.can(P.CASE_ASSIGN) or by.can(P.CASE_SUPERVISE)) or not rows:
        return {}
    apart, found = set(declared(by).values_list("case", flat=True)), {}
    cases = Case.objects.filter(id__in=[one.id for one in rows]).defer("content", "draft", "answer")
    for case in cases.select_related("type"):
        vars(case)["_concerned"] = {by.id: case.id in apart}  # kept for `rules.concerned`
        steps = {step["action"]: step for step in buttons(by, case)[1]}
        if step := steps.get("remind") or steps.get("supervise"):
            found[case.id] = step
    return found
