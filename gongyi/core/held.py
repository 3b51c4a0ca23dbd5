"""What a browser holds for a while: records that were opened by their code, a code that is still shown; and how much strangers may send."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from gongyi.core import clock, limits, secrets
from gongyi.core.county import as_key
from gongyi.core.errors import Refused
from gongyi.core.http import ActorRequest

OPENED, SHOWN = "portal", "portal_code"  # in the session: the opened case; the codes that are still shown
SUGGESTED = "portal_suggestion"  # the opened suggestion, place of a co-signer, or unfinished suggestion
OPEN_FOR, SHOW_FOR = timedelta(minutes=30), timedelta(minutes=10)
DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)
PER_ADDRESS, PER_DEVICE = 60, 10  # requests and files a day: a village office has one address for everybody
WRONG_CODES = 20  # within a quarter of an hour from one address


def hold_stranger(request: ActorRequest, what: str = "portal") -> None:
    """Raise Refused when too much came from this address or this browser today."""
    limits.hold(what, {limits.address(request): PER_ADDRESS, f"device {limits.device(request)}": PER_DEVICE}, per=DAY)


def count_stranger(request: ActorRequest, what: str = "portal") -> None:
    """Count one more for this address and this browser."""
    limits.count(what, limits.address(request), per=DAY)
    if name := limits.device(request):
        limits.count(what, f"device {name}", per=DAY)


def hold_guesser(request: ActorRequest) -> None:
    """Raise Refused after too many wrong codes from this address."""
    limits.hold("track", {limits.address(request): WRONG_CODES}, per=QUARTER)


def count_guess(request: ActorRequest) -> None:
    """Count a wrong code."""
    limits.count("track", limits.address(request), per=QUARTER)


def soon(time: timedelta) -> float:
    """A moment from now, as a session keeps it."""
    return (clock.now() + time).timestamp()


def put(request: ActorRequest, name: str, *, anew: bool = True, **keys: UUID | None) -> None:
    """From here on this browser may act as whoever has the code of these records, for a while."""
    if anew:
        request.session.cycle_key()
    request.session[name] = {**{kind: str(key) for kind, key in keys.items() if key}, "until": soon(OPEN_FOR)}


def act(request: ActorRequest, name: str, work: Callable[[], object], **keys: UUID | None) -> None:
    """Do what the person asked who opened these records by their code; what the office wrote meanwhile is not shown in a refusal."""
    try:
        work()
    except Refused as refused:
        raise Refused(
            refused.code, refused.sentence, refused.todo, mine=refused.mine, status=refused.status
        ) from refused
    if request.FILES:
        count_stranger(request)
    put(request, name, anew=False, **keys)


def held(request: ActorRequest, name: str, kind: str) -> UUID | None:
    """The key of this kind that the browser opened within the last half hour."""
    found = request.session.get(name) or {}
    return as_key(found.get(kind)) if found.get("until", 0) >= clock.now().timestamp() else None


def show_codes(request: ActorRequest, codes: list[str]) -> None:
    """Keep codes, sealed, for the page that shows them."""
    request.session[SHOWN] = {"codes": [secrets.seal(code, SHOWN) for code in codes], "until": soon(SHOW_FOR)}


def shown_codes(request: ActorRequest) -> list[str]:
    """The codes that are still to be shown; none after ten minutes, or once the record's page was opened."""
    found: dict[str, Any] = request.session.get(SHOWN) or {}
    if found.get("until", 0) < clock.now().timestamp():
        request.session.pop(SHOWN, None)
        return []
    return [secrets.unseal(code, SHOWN) for code in found["codes"]]


def forget(request: ActorRequest) -> None:
    """Forget every number and code in this browser."""
    for name in (OPENED, SUGGESTED, SHOWN):
        request.session.pop(name, None)
