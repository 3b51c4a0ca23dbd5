"""What goes with a post from one person to the next: the sections of a pack, and who sees which pack.

Apps that know of open work register a section when Django is ready; a section's lines name a matter by its number, never the
people in it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.said import Said, joined, say
from gongyi.network.models import Duty, Post, Unit
from gongyi.people.models import Account, HandOver, HandOverLine, Holding
from gongyi.people.queries.posts import limits_of


@dataclass(frozen=True)
class Line:
    """One thing to go on with: which one (a number or a post, no name or phone of an asker), the next step, by when, where."""

    text: str
    next_step: str = ""
    due: datetime | None = None
    path: str = ""


Source = Callable[[Account, Unit], Iterable[Line]]
sections: dict[str, tuple[str | Promise, Source]] = {}


def register_section(key: str, title: str | Promise, source: Source) -> None:
    """Add a section to every pack made from now on, in the order of registering; the same key again replaces it.

    `source(giver, unit)` yields what this person leaves behind in this unit now, most urgent first.
    """
    sections[key] = (title, source)


def collect(giver: Account, unit: Unit) -> list[tuple[Said, list[Line]]]:
    """The sections as they would stand in a pack made now, with their lines; an empty section stays, so that one sees it is empty."""
    return [(joined([title]), list(source(giver, unit))) for title, source in sections.values()]


# --- who sees packs ---------------------------------------------------------------------------------------------------


def visible_packs(by: Actor) -> QuerySet[HandOver]:
    """The packs that this person gives, takes or made; nobody else reads what is in them."""
    if by.id is None:
        return HandOver.objects.none()
    rows = HandOver.objects.filter(Q(giver=by.id) | Q(taker=by.id) | Q(made_by=by.id), county=by.county)
    return rows.select_related("post__unit", "giver", "taker", "made_by").order_by("-made_at")


def may_hear_of_pack(by: Actor, key: UUID) -> bool:
    """Whether the person may still see the pack."""
    return visible_packs(by).filter(id=key).exists()


def pending_packs(by: Actor) -> QuerySet[HandOver]:
    """The packs that wait for this person's signature, oldest first; for Today."""
    return _PENDING.filter(county=by.county, taker=by.id).select_related("post__unit", "giver", "taker")


def packs_to_sign(by: Actor) -> list[tuple[UUID, str]]:
    """Key and post of each of the `pending_packs`."""
    rows = _PENDING.filter(county=by.county, taker=by.id).values_list("id", "post__unit__name", "post__name")
    return [(key, f"{unit} · {post}") for key, unit, post in rows]


_PENDING = HandOver.objects.filter(signed_at=None, returned_at=None).order_by("made_at")


def lines_of(pack: HandOver) -> list[tuple[str, list[HandOverLine]]]:
    """The frozen lines of a pack, section by section. One query."""
    rows = pack.lines.filter(county=pack.county).order_by("position")
    return [(title, list(lines)) for title, lines in groupby(rows, key=lambda line: line.section)]


# --- people's own sections --------------------------------------------------------------------------------------------


def _near(unit: Unit, path: str) -> Q:
    """Rows of the unit and of those directly below it."""
    return Q(**{path: unit}) | Q(**{f"{path}__parent": unit})


def _moment(day: date) -> datetime:
    """The end of an office day, as a due moment."""
    return timezone.make_aware(datetime.combine(day, time(18)))


def _duties(giver: Account, unit: Unit) -> Iterator[Line]:
    """The duties of the posts that the giver holds in the unit."""
    today = clock.today()
    mine = Duty.objects.filter(
        post__unit=unit, post__holdings__account=giver, post__holdings__ended_on=None, since__lte=today
    )
    for duty in mine.filter(Q(until=None) | Q(until__gte=today)).select_related("post").order_by("text").distinct():
        yield Line(
            text=_cut(duty.text, 200), due=_moment(duty.until) if duty.until else None, path=_post_path(duty.post)
        )


def _contacts(_giver: Account, unit: Unit) -> Iterator[Line]:
    """Contacts in the unit and right below it that nobody verified within the county's limit."""
    days = timedelta(days=limits_of(unit.county).unverified_days)
    rows = Holding.objects.filter(_near(unit, "post__unit"), ended_on=None).exclude(
        post__unit__status=Unit.Status.CLOSED
    )
    due = [(held, (held.verified_on or held.since) + days) for held in rows.select_related("account", "post__unit")]
    for held, day in sorted(due, key=lambda pair: pair[1]):
        if day < clock.today():
            text = _("%(post)s：%(name)s") % {"post": held.post, "name": held.account.name}
            path = reverse("people:verify_contact", args=[held.id])
            yield Line(_cut(text, 200), say(gettext_lazy("打一次电话，核实联系方式")), _moment(day), path)


def _vacancies(_giver: Account, unit: Unit) -> Iterator[Line]:
    """Vacant posts in the unit and right below it."""
    today = clock.today()
    held = Holding.objects.filter(post=OuterRef("pk"), ended_on=None).exclude(kind=Holding.Kind.STAND_IN)
    rows = Post.objects.filter(
        _near(unit, "unit"), Q(until=None) | Q(until__gte=today), ~Exists(held), since__lte=today
    )
    for post in rows.exclude(unit__status=Unit.Status.CLOSED).select_related("unit").order_by("unit__name", "name"):
        yield Line(_cut(str(post), 200), say(gettext_lazy("安排人")), None, _post_path(post))


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _post_path(post: Post | None) -> str:
    return reverse("people:post", args=[post.id]) if post else ""


register_section("duties", gettext_lazy("岗位职责"), _duties)
register_section("contacts", gettext_lazy("要核实的联系方式"), _contacts)
register_section("vacancies", gettext_lazy("空缺的岗位"), _vacancies)
