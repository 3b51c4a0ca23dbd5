"""How often strangers may do something: counted per address and per browser, kept for the time of the limit and no longer.

The cache holds digests that differ from day to day, never an address (rights.md D19).
"""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from gongyi.core import clock
from gongyi.core.errors import Refused
from gongyi.core.secrets import digest


def address(request: HttpRequest) -> str:
    """Where a request comes from: the last address that the proxy names where one speaks HTTPS for us, else the caller's."""
    named = request.headers.get("X-Forwarded-For", "") if settings.GONGYI_HTTPS else ""
    return named.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))


def device(request: HttpRequest) -> str:
    """What tells one browser from another behind the same address: its form cookie; '' for one that keeps none."""
    return str(request.COOKIES.get(settings.CSRF_COOKIE_NAME, ""))


def used(name: str, who: str, *, per: timedelta) -> int:
    """How often this was counted for them in the present stretch of time; nobody ('') is never counted."""
    return int(cache.get(_key(name, who, per), 0)) if who else 0


def count(name: str, who: str, *, per: timedelta) -> None:
    """Count one more. Two at the same moment may count as one: the limit is against many, not a ledger."""
    if who:
        cache.set(_key(name, who, per), used(name, who, per=per) + 1, int(per.total_seconds()))


def hold(name: str, limits: dict[str, int], *, per: timedelta) -> None:
    """Raise Refused `too_many` (429) when one of these has used up its number."""
    if any(used(name, who, per=per) >= most for who, most in limits.items()):
        raise Refused(
            "too_many",
            _("从这里送来的次数太多了，这次没有收。"),
            _("请过一会儿再试；急事请直接打电话或到村委会、乡镇窗口。"),
            status=429,
        )


SEARCHES, QUARTER = 120, timedelta(minutes=15)  # from one address, which a whole office may share


def hold_searches(name: str, request: HttpRequest, fields: Iterable[str]) -> None:
    """Count a search of a public list; looking without searching is free. Raise Refused `too_many` (429) after too many."""
    if not any(request.GET.get(field) for field in fields):
        return
    here = address(request)
    if used(name, here, per=QUARTER) >= SEARCHES:
        raise Refused("too_many", _("从这里搜得太多了。"), _("请过一刻钟再搜；不搜也能往下翻着看。"), status=429)
    count(name, here, per=QUARTER)


def _key(name: str, who: str, per: timedelta) -> str:
    stretch = int(clock.now().timestamp() // per.total_seconds())
    return f"limit:{name}:{stretch}:{digest('limit', f'{clock.today()} {who}')[:32]}"
