"""The pages about what leaves the house: one's own addresses, the county's channels, what was not delivered, the jobs."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from gongyi.core import clock, outbox, schedule
from gongyi.core.access import Role, system_actor
from gongyi.core.models import (
    Address,
    AuditDetail,
    AuditEntry,
    Channel,
    Delivery,
    DigestChoice,
    Message,
    ScheduleRun,
    Way,
)
from gongyi.core.outbox import addresses
from gongyi.core.outbox.sending import send_due
from gongyi.home import queries
from gongyi.home.queries.jobs import TITLES
from gongyi.people.models import Account
from tests.core.test_outbox_sending import COUNTY, NOON, clerk, mail, reachable, tell  # noqa: F401 - fixtures
from tests.factories import make_actor, make_county, make_unit
from tests.receivers import decoded

pytestmark = pytest.mark.django_db
State = Delivery.State


@pytest.fixture(autouse=True)
def fresh():
    cache.clear()


def browser_of(by) -> Client:
    client = Client()
    client.force_login(Account.objects.get(id=by.id), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def send(browser: Client, path: str, /, **data):
    """Fill in the form of a page as a person does: with the key that the page gave."""
    page = browser.get(path)
    found = re.search(r'name="_key" value="([^"]+)"', page.content.decode()) if page.status_code == 200 else None
    return browser.post(path, {**({"_key": found[1]} if found else {}), **data})


@pytest.fixture
def guard(clerk):  # noqa: F811
    """The county's security manager."""
    return make_actor(Role.SECURITY_MANAGER, make_county_unit(), "宋安全")


def make_county_unit():
    from gongyi.network.models import Unit

    return Unit.objects.get(tier=Unit.Tier.COUNTY)


# --- one's own --------------------------------------------------------------------------------------------------------


def test_from_the_address_to_the_kinds_without_javascript(mail, clerk):  # noqa: F811
    person = make_actor(Role.CLERK, make_unit())
    browser = browser_of(person)
    assert "写地址" in browser.get("/inbox/ways/").content.decode()
    assert browser.get("/inbox/ways/mail/code/").url == "/inbox/ways/mail/"
    assert send(browser, "/inbox/ways/mail/", value="li@county.example").url == "/inbox/ways/mail/code/"
    assert send_due(COUNTY).sent == 1
    code = re.search(r"验证码 (\d{6})", decoded(mail.letters[0]))[1]
    assert "不对" in send(browser, "/inbox/ways/mail/code/", code="x").content.decode()
    assert Address.objects.get(owner=person.id).code_tries == 1
    assert send(browser, "/inbox/ways/mail/code/", code=code).url == "/inbox/ways/mail/kinds/"
    assert send(browser, "/inbox/ways/mail/kinds/", kinds=["post"]).url == "/inbox/ways/"
    assert addresses.choices_of(COUNTY, person.id) == {("mail", "post")}
    page = browser.get("/inbox/ways/").content.decode()
    assert "核对过" in page
    assert "li@county.example" not in page
    assert send(browser, "/inbox/ways/mail/remove/").url == "/inbox/ways/"
    assert addresses.addresses_of(COUNTY, person.id) == {}


def test_no_more_codes_than_ten_a_day(clerk):  # noqa: F811
    browser = browser_of(clerk)
    for _ in range(10):
        assert send(browser, "/inbox/ways/mail/", value="li@county.example").status_code == 302
    assert send(browser, "/inbox/ways/mail/", value="li@county.example").status_code == 429


def test_a_wrong_address_keeps_what_was_typed(clerk):  # noqa: F811
    page = send(browser_of(clerk), "/inbox/ways/mail/", value="li at county").content.decode()
    assert "请写完整的邮箱" in page
    assert 'value="li at county"' in page


