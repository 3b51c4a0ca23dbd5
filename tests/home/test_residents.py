"""Residents' own accounts: in and out, own requests only, and that nobody learns more by them."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import translation

from gongyi.casework.actions import residents as case_actions
from gongyi.casework.models import Case, CaseType
from gongyi.casework.queries import portal
from gongyi.core import clock
from gongyi.core.county import bind, new_key
from gongyi.core.models import AuditDetail, AuditEntry, FormKey
from gongyi.home.views import residents as views
from gongyi.people.actions.residents import open_resident, resident_actor
from gongyi.people.models import Resident
from gongyi.people.queries import residents as queries
from tests.casework.test_portal import answered, tell
from tests.factories import make_county
from tests.home.test_portal import KILOBYTES, key, opened, send, weight
from tests.race import race

PHONE, SECRET = "138 1234 5678", "lüzi-kai-hua"
_changing = re.compile(r'name="(csrfmiddlewaretoken|_key)" value="[^"]*"|/portal/mine/[0-9a-f-]{36}/')


@pytest.fixture(autouse=True)
def quick(db, monkeypatch):
    """Counts of strangers begin at nought; the slow digest is quick."""
    cache.clear()
    monkeypatch.setattr(queries, "ROUNDS", 10)


def sign_up(phone: str = PHONE, password: str = SECRET, browser: Client | None = None) -> Client:
    browser = browser or Client()
    answer = browser.post("/portal/mine/new/", {"phone": phone, "new": password, "again": password})
    assert answer.headers.get("Location") == "/portal/mine/", answer.content.decode()[-3000:]
    return browser


def sign_in(phone: str = PHONE, password: str = SECRET, browser: Client | None = None):
    browser = browser or Client()
    return browser, browser.post("/portal/mine/in/", {"phone": phone, "password": password})


def in_list(browser: Client) -> set[str]:
    """The numbers that the list shows."""
    return set(re.findall(r'<span class="number quiet">([^<]+)</span>', browser.get("/portal/mine/").content.decode()))


def own(land, browser: Client, **facts) -> Case:
    """A request that this browser's resident sent."""
    answer = send(browser, **facts)
    assert answer.status_code == 302
    return Case.objects.order_by("recorded_at", "id").last()


# --- in and out -------------------------------------------------------------------------------------------------------


def test_sign_up_sign_out_sign_in(land):
    browser = sign_up()
    assert "138****5678" in browser.get("/portal/mine/").content.decode()
    out = browser.post("/portal/mine/out/")
    assert (out.headers["Location"], out.headers["Clear-Site-Data"]) == ("/portal/", '"cache", "storage"')
    assert browser.get("/portal/mine/").headers["Location"] == "/portal/mine/in/"
    for typed in (PHONE, "13812345678", "+86 138-1234-5678", "１３８１２３４５６７８"):
        assert sign_in(typed)[1].headers["Location"] == "/portal/mine/"
    assert sign_in(password=SECRET.replace("-", "－"))[1].status_code == 302, "full-width letters of the same password"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"phone": "12"}, "请写手机号，或带区号的座机号。"),
        ({"new": "abc12", "again": "abc12"}, "8"),
        ({"new": "8273645182", "again": "8273645182"}, "数字"),
        ({"new": "password", "again": "password"}, "常见"),
        ({"new": "gongyi99", "again": "gongyi99"}, "gongyi"),
        ({"new": "xx2345678yy", "again": "xx2345678yy"}, "密码里不要用电话号码。"),
        ({"again": "another-one"}, "两次输的密码不一样"),
        ({"new": "", "again": ""}, "请填写“密码”。"),
    ],
)
def test_weak_or_mistyped_password_is_said_at_its_field(land, facts, said):
    answer = Client().post("/portal/mine/new/", {"phone": PHONE, "new": SECRET, "again": SECRET, **facts})

    errors = re.findall(r'<ul class="errorlist"[^>]*>(.*?)</ul>', answer.content.decode(), re.DOTALL)
    assert answer.status_code == 200
    assert any(said in error for error in errors), errors
    assert not Resident.objects.exists()


