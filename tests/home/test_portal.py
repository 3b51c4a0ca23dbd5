"""The residents' pages: what a stranger can do with them, and what not."""

import gzip
import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from gongyi.casework import actions
from gongyi.casework.actions import AskerFacts
from gongyi.casework.models import Asker, Case
from gongyi.core import clock, held
from gongyi.core.models import FormKey
from gongyi.home.views import portal as views
from gongyi.people.models import Account
from tests.casework.test_portal import answered, tell
from tests.guards.pages import encoded
from tests.guards.test_nasty import CORPUS, URLENCODED, faults
from tests.guards.world import visit

KEY = re.compile(r'name="_key" value="([^"]+)"')
KILOBYTES = 60


@pytest.fixture(autouse=True)
def fresh_counts(db):
    """Counts of strangers begin at nought."""
    cache.clear()


def key() -> str:
    return str(uuid4())


def send(browser: Client, **facts):
    return browser.post("/portal/ask/", {"_key": key(), "content": "路灯坏了三天", **facts})


def opened(case: Case) -> Client:
    """A browser that opened the case by its number and code."""
    browser = Client()
    answer = browser.post("/portal/track/", {"number": case.number, "code": case.plain})
    assert answer.status_code == 302
    return browser


def sent(land) -> tuple[Client, str, str]:
    """A request sent through the page: the browser, number and code as it shows them."""
    browser = Client()
    assert send(browser).headers["Location"] == "/portal/ask/done/"
    page = browser.get("/portal/ask/done/").content.decode()
    number, code = re.findall(r'<dd class="number">([^<]+)</dd>', page)
    return browser, number, code


# --- telling ----------------------------------------------------------------------------------------------------------


def test_stranger_tells_with_one_field_and_gets_number_and_code(land):
    browser, number, code = sent(land)

    case = Case.objects.get()
    assert case.number == number
    assert re.fullmatch(r"([2-9A-Z]{4} ){2}[2-9A-Z]{4}", code)
    page = browser.get("/portal/case/").content.decode()
    assert "轮到东湖县" in page
    assert code not in page
    assert browser.get("/portal/ask/done/").headers["Location"] == "/portal/case/", "the code is shown once"


def test_code_is_shown_again_on_reloading_but_not_later(land):
    browser, _number, code = sent(land)
    assert code in browser.get("/portal/ask/done/").content.decode()
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert browser.get("/portal/ask/done/").status_code == 302


def test_code_stands_nowhere_in_the_database(land):
    from django.contrib.sessions.models import Session

    _browser, _number, code = sent(land)
    held = str([session.get_decoded() for session in Session.objects.all()]) + str(FormKey.objects.values())
    assert code not in held
    assert code.replace(" ", "") not in held


def test_everything_else_is_kept(land):
    picture = BytesIO()
    Image.new("RGB", (9, 9)).save(picture, "PNG")
    files = [SimpleUploadedFile(f"{n}.png", picture.getvalue()) for n in "ab"]
    answer = send(
        Client(), place=str(land.village.id), name="王老汉", phone="13900001111", whom="family", theirs="on",
        type=str(land.complaint.id), may_publish="on", file=files,
    )  # fmt: skip

    assert answer.status_code == 302
    case, asker = Case.objects.get(), Asker.objects.get()
    assert (case.type, case.area, case.may_publish, case.desk) == (land.complaint, land.village, True, land.town)
    assert (asker.name, asker.phone, asker.whom, asker.theirs) == ("王老汉", "13900001111", "family", True)
    assert len(views.queries.files_of_asker(case)) == 2


def test_village_is_found_by_its_name_without_javascript(land):
    assert send(Client(), place_text="李家村").status_code == 302
    assert Case.objects.get().area == land.village


def test_nothing_is_ticked_beforehand(land):
    page = Client().get("/portal/ask/").content.decode()
    boxes = re.findall(r'<input type="checkbox"[^>]*>', page)

    assert len(boxes) == 3
    assert not any("checked" in box for box in boxes)


def test_own_words_are_never_held_back(land):
    assert send(Client(), content="我是回族，身份证号是 110101199003070000，我得了病，信教。").status_code == 302


