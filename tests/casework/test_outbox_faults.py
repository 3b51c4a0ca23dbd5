"""R14: no mail for work that was rolled back, whichever statement fails; and none to who may no longer see the case."""

from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction

from gongyi.casework import actions
from gongyi.casework.models import Case
from gongyi.core import outbox
from gongyi.core.models import Address, Channel, Delivery, Message, NoticeChoice, Way
from gongyi.core.outbox import sending
from gongyi.core.outbox.sending import send_due
from gongyi.people.models import Grant
from tests.core.test_outbox_sending import NOON, mail  # noqa: F401 - a fixture
from tests.receivers import decoded

COUNTY = 999001


@pytest.fixture
def reached(land):
    """The township's clerks get mail, and its group chat does."""
    Channel.objects.create(way=Way.MAIL, active=True)
    for owner, value in (
        (land.clerk.id, "wang@x.example"),
        (land.clerk2.id, "qian@x.example"),
        (land.town.id, "all@x.example"),
    ):
        Address(county=COUNTY, owner=owner, way=Way.MAIL, value=value, made_at=NOON, confirmed_at=NOON).save()
        NoticeChoice.objects.create(county=COUNTY, account=owner, way=Way.MAIL, kind="turn")
    return land


@pytest.fixture
def case(reached) -> Case:
    land = reached
    found = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="王大勇家路灯坏了")
    Message.objects.all().delete()  # what the desk's group reads of it is not the matter here
    return found


class FaultError(DatabaseError):
    """The database went away at this statement."""


@contextmanager
def failing_at(number: int):
    """Let the statement with this number fail (the first is 1)."""
    seen = [0]

    def count(execute, sql, params, many, context):
        seen[0] += 1
        if seen[0] == number:
            raise FaultError(sql[:40])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield seen


def assign(land, case: Case):
    with transaction.atomic():
        return actions.assign_case(Case.objects.get(id=case.id), by=land.desk, lead=land.town)


def test_r14_whichever_statement_fails_before_the_commit_no_mail_leaves(reached, case, mail):  # noqa: F811
    before = Message.objects.count()
    number = 0
    while True:
        number += 1
        with failing_at(number) as seen:
            try:
                assign(reached, case)
            except FaultError:
                pass
            else:
                assert seen[0] < number, "a fault was swallowed"
                break
        assert Message.objects.count() == before
        assert send_due(COUNTY) == sending.Run()
    assert number > 15
    assert mail.letters == []
    assert send_due(COUNTY).sent == 3
    assert sorted(mail.seen) == ["all@x.example", "qian@x.example", "wang@x.example"]


def test_control_a_message_outside_the_transaction_leaves_in_spite_of_the_fault(reached, case, mail):  # noqa: F811
    with failing_at(8), pytest.raises(FaultError):
        outbox.tell([reached.clerk.id], by=reached.desk, event="assigned", text="x", path="/", subject=case.id)
        assign(reached, case)
    assert Message.objects.filter(event="assigned").exists()


def test_only_the_number_leaves_the_house_and_into_the_group_not_even_that(reached, case, mail):  # noqa: F811
    """D19."""
    assign(reached, case)
    send_due(COUNTY)
    for who, letter in zip(mail.seen, mail.letters, strict=True):
        text = decoded(letter)
        assert "王大勇" not in text
        assert "路灯" not in text
        assert (case.number in text) == (who != "all@x.example")


def test_r14_who_may_no_longer_see_the_case_gets_no_mail_of_it(reached, case, mail):  # noqa: F811
    assign(reached, case)
    Grant.objects.filter(account=reached.clerk.id).update(unit=reached.other)
    actions.declare_conflict(Case.objects.get(id=case.id), by=reached.clerk2, note="亲戚")
    send_due(COUNTY)
    reasons = dict(Delivery.objects.values_list("owner", "reason"))
    assert reasons[reached.clerk.id] == "no_right"
    assert "wang@x.example" not in mail.seen


def test_control_with_the_right_unasked_the_mail_would_go(reached, case, mail, monkeypatch):  # noqa: F811
    assign(reached, case)
    Grant.objects.filter(account=reached.clerk.id).update(unit=reached.other)
    monkeypatch.setitem(sending._rights, "assigned", lambda _reader, _subject: True)
    send_due(COUNTY)
    assert "wang@x.example" in mail.seen


def test_no_group_hears_of_a_tip_off(reached, mail):  # noqa: F811
    land = reached
    case = actions.open_case(by=land.officer, unit=land.village, type=land.tipoff, content="有人赌钱")
    actions.assign_case(case, by=land.desk, lead=land.town)
    assert not Delivery.objects.filter(receiver="group").exists()
