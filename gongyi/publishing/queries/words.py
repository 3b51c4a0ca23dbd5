"""What the office pages of a public text print: what was found in it, its timeline, the next step, what waits on Today."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import timeline as core
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.secrets import KINDS
from gongyi.core.timeline import Turn
from gongyi.core.today import Line, Section, day_words
from gongyi.publishing.queries.office import Proof, hide, timeline, to_approve
from gongyi.publishing.rules import Press, moves_for, press_of

ON_PAGE = {"show", "hide"}  # stand beside the words, not in the action bar
SHOWN, COUNT_TO = 20, 50


def places(found: Proof, *, writes: bool) -> list[dict[str, Any]]:
    """Each found word once, with how often; the word itself only for who writes the text, or where it will be shown."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for place in found.places:
        line = rows.setdefault(
            (place.kind, place.words),
            {
                "kind": place.kind, "label": KINDS[place.kind], "words": place.words if writes or place.shown else "",
                "around": place.around, "shown": place.shown, "times": 0,
            },
        )  # fmt: skip
        line["times"] += 1
    return sorted(rows.values(), key=lambda line: line["shown"] is None)


def refusal(publication: Any) -> str:
    """What the approver wants to be changed."""
    if publication.state != "refused":
        return ""
    return next((step.note for step in reversed(timeline(publication)) if step.action == "refuse"), "")


def buttons(by: Actor, publication: Any) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The one next step and the others, as the action bar wants them."""
    table = press_of(publication).table
    moves = [move for move in moves_for(by, publication) if move.action not in ON_PAGE]
    steps = [core.button(table, move.action, publication.get_absolute_url(), at_once=False) for move in moves]
    primary = next((step for step, move in zip(steps, moves, strict=True) if move.primary), steps[0] if steps else None)
    return primary, [step for step in steps if step is not primary]


def events(publication: Any) -> list[dict[str, Any]]:
    """The timeline as its building block wants it; what was shown or hidden is named in the list above it, not here."""
    press = press_of(publication)
    steps = [step._replace(note="") if step.action in ON_PAGE else step for step in timeline(publication)]
    asked = {move.action for move in press.table.moves if move.permission == P.ASKER}
    strangers = dict.fromkeys(asked, press.words.stranger)
    return core.events(press.table, steps, first={"start": gettext_lazy("拟稿")}, icons={}, strangers=strangers)


def waiting_section(by: Actor, press: Press) -> Section:
    """The texts that wait for this person on Today, the longest waiting first."""
    approve = press.table["approve"]
    rows: QuerySet[Any, Any] | list[Any] = to_approve(by, press) if by.can(approve.permission) else []
    texts = list(rows[: COUNT_TO + 1])
    held = min(len(texts), COUNT_TO)
    lines = [_line(press, text) for text in texts[:SHOWN]]
    return Section(
        f"public-{press.kind}", press.words.waiting, lines, held, "", len(texts) > held, f"{press.space}:list"
    )


def _line(press: Press, text: Any) -> Line:
    move, address = press.table["approve"], text.get_absolute_url()
    turn = Turn(_("%(day)s送审") % {"day": day_words(text.changed_at)}, "waiting", press.table.states["proposed"].icon)
    facts = {"url": address, "number": text.record.number, "title": hide(text.title), "turn": turn}
    why = _("%(unit)s想公开这段文字，您看过、同意了才公开") % {"unit": text.unit}
    return Line(facts, why, {"label": move.label, "method": "get", "url": f"{address}{move.action}/"})
