"""Public answers: who may make, approve and take down what; what stays hidden; every (state, action) pair."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404

from gongyi.casework import actions, rules
from gongyi.casework.actions import AskerFacts
from gongyi.casework.actions.publishing import PRESS
from gongyi.casework.models import Case, CaseConflict, Publication, PublishedText, ShownWord
from gongyi.casework.queries import publications as queries
from gongyi.casework.workflow import PUBLICATION
from gongyi.core import clock, workflow
from gongyi.core.access import Role, asker_actor, system_actor
from gongyi.core.models import AuditEntry, Message
from gongyi.publishing import actions as publishing
from gongyi.publishing import queries as office
from gongyi.publishing import rules as publishing_rules
from gongyi.publishing.queries import office as reading
from tests.factories import actor, grant, make_account, make_actor, refused

TEXT = "我叫刘大勇，住李家村12号，村口路灯坏了，请打13812345678或0739-1234567。"
ANSWER = "三组路口的路灯已换新。请联系王建国，电话0739-7654321。"


def answered(land, state="closed", **facts) -> Case:
    """A case of the township with an answer that went out."""
    asker = AskerFacts(name="刘大勇", phone="13812345678", address="柳树湾老井旁")
    given = {"type": land.enquiry, "content": TEXT, "may_publish": True, "asker": asker} | facts
    case = actions.open_case(by=land.officer, unit=land.village, **given)
    now = clock.now()
    ended = {"closed_at": now, "reopen_until": now + timedelta(days=30)} if state in {"closed", "filed"} else {}
    values = {
        "state": state, "lead": land.town, "answer": ANSWER, "outcome": "solved", "answered_at": now, "answered_by": land.clerk.id,
    } | ended  # fmt: skip
    for name, value in values.items():
        setattr(case, name, value)
    case.save()
    actions.moving.sync_parts(case)
    return case


def started(land, **facts) -> Publication:
    return publishing.start_publication(answered(land, **facts), by=land.clerk)


def proposed(land) -> Publication:
    return publishing.propose_publication(started(land), by=land.clerk)


def published(land) -> Publication:
    return publishing.approve_publication(proposed(land), by=land.lead)


# --- the way of a text ------------------------------------------------------------------------------------------------


def test_what_is_public_is_masked_and_approved_by_another(land):
    publication = published(land)
    text = queries.shown(land.county.county, publication.slug)

    for secret in ("刘大勇", "12号", "13812345678", "1234567", "王建国", "7654321"):
        assert secret not in text.title + text.matter + text.answer
        assert secret not in publication.title + publication.matter + publication.answer, "the work text forgets it too"
    assert "〔姓名〕" in text.matter
    assert (text.made_by, text.approved_by) == (land.clerk.id, land.lead.id)
    assert publication.case.number not in publication.slug
    assert Message.objects.filter(account=land.clerk.id, event="publication").exists()


def test_masking_switched_off_is_seen(land, monkeypatch):
    """Negative control."""
    monkeypatch.setattr(reading, "find_in_all", lambda texts, _known: [[] for _text in texts])
    text = queries.shown(land.county.county, published(land).slug)
    assert "13812345678" in text.matter


def test_word_is_shown_again_with_a_reason_that_the_approver_sees(land):
    publication = started(land)
    with pytest.raises(ValidationError):
        publishing.show_word(publication, by=land.clerk, kind="phone", words="0739-7654321", reason="好")
    with refused("no_such_word"):
        publishing.show_word(publication, by=land.clerk, kind="phone", words="110", reason="公开的电话")
    publishing.show_word(publication, by=land.clerk, kind="phone", words="0739-7654321", reason="镇里的公开电话")
    publishing.propose_publication(publication, by=land.clerk)

    seen = office.fetch(land.lead, PRESS, publication.id)
    found = [place for place in office.proof(seen).places if place.shown]
    assert [(place.words, place.shown.reason) for place in found] == [("0739-7654321", "镇里的公开电话")]
    publishing.approve_publication(seen, by=land.lead)
    assert "0739-7654321" in queries.shown(land.county.county, seen.slug).answer


def test_word_is_hidden_again(land):
    publication = started(land)
    publishing.show_word(publication, by=land.clerk, kind="name", words="王建国", reason="所长的名字本来公开")
    assert "王建国" in office.proof(publication).text["answer"]
    publishing.hide_word(publication, by=land.clerk, word=ShownWord.objects.get().id)
    assert "王建国" not in office.proof(publication).text["answer"]


def test_words_around_a_found_word_hide_the_others(land):
    for place in office.proof(started(land)).places:
        around = "".join(place.around)
        assert not any(secret in around for secret in ("刘大勇", "13812345678", "1234567", "7654321", "王建国"))


def test_correction_is_a_version_and_the_old_text_stays_until_then(land):
    publication = published(land)
    first = queries.shown(land.county.county, publication.slug)
    with clock.at(clock.now() + timedelta(days=2)):
        publishing.amend_publication(publication, by=land.clerk, why="日期写错了")
        publishing.edit_publication(publication, by=land.clerk, title="路灯", matter="路灯坏了", answer="11月2日换好了")
        publishing.propose_publication(publication, by=land.clerk)
        assert queries.shown(land.county.county, publication.slug).number == 1
        publishing.approve_publication(publication, by=land.lead)
    second = queries.shown(land.county.county, publication.slug)

    assert (second.number, second.answer, second.why) == (2, "11月2日换好了", "日期写错了")
    assert second.since == first.since
    assert [text.number for text in office.earlier(second)] == [1]
    assert [v["number"] for v in PublishedText.objects.values("number").order_by("number")] == [1, 2]


def test_after_it_was_taken_down_old_texts_are_not_public(land):
    publication = published(land)
    publishing.take_down(publication, by=land.lead, down_why="wrong", note="露出了门牌")
    with pytest.raises(Http404):
        queries.shown(land.county.county, publication.slug)
    with clock.at(clock.now() + timedelta(minutes=1)):
        publishing.revive_publication(publication, by=land.clerk)
        publishing.edit_publication(publication, by=land.clerk, title="路灯", matter="路灯坏了", answer="换好了")
        publishing.propose_publication(publication, by=land.clerk)
        publishing.approve_publication(publication, by=land.lead)
    assert office.earlier(queries.shown(land.county.county, publication.slug)) == []


# --- what may be public -----------------------------------------------------------------------------------------------


def test_tipoff_complaint_about_service_and_refusal_of_consent_stay_inside(land):
    for facts in ({"type": land.tipoff}, {"may_publish": False}, {"about_unit": land.other}):
        with refused("not_public"):
            publishing.start_publication(answered(land, **facts), by=land.clerk)
    land.enquiry.is_public = False
    land.enquiry.save()
    with refused("not_public"):
        publishing.start_publication(answered(land), by=land.clerk)


@pytest.mark.parametrize("state", ["handling", "drafted", "calling", "redo"])
def test_answer_that_is_not_out_stays_inside(land, state):
    with refused("not_public"):
        publishing.start_publication(answered(land, state=state), by=land.clerk)


def test_without_the_rule_a_tipoff_would_be_public(land, monkeypatch):
    """Negative control."""
    monkeypatch.setattr(publishing, "_may", lambda _case: None)
    assert publishing.start_publication(answered(land, type=land.tipoff), by=land.clerk).state == "draft"


def test_type_that_is_no_longer_public_takes_its_answers_off_the_pages(land):
    publication = published(land)
    land.enquiry.is_public = False
    land.enquiry.save()
    with pytest.raises(Http404):
        queries.shown(land.county.county, publication.slug)
    assert queries.recent(land.county.county, 5) == []


def test_consent_taken_back_before_approval_stops_it(land):
    publication = proposed(land)
    Case.objects.filter(id=publication.case_id).update(may_publish=False)
    with refused("not_public"):
        publishing.approve_publication(office.fetch(land.lead, PRESS, publication.id), by=land.lead)


def test_asker_takes_it_down_at_once_and_for_good(land):
    publication = published(land)
    case, county = publication.case, land.county.county
    publishing.ask_take_down(case, by=asker_actor("诉求人", county, case.id))

    kept = Publication.objects.get(id=publication.id)
    assert (kept.state, kept.current, kept.down_why) == ("down", 0, "asked")
    with pytest.raises(Http404):
        queries.shown(county, publication.slug)
    assert Message.objects.filter(account=land.clerk2.id, event="publication").exists(), "the office is told"
    assert not Case.objects.get(id=case.id).may_publish
    assert AuditEntry.objects.filter(action="consent.end", subject=case.id).exists()
    with refused("not_public"):
        publishing.revive_publication(office.fetch(land.clerk, PRESS, publication.id), by=land.clerk)


def test_asker_of_another_case_takes_nothing_down(land):
    publication, county = published(land), land.county.county
    other = answered(land)
    for by in (asker_actor("诉求人", county, other.id), land.clerk, system_actor("portal", county)):
        with pytest.raises(PermissionDenied):
            publishing.ask_take_down(publication.case, by=by)
    assert Publication.objects.get(id=publication.id).state == "published"


def test_asker_ends_consent_where_nothing_is_public(land):
    case = answered(land)
    assert publishing.ask_take_down(case, by=asker_actor("诉求人", land.county.county, case.id)) is None
    with refused("not_public"):
        publishing.start_publication(Case.objects.get(id=case.id), by=land.clerk)


def test_correction_of_the_consent_takes_it_down(land):
    publication = published(land)
    case = actions.reopen_case(publication.case, by=land.desk, note="又坏了")
    actions.correct_case(case, by=land.desk, content="路灯坏了", channel="phone", may_publish=False)
    assert Publication.objects.get(id=publication.id).down_why == "rule"


def test_other_type_that_is_not_public_takes_it_down(land):
    publication = published(land)
    case = actions.reopen_case(publication.case, by=land.desk, note="又坏了")
    actions.recategorise(case, by=land.desk, type=land.tipoff, topic=None, area=None, urgency="normal")
    assert Publication.objects.get(id=publication.id).state == "down"


# --- who (P3, P5, P8, P9) ---------------------------------------------------------------------------------------------


def test_p8_nobody_approves_a_text_in_which_they_had_a_hand(land):
    account = make_account("两岗")
    grant(account, Role.CLERK, land.town)
    grant(account, Role.LEAD, land.town)
    both = actor(account)
    publication = started(land)
    publishing.edit_publication(publication, by=both, title="路灯", matter="路灯坏了", answer="换好了")
    publishing.propose_publication(publication, by=land.clerk)
    with pytest.raises(PermissionDenied):
        publishing.approve_publication(publication, by=both)
    with pytest.raises(PermissionDenied):
        publishing.refuse_publication(publication, by=both, note="不好")
    publishing.approve_publication(publication, by=land.lead)


def test_p8_who_wrote_the_answer_does_not_approve_its_publication(land):
    case = answered(land)
    case.answered_by = land.lead.id
    case.save()
    publication = publishing.propose_publication(publishing.start_publication(case, by=land.clerk), by=land.clerk)
    assert publication.second == land.county, "nobody else in the township: one unit up (P9)"


def test_p8_without_its_rule_the_maker_approves(land, monkeypatch):
    """Negative control; the database still refuses one person in both places."""
    monkeypatch.setattr(publishing_rules, "OWN_TEXT", set())
    publication = proposed(land)
    publication.second = land.town
    lead_too = make_actor(Role.LEAD, land.town)
    monkeypatch.setattr(publishing, "makers_of", lambda _p: set())
    Publication.objects.filter(id=publication.id).update(proposed_by=lead_too.id)
    publication.proposed_by = lead_too.id
    with pytest.raises(IntegrityError), transaction.atomic():
        publishing.approve_publication(publication, by=lead_too)


def test_p9_one_unit_up_sees_the_text_and_not_the_case(land):
    case = answered(land)
    Case.objects.filter(id=case.id).update(answered_by=land.lead.id)
    publication = publishing.start_publication(Case.objects.get(id=case.id), by=land.clerk)
    publishing.propose_publication(publication, by=land.clerk)

    assert office.fetch(land.county_lead, PRESS, publication.id) == publication
    assert list(office.to_approve(land.county_lead, PRESS)) == [publication]
    assert not rules.visible_to(land.county_lead).filter(id=case.id).exists()
    publishing.approve_publication(office.fetch(land.county_lead, PRESS, publication.id), by=land.county_lead)


def test_p3_p5_others_see_no_publication(land):
    publication = proposed(land)
    for by in (land.stranger, land.county_desk, land.county_lead, make_actor(Role.LEAD, land.other)):
        with pytest.raises(Http404):
            office.fetch(by, PRESS, publication.id)
        assert publication not in office.ours(by, PRESS)
    assert office.fetch(land.clerk2, PRESS, publication.id) == publication


def test_p3_row_without_scope_would_be_found(land, monkeypatch):
    """Negative control."""
    publication = proposed(land)
    monkeypatch.setattr(reading, "visible_to", lambda _by, _press: Publication.objects.all())
    assert office.fetch(land.stranger, PRESS, publication.id) == publication


def test_who_declared_a_conflict_acts_no_more(land):
    publication = proposed(land)
    CaseConflict(county=land.county.county, case=publication.case, account=land.lead.id, at=clock.now()).save()
    with pytest.raises(PermissionDenied):
        publishing.approve_publication(publication, by=land.lead)


# --- the table (P15) --------------------------------------------------------------------------------------------------

ACTS = {
    "reroute": lambda land, p: publishing.reroute_publication(p, by=system_actor("routine", land.county.county)),
    "edit": lambda land, p: publishing.edit_publication(p, by=land.clerk, title="甲", matter="乙", answer="丙"),
    "show": lambda land, p: publishing.show_word(p, by=land.clerk, kind="name", words="王建国", reason="本来公开的"),
    "hide": lambda land, p: publishing.hide_word(p, by=land.clerk, word=_word(p).id),
    "propose": lambda land, p: publishing.propose_publication(p, by=land.clerk),
    "recall": lambda land, p: publishing.recall_publication(p, by=land.clerk),
    "approve": lambda land, p: publishing.approve_publication(p, by=land.lead),
    "refuse": lambda land, p: publishing.refuse_publication(p, by=land.lead, note="再短些"),
    "amend": lambda land, p: publishing.amend_publication(p, by=land.clerk, why="写错了"),
    "take_down": lambda land, p: publishing.take_down(p, by=land.clerk, down_why="old"),
    "withdraw": lambda land, p: publishing._put_down(p, "withdraw", by=asker_actor("诉", p.county, p.case_id), down_why="asked"),
    "rule_out": lambda land, p: publishing._put_down(p, "rule_out", by=system_actor("routine", p.county), down_why="rule"),
    "revive": lambda land, p: publishing.revive_publication(p, by=land.clerk),
}  # fmt: skip


def _word(publication) -> ShownWord:
    row = ShownWord(
        county=publication.county, publication=publication, kind="name", words="李四", reason="公开的", at=clock.now()
    )
    row.save()
    return row


def put(land, state: str) -> Publication:
    """A publication set into a state directly."""
    publication = started(land)
    facts = {"state": state, "second": land.town, "current": int(state == "published"), "proposed_by": land.clerk.id}
    for name, value in facts.items():
        setattr(publication, name, value)
    publication.save()
    return publication


@pytest.mark.parametrize("state", PUBLICATION.states)
def test_every_state_and_action_is_done_or_refused(land, state):
    for action, act in ACTS.items():
        publication, move = put(land, state), PUBLICATION[action]
        if state in move.sources:
            act(land, publication)
        else:
            with refused("wrong_state"):
                act(land, publication)
        kept = Publication.objects.get(id=publication.id)
        assert kept.version == 1 + (state in move.sources), (state, action)
        assert kept.state == (move.target or state if state in move.sources else state)


def test_every_move_is_tried():
    assert set(ACTS) == set(PUBLICATION.by_action)


def test_guard_off_lets_a_wrong_move_through(land, monkeypatch):
    """Negative control."""
    publication = put(land, "draft")
    everywhere = workflow.Move(**{**PUBLICATION["approve"].__dict__, "sources": tuple(PUBLICATION.states)})
    monkeypatch.setitem(PUBLICATION.by_action, "approve", everywhere)
    publishing.approve_publication(publication, by=land.lead)
    assert publication.state == "published"


@pytest.mark.parametrize("action", ACTS)
def test_nobody_from_elsewhere_may_move(land, action):
    move = PUBLICATION[action]
    publication = put(land, move.sources[0])
    for by in (land.stranger, land.county_desk, land.supervisor, land.caller):
        assert not publishing_rules.can_move(by, publication, move)


def test_database_keeps_the_states(land):
    publication = published(land)
    for wrong in ({"state": "nowhere"}, {"state": "down"}, {"current": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Publication.objects.filter(id=publication.id).update(**wrong)


def test_stale_form_is_noticed(land):
    publication = started(land)
    publishing.edit_publication(publication, by=land.clerk, title="甲", matter="乙", answer="丙", seen=1)
    with refused("stale"):
        publishing.edit_publication(publication, by=land.clerk2, title="丁", matter="乙", answer="丙", seen=1)


# --- what everybody reads ---------------------------------------------------------------------------------------------


def test_search_filters_and_pages(land, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    made = []
    for n in range(5):
        with clock.at(clock.now() + timedelta(minutes=n)):
            made.append(published(land))
    county = land.county.county
    slugs, after = [], ""
    for _page in range(3):
        rows, more = queries.search(county, queries.Filter(after=after))
        slugs += [row.publication.slug for row in rows]
        after = slugs[-1]
    assert slugs == [p.slug for p in reversed(made)]
    assert not more
    assert queries.search(county, queries.Filter(text="路灯 换新"))[0]
    assert not queries.search(county, queries.Filter(text="13812345678"))[0], "what is hidden is not found either"
    assert not queries.search(county, queries.Filter(unit=land.other.id))[0]
    assert not queries.search(county, queries.Filter(year=1999))[0]
    assert not queries.search(county + 1, queries.Filter())[0]
    assert len(queries.recent(county, 3)) == 3
    assert [name for _key, name in queries.offered(county)["unit"]] == ["东湖镇"]