def face(answer) -> tuple[int, str]:
    return answer.status_code, _changing.sub("·", answer.content.decode())


def test_p3_wrong_password_and_unknown_number_look_the_same_and_cost_the_same(land, monkeypatch):
    sign_up()
    worked = []
    plain = queries.pbkdf2_hmac
    monkeypatch.setattr(queries, "pbkdf2_hmac", lambda *given: worked.append(given[3]) or plain(*given))
    known = face(sign_in(password="wrong-password")[1])
    unknown = face(sign_in("13900000000", "wrong-password")[1])

    assert (known[0], known[1].replace(PHONE, "·")) == (unknown[0], unknown[1].replace("13900000000", "·"))
    assert "电话和密码对不上" in known[1]
    assert len(worked) == 2
    assert sign_in()[1].status_code == 302, "the right password does answer differently"


def test_p3_sign_up_tells_nothing_of_a_number_that_has_an_account(land):
    """Another password makes another account: it is empty, and the first one is as it was."""
    first = sign_up()
    case = own(land, first)
    second = sign_up(password="another-secret")

    assert Resident.objects.count() == 2
    assert in_list(second) == set()
    assert in_list(first) == {case.number}
    sign_up()
    assert Resident.objects.count() == 2, "the same phone and password are the same account"


def test_wrong_passwords_are_counted_for_one_number_and_address(land, monkeypatch):
    monkeypatch.setattr(views, "WRONG_PER_NUMBER", 3)
    sign_up()
    codes = [sign_in(password="wrong-password")[1].status_code for _n in range(4)]

    assert codes == [200, 200, 200, 429]
    assert sign_in()[1].status_code == 429, "the right password is held too"
    assert sign_in("13900000000", "wrong-password")[1].status_code == 200, "another number is not"
    elsewhere = Client(REMOTE_ADDR="10.9.8.7")
    assert sign_in(browser=elsewhere)[1].status_code == 302, "nobody can lock a number for its owner elsewhere"
    with clock.at(clock.now() + timedelta(minutes=16)):
        assert sign_in()[1].status_code == 302


def test_wrong_passwords_are_counted_for_one_address_over_all_numbers(land, monkeypatch):
    monkeypatch.setattr(views, "WRONG_PER_ADDRESS", 3)
    codes = [sign_in(f"1390000000{n}", "wrong-password")[1].status_code for n in range(4)]
    assert codes == [200, 200, 200, 429]


def test_right_passwords_are_not_counted(land, monkeypatch):
    monkeypatch.setattr(views, "WRONG_PER_NUMBER", 3)
    sign_up()
    assert [sign_in()[1].status_code for _n in range(5)] == [302] * 5


def test_accounts_of_one_browser_and_one_address_are_held(land, monkeypatch):
    monkeypatch.setattr(views, "NEW_PER_DEVICE", 2)
    browser = Client()
    browser.get("/portal/mine/new/")
    for n in range(2):
        sign_up(f"1390000000{n}", browser=browser)
        browser.post("/portal/mine/out/")
    form = {"phone": PHONE, "new": SECRET, "again": SECRET}
    assert browser.post("/portal/mine/new/", form).status_code == 429
    monkeypatch.setattr(views, "NEW_PER_ADDRESS", 2)
    assert Client().post("/portal/mine/new/", form).status_code == 429
    assert Resident.objects.count() == 2


def test_session_ends_when_idle_and_after_half_a_day(land):
    browser = sign_up()
    begun = clock.now()
    with clock.at(begun + timedelta(minutes=31)):
        assert browser.get("/portal/mine/").headers["Location"] == "/portal/mine/in/"
    busy = sign_up()
    for minutes in range(0, 12 * 60, 20):
        with clock.at(begun + timedelta(minutes=minutes)):
            assert busy.get("/portal/mine/").status_code == 200
    with clock.at(begun + timedelta(hours=12, minutes=2)):
        assert busy.get("/portal/mine/").status_code == 302


