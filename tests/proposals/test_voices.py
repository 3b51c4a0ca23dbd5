"""What others add to a public suggestion: support without names, comments by one written standard and two moderators."""

import re
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from gongyi.core import outbox
from gongyi.core.access import Role, asker_actor, system_actor
from gongyi.core.models import Message
from gongyi.home.views import voices as pages
from gongyi.people.actions.residents import remove_resident, resident_actor
from gongyi.people.queries import residents as resident_queries
from gongyi.proposals import actions as proposals
from gongyi.proposals import rules
from gongyi.proposals.actions import voices as actions
from gongyi.proposals.forms.comments import COMMENT_FORMS
from gongyi.proposals.models import Cause, Comment, CommentStep, Limits, Proposal, Support
from gongyi.proposals.queries import voices as queries
from gongyi.proposals.queries.similar import similar_public
from gongyi.proposals.workflow import COMMENT
from tests.factories import make_actor, refused
from tests.proposals.conftest import act, again, opened
from tests.proposals.test_calls import running
from tests.proposals.test_portal import TEXTS, resident, send, signed_in
from tests.proposals.test_publishing import published
from tests.proposals.test_views import browser, page
from tests.proposals.test_views import send as post


@pytest.fixture(autouse=True)
def fresh_counts(db, monkeypatch):
    cache.clear()
    monkeypatch.setattr(resident_queries, "ROUNDS", 10)


@pytest.fixture
def shown(land):
    """A public suggestion, still under way, and the standard for comments."""
    land.causes["comment"] = Cause(kind="comment", text="骂人", elsewhere="说事情，不说人。")
    land.causes["comment"].save()
    return published(land)


def address(text, step: str = "") -> str:
    return f"/portal/suggestions/{text.slug}/{step}"


def cookies() -> Client:
    """A browser that kept the mark of this site."""
    client = Client()
    client.get("/portal/suggest/")
    return client


def one_of(text) -> Proposal:
    return again(text.proposal)


# --- support ----------------------------------------------------------------------------------------------------------


def test_one_browser_counts_once_and_may_take_it_back(land, shown):
    first, second = cookies(), cookies()
    for client in (first, first, second):
        assert send(client, address(shown, "support/")).status_code == 302
    assert queries.supports_of(one_of(shown)) == 2
    assert "不支持了" in first.get(address(shown)).content.decode()
    assert first.post(address(shown, "unsupport/")).status_code == 302
    assert queries.supports_of(one_of(shown)) == 1


def test_an_account_counts_once_whatever_the_browser(land, shown):
    who = resident(land)
    for _n in range(2):
        client = signed_in(who)
        client.get("/portal/suggest/")
        send(client, address(shown, "support/"))
    assert Support.objects.count() == 1


def test_guard_off_the_same_browser_would_count_twice(land, shown, monkeypatch):
    """Negative control: without the mark everybody is somebody else."""
    monkeypatch.setattr(queries, "marks_of", lambda *_a, **_k: [uuid4().hex])
    client = cookies()
    for _n in range(2):
        send(client, address(shown, "support/"))
    assert Support.objects.count() == 2


def test_the_database_keeps_one_row_a_person(land, shown):
    one = one_of(shown)
    actions.support(one, marks=["a" * 64])
    with pytest.raises(IntegrityError), transaction.atomic():
        Support.objects.create(proposal=one, who="a" * 64, on=one.recorded_at.date())


def test_d9_small_numbers_are_not_told_and_nobody_is_listed(land, shown):
    one = one_of(shown)
    assert "还没有人支持" in cookies().get(address(shown)).content.decode()
    for n in range(9):
        actions.support(one, marks=[f"{n:064}"])
    assert queries.about(9) == "不到 10 人支持"
    assert "不到 10 人支持" in cookies().get(address(shown)).content.decode()
    assert queries.about(13) == "大约 15 人支持"
    assert queries.about(12) == "大约 10 人支持"


def test_what_one_person_supports_is_nowhere_together(land, shown):
    other, who = published(land), resident(land)
    for text in (shown, other):
        send(signed_in(who), address(text, "support/"))
    rows = list(Support.objects.values_list("who", "resident"))
    assert len({mark for mark, _resident in rows}) == 2
    assert {kept for _mark, kept in rows} == {None}, "whoever did not ask to hear is not kept"


def test_without_a_mark_nothing_is_noted(land, shown):
    assert send(Client(), address(shown, "support/")).status_code == 302
    assert not Support.objects.exists()


