"""Residents' own suggestions: sent, kept, followed, co-signed by code; what a stranger can do with them, and what not."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gongyi.casework.models import Case, CaseType
from gongyi.core import clock, held
from gongyi.core.access import asker_actor, system_actor
from gongyi.core.models import FormKey
from gongyi.core.tracking import make_code
from gongyi.people.actions.residents import open_resident, remove_resident, resident_actor
from gongyi.people.queries import residents as resident_queries
from gongyi.people.queries.residents import mark_of
from gongyi.proposals import actions
from gongyi.proposals.actions import portal
from gongyi.proposals.actions.intake import AuthorFacts
from gongyi.proposals.actions.routine import run_due
from gongyi.proposals.models import Author, Proposal, ProposalStep, Sketch
from gongyi.proposals.queries import portal as queries
from gongyi.proposals.rules import can_move, may_follow
from gongyi.proposals.workflow import PROPOSAL, STATES
from tests.factories import refused
from tests.proposals.conftest import act, again
from tests.proposals.test_calls import running, step
from tests.proposals.test_workflow import put

TEXTS = {"title": "在村口修一座桥", "analysis": "下雨天孩子绕行五里。", "suggestions": "修一座三米宽的小桥。"}


@pytest.fixture(autouse=True)
def fresh_counts(db, monkeypatch):
    """Counts of strangers begin at nought; a password is proven in one round."""
    cache.clear()
    monkeypatch.setattr(resident_queries, "ROUNDS", 10)


def send(browser: Client, address: str = "/portal/suggest/", **facts):
    return browser.post(address, {"_key": str(uuid4()), **facts})


def sent(**facts) -> tuple[Client, list[tuple[str, str]]]:
    """A suggestion sent through the page: the browser, and each number with its code as the page shows them."""
    browser = Client()
    answer = send(browser, **TEXTS | facts)
    assert answer.status_code == 302, re.findall(r'class="field-error[^>]*>([^<]*)', answer.content.decode())
    found = re.findall(r'<dd class="number">([^<]+)</dd>', browser.get("/portal/suggest/done/").content.decode())
    return browser, list(zip(found[::2], found[1::2], strict=True))


def opened_by(number: str, code: str) -> Client:
    browser = Client()
    assert browser.post("/portal/track/", {"number": number, "code": code}).status_code == 302
    return browser


def suggested(land, **facts) -> Proposal:
    """One that was sent by a resident, without the pages."""
    seed = uuid4()
    given = {
        "county": land.county.county,
        "code": make_code(seed),
        "authors": [AuthorFacts("刘大勇", "13812345678")],
        **TEXTS,
    }
    one = portal.send_suggestion(**given | facts)
    one.plain = given["code"]
    return one


def by_proposer(one, action: str, **facts):
    one = again(one)
    return getattr(portal, action)(one, by=portal.asker_of_proposal(one), **facts)


# --- sending ----------------------------------------------------------------------------------------------------------


def test_three_texts_are_enough_and_the_desk_hears(land):
    browser, [(number, code)] = sent()

    one = Proposal.objects.get()
    assert (one.number, one.state, one.unit, one.may_publish) == (number, "submitted", land.county, False)
    assert one.turn_due is not None
    assert not Author.objects.exists(), "nobody has to say who they are"
    page = browser.get("/portal/suggest/own/").content.decode()
    assert "轮到东湖县" in page
    assert code not in page
    assert browser.get("/portal/suggest/done/").headers["Location"] == "/portal/suggest/own/", "the code is shown once"
    assert act(one, "file", land.desk).state == "filed"


def test_d16_nothing_is_ticked_beforehand_and_consent_is_what_was_ticked(land):
    page = Client().get("/portal/suggest/").content.decode()
    boxes = re.findall(r'<input type="checkbox"[^>]*>', page)
    assert boxes
    assert not any("checked" in box for box in boxes)
    sent()
    sent(may_publish="on")
    assert sorted(Proposal.objects.values_list("may_publish", flat=True)) == [False, True]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"title": ""}, "请写一句关于什么。"), ({"analysis": " "}, "请写现在怎么样。"), ({"suggestions": ""}, "请写您建议怎么做。"),
        ({"kind": "joint", "name": "刘大勇"}, "联名提案要写上联名人"), ({"kind": "collective"}, "集体提案要写是哪个单位或团体提的"),
        ({"cosigners": "陈小红"}, "和别人联名的，请写您的姓名。"), ({"website": "x"}, "请空着"),
        ({"cosigners": "\n".join(f"人{n}" for n in range(60)), "name": "甲"}, "最多写 59 个人"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_and_nothing_typed_is_lost(land, facts, words):
    answer = send(Client(), **TEXTS | {"phone": "13900001111"} | facts)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert words in text
    assert "13900001111" in text
    assert not Proposal.objects.exists()


def test_to_a_call_only_while_it_is_open(land):
    call = running(land)
    assert f'value="{call.id}" selected' in Client().get(f"/portal/suggest/?call={call.slug}").content.decode()
    sent(call=str(call.id))
    assert Proposal.objects.get().call == call
    with clock.at(clock.now() + timedelta(days=11)), refused("call_over"):
        suggested(land, call=call)


def test_the_nearest_desk_receives_it(land):
    from tests.factories import make_actors

    make_actors(town_desk=(list(type(land.desk.held[0].role))[2], land.town, "镇派"))
    assert suggested(land, area=land.town).desk == land.town
    assert suggested(land, area=land.other).desk == land.county


def test_sent_twice_it_is_one(land):
    browser, key = Client(), str(uuid4())
    for _n in range(2):
        assert browser.post("/portal/suggest/", {"_key": key, **TEXTS}).status_code == 302
    assert Proposal.objects.count() == 1


def test_codes_stand_nowhere_in_the_database(land):
    from django.contrib.sessions.models import Session

    _browser, pairs = sent(name="刘大勇", cosigners="陈小红")
    kept = (
        str([row.get_decoded() for row in Session.objects.all()])
        + str(FormKey.objects.values())
        + str(Author.objects.values())
    )
    for _number, code in pairs:
        assert code not in kept
        assert code.replace(" ", "") not in kept


def test_a_flood_from_one_browser_is_held(land, monkeypatch):
    monkeypatch.setattr(held, "PER_DEVICE", 2)
    browser = Client()
    browser.get("/portal/suggest/")
    for n in range(2):
        assert send(browser, **TEXTS | {"title": f"第{n}"}).status_code == 302
    assert send(browser, **TEXTS).status_code == 429
    assert Proposal.objects.count() == 2


def test_guard_off_a_flood_is_not_held(land, monkeypatch):
    """Negative control."""
    monkeypatch.setattr(held.limits, "hold", lambda *_a, **_k: None)
    monkeypatch.setattr(held, "PER_DEVICE", 1)
    browser = Client()
    browser.get("/portal/suggest/")
    for _n in range(3):
        assert send(browser, **TEXTS).status_code == 302


# --- number and code --------------------------------------------------------------------------------------------------


def test_p3_a_wrong_code_and_an_unknown_number_get_the_same_answer(land):
    one = suggested(land)
    told = []
    for number, code in ((one.number, "2222 2222 2222"), ("提2026-9999", one.plain), ("N-222222", one.plain)):
        answer = Client().post("/portal/track/", {"number": number, "code": code}).content.decode()
        told.append(re.sub(r'(value|content)="[^"]*"|nonce="[^"]*"', "", answer))
    assert len(set(told)) == 1
    assert opened_by(one.number, one.plain.lower().replace(" ", "-")).get("/portal/suggest/own/").status_code == 200


def test_guessing_codes_is_held(land):
    one = suggested(land)
    browser = Client()
    for _n in range(held.WRONG_CODES):
        browser.post("/portal/track/", {"number": one.number, "code": "2222 2222 2222"})
    assert browser.post("/portal/track/", {"number": one.number, "code": one.plain}).status_code == 429


def test_guard_off_guessing_goes_on(land, monkeypatch):
    """Negative control: without counting, the right code still opens after many wrong ones."""
    monkeypatch.setattr(held.limits, "count", lambda *_a, **_k: None)
    one, browser = suggested(land), Client()
    for _n in range(held.WRONG_CODES):
        browser.post("/portal/track/", {"number": one.number, "code": "2222 2222 2222"})
    assert browser.post("/portal/track/", {"number": one.number, "code": one.plain}).status_code == 302


def test_without_the_code_nothing_opens(land):
    suggested(land)
    for address in ("", "reply/", "judge/", "take_back/", f"files/{uuid4()}/"):
        answer = Client().get(f"/portal/suggest/own/{address}")
        assert answer.status_code == (404 if "files" in address else 302)
    for address in ("/portal/suggest/sign/", "/portal/suggest/done/"):
        assert Client().get(address).headers["Location"] == "/portal/track/"


def test_after_half_an_hour_it_is_closed_again(land):
    one = suggested(land)
    browser = opened_by(one.number, one.plain)
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert browser.get("/portal/suggest/own/").status_code == 302
    assert browser.post("/portal/case/leave/").status_code == 302
    assert browser.get("/portal/suggest/own/").status_code == 302


def test_an_office_proposal_cannot_be_opened_by_any_code(land):
    from tests.proposals.conftest import opened

    one = opened(land)
    for code in ("", "-" * 64, "2222 2222 2222"):
        assert not queries.find_by_code(one.county, one.number, code)


# --- not finished yet -------------------------------------------------------------------------------------------------


def test_an_unfinished_one_is_kept_by_code_and_seen_by_no_office(land):
    browser = Client()
    facts = {
        "title": "修桥",
        "analysis": "",
        "suggestions": "",
        "name": "刘大勇",
        "phone": "13812345678",
        "cosigners": "陈小红 13700000001",
    }
    assert send(browser, **facts, later="on").status_code == 302
    number, code = re.findall(r'<dd class="number">([^<]+)</dd>', browser.get("/portal/suggest/done/").content.decode())
    kept = Sketch.objects.get()
    assert (kept.number, kept.title, kept.name, kept.cosigners) == (number, "修桥", "刘大勇", "陈小红 13700000001")
    assert not Proposal.objects.exists()

    phone = opened_by(number.lower(), code)
    page = phone.get("/portal/suggest/").content.decode()
    for words in ("修桥", "刘大勇", "陈小红 13700000001"):
        assert words in page
    assert send(phone, **TEXTS, later="on").status_code == 302
    assert (Sketch.objects.count(), Sketch.objects.get().analysis) == (1, TEXTS["analysis"])
    assert "还是原来的" in phone.get("/portal/suggest/done/").content.decode()
    assert opened_by(number, code), "number and code go on to hold"
    assert send(phone, **TEXTS).status_code == 302
    assert Proposal.objects.get().state == "submitted"
    assert not Sketch.objects.exists()


def test_a_wrong_code_opens_no_unfinished_one(land):
    kept = portal.keep_sketch(county=land.county.county, code="ABCD", title="修桥")
    answer = Client().post("/portal/track/", {"number": kept.number, "code": "ABCE"})
    assert answer.status_code == 200


def test_d11_what_nobody_touches_for_a_month_is_deleted(land):
    portal.keep_sketch(county=land.county.county, code="ABCD", title="旧的")
    with clock.at(clock.now() + timedelta(days=29)):
        portal.keep_sketch(county=land.county.county, code="ABCF", title="新的")
        run_due(land.county.county)
        assert Sketch.objects.count() == 2
    with clock.at(clock.now() + timedelta(days=31)):
        run_due(land.county.county)
    assert Sketch.objects.get().title == "新的"


# --- co-signers -------------------------------------------------------------------------------------------------------


def test_each_cosigner_confirms_by_a_code_of_their_own(land):
    _browser, pairs = sent(name="刘大勇", cosigners="陈小红 13700000001\n张三丰")
    assert len(pairs) == 3
    one = Proposal.objects.get()
    assert one.kind == "joint"
    assert [row.signed for row in Author.objects.order_by("place")] == ["yes", "asked", "asked"]
    (number, code), (other, other_code) = pairs[1:]
    browser = opened_by(number, code)
    page = browser.get("/portal/suggest/sign/").content.decode()
    assert TEXTS["suggestions"] in page
    assert "刘大勇" not in page
    assert "13700000001" not in page
    assert send(browser, "/portal/suggest/sign/", agreed="yes").status_code == 302
    assert send(opened_by(other, other_code), "/portal/suggest/sign/", agreed="no").status_code == 302
    assert [row.signed for row in Author.objects.order_by("place")] == ["yes", "yes", "no"]
    again_ = send(browser, "/portal/suggest/sign/", agreed="no")
    assert "已经答复过了" in again_.content.decode()
    assert Author.objects.get(place=1).signed == "yes"


def test_a_cosigners_code_opens_nothing_else(land):
    _browser, pairs = sent(name="刘大勇", cosigners="陈小红\n张三丰")
    for number, code in ((pairs[2][0], pairs[1][1]), (pairs[0][0], pairs[1][1]), (pairs[1][0], pairs[0][1])):
        assert Client().post("/portal/track/", {"number": number, "code": code}).status_code == 200
    browser = opened_by(*pairs[1])
    assert browser.get("/portal/suggest/own/").status_code == 302
    assert browser.get("/portal/suggest/own/take_back/").status_code == 302


@pytest.mark.parametrize("action", [move.action for move in PROPOSAL.moves])
def test_a_cosigner_makes_no_other_move_and_a_proposer_no_cosigners(land, action):
    one = suggested(land, authors=[AuthorFacts("刘大勇"), AuthorFacts("陈小红", code="ABCD")], kind="joint")
    signer = Author.objects.get(place=1)
    assert can_move(portal.signer_of(signer), one, PROPOSAL[action]) is (action == "countersign")
    if action == "countersign":
        for by in (
            portal.asker_of_proposal(one),
            asker_actor("x", one.county, uuid4()),
            land.desk,
            system_actor("x", one.county),
        ):
            assert not can_move(by, one, PROPOSAL[action])


# --- what the proposer does -------------------------------------------------------------------------------------------

PROPOSERS = {
    "reply": {"note": "三米"}, "add_to_suggestion": {"note": "还有"}, "revise": {**TEXTS, "title": "改过的"},
    "judge": {"manner": "good", "rating": "fair"}, "take_back": {"note": "不提了"},
}  # fmt: skip
MOVES = {"add_to_suggestion": "add"}


@pytest.mark.parametrize("state", STATES)
def test_p15_every_state_and_move_of_the_proposer_is_done_or_refused(land, state):
    kept = put(land, state)
    for name, facts in PROPOSERS.items():
        Proposal.objects.filter(id=kept.id).update(question="几米？", replied_at=clock.now(), state=state, rating="")
        one, move = again(kept), PROPOSAL[MOVES.get(name, name)]
        if state in move.sources:
            by_proposer(one, name, **facts)
            assert again(one).version == one.version + 1
        else:
            with refused("wrong_state"):
                by_proposer(one, name, **facts)
        Proposal.objects.filter(id=kept.id).update(state=state, closed_at=kept.closed_at, first=kept.first)


@pytest.mark.parametrize(
    "move",
    [move for move in PROPOSAL.moves if not move.places and move.permission == "asker"],
    ids=lambda move: move.action,
)
def test_only_who_opened_this_one_makes_the_proposers_moves(land, move):
    one, other = put(land, move.sources[0]), suggested(land)
    one.replied_at = clock.now()
    for by in (portal.asker_of_proposal(other), land.desk, land.clerk, land.recorder, system_actor("x", one.county)):
        assert not can_move(by, one, move)
    if move.action != "countersign":
        assert can_move(portal.asker_of_proposal(one), one, move)


def test_a_question_is_answered_on_the_page(land):
    one = suggested(land)
    act(one, "ask", land.desk, question="几米宽？")
    browser = opened_by(one.number, one.plain)
    page = browser.get("/portal/suggest/own/").content.decode()
    assert "几米宽？" in page
    assert "轮到您回答" in page
    assert send(browser, "/portal/suggest/own/reply/", note="三米").status_code == 302
    assert again(one).question == ""
    assert "三米" in browser.get("/portal/suggest/own/").content.decode()
    with refused("no_question"):
        by_proposer(one, "reply", note="再答")


def test_a_question_ends_with_the_answer(land):
    one = suggested(land)
    for action, by, facts in (("file", land.desk, {}), ("assign", land.desk, {"lead": land.town}), ("sign", land.clerk, {}), ("ask", land.clerk, {"question": "几米？"}), ("answer", land.clerk, {"answer": "修好了。", "result": land.classes["A"]}), ("approve", land.lead, {})):  # fmt: skip
        act(one, action, by, **facts)
    assert again(one).question == ""


def test_sent_back_it_is_changed_and_sent_again(land):
    one = suggested(land)
    act(one, "ask_change", land.desk, note="写清楚多宽")
    browser = opened_by(one.number, one.plain)
    page = browser.get("/portal/suggest/own/").content.decode()
    assert "写清楚多宽" in page
    assert TEXTS["suggestions"] in browser.get("/portal/suggest/own/revise/").content.decode()
    assert send(browser, "/portal/suggest/own/revise/", **TEXTS | {"suggestions": "四米宽"}).status_code == 302
    one = again(one)
    assert (one.state, one.suggestions) == ("submitted", "四米宽")
    assert TEXTS["suggestions"] in str(ProposalStep.objects.get(proposal=one, action="revise").note)


def finished(land, one, answer: str = "桥已经修好。") -> Proposal:
    act(one, "file", land.desk)
    act(one, "assign", land.desk, lead=land.town)
    act(one, "sign", land.clerk)
    act(one, "answer", land.clerk, answer=answer, result=land.classes["A"])
    act(one, "approve", land.lead)
    return again(one)


def test_an_answer_is_read_once_it_went_out_and_not_satisfied_leads_to_another(land):
    one = suggested(land)
    act(one, "file", land.desk)
    act(one, "assign", land.desk, lead=land.town)
    act(one, "sign", land.clerk)
    act(one, "answer", land.clerk, answer="桥已经修好。", result=land.classes["A"])
    browser = opened_by(one.number, one.plain)
    assert "桥已经修好" not in browser.get("/portal/suggest/own/").content.decode(), "not signed yet"
    act(one, "approve", land.lead)
    page = browser.get("/portal/suggest/own/").content.decode()
    assert "桥已经修好" in page
    assert "赵审" not in page, "units, never persons"
    answer = send(browser, "/portal/suggest/own/judge/", manner="good", rating="bad", note="")
    assert "请写一句哪里不满意" in answer.content.decode()
    assert send(browser, "/portal/suggest/own/judge/", manner="good", rating="bad", note="太窄").status_code == 302
    one = again(one)
    assert (one.state, one.manner, one.rating, one.redos) == ("redo", "good", "bad", 1)
    assert "重新办理" in browser.get("/portal/suggest/own/").content.decode()


def test_what_ended_without_a_word_may_still_be_rated_once(land):
    one = finished(land, suggested(land))
    from gongyi.proposals.actions.answers import close_quiet

    close_quiet(one, by=system_actor("routine", one.county))
    by_proposer(one, "judge", manner="fair", rating="good")
    assert again(one).rating == "good"
    with pytest.raises(PermissionDenied):
        by_proposer(one, "judge", manner="fair", rating="bad", note="不好")


def test_taken_back_it_ends_and_the_lead_hears(land):
    from gongyi.core.models import Message

    one = suggested(land)
    act(one, "file", land.desk)
    act(one, "assign", land.desk, lead=land.town)
    browser = opened_by(one.number, one.plain)
    assert send(browser, "/portal/suggest/own/take_back/", note="").status_code == 302
    assert again(one).state == "withdrawn"
    assert Message.objects.filter(account=land.clerk.id, event="proposal.word").exists()


def test_files_come_along_and_open_only_here(land):
    note = SimpleUploadedFile("现场.txt", "照片说明".encode(), "text/plain")
    browser, _pairs = sent(file=[note])
    page = browser.get("/portal/suggest/own/").content.decode()
    link = re.search(r"/portal/suggest/own/files/[0-9a-f-]+/", page)[0]
    assert b"".join(browser.get(link).streaming_content)
    assert Client().get(link).status_code == 404


def test_a_bad_file_is_refused_and_nothing_stays(land):
    answer = send(Client(), **TEXTS, file=[SimpleUploadedFile("x.exe", b"MZ")])
    assert answer.status_code == 409
    assert TEXTS["suggestions"] in answer.content.decode(), "the words beside it are kept"
    assert not Proposal.objects.exists()


def test_who_looked_is_told(land):
    one = suggested(land)
    browser = opened_by(one.number, one.plain)
    assert "还没有人看过" in browser.get("/portal/suggest/own/").content.decode()
    actions.show_authors(again(one), by=land.desk, purpose="contact")
    assert "东湖县的工作人员看过您的姓名和联系方式，为了联系您" in browser.get("/portal/suggest/own/").content.decode()


def test_d15_a_correction_is_a_case_of_its_own_followed_by_the_same_code(land):
    from tests.factories import make_actor

    CaseType(code="rights", name="个人信息", answer_span="15w").save()
    make_actor(land.desk.held[0].role, land.county, "派单")
    one = suggested(land)
    browser = opened_by(one.number, one.plain)
    assert send(browser, "/portal/suggest/own/wish/", kind="remove", note="删掉我的电话").status_code == 302
    case = Case.objects.get()
    assert one.number in case.content
    assert case.number in browser.get("/portal/suggest/own/").content.decode()
    assert opened_by(case.number, one.plain).get("/portal/case/").status_code == 200
    assert (
        "您上一个要求还在办" in send(browser, "/portal/suggest/own/wish/", kind="remove", note="再删").content.decode()
    )


# --- everybody hears --------------------------------------------------------------------------------------------------


def resident(land, phone: str = "13900001111"):
    return open_resident(county=land.county.county, phone=phone, password="a long one")


def signed_in(who) -> Client:
    from gongyi.people import adapter

    browser = Client()
    session = browser.session
    session[adapter.RESIDENT] = {"id": str(who.pk), "mark": mark_of(who)}
    session[adapter.BEGAN] = session[adapter.SEEN] = int(clock.now().timestamp())
    session.save()
    return browser


def test_it_stands_in_the_account_and_goes_when_the_account_ends(land):
    who, stranger = resident(land), resident(land, "13900002222")
    browser = signed_in(who)
    assert send(browser, **TEXTS).status_code == 302
    one = Proposal.objects.get()
    assert one.number in browser.get("/portal/mine/").content.decode()
    address = f"/portal/mine/suggestions/{one.id}/"
    assert browser.get(address).headers["Location"] == "/portal/suggest/own/"
    assert signed_in(stranger).get(address).status_code == 404
    remove_resident(who, by=resident_actor(who))
    assert Author.objects.get().resident is None


def test_an_earlier_one_is_brought_in_by_its_code(land):
    one, who = suggested(land, authors=[]), resident(land)
    browser = signed_in(who)
    assert browser.post("/portal/mine/add/", {"number": one.number, "code": one.plain}).status_code == 302
    assert Author.objects.get().resident == who.id
    assert one.number in browser.get("/portal/mine/").content.decode()


def told(monkeypatch) -> list[tuple[UUID, str, UUID]]:
    from gongyi.core import outbox

    heard: list = []
    monkeypatch.setattr(
        outbox,
        "tell_residents",
        lambda keys, **facts: heard.extend((key, str(facts["text"]), facts["subject"]) for key in keys),
    )
    return heard


def test_answering_is_notifying_also_of_merged_authors_and_cosigners(land, monkeypatch):
    first, second, signer = resident(land), resident(land, "13900002222"), resident(land, "13900003333")
    authors = [AuthorFacts("刘大勇", resident=first.id), AuthorFacts("陈小红", code="ABCD")]
    one = suggested(land, authors=authors, kind="joint")
    Author.objects.filter(proposal=one, place=1).update(resident=signer.id, signed="yes")
    other = suggested(land, authors=[AuthorFacts("张三", resident=second.id)])
    act(other, "merge", land.desk, first=one.number)
    heard = told(monkeypatch)
    finished(land, one)
    answered = {(key, subject) for key, text, subject in heard if "有答复了" in text}
    assert answered == {(first.id, one.id), (signer.id, one.id), (second.id, other.id)}


def test_who_did_not_sign_is_told_nothing_and_may_hear_nothing(land, monkeypatch):
    who = resident(land)
    one = suggested(land, authors=[AuthorFacts("刘大勇"), AuthorFacts("陈小红", code="ABCD")], kind="joint")
    Author.objects.filter(proposal=one, place=1).update(resident=who.id, signed="no")
    heard = told(monkeypatch)
    finished(land, one)
    assert heard == []
    assert not may_follow(asker_actor("resident", one.county, who.id), one.id)


def test_r14_only_who_stands_behind_it_now_may_hear(land):
    who = resident(land)
    one = suggested(land, authors=[AuthorFacts("刘大勇", resident=who.id)])
    assert may_follow(asker_actor("resident", one.county, who.id), one.id)
    assert not may_follow(asker_actor("resident", one.county, uuid4()), one.id)
    assert not may_follow(system_actor("x", one.county), one.id)


def test_who_answered_a_call_hears_what_came_of_it(land, monkeypatch):
    call, who, apart = running(land), resident(land), resident(land, "13900002222")
    one = suggested(land, authors=[AuthorFacts("刘大勇", resident=who.id)], call=call)
    suggested(land, authors=[AuthorFacts("张三", resident=apart.id)])
    heard = told(monkeypatch)
    step(call, "close", land.desk, reason="路要先修了")
    step(call, "tell", land.desk, outcome="留二十个车位。")
    assert [(key, subject) for key, text, subject in heard if "有结果了" in text] == [(who.id, one.id)]
