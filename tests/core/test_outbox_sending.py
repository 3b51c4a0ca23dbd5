"""From the commit to the other side: claimed once, looked at again, sent outside a transaction, tried again, parked."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy

from gongyi.core import clock, outbox, schedule
from gongyi.core.access import Role, system_actor
from gongyi.core.models import Address, Channel, Delivery, DigestChoice, Message, NoticeChoice, Way
from gongyi.core.outbox import addresses, sending, waiting
from gongyi.core.outbox.channels import NotSent, message_id
from gongyi.core.outbox.sending import send_due
from gongyi.core.said import say
from gongyi.people.models import Account, Grant
from tests.factories import grant, make_account, make_actor, make_county, make_unit
from tests.receivers import decoded, smtp_server

COUNTY = 999001
NOON = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
SYSTEM = system_actor("test", COUNTY)
State = Delivery.State

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail(settings):
    settings.EMAIL_FROM, settings.GONGYI_URL = "gongyi@county.example", "https://gongyi.example"
    with smtp_server() as (box, server):
        settings.GONGYI_MAIL = server
        yield box


@pytest.fixture
def clerk():
    """A clerk whose mail address is confirmed, in a county that sends mail."""
    town = make_unit("东湖镇", make_county())
    Channel.objects.create(way=Way.MAIL, active=True)
    by = make_actor(Role.CLERK, town)
    reachable(by)
    return by


def reachable(by, value: str = "wang@county.example", kinds=("turn", "due", "post", "digest")) -> Address:
    address = Address(county=COUNTY, owner=by.id, way=Way.MAIL, value=value, made_at=NOON, confirmed_at=NOON)
    address.save()
    for kind in kinds:
        NoticeChoice.objects.create(county=COUNTY, account=by.id, way=Way.MAIL, kind=kind)
    return address


def tell(*people, event: str = "account.reset", text: str = "您的登录被当面重置了。", **facts) -> Delivery | None:
    outbox.tell([one.id for one in people], by=SYSTEM, event=event, text=text, path="/people/me/", **facts)
    return Delivery.objects.order_by("-due_at", "-id").first()


def state(delivery: Delivery) -> tuple[str, str, int]:
    delivery.refresh_from_db()
    return delivery.state, delivery.reason, delivery.tries


# --- out of the house -------------------------------------------------------------------------------------------------


def test_a_message_goes_out_once_with_its_own_key_and_a_link(mail, clerk):
    delivery = tell(clerk)
    assert send_due(COUNTY).sent == 1
    assert send_due(COUNTY).sent == 0
    (letter,) = mail.letters
    assert letter["To"] == "wang@county.example"
    assert letter["Message-ID"] == message_id(delivery.id)
    assert decoded(letter).strip() == "共议：您的登录被当面重置了。\nhttps://gongyi.example/people/me/"
    assert state(delivery) == (State.SENT, "", 1)


def test_nothing_leaves_where_nothing_is_set_up(clerk, settings):
    settings.GONGYI_MAIL = {}
    delivery = tell(clerk)
    assert send_due(COUNTY) == sending.Run()
    assert state(delivery)[0] == State.WAITING
    Channel.objects.update(active=False)
    tell(clerk)
    assert Delivery.objects.count() == 1


def test_one_delivery_per_message_and_way_and_none_without_a_confirmed_address(mail, clerk):
    other, third = make_actor(Role.CLERK, make_unit()), make_actor(Role.CLERK, make_unit())
    reachable(other, "li@county.example", kinds=("digest",))
    Address.objects.create(
        id=addresses.new_key(COUNTY), owner=third.id, way=Way.MAIL, value="x@county.example", made_at=NOON
    )
    tell(clerk, other, third)
    assert Message.objects.count() == 3
    assert [row.owner for row in Delivery.objects.all()] == [clerk.id]


def test_the_subject_and_the_text_hold_nothing_of_the_matter(mail, clerk):
    """D19: that something waits, and where."""
    tell(clerk, text=say(gettext_lazy("新派来的办件，请签收")))
    send_due(COUNTY)
    assert mail.letters[0]["Subject"] == "共议：有消息在等您"
    assert decoded(mail.letters[0]).splitlines()[0] == "共议：新派来的办件，请签收"


def test_it_is_sent_outside_of_every_transaction(mail, clerk, monkeypatch):
    tell(clerk)
    seen = []
    monkeypatch.setattr(sending, "send", lambda *_args: seen.append(list(transaction.get_connection().savepoint_ids)))
    send_due(COUNTY)
    outside = list(transaction.get_connection().savepoint_ids)
    assert seen == [outside]


def test_control_inside_a_transaction_nothing_is_claimed(mail, clerk):
    delivery = tell(clerk)
    with pytest.raises(RuntimeError), transaction.atomic():
        send_due(COUNTY)
    assert state(delivery)[0] == State.WAITING
    assert mail.letters == []


# --- claims -----------------------------------------------------------------------------------------------------------


def test_two_workers_send_one_delivery_once(mail, clerk):
    delivery = tell(clerk)
    channels = {"mail": Channel.objects.get()}
    first, second = (sending._claim(COUNTY, delivery.id, channels) for _ in range(2))
    assert first is not None
    assert second is None


def test_a_run_beside_another_one_on_this_machine_does_nothing(mail, clerk):
    delivery = tell(clerk)
    with schedule.only_here(f"messages.{COUNTY}"):
        assert send_due(COUNTY) == sending.Run()
    assert state(delivery)[0] == State.WAITING


def test_what_a_dead_worker_had_claimed_goes_once_more_with_the_same_key(mail, clerk):
    delivery = tell(clerk)
    sending._claim(COUNTY, delivery.id, {"mail": None})
    assert send_due(COUNTY).sent == 1
    assert state(delivery) == (State.SENT, "", 2)
    assert mail.letters[0]["Message-ID"] == message_id(delivery.id)


def test_another_machines_claim_is_left_alone_until_it_is_old(mail, clerk):
    delivery = tell(clerk)
    sending._claim(COUNTY, delivery.id, {"mail": None})
    Delivery.objects.update(claimed_by="another machine")
    assert send_due(COUNTY).sent == 0
    with clock.at(clock.now() + sending.LEASE + timedelta(minutes=1)):
        assert send_due(COUNTY).sent == 1


def test_who_marks_late_changes_nothing(mail, clerk):
    delivery = tell(clerk)
    late = sending._claim(COUNTY, delivery.id, {"mail": None})
    send_due(COUNTY)
    assert sending._mark([late], State.PARKED, "away") == 0
    assert state(delivery)[0] == State.SENT


def test_a_delivery_that_kills_the_worker_is_parked_after_five(mail, clerk):
    delivery = tell(clerk)
    for _ in range(5):
        assert sending._claim(COUNTY, delivery.id, {"mail": None})
        sending._recover(COUNTY)
    assert state(delivery) == (State.PARKED, "cut_off", 5)
    send_due(COUNTY)
    assert mail.letters == []


# --- trying again -----------------------------------------------------------------------------------------------------


def test_a_busy_box_is_tried_five_times_ever_more_slowly_then_parked_and_sent_by_hand(mail, clerk):
    mail.answer = "451 later"
    with clock.at(NOON):
        delivery = tell(clerk)
    moments, at = [], NOON
    while Delivery.objects.get().state == State.WAITING:
        with clock.at(at):
            if send_due(COUNTY).failed:
                moments.append(int((at - NOON).total_seconds() / 60))
        at += timedelta(minutes=1)
    assert moments == [0, 1, 6, 36, 156]
    assert state(delivery) == (State.PARKED, "busy", 5)
    mail.answer = ""
    with clock.at(at):
        assert send_due(COUNTY).sent == 0
        assert sending.send_again([delivery.id], county=COUNTY) == 1
        assert send_due(COUNTY).sent == 1
    assert mail.letters[0]["Message-ID"] == message_id(delivery.id)


def test_a_box_that_is_not_there_is_parked_at_once(mail, clerk):
    mail.answer = "550 no such box"
    delivery = tell(clerk)
    send_due(COUNTY)
    assert state(delivery) == (State.PARKED, "refused", 1)
    assert sending.let_go([delivery.id], county=COUNTY) == 1
    assert state(delivery)[:2] == (State.DROPPED, "by_hand")


def test_a_server_that_is_away_is_asked_once_in_a_run(clerk, settings):
    with smtp_server() as (_box, server):
        settings.GONGYI_MAIL = server
    for _ in range(3):
        tell(clerk)
    assert send_due(COUNTY).failed == 1
    assert sorted(Delivery.objects.values_list("tries", flat=True)) == [0, 0, 1]


def test_a_fault_of_ours_does_not_hold_up_the_others(mail, clerk, monkeypatch):
    tell(clerk)
    tell(clerk)
    whole, calls = sending._letter, []

    def once(*args):
        calls.append(args)
        if len(calls) == 1:
            raise KeyError("words")
        return whole(*args)

    monkeypatch.setattr(sending, "_letter", once)
    run = send_due(COUNTY)
    assert (run.sent, run.failed) == (1, 1)
    assert Delivery.objects.filter(state=State.WAITING).get().reason == "fault"


def test_what_found_no_channel_for_days_is_shown_and_not_sent_as_old_news(mail, clerk, settings):
    server, settings.GONGYI_MAIL = settings.GONGYI_MAIL, {}
    delivery = tell(clerk)
    with clock.at(clock.now() + timedelta(days=4)):
        settings.GONGYI_MAIL = server
        assert send_due(COUNTY).sent == 0
    assert state(delivery)[:2] == (State.PARKED, "old")


def test_an_address_that_cannot_be_opened_does_not_hold_up_the_others(mail, clerk):
    """As after a restore without the keys: sealed for another row."""
    other = make_actor(Role.CLERK, make_unit())
    bad = reachable(other, "li@county.example")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_address SET value = 'v1:broken' WHERE id = %s", [adapted(bad.id)])
    delivery = tell(other)
    tell(clerk)
    run = send_due(COUNTY)
    assert (run.sent, run.failed) == (1, 1)
    assert state(delivery) == (State.WAITING, "fault", 1)


def adapted(key):
    return key if connection.vendor == "postgresql" else key.hex


def test_codes_go_before_a_full_outbox(mail, clerk, monkeypatch):
    monkeypatch.setattr(sending, "MOST", 2)
    for _ in range(3):
        tell(clerk)
    person = make_actor(Role.CLERK, make_unit())
    addresses.ask_address(by=person, owner=person.id, way="mail", value="li@county.example")
    assert send_due(COUNTY).sent == 2
    assert mail.seen == ["li@county.example", "wang@county.example"]
    assert Delivery.objects.filter(state=State.WAITING).count() == 2


def parked(clerk, reason: str = "away", tries: int = 5) -> Delivery:
    delivery = tell(clerk)
    Delivery.objects.filter(id=delivery.id).update(
        state=State.PARKED, reason=reason, tries=tries, ended_at=clock.now() - timedelta(hours=2)
    )
    return delivery


def test_what_was_parked_while_the_server_was_away_goes_by_itself_when_it_is_back(mail, clerk):
    delivery = parked(clerk)
    assert send_due(COUNTY) == sending.Run()
    tell(clerk)
    assert send_due(COUNTY).sent == 1
    assert send_due(COUNTY).sent == 1
    assert state(delivery) == (State.SENT, "away", 6) or state(delivery)[::2] == (State.SENT, 6)


@pytest.mark.parametrize(("reason", "tries"), [("refused", 5), ("cut_off", 5), ("old", 5), ("away", 6)])
def test_what_a_person_has_to_look_at_stays(mail, clerk, reason, tries):
    delivery = parked(clerk, reason, tries)
    tell(clerk)
    send_due(COUNTY)
    assert state(delivery) == (State.PARKED, reason, tries)


def test_words_are_one_line_and_a_text_message_no_longer_than_the_contract_says(clerk, settings):
    settings.GONGYI_URL = "https://gongyi.example"
    message = Message(county=COUNTY, event="post.fill", text="您的岗位：\n" + "长" * 300, path="/people/posts/1/")
    address = Address(county=COUNTY, value="x")
    for way in Way:
        delivery = Delivery(county=COUNTY, message=message, way=way, receiver="account")
        text = sending._letter(delivery, [], address).text
        assert text.endswith("https://gongyi.example/people/posts/1/")
        assert "岗位： 长" in text
        assert (len(text) == 200) is (way == Way.SMS)


def test_messages_are_in_the_products_language_whoever_caused_them(mail, clerk):
    """The reader's language stands in a cookie of their browser (D6); an English officer's act sends no English out."""
    with translation.override("en"):
        tell(clerk, event="grant.made", text=say(gettext_lazy("您有了新的角色：%(role)s。"), role=Role.CLERK.label))
        send_due(COUNTY)
    assert decoded(mail.letters[0]).splitlines()[0] == "共议：您有了新的角色：经办。"


# --- looking again (R14, P10) -----------------------------------------------------------------------------------------


def dropped(mail, delivery) -> str:
    run = send_due(COUNTY)
    assert (run.sent, mail.letters) == (0, [])
    assert state(delivery)[0] == State.DROPPED
    return delivery.reason


def test_an_account_that_was_disabled_meanwhile_gets_nothing(mail, clerk):
    delivery = tell(clerk)
    Account.objects.filter(id=clerk.id).update(is_active=False)
    assert dropped(mail, delivery) == "gone"


def test_an_account_whose_last_role_ended_meanwhile_gets_nothing(mail, clerk):
    delivery = tell(clerk)
    Grant.objects.filter(account=clerk.id).update(ended_at=NOON)
    assert dropped(mail, delivery) == "gone"


def test_who_moved_to_another_county_gets_nothing_of_this_one(mail, clerk):
    delivery = tell(clerk)
    Grant.objects.filter(account=clerk.id).update(ended_at=NOON)
    grant(Account.objects.get(id=clerk.id), Role.CLERK, make_unit("远镇", make_county(999002, "远县")))
    assert dropped(mail, delivery) == "gone"


def test_an_address_that_was_removed_meanwhile_gets_nothing(mail, clerk):
    delivery = tell(clerk)
    addresses.remove_address(by=clerk, owner=clerk.id, way="mail")
    assert dropped(mail, delivery) == "no_address"


def test_a_kind_that_was_switched_off_meanwhile_does_not_go(mail, clerk):
    delivery = tell(clerk)
    addresses.choose_kinds(by=clerk, account=clerk.id, way="mail", kinds=["turn"])
    assert dropped(mail, delivery) == "not_wanted"


def test_what_was_read_in_the_inbox_does_not_go(mail, clerk):
    delivery = tell(clerk)
    outbox.mark_read(COUNTY, clerk.id)
    assert dropped(mail, delivery) == "read"


def test_a_subject_for_which_nobody_answers_does_not_go(mail, clerk):
    delivery = tell(clerk, subject=clerk.id)
    assert dropped(mail, delivery) == "no_right"


def test_control_without_the_second_look_all_of_them_would_go(mail, clerk, monkeypatch):
    tell(clerk, subject=clerk.id)
    Account.objects.filter(id=clerk.id).update(is_active=False)
    monkeypatch.setattr(sending, "_why_not", lambda _delivery, _message: "")
    assert send_due(COUNTY).sent == 1


# --- quiet hours ------------------------------------------------------------------------------------------------------


def at(hour: int, minute: int = 0, day: int = 24):
    return clock.at(NOON.replace(day=day, hour=hour, minute=minute))


@pytest.fixture
def asleep(clerk):
    """The clerk sleeps from nine to seven."""
    addresses.choose_quiet(by=clerk, begin=time(21), end=time(7))
    return clerk


def test_what_comes_at_night_goes_in_one_letter_in_the_morning(mail, asleep):
    with at(23):
        for _ in range(3):
            tell(asleep)
        assert send_due(COUNTY) == sending.Run()
    with at(6, 59, day=25):
        assert send_due(COUNTY) == sending.Run()
    with at(7, 1, day=25):
        assert send_due(COUNTY).sent == 3
    (letter,) = mail.letters
    assert decoded(letter).strip().endswith("（另有 2 条消息）\nhttps://gongyi.example/inbox/")


def test_by_day_each_goes_at_once(mail, asleep):
    with at(12):
        tell(asleep)
        tell(asleep)
        send_due(COUNTY)
    assert len(mail.letters) == 2


def test_what_came_at_night_goes_with_the_morning_digest(mail, asleep):
    DigestChoice.objects.update(when=DigestChoice.When.MORNING)
    with at(23):
        tell(asleep)
    with at(7, 5, day=25):
        assert send_due(COUNTY) == sending.Run()
    with at(7, 31, day=25):
        tell(asleep, event="digest", text="今天：已超期 2 件")
        assert send_due(COUNTY).sent == 2
    (letter,) = mail.letters
    assert decoded(letter).startswith("共议：今天：已超期 2 件（另有 1 条消息）")


def test_what_was_read_at_night_does_not_go_along(mail, asleep):
    with at(23):
        tell(asleep)
        tell(asleep)
        outbox.mark_read(COUNTY, asleep.id, Message.objects.order_by("id").first())
    with at(8, day=25):
        run = send_due(COUNTY)
    assert (run.sent, len(mail.letters)) == (1, 1)
    assert "另有" not in decoded(mail.letters[0])


def test_a_failed_letter_of_the_night_loses_none_of_those_in_it(mail, asleep):
    with at(23):
        tell(asleep)
        tell(asleep)
    mail.answer = "451 later"
    with at(8, day=25):
        send_due(COUNTY)
    assert sorted(Delivery.objects.values_list("state", "tries")) == [(State.WAITING, 0), (State.WAITING, 1)]
    mail.answer = ""
    with at(8, 5, day=25):
        assert send_due(COUNTY).sent == 2
    assert len(mail.letters) == 1


@pytest.mark.parametrize(
    ("begin", "end", "now", "until"),
    [
        (21, 7, 23, "25 07:00"), (21, 7, 3, "24 07:00"), (21, 7, 12, None), (21, 7, 21, "25 07:00"), (21, 7, 7, None),
        (12, 14, 13, "24 14:00"), (12, 14, 14, None), (8, 8, 8, None),
    ],
)  # fmt: skip
def test_quiet_hours_end_by_the_county_clock(begin, end, now, until):
    choice = DigestChoice(county=COUNTY, account=None, quiet_from=time(begin), quiet_until=time(end))
    with at(now):
        found = waiting.quiet_end(choice)
    assert (f"{found:%d %H:%M}" if found else None) == until


def test_who_sleeps_meanwhile_is_not_woken_by_a_second_try(mail, asleep):
    """What was to go by day and did not, as after a failure or without a worker, waits for the morning too."""
    with at(20, 59):
        delivery = tell(asleep)
        mail.answer = "451 later"
        send_due(COUNTY)
    mail.answer = ""
    with at(23):
        assert send_due(COUNTY) == sending.Run()
    assert state(delivery) == (State.WAITING, "busy", 1)
    with at(7, 1, day=25):
        assert send_due(COUNTY).sent == 1


def test_control_without_the_second_look_at_the_clock_it_wakes_them(mail, asleep, monkeypatch):
    with at(20, 59):
        tell(asleep)
    monkeypatch.setattr(sending, "_quiet_until", lambda _delivery: None)
    with at(23):
        assert send_due(COUNTY).sent == 1


def test_quiet_hours_that_were_changed_count_for_what_waits(mail, asleep):
    with at(23):
        tell(asleep)
        addresses.choose_quiet(by=asleep, begin=time(21), end=time(9))
    with at(7, 1, day=25):
        assert send_due(COUNTY) == sending.Run()
        addresses.choose_quiet(by=asleep, begin=None, end=None)
        assert send_due(COUNTY).sent == 1


def test_a_trial_comes_at_night_too(mail, asleep):
    with at(23):
        addresses.send_trial(by=asleep, owner=asleep.id, way="mail", to=Delivery.Receiver.ACCOUNT)
        assert send_due(COUNTY).sent == 1


@pytest.mark.parametrize("broken", ["killed", "failed"])
def test_a_letter_of_many_keeps_its_key_whatever_befell_it(mail, asleep, monkeypatch, broken):
    """The other side may have it already: only by the same key can it tell."""
    with at(23):
        for _ in range(3):
            tell(asleep)
    with at(8, day=25):
        if broken == "killed":
            monkeypatch.setattr(sending, "_mark", lambda *_args: 0)  # sent, and gone before it was marked
        else:
            monkeypatch.setattr(sending, "send", reported_lost(sending.send))
        send_due(COUNTY)
        monkeypatch.undo()
    for minute in (1, 2, 3):
        with at(8, minute, day=25):
            send_due(COUNTY)
    assert list(Delivery.objects.values_list("state", flat=True)) == [State.SENT] * 3
    assert len(mail.letters) == 2
    assert len({letter["Message-ID"] for letter in mail.letters}) == 1


def reported_lost(real):
    """The other side took it, its answer was lost on the way."""

    def send(channel, letter):
        real(channel, letter)
        raise NotSent("away", gateway=True)

    return send


# --- addresses --------------------------------------------------------------------------------------------------------


def code_of(by, way: str = "mail") -> str:
    return str(Address.objects.get(owner=by.id, way=way).code)


def test_an_address_is_used_only_after_the_code_that_was_sent_there(mail, clerk):
    person = make_actor(Role.CLERK, make_unit())
    addresses.ask_address(by=person, owner=person.id, way="mail", value=" li@county.example ")
    tell(person)
    assert send_due(COUNTY).sent == 1
    assert mail.seen == ["li@county.example"]
    assert code_of(person) in decoded(mail.letters[0])
    assert addresses.confirm_address(by=person, owner=person.id, way="mail", code=code_of(person)) == ""
    assert addresses.choices_of(COUNTY, person.id) == {
        ("mail", kind) for kind in ("turn", "proposal", "due", "promise", "digest")
    }
    assert Address.objects.get(owner=person.id).code == ""
    assert outbox.inbox(COUNTY, person.id).count() == 1, "no code stands in an inbox"


def test_five_wrong_codes_or_ten_minutes_end_it(clerk):
    person = make_actor(Role.CLERK, make_unit())
    addresses.ask_address(by=person, owner=person.id, way="mail", value="li@county.example")
    right = code_of(person)
    wrong = "000000" if right != "000000" else "111111"
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert "过期" in addresses.confirm_address(by=person, owner=person.id, way="mail", code=right)
    for _ in range(5):
        assert "不对" in addresses.confirm_address(by=person, owner=person.id, way="mail", code=wrong)
    assert "太多次" in addresses.confirm_address(by=person, owner=person.id, way="mail", code=right)
    assert addresses.confirmed(COUNTY, person.id, "mail") is None


def test_an_old_code_is_not_sent_any_more(mail, clerk):
    person = make_actor(Role.CLERK, make_unit())
    addresses.ask_address(by=person, owner=person.id, way="mail", value="li@county.example")
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert send_due(COUNTY).dropped == 1
    assert mail.letters == []


def test_another_address_by_the_same_way_has_to_be_confirmed_anew(clerk):
    addresses.ask_address(by=clerk, owner=clerk.id, way="mail", value="neu@county.example")
    assert addresses.confirmed(COUNTY, clerk.id, "mail") is None


def test_codes_and_addresses_are_sealed_in_the_database(clerk):
    addresses.ask_address(by=clerk, owner=clerk.id, way="mail", value="neu@county.example")
    value, code = Address.objects.values_list("value", "code").get(owner=clerk.id)
    assert value.token.startswith("v1:")
    assert code.token.startswith("v1:")
    assert not hasattr(Message.objects.get(event="code").text, "code")
    assert code_of(clerk) not in str(Message.objects.values_list("text", flat=True).get(event="code"))


def test_a_trial_goes_to_the_own_address(mail, clerk):
    addresses.send_trial(by=clerk, owner=clerk.id, way="mail", to=Delivery.Receiver.ACCOUNT)
    assert send_due(COUNTY).sent == 1
    assert "试发" in decoded(mail.letters[0])


# --- a unit's group chat ----------------------------------------------------------------------------------------------


def test_many_messages_for_a_group_go_in_one(mail, clerk):
    unit = clerk.unit
    Address(county=COUNTY, owner=unit, way=Way.MAIL, value="all@county.example", made_at=NOON, confirmed_at=NOON).save()
    for _ in range(3):
        outbox.tell_group([unit], by=SYSTEM, event="assigned", text="新派来的办件，请签收", path="/today/")
    assert send_due(COUNTY).sent == 3
    (letter,) = mail.letters
    assert decoded(letter).strip() == "共议：新派来的办件，请签收（另有 2 条消息）\nhttps://gongyi.example/today/"


def test_a_group_without_a_robot_leaves_no_row_behind(clerk):
    outbox.tell_group([clerk.unit], by=SYSTEM, event="assigned", text="新派来的办件，请签收", path="/today/")
    assert not Message.objects.filter(account=clerk.unit).exists()


def test_the_group_of_a_unit_that_was_closed_gets_nothing(mail, clerk):
    unit = make_unit("石桥镇")
    Address(
        county=COUNTY, owner=unit.id, way=Way.MAIL, value="all@county.example", made_at=NOON, confirmed_at=NOON
    ).save()
    outbox.tell_group([unit.id], by=SYSTEM, event="assigned", text="新派来的办件，请签收", path="/today/")
    unit.status = unit.Status.CLOSED
    unit.until = NOON.date()
    unit.save()
    assert send_due(COUNTY).sent == 0
    assert Delivery.objects.get().reason == "gone"


def test_an_account_of_no_county_is_reached_by_nobody():
    from gongyi.people.queries import reader_of

    make_county()
    assert reader_of(COUNTY, make_account().id) is None