def test_a_flood_of_supports_is_held(land, shown, monkeypatch):
    monkeypatch.setattr(pages, "SUPPORTS_PER_ADDRESS", 3)
    for n in range(5):
        assert send(cookies(), address(shown, "support/")).status_code == (302 if n < 3 else 429)
    assert Support.objects.count() == 3


def test_guard_off_a_flood_goes_through(land, shown, monkeypatch):
    """Negative control."""
    monkeypatch.setattr(pages, "SUPPORTS_PER_ADDRESS", 3)
    monkeypatch.setattr(pages.limits, "hold", lambda *_a, **_k: None)
    for _n in range(5):
        send(cookies(), address(shown, "support/"))
    assert Support.objects.count() == 5


@pytest.mark.parametrize("name", ["supports", "comments"])
def test_it_can_be_switched_off_for_a_call_and_for_the_others(land, shown, name):
    may = {"supports": queries.may_support, "comments": queries.may_comment}[name]
    assert may(one_of(shown))
    Limits(**{name: False}).save()
    assert not may(one_of(shown))
    call = running(land, **{name: True})
    Proposal.objects.filter(id=shown.proposal_id).update(call=call)
    assert may(one_of(shown)), "a call has its own switch"
    proposals.CALL_ACTS["switch"](call, by=land.desk, comments=False, supports=False)
    assert not may(one_of(shown))


def test_switched_off_nothing_is_taken(land, shown):
    Limits(comments=False, supports=False).save()
    send(cookies(), address(shown, "support/"))
    assert not Support.objects.exists()
    with refused("no_comments"):
        actions.write_comment(one_of(shown), text="好", resident=resident(land))


def test_what_is_not_public_takes_no_support(land):
    one = opened(land)
    assert send(cookies(), f"/portal/suggestions/{one.number}/support/").status_code == 404
    assert send(cookies(), "/portal/suggestions/nosuchslug/support/").status_code == 404


def test_supporters_of_what_was_merged_go_along(land, shown):
    other = published(land)
    actions.support(one_of(shown), marks=["a" * 64])
    actions.support(one_of(other), marks=["b" * 64])
    Proposal.objects.filter(id=other.proposal_id).update(
        first=one_of(shown), state="merged", closed_at=one_of(shown).recorded_at
    )
    assert queries.supports_of(one_of(shown)) == 2


def test_who_asked_hears_of_the_answer_and_who_did_not_does_not(land, shown, monkeypatch):
    asked, quiet = resident(land), resident(land, "13900002222")
    send(signed_in(asked), address(shown, "support/"), hears="on")
    send(signed_in(quiet), address(shown, "support/"))
    heard: list = []
    monkeypatch.setattr(
        outbox, "tell_residents", lambda keys, **facts: heard.extend((key, facts["event"]) for key in keys)
    )
    one = one_of(shown)
    act(one, "sign", land.clerk)
    act(one, "answer", land.clerk, answer="修好了。", result=land.classes["A"])
    act(one, "approve", land.lead)
    assert heard == [(asked.id, "resident.proposal")]
    assert rules.may_follow(asker_actor("resident", one.county, asked.id), one.id)
    assert not rules.may_follow(asker_actor("resident", one.county, quiet.id), one.id)
    remove_resident(asked, by=resident_actor(asked))
    assert not Support.objects.filter(resident__isnull=False).exists()


# --- similar first ----------------------------------------------------------------------------------------------------


def test_something_alike_is_shown_before_sending_and_supported_instead(land, shown):
    client = cookies()
    typed = TEXTS | {"title": shown.title, "analysis": shown.analysis, "suggestions": shown.suggestions}
    answer = send(client, "/portal/suggest/", **typed)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "有人提过差不多的" in text
    assert shown.suggestions in text, "nothing typed is lost"
    assert Proposal.objects.count() == 1
    assert send(client, re.search(r'action="(/portal/suggestions/[^"]+/support/)"', text)[1]).status_code == 302
    assert Support.objects.count() == 1
    assert send(client, "/portal/suggest/", **typed, sure="on").status_code == 302
    assert Proposal.objects.count() == 2


def test_what_is_not_public_is_never_hinted_at(land, monkeypatch):
    one = opened(land)
    typed = TEXTS | {"title": one.title, "analysis": one.analysis, "suggestions": one.suggestions}
    assert similar_public(one.county, one.analysis + one.suggestions) == []
    assert send(cookies(), "/portal/suggest/", **typed).status_code == 302


# --- comments ---------------------------------------------------------------------------------------------------------


