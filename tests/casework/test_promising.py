"""Promises of answers: asked for on the form, binding when the answer goes out, told to who asked, seen on their page."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from gongyi.casework import actions
from gongyi.casework.models import Case, CaseConflict
from gongyi.casework.queries import portal
from gongyi.casework.queries.promising import open_promises_of, planned_of, promises_of_case
from gongyi.core import clock
from gongyi.core.models import Message
from gongyi.people.models import Account
from gongyi.promises import actions as ledger
from gongyi.promises import rules
from gongyi.promises.models import Line, Promise
from gongyi.promises.queries import public
from gongyi.publishing import actions as publishing
from tests.factories import refused

MONDAY = datetime(2026, 11, 16, 2, tzinfo=UTC)
DUE = date(2026, 12, 4)
TEXT = "三组的已经修好。五组路口的，我们将于12月4日前修好路灯。"


@pytest.fixture
def now(land):
    with clock.at(MONDAY):
        yield land


def handled(land, type_=None, **facts):
    case = actions.open_case(
        by=land.officer, unit=land.village, type=type_ or land.enquiry, content="路灯坏了", **facts
    )
    case = actions.assign_case(case, by=land.desk, lead=land.town, co_units=[land.village])
    return actions.sign_case(case, by=land.clerk)


def answered(land, *, type_=None, unit=None, **facts):
    case = handled(land, type_, **facts)
    lines = [Line("修好五组路口的路灯", unit or land.town, DUE)]
    return actions.answer_case(case, by=land.clerk, answer=TEXT, outcome="partly", promises=lines)


def test_answer_that_promises_carries_a_line_or_does_not_go_out(now):
    case = handled(now)
    for outcome in ("partly", "explained"):
        with pytest.raises(ValidationError) as caught:
            actions.answer_case(case, by=now.clerk, answer=TEXT, outcome=outcome)
        assert set(caught.value.message_dict) == {"promise_1"}
    with pytest.raises(ValidationError):  # words instead of a line do not do for a plain promise
        actions.answer_case(case, by=now.clerk, answer=TEXT, outcome="partly", nothing="都写在答复里了")
    assert actions.answer_case(case, by=now.clerk, answer=TEXT, outcome="solved").state == "answered"
    assert not Promise.objects.exists()


def test_partly_solved_without_a_promise_says_why_nothing_follows(now):
    case = handled(now)
    with pytest.raises(ValidationError) as caught:
        actions.answer_case(case, by=now.clerk, answer="修好了三盏，一盏归电力公司。", outcome="partly")
    assert set(caught.value.message_dict) == {"nothing"}
    case = actions.answer_case(
        case, by=now.clerk, answer="修好了三盏，一盏归电力公司。", outcome="partly", nothing="剩下的归电力公司，已转告"
    )
    assert "没有承诺：剩下的归电力公司，已转告" in case.steps.get(action="answer").reason
    case = handled(now)
    assert actions.answer_case(case, by=now.clerk, answer="路灯归电力公司管。", outcome="explained").state == "answered"


def test_promise_binds_in_the_transaction_in_which_the_answer_goes_out(now):
    case = answered(now, unit=now.village)
    promise = Promise.objects.get()
    assert (promise.origin, promise.origin_number, promise.unit, promise.origin_unit, promise.overseer) == (
        case.id, case.number, now.village, now.town, now.town,
    )  # fmt: skip
    assert Message.objects.filter(account=now.officer.id, event="promise.new").count() == 1
    assert open_promises_of(case) == [promise]


def test_answer_that_waits_plans_and_approval_binds(now):
    case = answered(now, type_=now.complaint)
    assert case.state == "drafted"
    assert [row.what for row in planned_of(case)] == ["修好五组路口的路灯"]
    assert not Promise.objects.exists()
    actions.send_back(case, by=now.lead, note="写清楚是哪一盏")
    assert len(planned_of(case)) == 1  # the next answer begins with it
    with pytest.raises(ValidationError):
        actions.answer_case(case, by=now.clerk, answer=TEXT, outcome="partly")
    lines = [Line("修好五组路口东边的路灯", now.town, DUE)]
    case = actions.answer_case(case, by=now.clerk, answer=TEXT, outcome="partly", promises=lines)
    actions.approve_answer(case, by=now.lead)
    promise = Promise.objects.get()
    assert (promise.what, promise.made_by) == ("修好五组路口东边的路灯", now.clerk.id)
    assert not planned_of(case)


def test_approval_after_the_promised_day_sends_nothing_out(now):
    case = answered(now, type_=now.complaint)
    with clock.at(MONDAY.replace(month=12, day=20)), refused("promise_over"):
        actions.approve_answer(case, by=now.lead)
    assert Case.objects.get(id=case.id).state == "drafted"
    assert not Promise.objects.exists()


def test_redone_case_keeps_its_promise_and_needs_no_second_one(now):
    case = answered(now)
    actions.object_to(case, by=now.desk, note="没有修好")
    assert [one.state for one in promises_of_case(case)] == ["due"]
    assert actions.answer_case(case, by=now.clerk, answer=TEXT, outcome="partly").state == "answered"
    assert Promise.objects.count() == 1


def test_void_or_withdrawn_case_takes_its_promises_back(now):
    void = answered(now)
    actions.void_case(void, by=now.desk, reason=now.reasons["void"])
    withdrawn = answered(now)
    actions.withdraw(withdrawn, by=actions.asker_of_case(withdrawn))
    for case, why in ((void, "办件作废：理由void"), (withdrawn, "诉求人撤回了")):
        (promise,) = promises_of_case(case)
        assert (promise.state, promise.why) == ("withdrawn", why)


def test_done_at_the_counter_promises_nothing_for_later(now):
    facts = {"by": now.clerk, "unit": now.town, "type": now.enquiry, "content": "路灯", "answer": TEXT}
    with pytest.raises(ValidationError, match="先登记"):
        actions.record_done(**facts, outcome="explained")
    assert actions.record_done(**facts, outcome="solved").state == "closed"


# --- the form ---------------------------------------------------------------------------------------------------------


def browser(actor):
    client = Client()
    client.force_login(Account.objects.get(id=actor.id), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def send(client, case, **data):
    address = f"/cases/{case.id}/answer/"
    key = client.get(address).content.decode().split('name="_key" value="')[1][:36]
    return client.post(address, {"_key": key, "seen": case.version, "outcome": "partly", "answer": TEXT} | data)


def test_form_proposes_what_the_text_promises_and_takes_it_over_when_confirmed(now):
    case, client = handled(now), browser(now.clerk)
    page = send(client, case).content.decode()
    assert "还没有记下来" in page
    assert 'value="五组路口的，我们将于12月4日前修好路灯"' in page
    assert 'value="2026-12-04"' in page
    assert Case.objects.get(id=case.id).state == "signed"
    lines = {"promise_1": "修好五组路口的路灯", "promise_1_due": "2026-12-04", "promise_1_unit": str(now.village.id)}
    assert send(client, case, **lines).status_code == 302
    promise = Promise.objects.get()
    assert (promise.what, promise.due, promise.unit) == ("修好五组路口的路灯", DUE, now.village)
    assert promise.number in client.get(f"/cases/{case.id}/").content.decode()


def test_form_asks_for_the_missing_half_of_a_line_and_for_no_unit_beside(now):
    case, client = handled(now), browser(now.clerk)
    assert "请写哪天以前做到" in send(client, case, promise_1="修好路灯").content.decode()
    assert "请写明答应做什么" in send(client, case, promise_1_due="2026-12-04").content.decode()
    wrong = {"promise_1": "修好路灯", "promise_1_due": "2026-12-04", "promise_1_unit": str(now.other.id)}
    assert send(client, case, **wrong).status_code == 200
    past = {"promise_1": "修好路灯", "promise_1_due": "2026-11-02"}
    assert "这一天已经过了" in send(client, case, **past).content.decode()
    assert not Promise.objects.exists()


def test_look_before_sending_shows_the_proposal(now):
    case, client = handled(now), browser(now.clerk)
    page = send(client, case, check="on").content.decode()
    assert 'value="2026-12-04"' in page


def test_approver_reads_what_will_be_promised(now):
    case = answered(now, type_=now.complaint)
    page = browser(now.lead).get(f"/cases/{case.id}/approve_answer/").content.decode()
    assert "修好五组路口的路灯" in page


# --- who is concerned, who is told, who reads it ----------------------------------------------------------------------


def test_p5_what_a_case_hides_is_hidden_in_the_ledger(now):
    case = answered(now)
    promise = Promise.objects.get()
    assert rules.visible_to(now.clerk2).filter(id=promise.id).exists()
    CaseConflict.objects.create(case=case, account=now.clerk2.id, hidden=True, at=MONDAY)
    assert not rules.visible_to(now.clerk2).filter(id=promise.id).exists()
    Case.objects.filter(id=case.id).update(about_unit=now.town)
    assert not rules.visible_to(now.clerk).filter(id=promise.id).exists()


def test_who_steps_back_from_the_case_does_not_act_on_its_promise(now):
    case = answered(now)
    promise = Promise.objects.get()
    assert rules.moves_for(now.clerk, promise)
    actions.declare_conflict(case, by=now.clerk, note="是我亲戚")
    assert rules.moves_for(now.clerk, Promise.objects.get()) == []
    with clock.at(MONDAY.replace(month=12)):
        assert not rules.turn_of(now.clerk).exists()
        assert rules.turn_of(now.clerk2).exists()


def test_asker_reads_promise_and_each_day_on_the_tracking_page(now):
    case = answered(now)
    promise = Promise.objects.get()
    ledger.change_date(promise, by=now.clerk, until=date(2026, 12, 18), reason="灯杆下周才到，电话13812345678")
    (line,) = portal.followed(Case.objects.get(id=case.id))["promises"]
    assert (line["what"], line["due"], line["changes"][0]["old"]) == ("修好五组路口的路灯", date(2026, 12, 18), DUE)
    assert "13812345678" not in line["changes"][0]["reason"]
    assert line["proof"] == ""
    ledger.report_kept(promise, by=now.clerk, proof="灯装好了，亮了")
    assert portal.followed(Case.objects.get(id=case.id))["promises"][0]["proof"] == ""  # nobody has checked it yet
    ledger.confirm_kept(promise, by=now.lead)
    assert portal.followed(Case.objects.get(id=case.id))["promises"][0]["proof"] == "灯装好了，亮了"


def test_accounts_of_who_asked_and_of_who_follows_are_told(now, monkeypatch):
    told = []
    monkeypatch.setattr(
        "gongyi.core.outbox.tell_resident", lambda key, **facts: told.append((key, facts["event"], facts["subject"]))
    )
    case, other = answered(now), handled(now)
    Case.objects.filter(id=case.id).update(resident=now.officer.id)
    Case.objects.filter(id=other.id).update(resident=now.caller.id, first=case.id)
    told.clear()
    ledger.admit_broken(Promise.objects.get(), by=now.clerk, reason="灯杆没有到货")
    assert sorted(told, key=str) == sorted(
        [(now.officer.id, "resident.promise", case.id), (now.caller.id, "resident.promise", other.id)], key=str
    )


def test_public_sees_promises_of_public_answers_only_and_no_name(now):
    asker = actions.AskerFacts(name="刘大勇", phone="13812345678")
    case = handled(now, may_publish=True, asker=asker)
    lines = [Line("给刘大勇家门口修好路灯", now.town, DUE)]
    case = actions.answer_case(case, by=now.clerk, answer=TEXT, outcome="partly", promises=lines)
    promise = Promise.objects.get()
    assert list(public.public_promises(case.county)) == []
    text = publishing.start_publication(case, by=now.clerk)
    publishing.propose_publication(text, by=now.clerk)
    publishing.approve_publication(text, by=now.lead)
    assert list(public.public_promises(case.county)) == [promise]
    page = Client().get(f"/portal/promises/{promise.slug}/").content.decode()
    assert "修好路灯" in page
    assert "大勇" not in page
    assert case.number not in page
    assert f"/portal/answers/{text.slug}/" in page
    assert promise.slug in Client().get("/portal/promises/").content.decode()
    publishing.take_down(text, by=now.lead, down_why="wrong")
    assert Client().get(f"/portal/promises/{promise.slug}/").status_code == 404


def test_public_reads_proof_only_once_it_was_checked(now):
    answered(now)
    promise = Promise.objects.get()
    ledger.publish_promise(promise, by=now.lead)
    ledger.report_kept(promise, by=now.clerk, proof="灯装好了，亮了")
    assert public.page_of(promise)["proof"] == ""
    ledger.confirm_kept(promise, by=now.lead)
    assert public.page_of(Promise.objects.get())["proof"] == "灯装好了，亮了"
    assert "做到了 · 按时" in Client().get("/portal/promises/?state=kept").content.decode()