def test_session_is_new_after_signing_in(land):
    """Whoever planted a session in this browser does not get in with it."""
    sign_up()
    browser = opened(tell(land))
    planted = browser.cookies["sessionid"].value
    sign_in(browser=browser)
    thief = Client()
    thief.cookies["sessionid"] = planted

    assert browser.cookies["sessionid"].value != planted
    assert thief.get("/portal/mine/").status_code == 302


# --- no resident passes for staff, nobody who works here for a resident -----------------------------------------------


def test_resident_is_a_stranger_to_the_office(land):
    browser = sign_up()
    for path in ("/today/", "/cases/", "/inbox/", "/people/me/", "/network/"):
        assert browser.get(path).headers["Location"].startswith("/accounts/login/")


def test_one_browser_is_a_resident_or_somebody_who_works_here(land):
    from gongyi.people.models import Account

    clerk = Account.objects.get(id=land.clerk.id)
    browser = sign_up()
    browser.force_login(clerk, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert browser.get("/today/").status_code == 200
    assert browser.get("/portal/mine/").headers["Location"] == "/portal/mine/in/"
    sign_in(browser=browser)
    assert browser.get("/portal/mine/").status_code == 200
    assert browser.get("/today/").headers["Location"].startswith("/accounts/login/")


def test_what_a_resident_sends_while_an_officer_is_signed_in_goes_into_no_account(land):
    from gongyi.people.models import Account

    browser = sign_up()
    browser.force_login(
        Account.objects.get(id=land.clerk.id), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    assert own(land, browser).resident is None


# --- own requests -----------------------------------------------------------------------------------------------------


def test_sent_while_signed_in_stands_in_the_list_and_opens_without_a_code(land):
    browser = sign_up()
    assert 'value="138 1234 5678"' in browser.get("/portal/ask/").content.decode(), "the phone is filled in"
    case = own(land, browser)
    with clock.at(clock.now() + timedelta(minutes=29)):  # longer than the code page shows
        assert in_list(browser) == {case.number}
        assert browser.get(f"/portal/mine/{case.id}/").headers["Location"] == "/portal/case/"
        page = browser.get("/portal/case/").content.decode()
    assert "路灯坏了三天" in page
    assert "谁看过您的信息" in page
    assert "回到我的诉求" in page


def test_sent_without_an_account_fills_in_nothing_and_belongs_to_nobody(land):
    assert "13812345678" not in Client().get("/portal/ask/").content.decode()
    assert own(land, Client()).resident is None


def test_list_says_whose_turn_and_puts_what_waits_for_the_resident_first(land):
    browser, resident = sign_up(), Resident.objects.get()
    waiting = answered(land, resident=resident.id)
    new = tell(land, resident=resident.id)
    page = browser.get("/portal/mine/").content.decode()

    assert page.index(waiting.number) < page.index(new.number)
    assert "轮到您看看答复" in page
    assert "轮到东湖镇" in page
    assert "最晚" in page


def test_everything_that_a_code_allows_works_from_the_list(land):
    CaseType(code="rights", name="个人信息", answer_span="15w").save()
    browser, resident = sign_up(), Resident.objects.get()
    case = answered(land, resident=resident.id)
    browser.get(f"/portal/mine/{case.id}/")
    sent = {"_key": key(), "solved": "yes", "rating": "good"}
    assert browser.post("/portal/case/judge/", sent).headers["Location"] == "/portal/case/"
    assert Case.objects.get(id=case.id).rating == "good"
    wish = {"_key": key(), "kind": "remove", "note": "请删掉我的电话"}
    assert browser.post("/portal/case/wish/", wish).status_code == 302
    assert Case.objects.get(wish_of=case).resident == resident.id
    assert in_list(browser) == {case.number}, "the wish stands on the page of its case"


def test_list_and_page_are_equal_and_own_only(land):
    mine, theirs = sign_up(), sign_up("13900000000")
    cases = {browser: [own(land, browser) for _n in range(3)] for browser in (mine, theirs)}
    loose = tell(land)

    for browser, others in ((mine, [*cases[theirs], loose]), (theirs, [*cases[mine], loose])):
        assert in_list(browser) == {case.number for case in cases[browser]}
        assert {browser.get(f"/portal/mine/{c.id}/").status_code for c in cases[browser]} == {302}
        seen = {face(browser.get(f"/portal/mine/{c.id}/")) for c in others}
        assert {code for code, _body in seen} == {404}
        assert seen == {face(browser.get(f"/portal/mine/{new_key(land.county.county)}/"))}


def test_list_without_its_account_shows_the_others(land, monkeypatch):
    """The negative control of the test above."""
    mine = sign_up()
    case = tell(land)
    monkeypatch.setattr(portal, "own_case", lambda _county, _resident, key: key)
    assert mine.get(f"/portal/mine/{case.id}/").status_code == 302


def test_list_asks_the_database_as_often_for_thirty_as_for_one(land, django_assert_num_queries):
    browser, resident = sign_up(), Resident.objects.get()
    tell(land, resident=resident.id)
    # session, account, county, cases, suggestions, supports, comments, consent, whether the county sends text messages
    with django_assert_num_queries(9):
        browser.get("/portal/mine/")
    for _n in range(29):
        tell(land, resident=resident.id)
    with django_assert_num_queries(9):
        browser.get("/portal/mine/")
    assert len(in_list(browser)) == 30


# --- earlier requests -------------------------------------------------------------------------------------------------


def test_earlier_request_is_put_in_by_number_and_code(land):
    case, browser = tell(land), sign_up()
    wrong = browser.post("/portal/mine/add/", {"number": case.number, "code": "2222 2222 2222"})
    assert "编号和查询码对不上" in wrong.content.decode()
    assert in_list(browser) == set()
    right = browser.post("/portal/mine/add/", {"number": case.number, "code": case.plain})
    assert right.headers["Location"] == "/portal/mine/"
    assert in_list(browser) == {case.number}
    opened(case)


def test_wrong_codes_count_the_same_in_both_places(land, monkeypatch):
    from gongyi.core import held

    monkeypatch.setattr(held, "WRONG_CODES", 2)
    browser, case = sign_up(), tell(land)
    wrong = {"number": case.number, "code": "2"}
    assert [browser.post("/portal/mine/add/", wrong).status_code for _n in range(2)] == [200, 200]
    assert browser.post("/portal/track/", wrong).status_code == 429
    assert browser.post("/portal/mine/add/", {"number": case.number, "code": case.plain}).status_code == 429


def test_request_just_opened_by_code_is_put_in_with_one_button(land):
    case = tell(land)
    browser = sign_up(browser=opened(case))
    assert "刚才打开的这件还没有放进来" in browser.get("/portal/mine/").content.decode()
    assert "放进我的诉求" in browser.get("/portal/case/").content.decode()
    browser.post("/portal/mine/keep/")
    assert in_list(browser) == {case.number}
    assert "刚才打开的" not in browser.get("/portal/mine/").content.decode()


def test_nothing_is_put_in_without_a_code(land):
    tell(land)
    browser = sign_up()
    browser.post("/portal/mine/keep/")
    assert not Case.objects.exclude(resident=None).exists()


def test_forgotten_password_is_a_new_account_and_the_codes(land):
    case = tell(land)
    lost, found = sign_up(), sign_up(password="another-secret")
    for browser in (lost, found):
        browser.post("/portal/mine/add/", {"number": case.number, "code": case.plain})

    assert (in_list(lost), in_list(found)) == (set(), {case.number})


# --- change and end ---------------------------------------------------------------------------------------------------


def change(browser: Client, **facts):
    given = {"password": SECRET, "phone": PHONE, "new": "", "again": "", **facts}
    return browser.post("/portal/mine/change/", given)


def test_new_password_puts_other_browsers_out_and_keeps_the_requests(land):
    browser = sign_up()
    case = own(land, browser)
    other, _answer = sign_in()
    assert change(browser, new="brand-new-word", again="brand-new-word").status_code == 302

    assert in_list(browser) == {case.number}
    assert other.get("/portal/mine/").headers["Location"] == "/portal/mine/in/"
    assert sign_in()[1].status_code == 200
    assert sign_in(password="brand-new-word")[1].status_code == 302


def test_change_sent_twice_is_done_once(land):
    browser = sign_up()
    codes = [change(browser, new="brand-new-word", again="brand-new-word").status_code for _n in range(2)]
    assert codes == [302, 302]


def test_new_phone_keeps_the_password(land):
    browser = sign_up()
    assert change(browser, phone="13900000000").status_code == 302
    assert "139****0000" in browser.get("/portal/mine/").content.decode()
    assert sign_in("13900000000")[1].status_code == 302
    assert sign_in()[1].status_code == 200


def test_change_needs_the_present_password_and_counts_wrong_ones(land, monkeypatch):
    monkeypatch.setattr(views, "WRONG_PER_NUMBER", 2)
    browser = sign_up()
    codes = [change(browser, password="wrong-password", phone="13900000000").status_code for _n in range(3)]
    assert codes == [200, 200, 429]
    assert Resident.objects.get().phone == PHONE


def test_change_into_another_accounts_phone_and_password_is_refused(land):
    sign_up(password="another-secret")
    answer = change(sign_up(), new="another-secret", again="another-secret")
    assert "请换一个密码。" in answer.content.decode()
    assert Resident.objects.count() == 2


def test_deleted_account_leaves_its_requests_unlinked(land):
    browser = sign_up()
    case = own(land, browser)
    assert browser.post("/portal/mine/remove/", {"_key": key()}).headers["Location"] == "/portal/"

    assert not Resident.objects.exists()
    assert Case.objects.get(id=case.id).resident is None
    assert browser.get("/portal/mine/").status_code == 302
    assert browser.get("/portal/case/").status_code == 302, "the opened case is forgotten too"
    assert "对不上" in sign_in()[1].content.decode()


def test_account_unused_for_24_months_goes_and_others_stay(land):
    from gongyi.casework.tasks import unused_residents

    county, day = land.county.county, timedelta(days=1)
    resident = open_resident(county=county, phone=PHONE, password=SECRET)
    case = tell(land, resident=resident.id)
    with clock.at(clock.now() + 729 * day):
        sign_in()
    with clock.at(clock.now() + 1458 * day):
        assert unused_residents() == "删除 0 个", "signing in counts"
    with clock.at(clock.now() + 1461 * day):
        assert unused_residents() == "删除 1 个"
    assert Case.objects.get(id=case.id).resident is None
    assert not Resident.objects.exists()


# --- who learns what --------------------------------------------------------------------------------------------------


def dump() -> str:
    """Every text and number of the tables that an account may touch."""
    with connection.cursor() as cursor:
        rows = []
        for model in (Resident, AuditEntry, AuditDetail, FormKey):
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            rows += cursor.fetchall()
        cursor.execute("SELECT cache_key, value FROM django_cache")
        return str(rows + cursor.fetchall())


def test_phone_and_password_stand_nowhere_readable(land):
    from gongyi.core.secrets import phone_digest

    browser = sign_up("13812345678")
    change(browser, phone="13812345678", new="brand-new-word", again="brand-new-word")
    held = dump()
    for secret in ("13812345678", "12345678", SECRET, "brand-new-word", phone_digest("13812345678")):
        assert secret not in held, secret
    assert Resident.objects.get().phone == "13812345678"
    assert FormKey.objects.count() == 0, "a form with a password leaves no digest of it"


def test_number_alone_finds_no_account(land):
    """Whoever has the number, the keys and the table still needs the password."""
    sign_up("13812345678")
    columns = {name for name in Resident.objects.values().get() if name not in {"id", "county", "opened_at", "seen_on"}}
    assert columns == {"phone", "proof"}
    proofs = {queries.proof_of(land.county.county, "13812345678", word) for word in ("", "13812345678", "password")}
    assert Resident.objects.get().proof not in proofs
    assert Resident.objects.get().proof == queries.proof_of(land.county.county, "13812345678", SECRET)


def test_p17_office_sees_no_account_and_no_link_between_requests(land):
    from gongyi.people.models import Account

    browser = sign_up()
    resident = Resident.objects.get()
    case, earlier = own(land, browser, place=str(land.village.id)), tell(land)
    browser.post("/portal/mine/add/", {"number": earlier.number, "code": earlier.plain})

    rows = AuditEntry.objects.filter(action__startswith="resident.")
    assert {(row.action, row.subject, row.label) for row in rows} == {
        ("resident.open", resident.id, ""), ("resident.claim", None, ""),
    }  # fmt: skip
    assert not AuditEntry.objects.filter(subject__in=[case.id, earlier.id]).filter(action__contains="resident").exists()
    assert not AuditDetail.objects.filter(new__contains=str(resident.id)).exists()
    office = Client()
    office.force_login(
        Account.objects.get(id=land.desk.id), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    for path in (f"/cases/{case.id}/", f"/cases/{earlier.id}/", "/cases/"):
        page = office.get(path).content.decode()
        assert path == "/cases/" or "路灯坏了三天" in page
        assert str(resident.id) not in page


def test_claim_moves_no_other_county_and_no_other_case(land):
    resident = open_resident(county=land.county.county, phone=PHONE, password=SECRET)
    case, other = tell(land), tell(land)
    case_actions.claim_case(case.id, by=resident_actor(resident), resident=resident)
    assert list(Case.objects.filter(resident=resident.id)) == [case]
    assert portal.own_case(land.county.county, resident.id, other.id) is None
    assert portal.own_case(land.county.county, uuid4(), case.id) is None


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/portal/mine/in/", "/portal/mine/new/"])
def test_first_visit_is_light(land, path):
    assert weight(Client(), path) <= KILOBYTES * 1024


PAGES = ["", "in/", "new/", "add/", "change/", "remove/"]


@pytest.mark.parametrize("page", PAGES)
def test_pages_speak_english(land, page):
    browser = Client() if page in {"in/", "new/"} else sign_up()
    browser.cookies["django_language"] = "en"
    with translation.override("en"):
        text = browser.get(f"/portal/mine/{page}").content.decode()
    plain = re.sub(r"<[^>]+>", "", text[text.index("<main") : text.index("</main>")])
    assert not re.findall(r"[一-鿿]+", plain.replace("简体中文", ""))


def test_nothing_is_offered_before_a_county_is_set_up(db):
    assert Client().get("/portal/mine/in/").headers["Location"] == "/portal/"
    assert Client().get("/portal/mine/new/").headers["Location"] == "/portal/"
    assert Client().get("/portal/mine/").headers["Location"] == "/portal/mine/in/"


def test_every_page_leads_to_the_account_quietly(land):
    """Nobody has to have one: the three doors stand first, the fourth is there for whoever signed in."""
    stranger, browser = Client(), sign_up()
    assert "/portal/mine/in/" in stranger.get("/portal/").content.decode()
    assert "/portal/mine/in/" in stranger.get("/portal/track/").content.decode()
    nav = re.compile(r'<nav class="portal-nav".*?</nav>', re.DOTALL)
    assert "我的诉求" not in nav.search(stranger.get("/portal/track/").content.decode())[0]
    assert "我的诉求" in nav.search(browser.get("/portal/track/").content.decode())[0]


@pytest.mark.django_db(transaction=True)
def test_one_phone_and_password_sent_eight_times_at_once_make_one_account(tmp_path):
    county = make_county().county

    def open_it(_number: int) -> object:
        with bind(county):
            return open_resident(county=county, phone=PHONE, password=SECRET).id

    def after() -> tuple[int, int]:
        return Resident.objects.count(), AuditEntry.objects.filter(action="resident.open").count()

    keys, counts = race(tmp_path, open_it, after)
    assert len(set(keys)) == 1, keys
    assert counts == (1, 1)