def test_quiet_hours_are_two_times_or_none(clerk):  # noqa: F811
    browser = browser_of(clerk)
    assert "都写上" in send(browser, "/inbox/ways/", quiet_from="21:00").content.decode()
    assert send(browser, "/inbox/ways/", quiet_from="21:00", quiet_until="07:00").status_code == 302
    assert str(DigestChoice.objects.get(account=clerk.id).quiet_from) == "21:00:00"
    assert 'value="21:00"' in browser.get("/inbox/ways/").content.decode()
    assert send(browser, "/inbox/ways/").status_code == 302
    assert DigestChoice.objects.get(account=clerk.id).quiet_from is None


def test_a_county_without_channels_says_so(clerk):  # noqa: F811
    Channel.objects.all().delete()
    browser = browser_of(clerk)
    assert "还没有开通" in browser.get("/inbox/ways/").content.decode()
    assert "没有开通这个通道" in send(browser, "/inbox/ways/mail/", value="li@county.example").content.decode()


def test_the_own_page_shows_what_went(mail, clerk):  # noqa: F811
    tell(clerk)
    send_due(COUNTY)
    assert "送出了" in browser_of(clerk).get("/inbox/ways/").content.decode()


# --- the county's channels --------------------------------------------------------------------------------------------


def test_the_security_manager_turns_a_channel_on_and_tries_it(mail, clerk, guard):  # noqa: F811
    Channel.objects.all().delete()
    browser = browser_of(guard)
    assert "没有开通" in browser.get("/system/").content.decode()
    assert send(browser, "/system/channels/mail/", active="on").status_code == 302
    assert Channel.objects.get(way=Way.MAIL).active
    page = browser.get("/system/channels/mail/").content.decode()
    assert "试发一条给我" in page
    back = browser.post("/system/channels/mail/try/", {"_key": str(uuid4())}, follow=True).content.decode()
    assert "还没有核对过的地址" in back
    reachable(guard, "song@county.example")
    browser.post("/system/channels/mail/try/", {"_key": str(uuid4())})
    assert send_due(COUNTY).sent == 1
    assert mail.seen == ["song@county.example"]


def test_only_a_gateway_that_the_installation_names_is_kept_and_its_secret_is_never_shown(guard, settings):
    settings.GONGYI_SMS_HOSTS = {"sms.example"}
    browser, url = browser_of(guard), "/system/channels/sms/"
    facts = {"active": "on", "key_name": "county-1", "secret": "s3cret-of-the-county"}
    assert "GONGYI_SMS_HOSTS" in send(browser, url, **facts, url="https://169.254.169.254/").content.decode()
    assert "密钥" in send(browser, url, active="on", url="https://sms.example/send").content.decode()
    for name in ("县里的", "a b", "a\r\nX-Evil: 1"):  # it goes into a header of the request
        page = send(browser, url, **facts | {"key_name": name}, url="https://sms.example/send").content.decode()
        assert "密钥编号里只能有" in page
    assert not Channel.objects.filter(way=Way.SMS).exists()
    assert send(browser, url, **facts, url="https://sms.example/send").status_code == 302
    assert "s3cret" not in browser.get(url).content.decode()
    assert not AuditDetail.objects.filter(new__contains="s3cret").exists()
    assert send(browser, url, active="on", url="https://sms.example/send2").status_code == 302
    assert Channel.objects.get(way=Way.SMS).secret == "s3cret-of-the-county"


def test_a_units_group_is_used_once_its_code_was_seen_there(guard):
    Channel.objects.create(way=Way.WECOM, active=True)
    town = make_unit("西山镇")
    robot = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4"
    browser, url = browser_of(guard), "/system/channels/wecom/groups/"
    hits = browser.get("/network/pick/?q=西山", headers={"HX-Request": "true"}).content.decode()
    assert "西山镇" in hits, "whoever sets up a group can find the unit by typing"
    assert "请粘贴群机器人的网址" in send(browser, url, unit=town.id, value="https://evil.example/").content.decode()
    answer = send(browser, url, unit=str(town.id), unit_text="西山镇", value=robot)
    group = Address.objects.get(owner=town.id)
    assert answer.url == f"/system/groups/{group.id}/"
    assert "等填验证码" in browser.get("/system/channels/wecom/").content.decode()
    assert send(browser, answer.url, code=str(group.code)).url == "/system/channels/wecom/"
    page = browser.get("/system/channels/wecom/").content.decode()
    assert "西山镇" in page
    assert "693a91f6" not in page
    outbox.tell_group(
        [town.id], by=system_actor("t", COUNTY), event="assigned", text="新派来的办件，请签收", path="/today/"
    )
    assert Delivery.objects.filter(receiver="group").count() == 1
    assert send(browser, f"/system/groups/{group.id}/remove/").status_code == 302
    assert not Address.objects.filter(owner=town.id).exists()