def test_empty_form_keeps_what_was_typed(land):
    answer = send(Client(), content=" ", name="王老汉")

    assert answer.status_code == 200
    assert "请写一句发生了什么。" in answer.content.decode()
    assert "王老汉" in answer.content.decode()
    assert not Case.objects.exists()


def test_four_files_are_too_many_and_a_broken_one_is_said_at_its_field(land):
    files = [SimpleUploadedFile(f"{n}.png", b"x") for n in range(4)]
    assert "一次最多 3 个文件" in send(Client(), file=files).content.decode()
    answer = send(Client(), file=files[:1])
    assert answer.status_code == 200
    assert "路灯坏了三天" in answer.content.decode()
    assert not Case.objects.exists()


def test_trap_catches_programs_and_says_so_to_people(land):
    answer = send(Client(), website="http://spam.example")

    assert answer.status_code == 200
    assert not Case.objects.exists()


def test_form_sent_five_times_makes_one_case_and_shows_one_code(land):
    once, codes = key(), set()
    for _again in range(5):
        browser = Client()  # the first answers were lost, cookies and all
        assert browser.post("/portal/ask/", {"_key": once, "content": "路灯坏了"}).status_code == 302
        codes |= set(re.findall(r'<dd class="number">([^<]+)</dd>', browser.get("/portal/ask/done/").content.decode()))

    assert Case.objects.count() == 1
    assert len(codes) == 2, "one number, one code"


def test_same_key_with_other_words_is_refused(land):
    once = key()
    Client().post("/portal/ask/", {"_key": once, "content": "路灯坏了"})
    again = Client().post("/portal/ask/", {"_key": once, "content": "别的事"})
    assert "这张表单已经送出过" in again.content.decode()
    assert Case.objects.count() == 1


def test_one_browser_is_held_after_its_number_of_the_day(land, monkeypatch):
    monkeypatch.setattr(held, "PER_DEVICE", 3)
    browser = Client()
    browser.get("/portal/ask/")
    codes = [send(browser).status_code for _n in range(5)]

    assert codes == [302, 302, 302, 429, 429]
    assert send(Client()).status_code == 302, "another browser goes on"
    with clock.at(clock.now() + timedelta(days=1)):
        assert send(browser).status_code == 302


def test_one_address_is_held_after_its_number_of_the_day(land, monkeypatch):
    monkeypatch.setattr(held, "PER_ADDRESS", 2)
    codes = [send(Client()).status_code for _n in range(3)]

    assert codes == [302, 302, 429]
    assert Client(REMOTE_ADDR="10.9.8.7").post("/portal/ask/", {"_key": key(), "content": "路灯"}).status_code == 302


def test_cache_holds_no_address(land):
    send(Client(REMOTE_ADDR="10.9.8.7"))
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM django_cache")
        keys = str(cursor.fetchall())
    assert "limit:portal" in keys
    assert "10.9.8.7" not in keys


# --- following --------------------------------------------------------------------------------------------------------

_changing = re.compile(r'name="(csrfmiddlewaretoken|_key)" value="[^"]*"')


def test_p3_wrong_code_and_unknown_number_look_the_same(land):
    case = tell(land)
    faces = set()
    for number in (case.number, "2026-999999"):
        answer = Client().post("/portal/track/", {"number": number, "code": "2222 2222 2222"})
        body = _changing.sub("·", answer.content.decode()).replace(number, "·")
        faces.add(
            (answer.status_code, body, tuple(sorted(h for h in answer.headers.items() if h[0] != "Content-Length")))
        )

    assert len(faces) == 1
    right = Client().post("/portal/track/", {"number": case.number, "code": case.plain})
    assert right.status_code == 302, "the right code does answer differently"


def test_wrong_codes_are_counted_right_ones_are_not(land, monkeypatch):
    monkeypatch.setattr(held, "WRONG_CODES", 3)
    case = tell(land)
    for _n in range(5):
        opened(case)
    codes = [Client().post("/portal/track/", {"number": case.number, "code": "2"}).status_code for _n in range(4)]

    assert codes == [200, 200, 200, 429]
    assert Client().post("/portal/track/", {"number": case.number, "code": case.plain}).status_code == 429
    with clock.at(clock.now() + timedelta(minutes=16)):
        opened(case)


