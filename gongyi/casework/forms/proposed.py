"""The intake form filled from the words of a chat or note: before somebody looks at it, or for what was kept without a network."""

from typing import Any

from django.http import QueryDict

from gongyi.casework import queries
from gongyi.casework.forms.intake import IntakeForm
from gongyi.casework.models import Case
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P

TYPED = ("title", "asker_name", "asker_phone", "asker_address", "asker_organisation", "area", "topic")


def proposed_form(by: Actor, sent: QueryDict) -> tuple[IntakeForm, queries.Proposals]:
    """The form with what the text proposes, each field with its reason; what was typed into a field stays."""
    found = queries.propose(by, sent.get("content", ""))
    typed = {name: sent[name] for name in TYPED if sent.get(name, "").strip()}
    why = {name: one.why for name, one in found.fields.items() if name not in typed}
    return IntakeForm(by=by, initial=found.initial() | typed, why=why), found


def filled(by: Actor, sent: QueryDict) -> QueryDict:
    """What a box of text alone would have sent as the whole form: proposals where nothing was said, else what a form begins with."""
    found, data = queries.propose(by, sent.get("content", "")), sent.copy()
    units, first = by.units(P.CASE_RECORD), queries.types(by.county).first()
    begin: dict[str, Any] = {
        "unit": by.unit if by.unit in units else min(units, key=str), "type": first.id if first else "",
        "channel": Case.Channel.PHONE, "urgency": Case.Urgency.NORMAL,
    }  # fmt: skip
    for name, value in (begin | found.initial()).items():
        if name == "content" or not sent.get(name, "").strip():
            data[name] = str(value)
    return data
