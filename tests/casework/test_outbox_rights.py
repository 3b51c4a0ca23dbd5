"""R14, P10: between the event and the sending the reader lost what gave them the right to hear of it; for every kind of message."""

from datetime import date

import pytest

from gongyi.casework import actions
from gongyi.casework.actions import recall
from gongyi.casework.actions.promising import record_of
from gongyi.casework.models import Case
from gongyi.core import outbox
from gongyi.core.access import Role, system_actor
from gongyi.core.models import Address, Channel, Delivery, Message, NoticeChoice, Way
from gongyi.core.outbox import sending
from gongyi.core.outbox.sending import send_due
from gongyi.core.outbox.words import CODE, KINDS, TEST
from gongyi.people.actions import exports, handover
from gongyi.people.actions.consent import give_consent, withdraw_consent
from gongyi.people.actions.residents import open_resident
from gongyi.people.models import Account, Consent, Export, Grant, HandOver, Holding, Resident
from gongyi.people.queries import actor_of
from gongyi.people.queries import residents as resident_queries
from gongyi.promises.actions import make_promise
from gongyi.proposals.actions import open_proposal
from gongyi.proposals.models import Comment
from gongyi.reports.models import Answer, Ask, Report
from tests.casework.test_publishing import proposed
from tests.core.test_outbox_events import told
from tests.core.test_outbox_sending import NOON, mail  # noqa: F401 - a fixture
from tests.factories import grant, hold, make_account, make_post
from tests.guards.rows import make_row
from tests.receivers import decoded

COUNTY = 999001
TO_RESIDENTS = {"resident.answered", "resident.asked", "resident.reopened", "resident.promise"}
OF_PROPOSALS = {"resident.proposal", "resident.comment"}  # see tests/proposals/test_portal.py and test_voices.py
WITHOUT_RIGHT = {
    "account.reset",
    "grant.made",
    "digest",
}  # of the reader's own account, or mere numbers: only the account counts


@pytest.fixture
def reader(land):
    """One person with every right that messages are about: clerk, dispatcher and lead of the township, holder of a post."""
    person = make_account("万能")
    for role in (Role.CLERK, Role.DISPATCHER, Role.LEAD):
        grant(person, role, land.town)
    Channel.objects.create(way=Way.MAIL, active=True)
    Address(county=COUNTY, owner=person.id, way=Way.MAIL, value="all@x.example", made_at=NOON, confirmed_at=NOON).save()
    for kind in KINDS:
        NoticeChoice.objects.create(county=COUNTY, account=person.id, way=Way.MAIL, kind=kind)
    return person


def subjects(land, person) -> dict:
    """What the messages of each kind are about, as the reader may see it."""
    asker = actions.AskerFacts(name="刘大勇", phone="13812345678")
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了", asker=asker)
    case = actions.assign_case(case, by=land.desk, lead=land.town)
    post = make_post(land.town, "联络员")
    hold(post, person)
    manager = make_account("乡管")
    for role in (Role.STEWARD, Role.ACCOUNT_MANAGER):
        grant(manager, role, land.town)
    taker = make_account("小李")
    pack = handover.make_pack(by=actor_of(manager), post=post, giver=person, taker=taker)
    export = exports.ask_contacts(
        by=actor_of(person), kind="csv", query="", words="", purpose="contact", reason="通知停水"
    )
    about = dict.fromkeys(KINDS["turn"].events | KINDS["word"].events | KINDS["due"].events, case.id)
    proposal = open_proposal(
        by=actor_of(person), unit=land.town, title="修桥", analysis="难走", suggestions="修一座", authors=[]
    )
    about |= dict.fromkeys(KINDS["proposal"].events, proposal.id)
    about |= {"comment.read": make_row(Comment, COUNTY, proposal=proposal, desk=land.town).id}
    promise = make_promise(by=land.clerk, record=record_of(case), what="装好路灯", unit=land.town, due=date(2099, 1, 1))
    about |= dict.fromkeys(KINDS["promise"].events, promise.id)
    about |= {"publication": proposed(land).id, "export": export.id, "post.fill": post.id}
    about |= dict.fromkeys(["handover.make", "handover.sign", "handover.return", "handover.withdraw"], pack.id)
    about |= {"report": make_row(Report, COUNTY, unit=land.town).id}
    about |= {"asking": make_row(Answer, COUNTY, ask=make_row(Ask, COUNTY, unit=land.county), unit=land.town).id}
    return about | {"import": None, "grant.waiting": None}


def lose_everything(land, person) -> None:
    """They keep one role, in another township; nothing of what the messages are about is theirs any more."""
    Grant.objects.filter(account=person.id).delete()
    grant(person, Role.CALLER, land.other)
    Holding.objects.filter(account=person.id).update(ended_on=NOON.date())
    Export.objects.filter(account=person.id).update(gone_at=NOON)
    HandOver.objects.update(giver=None)