def test_nobodys_own_address_is_a_group(guard, clerk):  # noqa: F811
    own = Address.objects.get(owner=clerk.id)
    assert browser_of(guard).get(f"/system/groups/{own.id}/").status_code == 404


@pytest.mark.parametrize(
    "url", ["/system/jobs/", "/system/messages/", "/system/channels/mail/", "/system/channels/mail/groups/"]
)
def test_a_townships_manager_sets_nothing_for_the_county(clerk, url):  # noqa: F811
    browser = browser_of(make_actor(Role.ACCOUNT_MANAGER, make_unit("西山镇")))
    assert browser.get(url).status_code == 403
    assert "由县里统一管" in browser.get("/system/").content.decode()
    assert browser.post(url).status_code == 403


# --- what was not delivered -------------------------------------------------------------------------------------------


def test_parked_ones_say_to_whom_and_why_and_are_sent_again(mail, clerk, guard):  # noqa: F811
    mail.answer = "550 no such box"
    with clock.at(NOON):
        tell(clerk, text="密语一")
        tell(clerk, text="密语二")
        send_due(COUNTY)
    first, second = Delivery.objects.all()
    browser = browser_of(guard)
    assert "有 2 条消息没送到" in browser.get("/today/").content.decode()
    assert "条消息没送到" not in browser_of(clerk).get("/today/").content.decode()
    page = browser.get("/system/messages/").content.decode()
    assert page.count("王小明") >= 2
    assert "对方拒收" in page
    assert "密语" not in page
    assert "wang@county.example" not in page
    mail.answer = ""
    browser.post("/system/messages/", {"key": [str(first.id), "x"], "what": "again"})
    assert send_due(COUNTY).sent == 1
    browser.post("/system/messages/", {"key": [str(second.id)], "what": "let_go"})
    assert Delivery.objects.filter(state=State.DROPPED).count() == 1
    assert "没有没送到的" in browser.get("/system/messages/").content.decode()
    assert "条消息没送到" not in browser.get("/today/").content.decode()
    assert "送出了" in browser.get("/system/messages/?shown=sent").content.decode()
    assert set(AuditEntry.objects.filter(kind="core.delivery").values_list("action", flat=True)) == {
        "delivery.again",
        "delivery.let_go",
    }


def test_nothing_ticked_is_said(guard):
    browser = browser_of(guard)
    for what in ("again", "let_go"):
        assert "还没有选" in browser.post("/system/messages/", {"what": what}, follow=True).content.decode()
    assert not AuditEntry.objects.filter(kind="core.delivery").exists()


def test_all_parked_ones_at_once_and_none_of_another_county(mail, clerk, guard):  # noqa: F811
    tell(clerk)
    tell(clerk)
    Delivery.objects.update(state=State.PARKED, ended_at=NOON, reason="busy")
    other = make_actor(Role.SECURITY_MANAGER, make_county(999002, "远县"))
    browser_of(other).post("/system/messages/", {"all": "on"})
    assert Delivery.objects.filter(state=State.PARKED).count() == 2
    browser_of(guard).post("/system/messages/", {"all": "on"})
    assert Delivery.objects.filter(state=State.WAITING).count() == 2


def test_thirty_parked_ones_cost_no_more_questions_than_one(clerk, guard, django_assert_max_num_queries):  # noqa: F811
    browser = browser_of(guard)
    for _ in range(30):
        tell(clerk)
    Delivery.objects.update(state=State.PARKED, ended_at=NOON, reason="busy")
    browser.get("/system/messages/")
    with django_assert_max_num_queries(16):
        browser.get("/system/messages/")


