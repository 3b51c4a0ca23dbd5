"""The one clock. Everything that needs the time asks here, so that the demo and the tests can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

_set_to: ContextVar[datetime | None] = ContextVar("set_to", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC; the set moment inside `at`."""
    return _set_to.get() or timezone.now()


def today() -> date:
    """The present day as the county's wall calendar has it (Asia/Shanghai)."""
    return timezone.localdate(now())


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Set the clock to `moment` (aware) for the block; used by the demo county and by tests."""
    token = _set_to.set(moment)
    try:
        yield
    finally:
        _set_to.reset(token)
