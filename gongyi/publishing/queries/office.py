"""Public texts in the office: fetched only by who may see them, with what was found in them and hidden."""

from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from gongyi.core.access import Actor
from gongyi.core.secrets import Found, find_in_all, find_private, hide_private
from gongyi.core.timeline import Told, lines_of
from gongyi.people.queries import holders
from gongyi.publishing.rules import Press, judged_by, makers_of, press_of, visible_to


def fetch(by: Actor, press: Press, key: UUID) -> Any:
    """The publication with its record, if this person may see it; otherwise Http404, as if it had never existed (P3)."""
    found = visible_to(by, press).filter(id=key).select_related(*press.joined).first()
    if found is None:
        raise Http404
    return found


def of_record(record: Any) -> Any:
    """The publication of a record that one may see, None where there is none."""
    press = press_of(record)
    rows = press.publication.objects.filter(county=record.county, **{press.parent: record})
    found = rows.select_related(*press.joined).first()
    if found:
        setattr(found, press.parent, record)
    return found


def lead_on(by: Actor, publication: Any) -> str:
    """Where to go on after a change: its page, or the list if it is no longer theirs to see."""
    press = press_of(publication)
    seen = visible_to(by, press).filter(id=publication.id).exists()
    return publication.get_absolute_url() if seen else reverse(f"{press.space}:list")


def to_approve(by: Actor, press: Press) -> QuerySet[Any, Any]:
    """The texts that wait for this person's approval, the longest waiting first."""
    return judged_by(by, press).select_related("unit", press.parent).order_by("changed_at", "id")


def ours(by: Actor, press: Press, *, limit: int = 100) -> list[Any]:
    """The latest changed publications that one may see."""
    rows = visible_to(by, press).select_related("unit", press.parent).order_by("-changed_at", "-id")
    return list(rows[:limit])


def timeline(publication: Any) -> list[Told]:
    """Everything that happened to a publication, oldest first."""
    rows = lines_of(press_of(publication).step).filter(county=publication.county, publication=publication)
    return [Told(*row) for row in rows]


def versions(publication: Any) -> list[Any]:
    """Every text that was public, the newest first."""
    rows = press_of(publication).text.objects.filter(county=publication.county, publication=publication)
    return list(rows.order_by("-number"))


def stranded(county: int, press: Press) -> list[Any]:
    """The texts that wait for an approval where nobody is left who may give it; asked one by one, as few wait."""
    waiting = press.publication.objects.filter(county=county, state="proposed").order_by("id")
    texts = list(waiting.select_related(*press.joined))
    units = {text.second_id for text in texts if text.second_id}
    may = holders(press.table["approve"].permission, units) if texts else {}
    return [
        text for text in texts if not may.get(text.second_id, set()) - makers_of(text) - set(press.apart(text.record))
    ]


class Place(NamedTuple):
    """One word that was found in the text under work: where, what kind, the words around it; `shown` with its reason."""

    field: str
    kind: str
    words: str
    around: tuple[str, str]
    shown: Any


@dataclass(frozen=True)
class Proof:
    """The text under work as the public would see it (`text` by field), and everything that was found in it."""

    text: dict[str, str]
    places: list[Place]


Shown = dict[tuple[str, str], Any]


def shown_words(publication: Any) -> Shown:
    """The words that the writer wants to be shown nevertheless."""
    rows = press_of(publication).word.objects.filter(county=publication.county, publication=publication)
    return {(row.kind, row.words): row for row in rows.order_by("at", "id")}


def proof(publication: Any) -> Proof:
    """Mask the text under work: what is found by its look, and what the record knows of people wherever it stands."""
    press, shown = press_of(publication), shown_words(publication)
    text, places = dict[str, str](), list[Place]()
    raws = [getattr(publication, name) for name in press.names]
    for name, raw, found in zip(press.names, raws, find_in_all(raws, press.known(publication.record)), strict=True):
        text[name] = hide_private(raw, found, shown)
        places += [_place(name, raw, one, found, shown) for one in found]
    return Proof(text, places)


def hide(text: str) -> str:
    """A short text for the public, with all that is found hidden."""
    return hide_private(text, find_private(text))


AROUND = 8


def _place(name: str, raw: str, one: Found, found: list[Found], shown: Shown) -> Place:
    """A found word with some words around it, in which what else was found stays hidden."""
    clear = hide_private(raw, [other for other in found if other != one], shown)
    start = len(hide_private(raw[: one.start], [other for other in found if other.end <= one.start], shown))
    end = start + one.end - one.start
    around = (clear[max(0, start - AROUND) : start], clear[end : end + AROUND])
    return Place(name, one.kind, one.words, around, shown.get((one.kind, one.words)))