# --- background jobs --------------------------------------------------------------------------------------------------


def test_the_page_of_jobs_says_in_words_how_each_went(guard):
    now = clock.now()
    ScheduleRun.objects.create(name="casework.due", last_run_at=now, last_ok=False, failures=3, note="OperationalError")
    ScheduleRun.objects.create(name="home.messages", last_run_at=now, note="")
    page = browser_of(guard).get("/system/jobs/").content.decode()
    assert "没有做成（OperationalError），接连 3 次" in page
    assert "把消息送出去" in page
    assert "还没有做过" in page
    assert "好像没有在运行" not in page
    ScheduleRun.objects.update(last_run_at=now - timedelta(minutes=6))
    assert "好像没有在运行" in browser_of(guard).get("/system/").content.decode()
    assert "等后台任务开起来" in browser_of(guard).get("/system/jobs/").content.decode()


def test_a_job_that_takes_long_is_not_taken_for_a_worker_that_is_gone(guard):
    """While a table of 20,000 rows is stored, nothing else begins; only a job that nobody holds was cut off."""
    note = schedule.RUNNING + schedule.here()
    began = clock.now() - timedelta(minutes=20)
    ScheduleRun.objects.create(name="home.imports", last_run_at=began, last_ok=False, note=note)
    browser = browser_of(guard)
    with schedule.only_here("home.imports"):
        page = browser.get("/system/jobs/").content.decode()
    assert "正在做" in page
    assert "好像没有在运行" not in page
    page = browser.get("/system/jobs/").content.decode()
    assert "做到一半断了" in page
    assert "好像没有在运行" in page


def test_a_worker_that_never_ran_or_waits_for_the_clock_is_told_of(guard):
    browser = browser_of(guard)
    page = browser.get("/system/").content.decode()
    assert "后台任务还没有开过" in page
    assert "没有在做" in page
    assert "后台任务没有在做" in browser.get("/today/").content.decode()
    ScheduleRun.objects.create(name="casework.due", last_run_at=clock.now() + timedelta(days=1), note="")
    page = browser.get("/system/jobs/").content.decode()
    assert "有 1 个任务要等钟走到那时才做" in page
    assert "--clock-is-right" in page
    schedule.forgive_clock()
    assert "等钟走到" not in browser.get("/system/jobs/").content.decode()


def test_what_a_job_said_is_read_in_the_readers_language(clerk, mail):  # noqa: F811
    tell(clerk)
    schedule.discover()
    job = schedule._jobs["home.messages"]
    ScheduleRun.objects.create(name=job.name, last_run_at=NOON, note=schedule._told(job.run()))
    (line,) = [line for line in queries.jobs() if line.name == "home.messages"]
    assert line.result == "送出 1 条，没送到 0 条，不用送了 0 条"


def test_a_job_is_run_at_once_and_only_where_that_is_harmless(guard):
    at = clock.now()
    for name in ("casework.due", "casework.residents"):
        ScheduleRun.objects.create(name=name, last_run_at=at)
    browser = browser_of(guard)
    assert browser.post("/system/jobs/casework/due/run/").status_code == 302
    states = {one.job.name: one for one in schedule.standings()}
    with clock.at(at + timedelta(seconds=30)):
        assert states["casework.due"].due <= clock.now()
        assert states["casework.residents"].due > clock.now()
    assert browser.post("/system/jobs/casework/residents/run/").status_code == 422
    assert browser.post("/system/jobs/no/such/run/").status_code == 422
    assert "/system/jobs/casework/residents/run/" not in browser.get("/system/jobs/").content.decode()


def test_every_job_has_a_title():
    assert set(schedule.discover()) - set(TITLES) == set()


def test_the_digest_goes_by_mail_for_who_wants_it(clerk, mail):  # noqa: F811
    outbox.tell([clerk.id], by=system_actor("digest", COUNTY), event="digest", text="今天：已超期 2 件", path="/today/")
    assert Message.objects.count() == 1
    assert send_due(COUNTY).sent == 1
