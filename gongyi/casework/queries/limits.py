"""The limits of a case: from when, how long, by whose calendar, until when; and why each ends on its day."""

from datetime import datetime

from gongyi.casework.models import Case, CaseStep, CaseType
from gongyi.casework.workflow import STATES
from gongyi.core.deadlines import Span
from gongyi.network.models import Unit
from gongyi.network.queries import Limit, Why, explained

# Steps with a limit of their own: from which moment of the case, and which limit of its type.
STEP_LIMITS = {
    "assigned": ("sign", "assigned_at", "sign_span"),
    "signed": ("contact", "assigned_at", "contact_span"),
    "calling": ("call", "answered_at", "call_span"),
}
_BY_UNIT = {"contacted", "handling", "redo", "extending", "drafted"}
REOPENABLE = ("closed", "declined")


def span_for(type_: CaseType, urgency: str) -> Span:
    """The answering limit of a type at this urgency."""
    text = {"urgent": type_.urgent_span, "danger": type_.danger_span}.get(urgency, type_.answer_span)
    return Span.parse(text)


def limit_of(case: Case, which: str) -> Limit | None:
    """The limit of this kind that the case has now: `resident`, `unit`, `turn`, `quiet` or `reopen`; None for any other."""
    match which:
        case "resident":
            return Limit("resident", case.recorded_at, Span.parse(case.span), case.resident_due)
        case "unit" if case.unit_due and (start := case.unit_from or case.assigned_at):
            return Limit("unit", start, Span.parse(case.span), case.unit_due, case.lead, agreed=bool(case.extensions))
        case "turn" if case.turn_due:
            return _turn(case, case.turn_due)
        case "quiet" if case.state == "answered" and case.quiet_until:
            return _by_type(case, "quiet", _quiet_from(case), "quiet_span", case.quiet_until)
        case "reopen" if case.state in REOPENABLE and case.reopen_until:
            return _by_type(case, "reopen", case.closed_at, "reopen_span", case.reopen_until)
    return None


def _turn(case: Case, until: datetime) -> Limit | None:
    """The limit that the next step has; none where a date was agreed upon."""
    if case.state in STEP_LIMITS:
        kind, start, setting = STEP_LIMITS[case.state]
        return _by_type(case, kind, getattr(case, start), setting, until, place=case.lead)
    if case.state == "answered":
        return limit_of(case, "quiet")
    if case.state == "parked" or not STATES[case.state].open:
        return None
    return limit_of(case, "unit" if case.state in _BY_UNIT else "resident")


def _by_type(
    case: Case, kind: str, start: datetime | None, setting: str, until: datetime, *, place: Unit | None = None
) -> Limit | None:
    return Limit(kind, start, Span.parse(getattr(case.type, setting)), until, place, setting) if start else None


def _quiet_from(case: Case) -> datetime | None:
    """From when nobody objected: the answer, or the last call in which the asker was not reached."""
    if not case.tries:
        return case.answered_at
    steps = CaseStep.objects.filter(county=case.county, case=case, action="call_back", target="answered")
    return steps.order_by("-seq").values_list("at", flat=True).first() or case.answered_at


def why(case: Case, which: str) -> Why | None:
    """The explanation of a limit of `limit_of`; None where the case has none of this kind."""
    limit = limit_of(case, which)
    return explained(limit, case.county) if limit else None
