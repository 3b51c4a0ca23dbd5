"""Messages that leave the house, as a resident, an officer and a manager meet them: every page, on a phone and a desktop."""

import pytest
from django.core.cache import cache

from gongyi.casework import actions
from gongyi.casework.models import Case, CaseType
from gongyi.core import clock, schedule
from gongyi.core.access import Role
from gongyi.core.models import Address, Channel, Delivery, ScheduleRun, Way
from gongyi.core.outbox.sending import send_due
from tests.browser.conftest import AT_DESK
from tests.browser.test_office import looked_at
from tests.factories import make_actor
from tests.receivers import gateway_server, smtp_server

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]
COUNTY, SECRET = 999001, "lüzi-kai-hua"


@pytest.fixture(autouse=True)
def jobs():
    schedule.discover()
    cache.clear()


@pytest.fixture
def sms(settings, land):
    """A county that sends text messages through a real gateway."""
    with gateway_server() as (gateway, url):
        settings.GONGYI_SMS_HOSTS, settings.GONGYI_URL = {url.removesuffix("/send")}, "https://gongyi.example"
        Channel(county=COUNTY, way=Way.SMS, active=True, url=url, key_name="k", secret=gateway.secret).save()
        yield gateway


@pytest.fixture
def mail(settings, land):
    settings.EMAIL_FROM, settings.GONGYI_URL = "gongyi@county.example", "https://gongyi.example"
    with smtp_server() as (box, server):
        settings.GONGYI_MAIL = server
        yield box


def code_of(**facts) -> str:
    return str(Address.objects.get(confirmed_at=None, **facts).code)


def test_a_resident_agrees_to_text_messages_gets_one_and_stops_them(people, land, width, sms):
    CaseType.objects.update(needs_approval=False)
    resident = people(None, "/portal/mine/new/").fill(phone="13812345678", new=SECRET, again=SECRET).send()
    resident.sees("有新进展不发短信").press("想收短信")
    looked_at(resident, "m01-sms", width)
    resident.send().sees("请先在这里打勾")
    looked_at(resident, "m02-sms-error", width)
    resident.page.locator("main [name=agree]").check()
    resident.send().sees("138****5678")
    looked_at(resident, "m03-code", width)
    resident.fill(code="1").send().sees("验证码不对")
    looked_at(resident, "m04-code-wrong", width)
    assert send_due(COUNTY).sent == 1
    resident.fill(code=code_of(way=Way.SMS)).send().sees("好了，有新进展会发短信给您")
    looked_at(resident, "m05-on", width)
    resident.press("我要反映").fill(content="水管漏了").pick("place", "李家村").send()
    case = Case.objects.get()
    case = actions.assign_case(
        case, by=land.county_desk if case.desk_id == land.county.id else land.desk, lead=land.town
    )
    case = actions.contact_asker(actions.sign_case(case, by=land.clerk), by=land.clerk, note="说了")
    actions.answer_case(case, by=land.clerk, answer="换好了。", outcome="solved")
    assert send_due(COUNTY).sent == 1
    assert case.number in sms.calls[-1][1]["text"]
    resident.open("/portal/mine/").press("不要短信了").sees("有答复了")
    looked_at(resident, "m06-sent", width)
    resident.press("停，不要短信了").sees("停了，不再发短信给您")
    looked_at(resident, "m07-stopped", width)


def test_a_county_without_text_messages_says_so_to_a_resident(people, land, width):
    resident = people(None, "/portal/mine/new/").fill(phone="13812345678", new=SECRET, again=SECRET).send()
    resident.open("/portal/mine/sms/").sees("县里还没有开通短信")
    looked_at(resident, "m08-no-sms", width)


