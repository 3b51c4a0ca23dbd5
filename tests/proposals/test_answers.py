"""From assigning to the end: whose turn the stamp says it is, who may judge what, what is asked before an answer goes out."""

from datetime import date, datetime, timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.core.models import Message
from gongyi.network.models import CalendarDay
from gongyi.people.models import Account, Grant
from gongyi.people.queries import actor_of
from gongyi.promises.models import Line, Promise
from gongyi.proposals import actions, queries, rules
from gongyi.proposals.actions import follow_successor, settings
from gongyi.proposals.actions.promising import ORIGIN
from gongyi.proposals.models import Proposal, ProposalPart, ProposalStep, ResultClass
from gongyi.proposals.rules import can_move, visible_to
from gongyi.proposals.workflow import PROPOSAL
from tests.factories import grant, make_actor, refused
from tests.proposals.conftest import act, again, answered, assigned, opened


def stamp(one) -> str:
    one = again(one)
    waits = [said["unit"].name for said in queries.opinions_of(one) if said["opinion"] is None]
    return queries.turn_of(one, waits).words


def test_the_stamp_says_whose_turn_it_is_from_the_first_step_to_the_last(land):
    one = assigned(land, separate_units=[land.water], supervisor=land.county)
    said = [stamp(one)]
    for action, by, facts in (
        ("sign", land.clerk, {}),
        ("talk", land.clerk, {"kind": "visit", "on": clock.today(), "note": "去看了"}),
        ("consult", land.clerk, {}),
        ("opine", land.helper, {"note": "路面由我们修"}),
        ("opine", land.separate, {"note": "河道由我们清"}),
        ("answer", land.clerk, {"answer": "年内修好。", "result": land.classes["A"]}),
        ("approve", land.lead, {}),
        ("audit", land.supervisor, {}),
        ("rate", land.recorder, {"manner": "good", "rating": "fair"}),
    ):
        act(one, action, by, **facts)
        said.append(stamp(one))
    assert [words.split(" · ")[0] for words in said] == [
        "等东湖镇签收", "等东湖镇和提出人沟通", "等东湖镇办理", "等西山镇、水利局会签", "等水利局会签", "等东湖镇写答复", "等东湖镇签发",
        "等东湖县督办审核", "等提出人评价", "办结",
    ]  # fmt: skip


def test_an_answer_waits_for_every_opinion(land):
    one = assigned(land)
    act(one, "sign", land.clerk)
    with refused("opinions"):
        act(one, "answer", land.clerk, answer="好了", result=land.classes["A"])
    act(one, "opine", land.helper, note="同意")
    act(one, "answer", land.clerk, answer="好了", result=land.classes["A"])
    assert again(one).state == "reviewing"


def test_control_a_proposal_without_helpers_waits_for_nobody(land):
    assert answered(land).state == "replied"


def test_p8_no_one_signs_or_audits_their_own_answer_or_writes_down_their_own_mark(land):
    both = make_actor(Role.CLERK, land.town, "又写又审")
    account = Account.objects.get(id=both.id)
    grant(account, Role.LEAD, land.town)
    grant(account, Role.CLERK, land.county)
    both = actor_of(account)
    one = assigned(land, co_units=[])
    act(one, "sign", both)
    act(one, "answer", both, answer="好了", result=land.classes["A"])
    with pytest.raises(PermissionDenied):
        act(one, "approve", both)
    act(one, "approve", land.lead)
    assert not can_move(both, again(one), PROPOSAL["rate"])
    with pytest.raises(PermissionDenied):
        act(one, "rate", both, manner="good", rating="good")
    assert can_move(land.recorder, again(one), PROPOSAL["rate"])


def test_control_without_the_rule_the_writer_signs(land, monkeypatch):
    monkeypatch.setattr(rules, "makers", lambda *_a: set())
    one = assigned(land, co_units=[])
    act(one, "sign", land.clerk)
    act(one, "answer", land.clerk, answer="好了", result=land.classes["A"])
    Proposal.objects.filter(id=one.id).update(answered_by=land.lead.id)
    assert can_move(land.lead, again(one), PROPOSAL["approve"])


