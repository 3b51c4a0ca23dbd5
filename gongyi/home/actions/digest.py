"""One message each morning for who wants it: how much is late, due, stuck. Numbers only (rights.md D19)."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from gongyi.casework import queries
from gongyi.core import clock, outbox
from gongyi.core.access import Actor, system_actor
from gongyi.core.models import DigestChoice
from gongyi.core.said import Piece, Said, joined, say
from gongyi.core.today import Section
from gongyi.home.queries import begin_of
from gongyi.people.models import Account
from gongyi.people.queries import actor_of

EVENT = "digest"


def choose_digest(*, by: Actor, when: str) -> None:
    """Keep a person's own choice; ValidationError for a word that is none."""
    choice = DigestChoice.objects.filter(county=by.county, account=by.key).first()
    choice = choice or DigestChoice(county=by.county, account=by.key)
    choice.when = when
    choice.clean_fields(exclude=["id"])
    choice.save()


def send_digests(county: int) -> int:
    """Send today's digests that were not sent yet; nothing to who has nothing to do. Returns how many went out."""
    wanted = DigestChoice.objects.filter(county=county, when=DigestChoice.When.MORNING).values_list(
        "account", flat=True
    )
    sent, today = 0, begin_of(clock.today())
    for account in Account.objects.filter(id__in=list(wanted), is_active=True):
        if outbox.inbox(county, account.id, event=EVENT, since=today).exists():
            continue
        if text := digest_words(actor_of(account)):
            by = system_actor("digest", county)
            outbox.tell([account.id], by=by, event=EVENT, text=text, path=reverse("home:today"))
            sent += 1
    return sent


def digest_words(by: Actor) -> Said | None:
    """What waits, in numbers: 今天：已超期 2 件，24 小时内到期 3 件. None when nothing does."""
    found = [
        say(gettext_lazy("%(what)s %(n)s 件"), what=section.title, n=_number(section)) for section in queries.my_day(by)
    ]
    return say(gettext_lazy("今天：%(list)s"), list=joined(found, gettext_lazy("，"))) if found else None


def _number(section: Section) -> Piece:
    return say(gettext_lazy("超过 %(n)d"), n=section.count) if section.open_end else section.count
