"""One row of any model of the product, made from its structure, so that guards cover models nobody told them of."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from django.db import models

from gongyi.casework.models.case import ENDED
from gongyi.core import checks
from gongyi.core.county import CountyModel, new_key
from gongyi.core.spans import SpanField
from gongyi.proposals.models.proposal import ENDED as PROPOSALS_ENDED

WHEN = datetime(2026, 3, 2, 2, tzinfo=UTC)
_numbers = count(1)
# What a check constraint or a page asks beyond the field's own type; a default is kept where the caller says something.
STARTS: dict[str, dict[str, Any]] = {
    "casework.Case": {"state": "recorded", "turn_due": WHEN},
    "casework.Asker": {"name": "阿依古丽", "phone": "13899990001", "address": "东湖路8号"},
    "casework.Publication": {"state": "draft"},
    "proposals.ResultClass": {"follows": "done"},
    "proposals.Publication": {"state": "draft"},
    "proposals.PublicationStep": {"source": "draft", "target": "draft", "action": "edit"},
    "casework.PublicationStep": {"source": "draft", "target": "draft", "action": "edit"},
    "casework.CaseStep": {"source": "assigned", "target": "handling", "action": "log"},
    "proposals.Proposal": {"state": "submitted"},
    "proposals.ProposalStep": {"source": "assigned", "target": "signed", "action": "sign"},
    "proposals.Call": {"state": "open", "since": date(2026, 1, 1), "until": date(2099, 1, 1)},
    "proposals.CallStep": {"source": "open", "target": "open", "action": "switch"},
    "proposals.Comment": {"state": "waiting"},
    "proposals.CommentStep": {"source": "waiting", "target": "shown", "action": "show"},
    "proposals.Author": {"name": "阿依古丽", "phone": "13899990001", "code": "ab" * 32},
    "proposals.Sketch": {"name": "阿依古丽", "phone": "13899990001", "code": "ab" * 32},
    "promises.Promise": {"state": "due", "kind": "case", "due": date(2099, 1, 1)},
    "promises.PromiseStep": {"source": "due", "target": "due", "action": "move"},
    "promises.PlannedPromise": {"kind": "case"},
    "core.Message": {"path": "/cases/"},
    "reports.LeftOut": {"rate": "cases.satisfaction_rate", "agreed": None, "judged_at": None},
    "reports.Report": {"state": "draft"},
    "reports.ReportStep": {"source": "drawn", "target": "draft", "action": "edit"},
    "reports.Formula": {"rate": "cases.satisfaction_rate", "above": "cases.good", "below": "cases.rated"},
    "reports.Ask": {
        "state": "sent",
        "first": date(2026, 1, 1),
        "last": date(2026, 1, 31),
        "due": date(2026, 2, 5),
        "until": date(2099, 1, 1),
    },
    "reports.Answer": {"state": "sent", "opened_at": WHEN, "sent_at": WHEN},
    "reports.Pledge": {"figure": "cases.closed", "since": date(2020, 1, 1), "threshold": 1},
    "reports.Ledger": {"figure": "cases.received", "columns": '[["number", "工单编号"]]'},
    "reports.LedgerRun": {
        "what": "take",
        "trouble": "",
        "gone_at": None,
        "taken_at": None,
        "path": "",
        "keys_path": "",
    },
    "reports.LedgerSheet": {"content": '[["工单编号"]]', "edition": 1, "why": ""},
    "people.Holding": {"contact": "13899990002"},
    "people.Account": {"name": "样人", "is_active": True},
    "network.Unit": {"status": "running", "since": date(2020, 1, 1)},
}


def own_models() -> list[type[models.Model]]:
    """The product's models."""
    return checks.own_models()


def make_row(model: type[models.Model], county: int, **facts: Any) -> Any:
    """Save one valid row with every required field filled; foreign keys get rows of their own unless given in `facts`.

    `facts` are values of fields by name; a row given under any name also serves every required foreign key to its model.
    """
    values = {name: value for name, value in STARTS.get(model._meta.label, {}).items() if name not in facts}
    for field in model._meta.local_fields:
        if field.name in facts and _fits(field, facts[field.name]):
            values[field.name] = facts[field.name]
        elif field.name == "county":
            values["county"] = county
        elif field.name not in values and not field.primary_key and _must(field):
            values[field.name] = _value(field, county, facts)
    if model._meta.pk.name == "id" and "id" not in values:
        values["id"] = new_key(county if issubclass(model, CountyModel) else 0)
    if model._meta.pk.name == "name":
        values["name"] = f"job{next(_numbers)}"
    row = model(**values)
    if hasattr(row, "path") and hasattr(row, "mark") and not row.path:
        row.path = (row.parent.path if row.parent else "") + row.mark
    row.save()
    return row


def make_case(model: type[models.Model], county: int, state: str, **facts: Any) -> Any:
    """A case in this state, with every date that such a state may need."""
    dates = dict.fromkeys(
        ("assigned_at", "signed_at", "contacted_at", "answered_at", "unit_due", "asked_due", "quiet_until"), WHEN
    )
    ended = {"closed_at": WHEN, "reopen_until": datetime(2099, 1, 1, tzinfo=UTC)} if state in ENDED else {}
    return make_row(model, county, state=state, wakes_on=date(2099, 1, 1), answer="答复了", **dates, **ended, **facts)


def make_proposal(model: type[models.Model], county: int, unit: Any, state: str, first: Any) -> Any:
    """A proposal in this state, with every date and unit that such a state may need."""
    units = dict.fromkeys(("unit", "desk", "lead", "second", "supervisor", "turn_unit"), unit)
    dates = dict.fromkeys(
        ("assigned_at", "signed_at", "unit_from", "unit_due", "asked_due", "co_due", "rate_due"), WHEN
    )
    ended = {"closed_at": WHEN} if state in PROPOSALS_ENDED else {}
    merged = {"first": first} if state == "merged" else {}
    return make_row(
        model, county, state=state, answer="答复了", span="3m", code="ab" * 32, **units, **dates, **ended, **merged
    )


def _fits(field: models.Field, value: Any) -> bool:
    return isinstance(value, field.related_model) if field.is_relation else not isinstance(value, models.Model)


def _must(field: models.Field) -> bool:
    return not (field.null or field.has_default() or (field.blank and field.empty_strings_allowed))


def _value(field: models.Field, county: int, facts: dict[str, Any]) -> Any:
    if field.is_relation:
        given = next((v for v in facts.values() if isinstance(v, field.related_model)), None)
        return given or make_row(field.related_model, county, **facts)
    if field.name == "origin":  # a record of this county
        return new_key(county)
    if field.choices:
        return field.choices[0][0]
    for kind, make in _MAKERS:
        if isinstance(field, kind):
            return make()
    return f"样{next(_numbers)}"[: field.max_length]


_MAKERS = (
    (SpanField, lambda: "3w"),
    (models.DateTimeField, lambda: WHEN),
    (models.DateField, lambda: date(2026, 3, 2)),
    (models.BooleanField, lambda: True),
    (models.IntegerField, lambda: next(_numbers)),
    (models.UUIDField, uuid4),
)
