"""Who may ask for a table and who answers: the unit that asks, and each unit that is asked for its own answer (rights.md P5)."""

from uuid import UUID

from django.db.models import Q, QuerySet

from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.workflow import Move, holds_at
from gongyi.network.models import Unit
from gongyi.network.queries import units_below
from gongyi.reports.models import Answer, Ask
from gongyi.reports.workflow import ANSWER, ASK


def may_ask(by: Actor, unit: Unit) -> bool:
    """Whether this person may ask the units below this one."""
    return by.can(P.FIGURES_VIEW, unit.id)


def asking_units(by: Actor) -> list[Unit]:
    """The units for which this person may ask: those with somebody below them."""
    rows = Unit.objects.filter(county=by.county, id__in=by.units(P.FIGURES_VIEW), status=Unit.Status.RUNNING)
    return [unit for unit in rows.order_by("path") if units_below(unit).exists()]


def asks_visible_to(by: Actor) -> QuerySet[Ask]:
    """The tables that one's own units ask for."""
    return Ask.objects.filter(county=by.county, unit__in=by.units(P.FIGURES_VIEW))


def answers_visible_to(by: Actor) -> QuerySet[Answer]:
    """One's own units' answers, and those given to one's own units; a unit beside sees none."""
    units = by.units(P.FIGURES_VIEW)
    return Answer.objects.filter(Q(unit__in=units) | Q(ask__unit__in=units, state="sent"), county=by.county)


def can_move_ask(by: Actor, ask: Ask, move: Move) -> bool:
    """Whether this person may make this move, whatever the state."""
    return holds_at(by, ask, move)


def can_move_answer(by: Actor, answer: Answer, move: Move) -> bool:
    """Whether this person may make this move: never on a table that is no longer asked for, or whose time is over."""
    if by.system:
        return holds_at(by, answer, move)
    return holds_at(by, answer, move) and answer.ask.state == "sent" and answer.ask.until >= clock.today()


def ask_moves(by: Actor, ask: Ask) -> list[Move]:
    """The moves that this person may make now, in table order."""
    return [move for move in ASK.leaving(ask.state) if can_move_ask(by, ask, move)]


def answer_moves(by: Actor, answer: Answer) -> list[Move]:
    """The moves that this person may make now, in table order."""
    return [move for move in ANSWER.leaving(answer.state) if can_move_answer(by, answer, move)]


def may_hear_of_table(by: Actor, key: UUID) -> bool:
    """Whether the reader may still open the answer of which a message tells."""
    return answers_visible_to(by).filter(id=key).exists()
