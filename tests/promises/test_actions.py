"""Proof and check, another day, broken, withdrawn, public: who may, what is kept, who is told."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from PIL import Image

from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.core.figures import Figure, Source, _figures
from gongyi.core.models import AccessRow, Attachment, Message
from gongyi.people.models import Grant
from gongyi.promises import actions, queries, rules
from gongyi.promises.models import DateChange, Promise, PromiseStep
from tests.factories import grant, make_actor, refused
from tests.promises.conftest import DUE, promised, put
from tests.race import race


def test_p8_nobody_confirms_their_own_proof(land, monkeypatch):
    promise = promised(land)
    grant_lead = land.clerk
    grant(_account(grant_lead), Role.LEAD, land.town)
    both = rules.Actor(**{**vars(grant_lead), "held": (*grant_lead.held, *land.lead.held), "by_unit": {}})
    actions.report_kept(promise, by=both, proof="三盏灯都装好了")
    with pytest.raises(PermissionDenied):
        actions.confirm_kept(promise, by=both)
    monkeypatch.setattr(rules, "OWN_PROOF", set())  # negative control: only the database stands in the way then
    with pytest.raises(Exception, match=r"promise_two_people|CHECK"):
        actions.confirm_kept(promise, by=both)


def _account(actor):
    from gongyi.people.models import Account

    return Account.objects.get(id=actor.id)


def test_p9_check_goes_one_unit_up_where_nobody_else_is_there(land):
    village = promised(land, by=land.officer, unit=land.village)
    actions.report_kept(village, by=land.officer, proof="村口的灯亮了")
    assert village.second == land.town
    office = promised(land, unit=land.office)
    actions.report_kept(office, by=land.office_clerk, proof="水管换好了")
    assert office.second == land.county
    Grant.objects.filter(role__in=["lead"]).delete()
    alone = promised(land, unit=land.office)
    with refused("nobody"):
        actions.report_kept(alone, by=land.office_clerk, proof="水管换好了")
    assert Promise.objects.get(id=alone.id).state == "due"


def test_in_time_or_late_follows_from_the_two_days(land):
    promise = put(land, "kept")
    assert (promise.late, queries.how_late(promise), promise.confirmed_by) == (False, "按时", land.lead.id)
    late = promised(land)
    with clock.at(clock.now() + timedelta(days=20)):
        assert late.late  # not even reported
        actions.report_kept(late, by=land.clerk, proof="三盏灯都装好了")
    with clock.at(clock.now() + timedelta(days=60)):  # when it is confirmed does not count
        actions.confirm_kept(late, by=land.lead)
    assert (late.late, queries.how_late(late)) == (True, "晚了 2 天")


def test_broken_promise_that_is_done_after_all_becomes_late(land):
    promise = put(land, "broken")
    with clock.at(clock.now() + timedelta(days=30)):
        actions.report_kept(promise, by=land.clerk, proof="材料到了，装好了")
        assert (promise.state, promise.why, promise.ended_on) == ("reported", "", None)
        actions.confirm_kept(promise, by=land.lead)
    assert (promise.state, promise.late) == ("kept", True)


def test_sent_back_counts_for_nothing_and_tells_the_unit(land):
    promise = put(land, "reported")
    actions.send_back(promise, by=land.lead, reason="还有一盏不亮")
    assert (promise.state, promise.reported_on, promise.second_id) == ("due", None, None)
    told = Message.objects.filter(event="promise.back").values_list("account", flat=True)
    assert set(told) == {land.clerk.id, land.clerk2.id}


def test_changed_day_needs_a_reason_and_stays_visible(land):
    promise = promised(land)
    new = DUE + timedelta(days=7)
    for wrong in (
        {"until": new, "reason": " "},
        {"until": DUE, "reason": "材料没有到"},
        {"until": clock.today() - timedelta(days=1), "reason": "材料没有到"},
    ):
        with pytest.raises(ValidationError):
            actions.change_date(promise, by=land.clerk, **wrong)
    actions.change_date(promise, by=land.clerk, until=new, reason="材料下周才到")
    assert (promise.due, promise.moves) == (new, 1)
    change = DateChange.objects.get()
    assert (change.old, change.new, change.reason, change.unit) == (DUE, new, "材料下周才到", land.town)
    assert promise.wakes_on == DUE
    assert (promise.number, "move") in land.told
    assert "2026-12-04" in PromiseStep.objects.get(action="move").note


def test_supervisor_judges_only_after_the_day(land):
    promise = promised(land)
    with clock.at(clock.now() + timedelta(days=18)), pytest.raises(PermissionDenied):  # the day itself
        actions.judge_broken(promise, by=land.supervisor, reason="没有动静")
    with clock.at(clock.now() + timedelta(days=19)):
        actions.judge_broken(promise, by=land.supervisor, reason="过了日子没有动静")
    assert (promise.state, promise.why) == ("broken", "过了日子没有动静")


@pytest.mark.parametrize(
    ("state", "told"), [("kept", "confirm"), ("broken", "admit"), ("withdrawn", "withdraw"), ("reported", "")]
)
def test_who_was_interested_is_told_of_each_end(land, state, told):
    promise = put(land, state)
    assert land.told == ([(promise.number, told)] if told else [])


def test_p8_publishing_is_for_somebody_who_did_not_write_it_and_names_nobody(land):
    promise = promised(land)
    both = make_actor(Role.LEAD, land.town, "又写又审")
    own = promised(land, by=both)
    with pytest.raises(PermissionDenied):
        actions.publish_promise(own, by=both)
    actions.publish_promise(promise, by=land.lead)
    assert promise.public
    named = promised(land, what="给刘大勇家（13812345678）装好路灯")
    with refused("names_somebody"):
        actions.publish_promise(named, by=land.lead)
    actions.unpublish_promise(promise, by=land.lead)
    assert not promise.public


def _picture(name="灯.jpg"):
    content = BytesIO()
    Image.new("RGB", (8, 8), "red").save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue())


def test_proof_may_carry_a_picture_that_opens_with_a_logged_look(land):
    promise = promised(land)
    actions.report_kept(promise, by=land.clerk, proof="三盏灯都装好了", files=[_picture()])
    row = Attachment.objects.get(subject=promise.id)
    assert [one.id for one in queries.files_of(promise)] == [row.id]
    lead = rules.Actor(**{**vars(land.lead), "unit": land.town.id, "by_unit": {}})
    assert actions.open_file(promise, by=lead, key=row.id) == row
    assert AccessRow.objects.get(subject=promise.id).fields == "file"
    with pytest.raises(Http404):
        actions.open_file(put(land, "due"), by=lead, key=row.id)


def test_bad_file_costs_neither_words_nor_state(land):
    promise = promised(land)
    with refused("file_type"):
        actions.report_kept(promise, by=land.clerk, proof="三盏灯都装好了", files=[SimpleUploadedFile("灯.exe", b"MZ")])
    assert Promise.objects.get(id=promise.id).state == "due"
    assert not Attachment.objects.exists()


def test_proof_may_name_a_figure_counted_for_the_unit_and_those_below(land, monkeypatch):
    rows = Source(lambda county: Promise.objects.filter(county=county), "unit", "due")
    monkeypatch.setitem(_figures, "test.count", Figure("test.count", "试", "试", rows))
    promised(land, unit=land.village, due=clock.today())
    promised(land, unit=land.office, due=clock.today())
    promise = promised(land)
    actions.report_kept(promise, by=land.clerk, proof="三盏灯都装好了", figure="test.count")
    assert (promise.figure_value, promise.figure_first, promise.figure_last) == ("1", clock.today(), clock.today())


@pytest.mark.django_db(transaction=True)
def test_two_at_once_one_winner(land, tmp_path):
    promise = put(land, "reported")
    other = make_actor(Role.LEAD, land.town, "钱审")

    def act(number):
        one = Promise.objects.select_related("unit", "second").get(id=promise.id)
        by = (land.lead, other)[number % 2]
        if number % 4 < 2:
            return actions.confirm_kept(one, by=by, seen=promise.version).state
        return actions.send_back(one, by=by, reason="还有一盏不亮", seen=promise.version).state

    ended, steps = race(tmp_path, act, lambda: PromiseStep.objects.filter(promise=promise).count(), runners=8)
    assert sum(isinstance(one, str) for one in ended) == 1, ended
    assert {one.code for one in ended if not isinstance(one, str)} == {"stale"}
    assert steps == 3  # made, reported, and the one that won