def test_p9_where_nobody_else_signs_there_it_goes_one_unit_up(land):
    above = make_actor(Role.LEAD, land.county, "县审")
    one = assigned(land, lead=land.other, co_units=[])
    act(one, "sign", land.helper)
    act(one, "answer", land.helper, answer="好了", result=land.classes["A"])
    assert again(one).second == land.county
    act(one, "approve", above)
    assert again(one).state == "replied"


def test_a_promise_without_a_date_does_not_go_out(land):
    one = assigned(land, co_units=[])
    act(one, "sign", land.clerk)
    with pytest.raises(ValidationError):
        act(one, "answer", land.clerk, answer="我们会尽快解决。", result=land.classes["A"])


def test_not_satisfied_is_done_again_once_and_then_stands(land):
    one = answered(land)
    act(one, "rate", land.recorder, manner="good", rating="bad", note="没有修")
    one = again(one)
    assert (one.state, one.redos, one.draft) == ("redo", 1, "桥已经修好。")
    assert ("redo", land.supervisor.id) in [
        (m.event.removeprefix("proposal."), m.account) for m in Message.objects.filter(account=land.supervisor.id)
    ]
    act(one, "answer", land.clerk, answer="这回修好了。", result=land.classes["A"])
    act(one, "approve", land.lead)
    act(one, "rate", land.recorder, manner="bad", rating="bad")
    one = again(one)
    assert (one.state, one.rating, one.manner) == ("closed", "bad", "bad")
    act(one, "redo", land.desk, reason=land.causes["redo"])
    assert again(one).state == "redo"


def test_an_answer_that_leaves_something_to_do_is_followed_up_until_a_second_answer(land):
    one = answered(land, result="B")
    act(one, "rate", land.recorder, manner="good", rating="good")
    assert again(one).state == "following"
    act(one, "log", land.clerk, note="桥墩做好了")
    act(one, "resume", land.clerk)
    act(one, "answer", land.clerk, answer="桥通了。", result=land.classes["A"])
    act(one, "approve", land.lead)
    act(one, "rate", land.recorder, manner="good", rating="good")
    one = again(one)
    assert (one.state, str(one.result)) == ("closed", "A 第A类")
    assert any("桥已经修好。" in str(step.note) for step in ProposalStep.objects.filter(proposal=one, action="resume"))


def test_an_answer_that_leaves_something_to_do_carries_a_promise_that_binds_when_it_goes_out(land):
    one = assigned(land, co_units=[])
    act(one, "sign", land.clerk)
    with pytest.raises(ValidationError) as caught:
        act(one, "answer", land.clerk, answer="正在修。", result=land.classes["B"])
    assert list(caught.value.message_dict) == ["promise"]
    line = Line("桥修到河对岸", land.water, clock.today() + timedelta(days=90))
    act(one, "answer", land.clerk, answer="正在修。", result=land.classes["B"], promises=[line])
    assert (queries.promises_of(one), [row.what for row in queries.planned_for(one)]) == ([], ["桥修到河对岸"])
    act(one, "approve", land.lead)
    (promise,) = queries.promises_of(one)
    assert (promise.what, promise.unit, promise.kind, promise.origin) == (line.what, land.water, "proposal", one.id)
    assert queries.planned_for(one) == []
    assert Message.objects.filter(account=land.separate.id, event="promise.new").exists()


def test_news_of_a_promise_reach_who_tells_the_proposer(land):
    one = answered(land, result="B")
    (promise,) = queries.promises_of(one)
    Message.objects.all().delete()
    ORIGIN.tell(promise, "confirm", land.lead)
    assert {row.account for row in Message.objects.filter(event="proposal.promise")} >= {
        land.recorder.id,
        land.clerk.id,
    }