def said(land, shown, text: str = "三米太窄，要能过拖拉机。") -> Comment:
    return actions.write_comment(one_of(shown), text=text, resident=resident(land))


def judge(comment, action, by, **facts):
    return actions.COMMENT_ACTS[action](Comment.objects.select_related("proposal").get(id=comment.id), by=by, **facts)


def facts_for(land, action: str) -> dict:
    if action in {"decline", "doubt"}:
        return {"reason": land.causes["comment"]}
    return {"reason": "看错了"} if action == "reconsider" else {}


@pytest.mark.parametrize("state", COMMENT.states)
def test_p15_every_pair_of_state_and_move_is_done_or_refused(land, shown, state):
    comment = said(land, shown)
    for action in actions.COMMENT_ACTS:
        two = {"doubted_by": land.desk2.id, "removed_by": land.recorder.id, "reason": "骂人", "second": land.county}
        Comment.objects.filter(id=comment.id).update(state=state, **two)
        if state in COMMENT[action].sources:
            judge(comment, action, land.desk, **facts_for(land, action))
            assert Comment.objects.get().state == COMMENT[action].target
        else:
            with refused("wrong_state"):
                judge(comment, action, land.desk, **facts_for(land, action))


def test_forms_and_actions_know_the_same_moves():
    assert set(COMMENT_FORMS) == set(actions.COMMENT_ACTS) == {move.action for move in COMMENT.moves if move.places}


def test_nothing_is_shown_before_somebody_read_it_and_never_by_name(land, shown):
    who = resident(land)
    client = signed_in(who)
    assert send(client, address(shown, "comment/"), text="三米太窄，问王小明 13812345678").status_code == 302
    assert "三米太窄" not in cookies().get(address(shown)).content.decode()
    comment = Comment.objects.get()
    judge(comment, "show", land.desk)
    text = cookies().get(address(shown)).content.decode()
    assert "三米太窄" in text
    assert "13812345678" not in text


def test_a_stranger_has_to_sign_in_to_comment(land, shown):
    assert cookies().get(address(shown, "comment/")).status_code == 302
    assert send(cookies(), address(shown, "comment/"), text="好").headers["Location"] == "/portal/mine/in/"
    assert not Comment.objects.exists()


def test_declined_its_author_is_told_why(land, shown, monkeypatch):
    heard: list = []
    monkeypatch.setattr(outbox, "tell_residents", lambda keys, **facts: heard.append((list(keys), facts["event"])))
    who = resident(land)
    comment = said(land, shown)
    judge(comment, "decline", land.desk, reason=land.causes["comment"])
    assert heard == [([who.id], "resident.comment")]
    text = signed_in(who).get("/portal/mine/").content.decode()
    assert "没有显示" in text
    assert "骂人" in text


def test_removing_takes_two_moderators(land, shown):
    comment = said(land, shown)
    judge(comment, "show", land.desk)
    judge(comment, "doubt", land.desk, reason=land.causes["comment"])
    assert Comment.objects.get().second == land.county
    assert "三米太窄" in cookies().get(address(shown)).content.decode(), "seen until a second person agrees"
    with pytest.raises(PermissionDenied):
        judge(comment, "remove", land.desk)
    judge(comment, "remove", land.desk2)
    assert "三米太窄" not in cookies().get(address(shown)).content.decode()
    assert Message.objects.filter(account=land.desk2.id, event="comment.read").exists()


def test_guard_off_one_moderator_would_do_but_not_for_the_database(land, shown, monkeypatch):
    """Negative control: without the rule only the database's own check stands in the way."""
    comment = said(land, shown)
    judge(comment, "show", land.desk)
    judge(comment, "doubt", land.desk, reason=land.causes["comment"])
    monkeypatch.setattr(rules, "TWO_PEOPLE", set())
    with pytest.raises(IntegrityError), transaction.atomic():
        judge(comment, "remove", land.desk)
    judge(comment, "keep", land.desk)
    assert Comment.objects.get().state == "shown"


def test_p9_without_a_second_person_it_is_not_taken_down(land, shown):
    from gongyi.people.models import Grant

    comment = said(land, shown)
    judge(comment, "show", land.desk)
    Grant.objects.filter(account=land.desk2.id).delete()
    with refused("nobody"):
        judge(comment, "doubt", land.desk, reason=land.causes["comment"])
    assert Comment.objects.get().state == "shown"


