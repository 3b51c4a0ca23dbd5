"""A county's own limits, reasons, result classes, categories and sessions; and what a new county begins with.

Proposals keep what they point to: nothing is deleted, only retired. A class's words never change; a new wording is a new row.
"""

import tomllib
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from gongyi.core import audit, clock, gate
from gongyi.core.access import Actor
from gongyi.people.actions import settings as own
from gongyi.people.actions.settings import last_place, pass_gate, record, require_editor, store
from gongyi.proposals.models import Category, Cause, Limits, ResultClass, Session
from gongyi.proposals.models.setting import DEFAULTS, Listed
from gongyi.proposals.queries.limits import limits_of

own.FAMILIES |= {Cause: ("kind",)}
SPANS = ("screen_span", "sign_span", "return_span", "answer_span", "longest_span", "co_span", "rate_span", "redo_span")
LIMIT_FIELDS = frozenset({*SPANS, "redo_times", "comments", "supports"})


@transaction.atomic
def save_limits(*, by: Actor, **facts: Any) -> Limits:
    """Set how long each step may take (short form, "3m"). Running limits stay as they are.

    Raises TypeError for a fact that is none of `LIMIT_FIELDS`, ValidationError for a wrong one.
    """
    if unknown := facts.keys() - LIMIT_FIELDS:
        raise TypeError(f"not a limit: {', '.join(sorted(unknown))}")
    return store(limits_of(by.county), by=by, action="limits", changes=facts)


@transaction.atomic
def save_cause(*, by: Actor, cause: Cause | None = None, kind: str, text: str, elsewhere: str = "") -> Cause:
    """Add a reason, or change its words; old proposals keep the words they were decided with."""
    text = text.strip()
    pass_gate(gate.check_name, text, "text")
    changes: dict[str, Any] = {"kind": kind, "text": text, "elsewhere": elsewhere.strip()}
    if cause is None:
        cause = Cause(county=by.county, kind=kind)
        changes["position"] = last_place(cause)
    return store(cause, by=by, action="cause", changes=changes)


@transaction.atomic
def save_listed(*, by: Actor, model: type[Category | Session], row: Any = None, name: str) -> Any:
    """Add a category or a session, or change its name."""
    name = name.strip()
    pass_gate(lambda text: gate.check_dictionary([text]), name, "name")
    changes: dict[str, Any] = {"name": name}
    if row is None:
        row = model(county=by.county)
        changes["position"] = last_place(row)
    return store(row, by=by, action=model.__name__.lower(), changes=changes)


@transaction.atomic
def set_offered(row: Listed, *, by: Actor, offered: bool) -> None:
    """Retire a row, or bring it back; old proposals keep it."""
    store(row, by=by, action="offer", changes={"active": offered})


@transaction.atomic
def shift(row: Listed, *, by: Actor, up: bool) -> None:
    """Move a row one place up or down among those offered beside it."""
    own.shift(row, by=by, up=up)


@transaction.atomic
def save_class(
    *, by: Actor, row: ResultClass | None = None, code: str, name: str, follows: str = ResultClass.Follows.PROMISE
) -> ResultClass:
    """Add a result class from today on; for one in use: its wording ends today and a new one begins. Answers keep theirs."""
    name, code = name.strip(), code.strip()
    pass_gate(gate.check_name, name, "name")
    position = row.position if row else ResultClass.objects.filter(county=by.county).count() + 1
    if row is not None:
        if (row.code, row.name, row.follows) == (code, name, follows):
            return row
        end_class(row, by=by)
    fresh = ResultClass(county=by.county)
    facts = {"code": code, "name": name, "follows": follows, "since": clock.today(), "position": position}
    return store(fresh, by=by, action="class", changes=facts)


@transaction.atomic
def end_class(row: ResultClass, *, by: Actor) -> None:
    """停用 a result class from today: no new answer takes it. Raises ValidationError for one that is over."""
    require_editor(row, by=by)
    if row.until is not None:
        raise ValidationError(_("这一类已经停用了。"))
    ResultClass.objects.filter(county=by.county, id=row.id).update(until=clock.today())
    record(row, by=by, action="class_end", changes={"until": (None, clock.today())})
    row.until = clock.today()


@transaction.atomic
def fill_defaults(*, by: Actor) -> dict[str, int]:
    """Give a new county its first reasons, classes and categories; returns how many rows of each were made.

    A group of which the county has rows already is left alone, so a second run makes nothing.
    """
    require_editor(by=by)
    data = tomllib.loads(DEFAULTS.read_text(encoding="utf-8"))
    made = {
        "causes": _fill_causes(by.county, data),
        "classes": _fill_classes(by.county, data),
        "categories": _fill_categories(by.county, data),
    }
    if any(made.values()):
        changes = {name: ("", number) for name, number in made.items()}
        audit.record(by=by, action="settings.defaults", kind="proposals.settings", changes=changes)
    return made


def _fill_causes(county: int, data: Mapping[str, Any]) -> int:
    if Cause.objects.filter(county=county).exists():
        return 0
    kinds = {"refuse": data["refuse"], "comment": data["comment"]} | {
        kind: [{"text": text} for text in texts] for kind, texts in data["reasons"].items()
    }
    rows = [
        Cause(county=county, kind=kind, position=at, **facts)
        for kind, listed in kinds.items()
        for at, facts in enumerate(listed, start=1)
    ]
    return len(Cause.objects.bulk_create(rows))


def _fill_classes(county: int, data: Mapping[str, Any]) -> int:
    if ResultClass.objects.filter(county=county).exists():
        return 0
    rows = [
        ResultClass(county=county, since=clock.today(), position=at, **facts)
        for at, facts in enumerate(data["classes"], start=1)
    ]
    return len(ResultClass.objects.bulk_create(rows))


def _fill_categories(county: int, data: Mapping[str, Any]) -> int:
    if Category.objects.filter(county=county).exists():
        return 0
    rows = [Category(county=county, name=name, position=at) for at, name in enumerate(data["categories"], start=1)]
    return len(Category.objects.bulk_create(rows))
