"""A record's timeline as pages print it: its lines, who stands beside each, the buttons that add the next one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gongyi.core.secrets import mask_text
from gongyi.core.workflow import Step, Table


@dataclass(frozen=True)
class Turn:
    """The turn stamp: whose turn it is and how long is left, in words, with the tone of its colour."""

    words: str
    tone: str
    icon: str


@dataclass(frozen=True)
class Way:
    """Where a record stands, for whoever sent it: in two words, whose turn it is, by when, why; with tone and icon of the stamp."""

    words: str
    whose: str
    until: datetime | None
    why: str
    tone: str
    icon: str


class Told(NamedTuple):
    """A line of the timeline as pages print it: whole rows of a table would cost twice as much."""

    at: datetime
    action: str
    source: str
    target: str
    actor: UUID | None
    actor_label: str
    unit_label: str
    reason: str
    note: str


def lines_of(step: type[Step]) -> Any:
    """The lines of a kind of record, oldest first, as `Told` wants them."""
    return step._base_manager.order_by("seq").values_list(*Told._fields)


def who_did(step: Step | Told, strangers: Mapping[str, Promise]) -> str:
    """Who stands beside a line: unit and person; of one without an account the word under its action in `strangers`, or the product."""
    if step.actor is None:
        return str(strangers.get(step.action, "")) or _("系统")
    return " · ".join(filter(None, [step.unit_label, step.actor_label]))


def events(
    table: Table,
    steps: Sequence[Told],
    *,
    first: Mapping[str, Promise],
    icons: Mapping[str, str],
    strangers: Mapping[str, Promise],
    gone: Collection[int] = (),
) -> list[dict[str, Any]]:
    """The timeline as its building block wants it. `first` names the lines that are no moves; `gone` the places taken back."""
    labels: dict[str, Any] = {move.action: move.label for move in table.moves} | dict(first)
    return [
        {
            "at": step.at, "who": who_did(step, strangers), "gone": at in gone,
            "what": labels.get(step.action, step.action), "why": step.reason, "text": mask_text(step.note),
            "tone": table.states[step.target].tone, "icon": icons.get(step.action, ""),
        }
        for at, step in enumerate(steps)
    ]  # fmt: skip


def button(table: Table, action: str, url: str, *, at_once: bool) -> dict[str, Any]:
    """A move as the action bar wants it; `at_once`: it needs no word and loses nothing, so one click does it."""
    return {**_said(get_language(), table.kind, action, table, at_once=at_once), "url": f"{url}{action}/"}


_kept: dict[tuple[Any, ...], dict[str, Any]] = {}  # a dozen on every page of a record, always the same


def _said(language: str | None, kind: str, action: str, table: Table, *, at_once: bool) -> dict[str, Any]:
    key = language, kind, action, at_once
    if key not in _kept:
        move = table[action]
        _kept[key] = {
            "action": action, "label": str(move.label), "consequence": str(move.tells), "danger": move.grave, "icon": "",
            "method": "post" if at_once else "get",
        }  # fmt: skip
    return _kept[key]
