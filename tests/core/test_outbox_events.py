"""Every event that the product tells of belongs to a kind that people choose, and somebody answers for its subject."""

import re
from pathlib import Path

from gongyi.core.outbox import sending
from gongyi.core.outbox.words import CODE, KINDS, TEST, kind_of

PACKAGE = Path(__file__).resolve().parents[2] / "gongyi"
WITHOUT_SUBJECT = {"account.reset", "grant.made", "grant.waiting", "digest", "import", CODE, TEST}


def told() -> set[str]:
    """Events as the code writes them; those named after a state or move stand in KINDS."""
    texts = [file.read_text() for file in PACKAGE.rglob("*.py") if "migrations" not in file.parts]
    found = {event for text in texts for event in re.findall(r'\bevent="([a-z._]+)"', text)}
    return found | {event for kind in KINDS.values() for event in kind.events}


def test_every_event_has_a_kind():
    """But for what goes to residents: they agree to messages about their own case as a whole."""
    staff = {event for event in told() - {CODE, TEST} if not event.startswith("resident.")}
    assert {event for event in staff if kind_of(event) == "other"} == set()


def test_somebody_answers_for_every_subject():
    assert told() - WITHOUT_SUBJECT - set(sending._rights) == set()


def test_control_an_unknown_event_is_of_no_kind_and_nobody_answers_for_it():
    assert kind_of("unheard.of") == "other"
    assert "unheard.of" not in sending._rights