def test_without_a_rating_it_ends_as_not_rated(land):
    one = answered(land)
    assert actions.run_due(land.county.county)["closed"] == 0
    with clock.at(one.rate_due + timedelta(minutes=1)):
        assert actions.run_due(land.county.county)["closed"] == 1
    one = again(one)
    assert (one.state, one.rating) == ("closed", "")


# --- limits -----------------------------------------------------------------------------------------------------------


def test_a_limit_of_three_months_ends_on_the_same_day_of_the_third_month(land):
    with clock.at(timezone.make_aware(datetime(2026, 11, 30, 9))):  # noqa: DTZ001 - made aware around it
        one = assigned(land, co_units=[])
    assert [timezone.localdate(day) for day in (one.unit_due, one.longest_due, one.co_due)] == [
        date(2027, 3, 1),
        date(2027, 5, 31),
        date(2026, 12, 30),
    ]  # fmt: skip - the 28th of February 2027 is a Sunday


def test_limits_are_the_countys_and_running_ones_stay(land):
    steward = make_actor(Role.STEWARD, land.county, "设置")
    before = assigned(land)
    settings.save_limits(by=steward, answer_span="10d", sign_span="24h")
    after = assigned(land)
    assert (before.span, after.span) == ("3m", "10d")
    assert again(before).unit_due == before.unit_due
    assert after.turn_due - after.assigned_at == timedelta(hours=24)


def test_extension_needs_the_proposers_consent_a_day_within_the_longest_and_somebody_else(land):
    one = assigned(land, co_units=[])
    act(one, "sign", land.clerk)
    given = {"reason": land.causes["extend"], "note": "电话里同意"}
    near, far = one.unit_due.date() + timedelta(days=20), one.longest_due.date() + timedelta(days=2)
    with pytest.raises(ValidationError):
        act(one, "ask_extension", land.clerk, until=near, agreed=False, **given)
    with refused("too_far"):
        act(one, "ask_extension", land.clerk, until=far, agreed=True, **given)
    with refused("too_early"):
        act(one, "ask_extension", land.clerk, until=clock.today(), agreed=True, **given)
    act(one, "ask_extension", land.clerk, until=near, agreed=True, **given)
    with pytest.raises(PermissionDenied):
        act(one, "approve_extension", land.clerk)
    act(one, "approve_extension", land.desk)
    assert timezone.localdate(again(one).unit_due) == near


def test_return_only_within_its_limit_and_to_another_unit(land):
    one = assigned(land, co_units=[])
    given = {"reason": land.causes["return"], "note": ""}
    with refused("same_unit"):
        act(one, "return", land.clerk, proposed=land.town, **given)
    with clock.at(one.assigned_at + timedelta(days=30)), refused("too_late"):
        act(one, "return", land.clerk, proposed=land.other, **given)
    act(one, "return", land.clerk, proposed=land.other, **given)
    one = again(one)
    assert (one.state, one.lead, one.proposed, one.returns) == ("returned", None, land.other, 1)
    act(one, "assign", land.desk, lead=land.other)
    assert again(one).unit_due == one.unit_due  # the clock of the first assignment goes on


# --- who sees -----------------------------------------------------------------------------------------------------------


def test_p5_only_units_that_take_part_see_it(land):
    one = assigned(land, separate_units=[land.water])
    seen = {
        by.name
        for by in (land.recorder, land.desk, land.clerk, land.helper, land.separate, land.stranger)
        if visible_to(by).filter(id=one.id).exists()
    }
    assert seen == {"县办", "县派", "王办", "周会", "水办"}
    act(one, "transfer", land.desk, lead=land.town, co_units=[], separate_units=[land.water])
    assert not visible_to(land.helper).filter(id=one.id).exists()
    assert ProposalPart.objects.get(proposal=one, unit=land.other).until is not None


def test_who_steps_back_acts_no_more_and_is_told_nothing(land):
    one = opened(land)
    act(one, "conflict", land.desk, note="亲戚提的")
    with pytest.raises(PermissionDenied):
        act(one, "file", land.desk)
    Message.objects.all().delete()
    act(one, "file", land.desk2)
    assert not Message.objects.filter(account=land.desk.id).exists()


