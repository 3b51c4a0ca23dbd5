"""The product with two guards taken away, for the controls: a move that does not look who was faster, a form that works again and again."""

from typing import Any

from gongyi.core import http, workflow
from gongyi.wsgi import application

__all__ = ["application"]


def _blind(record: Any, values: Any, *, seen: int | None, mine: str = "") -> None:
    rows = type(record)._base_manager.filter(county=record.county, id=record.pk)
    rows.update(**values, version=record.version + 1)
    for name, value in (values | {"version": record.version + 1}).items():
        setattr(record, name, value)


workflow.update_if_unchanged = _blind
workflow.check_seen = lambda *_seen, **_mine: None
http._claim = lambda _request: (None, True)
