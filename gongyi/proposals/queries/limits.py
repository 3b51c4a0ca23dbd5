"""The limits that a county set for proposals, and those that a proposal has: from when, how long, until when."""

from datetime import datetime

from gongyi.core.deadlines import Span
from gongyi.network.models import Unit
from gongyi.network.queries import Limit, Why, explained
from gongyi.proposals.models import Limits, Proposal


def limits_of(county: int) -> Limits:
    """The county's limits; the defaults, unsaved, where it set none. One query."""
    return Limits.objects.filter(county=county).first() or Limits(county=county)


# Which limit the next step has in a state; every other state has none.
STEP_LIMITS = dict.fromkeys(("submitted", "screening"), "screen") | {
    "assigned": "sign",
    "consulting": "co",
    "replied": "rate",
}
STEP_LIMITS |= dict.fromkeys(("signed", "talking", "redo", "drafting", "reviewing", "auditing", "extending"), "answer")
COLUMNS = {"answer": "unit_due", "co": "co_due", "rate": "rate_due"}  # those that stand in a column of their own


def limit_of(proposal: Proposal, which: str, limits: Limits | None = None) -> Limit | None:
    """The limit of this kind that the proposal has now: `answer`, `co`, `screen`, `sign`, `rate` or `turn`; None for any other."""
    match which:
        case "turn":
            return limit_of(proposal, STEP_LIMITS.get(proposal.state, ""), limits)
        case "answer" if proposal.unit_due and proposal.unit_from:
            span, agreed = Span.parse(proposal.span), bool(proposal.extensions)
            return Limit("answer", proposal.unit_from, span, proposal.unit_due, proposal.lead, agreed=agreed)
        case "co" if proposal.helping:
            return _set(proposal, "co", proposal.assigned_at, proposal.co_due, limits, place=proposal.lead)
        case "screen" | "sign" if STEP_LIMITS.get(proposal.state) == which:
            start = proposal.submitted_at if which == "screen" else proposal.assigned_at
            return _set(proposal, which, start, proposal.turn_due, limits)
        case "rate" if proposal.state == "replied":
            return _set(proposal, "rate", proposal.replied_at, proposal.rate_due, limits)
    return None


def _set(
    proposal: Proposal, kind: str, start: datetime | None, until: datetime | None, limits: Limits | None, *, place: Unit | None = None
) -> Limit | None:  # fmt: skip
    """One whose length the county's settings gave."""
    if start is None or until is None:
        return None
    setting = f"{kind}_span"
    return Limit(kind, start, Span.parse(getattr(limits or limits_of(proposal.county), setting)), until, place, setting)


def why(proposal: Proposal, which: str) -> Why | None:
    """The explanation of a limit of `limit_of`; None where the proposal has none of this kind."""
    limit = limit_of(proposal, which)
    return explained(limit, proposal.county) if limit else None