def test_an_officer_says_where_which_and_when(people, land, width, mail):
    officer = people(land.clerk, "/inbox/ways/").sees("县里还没有开通外面的通道")
    looked_at(officer, "m10-none", width)
    for way in (Way.MAIL, Way.FEISHU):
        Channel(county=COUNTY, way=way, active=True).save()
    officer.open("/inbox/ways/")
    looked_at(officer, "m11-ways", width)
    officer.open("/inbox/ways/feishu/").fill(value="https://evil.example/").send().sees("请粘贴群机器人的网址")
    looked_at(officer, "m12-robot-error", width)
    officer.open("/inbox/ways/mail/").fill(value="wang@county.example")
    looked_at(officer, "m13-mail", width)
    officer.send().sees("验证码正在送")
    looked_at(officer, "m14-code", width)
    assert send_due(COUNTY).sent == 1
    officer.fill(code=code_of(way=Way.MAIL)).send().sees("核对好了")
    looked_at(officer, "m15-kinds", width)
    officer.send().fill(quiet_from="21:00", quiet_until="").press("保存").sees("都写上")
    looked_at(officer, "m16-quiet-error", width)
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")
    actions.assign_case(case, by=land.desk, lead=land.town)
    mail.answer = "550 no such box"
    send_due(COUNTY)
    officer.open("/inbox/ways/").sees("对方拒收")
    looked_at(officer, "m17-own-refused", width)
    officer.open("/inbox/ways/mail/remove/")
    looked_at(officer, "m18-remove", width)
    officer.send().sees("没有写地址")


@AT_DESK
def test_a_manager_opens_the_ways_and_looks_after_what_did_not_go(people, land, width, mail, settings):
    settings.GONGYI_SMS_HOSTS = {"sms.example"}
    guard = people(make_actor(Role.SECURITY_MANAGER, land.county, "宋安全"), "/system/").sees("后台任务还没有开过")
    looked_at(guard, "m20-system", width)
    guard.press("后台任务").sees("等后台任务开起来")
    looked_at(guard, "m21-jobs-never", width)
    now = clock.now()
    ScheduleRun.objects.create(name="home.messages", last_run_at=now, note="")
    ScheduleRun.objects.create(name="home.digest", last_run_at=now, last_ok=False, failures=3, note="OperationalError")
    guard.open("/system/jobs/").sees("接连 3 次")
    looked_at(guard, "m22-jobs", width)
    guard.open("/system/channels/sms/")
    looked_at(guard, "m23-sms", width)
    guard.page.locator("main [name=active]").check()
    guard.fill(url="https://evil.example/", key_name="县里", secret="x").send().sees("GONGYI_SMS_HOSTS")
    looked_at(guard, "m24-sms-error", width)
    guard.open("/system/channels/wecom/").page.locator("main [name=active]").check()
    guard.send().press("添加单位的群")
    looked_at(guard, "m25-group", width)
    robot = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4"
    guard.pick("unit", "东湖镇").fill(value=robot).send()
    looked_at(guard, "m26-group-code", width)
    guard.fill(code=code_of(owner=land.town.id)).send().sees("核对好了")
    looked_at(guard, "m27-channel", width)
    guard.page.locator("main").get_by_role("link", name="不再用").click()
    looked_at(guard, "m28-group-remove", width)

    guard.open("/system/messages/").sees("没有没送到的")
    looked_at(guard, "m29-none", width)
    for number in range(3):
        case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content=f"第 {number} 盏路灯")
        actions.assign_case(case, by=land.desk, lead=land.town)
    Delivery.objects.update(state="parked", ended_at=now, reason="refused", tries=5)
    guard.open("/system/messages/").sees("东湖镇的群")
    looked_at(guard, "m30-parked", width)
    guard.press("选中的再送一次").sees("还没有选")
    guard.page.locator("main [name=key]").first.check()
    guard.press("选中的再送一次").sees("1 条重新排上")
    guard.press("全部再送一次").sees("条重新排上")
    guard.open("/system/messages/?shown=waiting")
    looked_at(guard, "m31-waiting", width)