def test_a_proposal_waits_for_nobody_who_is_gone(land):
    one = assigned(land, supervisor=None, co_units=[])
    act(one, "sign", land.clerk)
    act(one, "answer", land.clerk, answer="好了", result=land.classes["A"])
    above = make_actor(Role.LEAD, land.county, "县审")
    Grant.objects.filter(account=land.lead.id).update(ended_at=clock.now())
    assert actions.run_due(land.county.county)["rerouted"] == 1
    assert again(one).second == land.county
    assert Message.objects.filter(account=above.id, subject=one.id).exists()


def test_a_merged_units_proposals_are_its_successors(land):
    one = assigned(land)
    act(one, "opine", land.helper, note="同意")
    assert follow_successor(land.town, land.water) == 1
    one = again(one)
    assert (one.lead, one.counted_lead) == (land.water, land.town)
    follow_successor(land.other, land.water)
    assert visible_to(land.separate).filter(id=one.id).exists()
    assert not visible_to(land.clerk).filter(id=one.id).exists()


def test_a_changed_calendar_moves_a_limit_that_runs(land):
    one = assigned(land, co_units=[])
    CalendarDay.objects.create(county=one.county, day=timezone.localdate(one.unit_due), working=False, name="放假")
    assert actions.recompute_deadlines(one.county) >= 1
    assert again(one).unit_due > one.unit_due


def signed_for(land):
    one = assigned(land, co_units=[])
    act(one, "sign", land.clerk)
    return one


@pytest.mark.parametrize(("code", "field"), [("B", "promise"), ("D", "declined_why")])
def test_class_that_is_not_done_needs_a_promise_or_a_reason(land, code, field):
    with pytest.raises(ValidationError) as error:
        act(signed_for(land), "answer", land.clerk, answer="知道了。", result=land.classes[code])
    assert field in error.value.error_dict


def test_class_that_declines_says_why(land):
    one = signed_for(land)
    act(one, "answer", land.clerk, answer="不能办。", result=land.classes["D"], declined_why="河道不归县里管")
    assert again(one).declined_why == "河道不归县里管"
    assert again(one).state == "reviewing"


def test_class_of_its_own_needs_a_promise_unless_it_says_otherwise(land):
    """A class that a county adds without saying what follows asks for a promise."""
    fresh = ResultClass(code="E", name="看情况", since=clock.today())
    fresh.save()
    with pytest.raises(ValidationError):
        act(signed_for(land), "answer", land.clerk, answer="看情况。", result=fresh)
    ResultClass.objects.filter(id=fresh.id).update(follows="done")  # the control
    fresh.refresh_from_db()
    one = signed_for(land)
    act(one, "answer", land.clerk, answer="看情况。", result=fresh)
    assert again(one).state == "reviewing"


def test_transfer_takes_the_lead_units_promise_along(land):
    one = answered(land, "B")
    promise = Promise.objects.get()
    act(one, "redo", land.desk, reason=land.causes["redo"])
    act(one, "transfer", land.desk, lead=land.other)
    moved = Promise.objects.get()
    assert (moved.unit, moved.due) == (land.other, promise.due)


class Old:
    """Result classes as they were before they said what follows; keeps what a migration asks of them."""

    def __init__(self) -> None:
        self.asked, self.told = {}, []

    def get_model(self, *_name):
        return SimpleNamespace(objects=self)

    def filter(self, **facts):
        self.asked = facts
        return self

    def update(self, *, follows):
        self.told.append((self.asked, follows))


def test_old_classes_say_what_follows():
    old = Old()
    import_module("gongyi.proposals.migrations.0009_what_follows").what_follows(old, None)
    assert old.told == [
        ({"open_end": True}, "promise"), ({"open_end": False}, "done"), ({"open_end": False, "code": "D", "name": "留作参考"}, "declined"),
    ]  # fmt: skip