def test_opened_case_is_forgotten_after_half_an_hour_and_on_leaving(land):
    browser = opened(tell(land))
    assert browser.get("/portal/case/").status_code == 200
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert browser.get("/portal/case/").headers["Location"] == "/portal/track/"
    browser.post("/portal/case/leave/")
    assert browser.get("/portal/case/").status_code == 302


def test_session_is_new_after_opening(land):
    """Whoever planted a session in this browser does not get to see the case."""
    browser = Client()
    send(browser)
    planted = browser.cookies["sessionid"].value
    case = tell(land)
    browser.post("/portal/track/", {"number": case.number, "code": case.plain})

    assert browser.cookies["sessionid"].value != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get("/portal/case/").status_code == 302


@pytest.mark.parametrize("path", ["case/", "case/why/", "case/reply/", "case/judge/", "case/withdraw/", "ask/done/"])
def test_nothing_of_a_case_without_its_code(land, path):
    tell(land)
    for browser in (Client(), _staff(land)):
        assert browser.get(f"/portal/{path}").headers["Location"] == "/portal/track/"
        assert browser.post(f"/portal/{path}", {"_key": key(), "note": "x"}).status_code == 302


def _staff(land) -> Client:
    from gongyi.people.models import Account

    browser = Client()
    account = Account.objects.get(id=land.desk.id)
    browser.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


def test_number_and_code_stand_in_no_address(land):
    case = tell(land)
    browser = opened(case)
    page = browser.get("/portal/case/").content.decode()

    links = re.findall(r'(?:href|action)="([^"]*)"', page)
    assert len(links) > 5
    assert not any(case.number in link or str(case.id) in link for link in links)


def test_own_file_is_handed_out_another_case_has_none_of_it(land):
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    case, other = tell(land), tell(land)
    browser = opened(case)
    answer = browser.post(
        "/portal/case/add/", {"_key": key(), "note": "看照片", "file": SimpleUploadedFile("a.jpg", out.getvalue())}
    )
    assert answer.status_code == 302
    (row,) = views.queries.files_of_asker(case)

    answer = browser.get(f"/portal/case/files/{row.id}/")
    assert b"".join(answer).startswith(b"\xff\xd8")
    for close in answer._resource_closers:  # closing the answer itself would close the test's connection
        close()
    assert opened(other).get(f"/portal/case/files/{row.id}/").status_code == 404


# --- acting -----------------------------------------------------------------------------------------------------------


def test_question_answer_judge_and_again_through_the_pages(land):
    case = tell(land)
    actions.assign_case(case, by=land.desk, lead=land.town)
    actions.sign_case(case, by=land.clerk)
    actions.ask_asker(case, by=land.clerk, question="是哪一盏？")
    browser = opened(case)
    assert "是哪一盏？" in browser.get("/portal/case/").content.decode()
    assert browser.post("/portal/case/reply/", {"_key": key(), "note": "村口第二盏"}).status_code == 302
    case.refresh_from_db()
    actions.answer_case(case, by=land.clerk, answer="换了灯泡", outcome="solved")

    empty = browser.post("/portal/case/judge/", {"_key": key(), "solved": "no"})
    assert "请写一句哪里没有解决。" in empty.content.decode()
    assert browser.post("/portal/case/judge/", {"_key": key(), "solved": "yes", "rating": "good"}).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.rating) == ("closed", "good")
    assert "没有解决，要求重新办理" in browser.get("/portal/case/").content.decode()
    browser.post("/portal/case/again/", {"_key": key(), "note": "又坏了"})
    case.refresh_from_db()
    assert case.state == "redo"


def test_consent_to_publishing_ends_in_two_steps(land):
    case = tell(land, may_publish=True)
    browser = opened(case)
    assert "不同意公开了" in browser.get("/portal/case/").content.decode()
    assert browser.post("/portal/case/private/", {"_key": key()}).status_code == 302
    case.refresh_from_db()

    assert not case.may_publish
    assert "不同意公开了" not in browser.get("/portal/case/").content.decode().partition("<main")[2]


