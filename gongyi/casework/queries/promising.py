"""What an answer promises: what the text says, who may keep it, what is planned or open already, and what is missing."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from gongyi.casework.models import Case
from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.deadlines import Span, due
from gongyi.core.secrets import mask_text
from gongyi.language.promises import Proposed, promises, proposed
from gongyi.network.models import Unit
from gongyi.network.queries import calendar_of
from gongyi.promises.models import PlannedPromise, Promise
from gongyi.promises.queries import has_open, planned_for, promises_of, row
from gongyi.promises.rules import visible_to

KIND = "case"


def promising_units(case: Case) -> list[Unit]:
    """The units that may keep what the answer promises: the lead first, then those that help."""
    lead = [case.lead] if case.lead else []
    return [*lead, *(unit for unit in case.co_handlers if unit.id != case.lead_id)]


def proposed_lines(case: Case, answer: str) -> list[Proposed]:
    """What a text promises plainly, with its days on the lead unit's calendar; numbers of people are masked."""
    calendar = calendar_of(case.lead, case.county)
    found = proposed(answer, clock.today(), lambda n: due(clock.now(), Span.parse(f"{n}w"), calendar).date())
    return [Proposed(mask_text(one.what)[:300], one.day) for one in found]


def planned_of(case: Case) -> list[PlannedPromise]:
    """What the answer promises that waits for approval, or was sent back."""
    return planned_for(KIND, case.id)


def promises_of_case(case: Case) -> list[Promise]:
    """Every promise that arose from the case's answers."""
    return promises_of(KIND, case.id)


def open_promises_of(case: Case) -> list[Promise]:
    """Those of them that are still to be kept."""
    return [one for one in promises_of_case(case) if one.is_open]


def promises_plainly(answer: str) -> bool:
    """Whether the office says of itself that it will do something."""
    return any(one.plain for one in promises(answer))


def promise_missing(
    case: Case, answer: str | None, outcome: str | None, lines: Collection[Any], nothing: str
) -> dict[str, str]:
    """By field what an answer that is not "solved" has to say of what follows; {} where all is well.

    What it promises plainly stands in the ledger, unless the case has an open promise already; one that solves a part promises
    something or says why nothing follows.
    """
    if outcome == Case.Outcome.SOLVED or lines or has_open(KIND, case.id):
        return {}
    if promises_plainly(answer or ""):
        return {"promise_1": _("答复里答应了要做的事，还没有记下来。请核对做什么、谁来做、哪天以前，再送出一次。")}
    if outcome == Case.Outcome.PARTLY and not nothing.strip():
        return {
            "nothing": _("只解决了一部分：请在上面写答应再做什么、哪天以前；或者在这里写明为什么后面没有要做的事。")
        }
    return {}


def promise_rows(by: Actor, case: Case) -> list[dict[str, Any]]:
    """The case's promises as lines of a list; with an address for who may open them."""
    rows = promises_of_case(case)
    seen = set(visible_to(by).filter(id__in=[one.id for one in rows]).values_list("id", flat=True)) if rows else set()
    return [row(one) | ({} if one.id in seen else {"url": ""}) for one in rows]
