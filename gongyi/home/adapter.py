"""What the frame of every page needs; Django's template engine asks for it by name."""

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import boot, outbox
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.home import rules

_address = cache(reverse)  # a dozen on every page, always the same

RAIL: list[tuple[P, str, Promise, str]] = [
    (P.STAFF, "home:today", gettext_lazy("今日"), "sun"),
    (P.CASE_VIEW, "casework:list", gettext_lazy("办件"), "inbox"),
    (P.CASE_RECORD, "casework:new", gettext_lazy("记一件"), "pencil-square"),
    (P.PROPOSAL_VIEW, "proposals:list", gettext_lazy("提案"), "clipboard-check"),
    (P.FIGURES_VIEW, "reports:dashboard", gettext_lazy("看板"), "bar-chart"),
    (P.CASE_VIEW, "reports:reports", gettext_lazy("报告"), "file-earmark-text"),
    (P.NETWORK_VIEW, "network:tree", gettext_lazy("网络"), "diagram-3"),
    (P.ACCOUNT_MANAGE, "people:accounts", gettext_lazy("账号"), "people"),
    (P.SETTINGS_EDIT, "casework:settings", gettext_lazy("设置"), "gear"),
    (P.ACCOUNT_GUARD, "people:guard", gettext_lazy("安全"), "lock"),
    (P.AUDIT_READ, "people:audit", gettext_lazy("审计"), "shield-check"),
    (P.SYSTEM_VIEW, "home:system", gettext_lazy("系统"), "laptop"),
]
ME = (P.STAFF, "people:me", gettext_lazy("我的"), "person")
PROMISES = (P.PROMISE_VIEW, "promises:list", gettext_lazy("承诺"), "calendar-check")
TABS = [RAIL[0], RAIL[2], *RAIL[1:2], *RAIL[3:]]  # as many as fit beside 我的; the rest stand on that page


def frame(request: HttpRequest) -> dict[str, Any]:
    """Rail, bottom bar, unit switcher, unread count, demo flag; a stranger gets only the last.

    Under `frame` the same once more, which no page's own words cover, with a `key` of all that the frame of somebody who works
    here is made from: what they hold now, who they are, where on the rail they stand, how the page looks. It is drawn once for
    each key.
    """
    actor: Actor | None = getattr(request, "actor", None)
    shared: dict[str, Any] = {
        "demo": boot.holds_demo(),
        "theme_url": _address("home:theme"),
        "home_url": _address("home:start"),
        "here": request.get_full_path(),
        "here_path": request.path,
        "theme": theme if (theme := request.COOKIES.get("theme")) in {"dark", "light"} else "",
        "large": request.COOKIES.get("size") == "large",
    }
    if request.path.startswith(_address("home:portal")):
        resident = getattr(request, "resident", None) is not None
        shared |= {"choices": _choices(request.path, signed_in=resident), "home_url": _address("home:portal")}
    if actor is None or actor.id is None:
        return shared | {"frame": shared}
    units = {held.unit: held.unit_name for held in actor.held}
    own: dict[str, Any] = shared | {
        "nav": _entries(RAIL, actor, request.path),
        "tabs": _entries([*[entry for entry in TABS if actor.can(entry[0])][:3], ME], actor, request.path),
        "more": _entries([*RAIL, PROMISES], actor, request.path),
        "units": [{"id": key, "name": name} for key, name in units.items()],
        "unit": {"id": actor.unit, "name": actor.unit_name},
        "unit_url": _address("home:choose_unit"),
        "search_url": _address("home:search") if actor.can(P.CASE_VIEW) else "",
        "new_url": _address("casework:new") if actor.can(P.CASE_RECORD) else "",
        "board_url": _address("reports:dashboard") if actor.can(P.FIGURES_VIEW) else "",
        "inbox_url": _address("home:inbox"),
        "help_url": _address("home:help"),
        "inbox_count": cache(lambda: outbox.count_unread(actor.county, actor.id) if actor.id else 0),
        "person": {"name": actor.name, "post": actor.unit_name, "links": links()},
    }
    ways = [(entry["url"], entry["current"]) for entry in (*own["nav"], *own["tabs"])]
    key = (actor.held, actor.unit, actor.name, *ways, own["theme"], own["large"])
    return own | {"frame": own | {"key": key}}


DOORS = [
    ("home:portal_ask", gettext_lazy("我要反映")),
    ("home:portal_track", gettext_lazy("查进度")),
    ("home:answers", gettext_lazy("看答复")),
    ("home:calls", gettext_lazy("提建议")),
]


OWN = ("home:portal_mine", gettext_lazy("我的诉求"))


def _choices(path: str, *, signed_in: bool) -> list[dict[str, Any]]:
    """The residents' doors; a case that was opened belongs to 查进度, or to 我的诉求 where one signed in."""
    doors = [(_address(name), label) for name, label in ([*DOORS, OWN] if signed_in else DOORS)]
    opened = _address("home:portal_mine" if signed_in else "home:portal_track")
    here = opened if path.startswith(_address("home:portal_case")) else path
    return [{"url": url, "label": label, "current": here.startswith(url)} for url, label in doors]


def _entries(table: list[tuple[P, str, Promise, str]], actor: Actor, path: str) -> list[dict[str, Any]]:
    """The entries that the person's roles can use; current is the one whose address fits the page best."""
    usable = [(_address(name), label, icon) for need, name, label, icon in table if actor.can(need)]
    here = max((url for url, _label, _icon in usable if path.startswith(url)), key=len, default="")
    return [{"url": url, "label": label, "icon": icon, "current": url == here} for url, label, icon in usable]


def links() -> list[dict[str, Any]]:
    """What stands behind one's own name."""
    return [{"url": _address("people:me"), "label": _("我的岗位、密码和登录"), "icon": "person"}]


def tour_frame(request: HttpRequest) -> dict[str, Any]:
    """For every page: the step of the first hour where this browser stands; nothing for most."""
    actor, stands = getattr(request, "actor", None), request.COOKIES.get(rules.TOUR, "")
    if actor is None or actor.id is None or stands == "0":
        return {}
    if not stands:
        return {"tour_offered": True}
    steps = rules.steps_for(actor)
    if stands not in {str(n) for n in range(1, len(steps) + 1)}:
        return {}
    number = int(stands)
    step = steps[number - 1]
    place = {"step": step, "url": _address(step.page), "number": number, "of": len(steps)}
    return {"tour": place | {"before": number - 1, "after": number + 1 if number < len(steps) else 0}}