def test_act_that_the_state_forbids_is_a_409(land):
    browser = opened(tell(land))
    for step in ("judge", "again", "rate"):
        facts = {"_key": key(), "solved": "yes", "note": "x", "rating": "good"}
        assert browser.post(f"/portal/case/{step}/", facts).status_code == 409
    assert browser.get("/portal/case/nothing/").status_code == 404


def test_refusal_shows_nothing_of_the_office(land, monkeypatch):
    """Somebody of the office is faster, with a draft that is nobody else's business."""
    case = tell(land)
    actions.assign_case(case, by=land.desk, lead=land.town)
    actions.sign_case(case, by=land.clerk)
    browser = opened(case)
    stale = Case.objects.select_related(*views.queries.JOINED).get(id=case.id)
    actions.save_draft(case, by=land.clerk, draft="还没想好的草稿")
    monkeypatch.setattr(views.queries, "followed_case", lambda *_args: stale)
    answer = browser.post("/portal/case/add/", {"_key": key(), "note": "再说一句"})

    assert answer.status_code == 409
    assert "草稿" not in answer.content.decode()
    assert "再说一句" in answer.content.decode()


@pytest.mark.parametrize("step", views.STEPS)
def test_r6_nasty_words_in_every_step(land, step):
    case = answered(land, asker=AskerFacts(name="王老汉", phone="13900001111"), may_publish=True)
    if step in {"again", "rate"}:
        actions.settle(case, by=actions.asker_of_case(case))
    Case.objects.filter(id=case.id).update(question="哪一盏？")
    browser, form = opened(case), views.STEPS[step][1]()
    browser.raise_request_exception = False
    found = []
    for title, nasty in CORPUS.items():
        body = encoded([("_key", key()), *[(name, nasty) for name in form.fields]])
        answer = visit(browser, f"/portal/case/{step}/", "post", body[:1_000_000], content_type=URLENCODED)
        found += faults(answer, f"{step} {title}")

    assert found == []


def test_r6_fault_of_a_step_is_seen(land, monkeypatch):
    def broken(*_args, **_facts):
        raise ZeroDivisionError

    monkeypatch.setitem(views.STEPS, "add", (*views.STEPS["add"][:2], broken, ""))
    browser = opened(tell(land))
    browser.raise_request_exception = False

    assert faults(visit(browser, "/portal/case/add/", "post", {"_key": key(), "note": "x"}), "add")


# --- weight and statements --------------------------------------------------------------------------------------------


def weight(browser: Client, path: str) -> int:
    """Bytes of a first visit, gzipped: the page and every asset that it names."""
    page = browser.get(path).content
    total = len(gzip.compress(page, 9))
    for url in set(re.findall(r'(?:src|href)="/static/([^"#?]+)', page.decode())):
        total += len(gzip.compress(Path(finders.find(url)).read_bytes(), 9))
    return total


@pytest.mark.parametrize("path", ["/portal/", "/portal/ask/", "/portal/track/"])
def test_first_visit_is_light(land, path):
    assert weight(Client(), path) <= KILOBYTES * 1024


def test_weight_counts_the_assets(land):
    assert weight(Client(), "/portal/") > len(gzip.compress(Client().get("/portal/").content)) + 10_000


def test_pages_ask_the_database_little(land, django_assert_max_num_queries):
    browser = Client()
    with django_assert_max_num_queries(3):
        browser.get("/portal/")
    with django_assert_max_num_queries(7):
        browser.get("/portal/ask/")
    case = tell(land)
    browser = opened(case)
    with django_assert_max_num_queries(12):
        browser.get("/portal/case/")


def test_no_page_says_nothing_of_posts_to_strangers(land, client):
    """The office's own page tells of units and posts, which a resident has none of."""
    assert "岗位" not in client.get("/portal/nosuch/").content.decode()
    client.force_login(Account.objects.get(id=land.clerk.id))
    assert "岗位" in client.get("/portal/nosuch/").content.decode()


def test_a_form_that_looks_something_up_does_not_speak_of_saving(land):
    browser = Client()
    page = browser.post("/portal/track/", {"number": "", "code": ""}).content.decode()
    assert "请先改这里" in page
    assert "还没有保存" not in page
    assert "还没有保存" in send(browser, content="").content.decode(), "the control: this one saves"