def tell_all(person, about) -> None:
    Message.objects.all().delete()
    for event, subject in about.items():
        outbox.tell([person.id], by=system_actor("t", COUNTY), event=event, text="有事", path="/", subject=subject)


def ends() -> dict:
    return {row.message.event: (row.state, row.reason) for row in Delivery.objects.select_related("message")}


def test_r14_no_kind_of_message_goes_to_who_lost_the_right_meanwhile(land, reader, mail):  # noqa: F811
    about = subjects(land, reader)
    assert told() - {CODE, TEST} <= set(about) | TO_RESIDENTS | OF_PROPOSALS | WITHOUT_RIGHT, (
        "a new event needs its line here"
    )
    tell_all(reader, about)
    lose_everything(land, reader)
    assert send_due(COUNTY).sent == 0
    assert mail.letters == []
    assert ends() == {event: ("dropped", "no_right" if subject else "no_duty") for event, subject in about.items()}


def test_control_with_the_right_every_kind_goes(land, reader, mail):  # noqa: F811
    about = subjects(land, reader)
    tell_all(reader, about)
    assert send_due(COUNTY).sent == len(about)
    assert set(ends().values()) == {("sent", "")}


def test_r14_even_what_is_only_about_the_account_does_not_go_to_a_disabled_one(land, reader, mail):  # noqa: F811
    tell_all(reader, dict.fromkeys(WITHOUT_RIGHT))
    Account.objects.filter(id=reader.id).update(is_active=False)
    assert send_due(COUNTY).sent == 0
    assert set(ends().values()) == {("dropped", "gone")}


@pytest.mark.parametrize("lost", ["consent", "case", "account", "", "address"])
def test_r14_a_resident_hears_only_with_consent_and_of_a_case_of_their_own(land, mail, monkeypatch, lost):  # noqa: F811
    monkeypatch.setattr(resident_queries, "ROUNDS", 10)
    Channel.objects.create(way=Way.MAIL, active=True)  # whatever the way: what is asked again is the same
    resident = open_resident(county=COUNTY, phone="13812345678", password="x-long-word")
    give_consent(resident, purpose=Consent.For.SMS)
    Address(county=COUNTY, owner=resident.id, way=Way.MAIL, value="r@x.example", made_at=NOON, confirmed_at=NOON).save()
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")
    Case.objects.filter(id=case.id).update(resident=resident.id)
    by = system_actor("t", COUNTY)
    for event in TO_RESIDENTS:
        outbox.tell_resident(resident.id, by=by, event=event, text="有事", path="/portal/mine/", subject=case.id)
    match lost:
        case "consent":
            Consent.objects.update(withdrawn_at=NOON)
        case "address":
            withdraw_consent(resident, purpose=Consent.For.SMS)
            Address.objects.filter(owner=resident.id).delete()
        case "case":
            Case.objects.update(resident=None)
        case "account":
            Resident.objects.all().delete()
    assert send_due(COUNTY).sent == (0 if lost else len(TO_RESIDENTS))
    reason = {"consent": "no_consent", "case": "no_right", "account": "no_consent", "": "", "address": "no_address"}[
        lost
    ]
    assert {row[1] for row in ends().values()} == {reason}


def test_control_without_the_second_look_it_would_go(land, reader, mail, monkeypatch):  # noqa: F811
    about = subjects(land, reader)
    tell_all(reader, about)
    lose_everything(land, reader)
    monkeypatch.setattr(sending, "_why_not_this", lambda *_args: "")
    assert send_due(COUNTY).sent == len(about)


def test_what_ends_a_right_is_still_told_to_who_had_it(land, reader, mail, monkeypatch):  # noqa: F811
    """An assignment taken back, an export not agreed to: the word about it is not stopped by itself."""
    asker = actions.AskerFacts(name="刘大勇", phone="13812345678")
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了", asker=asker)
    monkeypatch.setattr(exports, "MOST_ALONE", 0)
    facts = {"kind": "csv", "query": "", "words": "", "purpose": "contact", "reason": "通知停水"}
    export = exports.ask_contacts(by=actor_of(reader), **facts)
    case = actions.assign_case(
        case, by=land.county_desk if case.desk_id == land.county.id else land.desk, lead=land.town
    )
    Message.objects.all().delete()
    recall.recall_case(Case.objects.get(id=case.id), by=land.desk)
    exports.judge_export(export, by=land.lead, agrees=False)
    assert send_due(COUNTY).sent == 2
    assert ends() == {"recall": ("sent", ""), "export": ("sent", "")}
    text = "".join(decoded(letter) for letter in mail.letters)
    assert "不用签收" in text
    assert "没有同意" in text