def test_nobody_judges_what_is_said_about_an_answer_of_their_own(land, shown):
    comment = said(land, shown)
    Proposal.objects.filter(id=comment.proposal_id).update(answered_by=land.desk.id)
    with pytest.raises(PermissionDenied):
        judge(comment, "show", land.desk)
    assert queries.comments_to_read(land.desk) == []
    assert [one.id for one in queries.comments_to_read(land.desk2)] == [comment.id]


@pytest.mark.parametrize("action", list(actions.COMMENT_ACTS))
def test_only_moderators_of_the_desk_judge(land, shown, action):
    comment = said(land, shown)
    for by in (
        land.clerk,
        land.recorder,
        land.stranger,
        land.lead,
        system_actor("x", comment.county),
        resident_actor(resident(land)),
    ):
        assert not rules.can_move_comment(by, comment, COMMENT[action])


def test_its_author_alone_takes_it_back(land, shown):
    comment, stranger = said(land, shown), resident(land, "13900002222")
    with pytest.raises(PermissionDenied):
        actions.recant_comment(comment, resident=stranger)
    assert signed_in(stranger).get(f"/portal/mine/comments/{comment.id}/back/").status_code == 404
    assert send(signed_in(resident(land)), f"/portal/mine/comments/{comment.id}/back/").status_code == 302
    assert Comment.objects.get().state == "withdrawn"


def test_a_pile_of_comments_by_one_person_is_held(land, shown):
    client = signed_in(resident(land))
    for n in range(3):
        answer = send(client, address(shown, "comment/"), text=f"第{n}句话")
        assert answer.status_code == (302 if n < pages.COMMENTS_PER_ONE else 429)
    assert Comment.objects.count() == pages.COMMENTS_PER_ONE


def test_guard_off_the_pile_grows(land, shown, monkeypatch):
    """Negative control."""
    monkeypatch.setattr(pages.limits, "hold", lambda *_a, **_k: None)
    client = signed_in(resident(land))
    for n in range(3):
        send(client, address(shown, "comment/"), text=f"第{n}句话")
    assert Comment.objects.count() == 3


@pytest.mark.parametrize("text", ["", " ", "好", "长" * 1001])
def test_too_short_or_too_long_is_said(land, shown, text):
    with pytest.raises(ValidationError):
        actions.write_comment(one_of(shown), text=text, resident=resident(land))


def test_the_database_wants_a_reason_and_two_people(land, shown):
    comment = said(land, shown)
    for wrong in (
        {"state": "declined"}, {"state": "removed", "reason": "骂人"}, {"state": "nowhere"},
        {"state": "removed", "reason": "骂人", "doubted_by": land.desk.id, "removed_by": land.desk.id},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Comment.objects.filter(id=comment.id).update(**wrong)


def test_the_office_pages_go_the_whole_way(land, shown):
    comment = said(land, shown)
    desk, second = browser(land.desk), browser(land.desk2)
    assert "三米太窄" in page(land.desk, "/proposals/comments/")
    assert "建议下的评论" in page(land.desk, "/today/")
    base = comment.get_absolute_url()
    assert "骂人" in page(land.desk, base)
    reason = land.causes["comment"].id
    for client, action, facts in ((desk, "show", {}), (desk, "doubt", {"reason": reason}), (second, "remove", {}), (desk, "reconsider", {"reason": "看错了"}), (desk, "decline", {"reason": reason})):  # fmt: skip
        assert client.get(f"{base}{action}/").status_code == 200, action
        assert post(client, f"{base}{action}/", seen=Comment.objects.get().version, **facts).status_code == 302, action
    assert desk.get(f"{base}show/").status_code == 409
    assert desk.get(f"{base}never/").status_code == 404
    assert browser(land.clerk).get(base).status_code == 403
    assert browser(make_actor(Role.DISPATCHER, land.other, "别派")).get(base).status_code == 404


def test_the_standard_is_read_by_everybody(land, shown):
    text = cookies().get("/portal/standard/").content.decode()
    assert "骂人" in text
    assert "说事情，不说人。" in text


def test_p16_comments_follow_the_desk(land, shown):
    comment = said(land, shown)
    proposals.follow_successor(land.county, land.town)
    assert Comment.objects.get(id=comment.id).desk == land.town
    assert CommentStep.objects.filter(comment=comment, action="follow").exists()


def test_the_account_ends_and_the_comment_is_nobodys(land, shown):
    comment, who = said(land, shown), resident(land)
    assert rules.may_hear_of_comment(asker_actor("r", comment.county, who.id), comment.id)
    remove_resident(who, by=resident_actor(who))
    assert Comment.objects.get().resident is None
    assert not rules.may_hear_of_comment(asker_actor("r", comment.county, who.id), comment.id)
