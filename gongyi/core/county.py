"""The county inside every key: the only place that knows how a row belongs to a county.

Two kinds of table, no third. `CountyModel`: the county's own rows. `SharedModel`: units, accounts, posts; small and
rarely written. Routing every lookup by county (PostgreSQL partitions, Citus) can be added behind these same names.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Self
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, models

from gongyi.core import clock

# Tables of libraries (and core's own) that a request may write although they are neither county-owned nor shared.
LOCAL_TABLES = {
    "django_session": "sign-in state, one row per browser",
    "usersessions_usersession": "the list of one's own sessions",
    "axes_accessattempt": "wrong passwords, for the lock-out",
    "axes_accessfailurelog": "wrong passwords, for the lock-out",
    "mfa_authenticator": "a used one-time code is remembered so that it works once",
    "django_cache": "rate limits",
    "core_schedulerun": "when each periodic job last ran",
}

_bound: ContextVar[int | None] = ContextVar("bound_county", default=None)


def new_key(county: int) -> UUID:
    """Make a UUIDv8 `mmmmmmmm-mmmm-8rrr-arrr-ccccccrrrrrr`: m milliseconds, c the county's six digits, r random.

    Raises ValueError for a county outside 0..999999.
    """
    if not 0 <= county <= 999_999:  # noqa: PLR2004 - six digits
        raise ValueError(f"county {county} has more than six digits")
    ms = int(clock.now().timestamp() * 1000) & 0xFFFF_FFFF_FFFF
    a, b, c = secrets.randbits(12), secrets.randbits(12), secrets.randbits(24)
    return UUID(f"{ms:012x}8{a:03x}a{b:03x}{county:06d}{c:06x}")


def county_of(key: UUID) -> int:
    """The six-digit county in which the row with this key was born. Raises ValueError for a foreign kind of key."""
    return int(key.hex[20:26])


def as_key(value: object) -> UUID | None:
    """A key as sent by a form or an address; None when it is none."""
    try:
        return UUID(str(value))
    except ValueError:
        return None


def current_county() -> int:
    """The county that this request, command or task is bound to. Raises LookupError when none is."""
    county = _bound.get()
    if county is None:
        raise LookupError("no county is bound; use `with bind(county)`")
    return county


@contextmanager
def bind(county: int) -> Iterator[None]:
    """Bind a county for the block: new rows belong to it, queries name it."""
    token = _bound.set(county)
    try:
        yield
    finally:
        _bound.reset(token)


class CountyKey(models.UUIDField):  # type: ignore[type-arg]
    """Primary key that carries the county; made in the application when the row is first saved."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "primary_key": True, "editable": False})

    def get_pk_value_on_save(self, instance: models.Model) -> UUID:
        return new_key(instance.county)  # type: ignore[attr-defined]


class SharedKey(models.UUIDField):  # type: ignore[type-arg]
    """Primary key of a shared row: the same shape, with county 000000."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "primary_key": True, "editable": False})

    def get_pk_value_on_save(self, _instance: models.Model) -> UUID:
        return new_key(0)


class CountyField(models.IntegerField):  # type: ignore[type-arg]
    """The plain integer column that stands first in every unique constraint and list index."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"default": current_county, "editable": False, **kwargs})


class CountyForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """A foreign key between two county-owned rows of one county; another county's row is refused on saving.

    Where rows of the other table go by thousands, the model has an index on this column alone: when a row goes, the database itself
    looks for those that still point at it, and does not name the county.
    """

    def __init__(self, to: Any, on_delete: Any = models.CASCADE, **kwargs: Any) -> None:
        super().__init__(to, on_delete, **{"db_index": False, **kwargs})

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001 - Django's signature
        value = super().pre_save(model_instance, add)
        if value is not None and county_of(value) != model_instance.county:  # type: ignore[attr-defined]
            raise ValueError(f"{self} points into another county")
        return value


class KeyedModel(models.Model):
    """A row whose key is made here; a new one is inserted without asking first whether it exists."""

    class Meta:
        abstract = True

    def save(self, **kwargs: Any) -> None:
        if self._state.adding:
            kwargs["force_insert"] = True
        super().save(**kwargs)

    @classmethod
    def known(cls, **columns: Any) -> Self:
        """A row of which these columns were read beside others, in the model's order; any other is asked for once it is needed."""
        return cls.from_db(DEFAULT_DB_ALIAS, [*columns], [*columns.values()])


class CountyModel(KeyedModel):
    """Base of every county-owned table."""

    id = CountyKey()
    county = CountyField()

    class Meta:
        abstract = True


class SharedModel(KeyedModel):
    """Base of every shared table. It never points at a county-owned one."""

    id = SharedKey()

    class Meta:
        abstract = True
