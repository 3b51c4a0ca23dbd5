"""Today as a village officer's whole app: three taps to record, and no network needed; sent once, gone at sign-out."""

import pytest

from gongyi.casework import actions
from gongyi.casework.models import Case
from gongyi.core import clock
from tests.browser.conftest import IN_BOTH_WIDTHS
from tests.browser.test_office import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOTE = "我是李家村的王大勇，村口路灯坏了三天。我电话 13812345678"


def queued(person) -> int:
    """How many entries wait in this browser."""
    return person.page.evaluate("Object.keys(localStorage).filter(n => n.startsWith('gongyi-queue:')).length")


@IN_BOTH_WIDTHS
def test_request_in_three_taps_and_one_text_field(people, land, width):
    officer = people(land.officer)
    taps = []
    officer.page.expose_function("tapped", lambda tag: taps.append(tag))  # noqa: PLW0108 - a method of list cannot be exposed
    officer.page.add_init_script(
        "addEventListener('click', event => { if (event.isTrusted) tapped(event.target.tagName) }, true)"
    )
    officer.open("/today/")
    tap = officer.page.tap if width == "phone" else officer.page.click
    tap("#quick")
    officer.page.keyboard.type(NOTE)
    tap(".quick .btn-primary")
    officer.page.wait_for_url("**/cases/new/")
    officer.sees("建议").sees("因为写到“李家村”").sees("因为写到“我电话”")
    looked_at(officer, "30-proposed", width)
    tap(".sticky-submit .btn-primary")
    officer.page.wait_for_url("**/cases/*-*/")
    officer.sees("路灯坏了三天").sees("李家村")
    assert len(taps) == 3, taps
    assert Case.objects.get().area_id == land.village.id


def test_what_is_typed_without_a_network_is_sent_once(people, land, width):
    officer = people(land.officer)
    officer.page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    officer.page.context.set_offline(True)
    officer.page.fill("#quick", NOTE)
    officer.page.click(".quick .btn-primary")
    officer.sees("还没送出的 1 件")
    officer.shot(f"{width}-31-unsent")
    assert queued(officer) == 1
    assert Case.objects.count() == 0

    lost = []

    def lose_the_answer(route):
        """The server takes it, but its answer never arrives."""
        route.fetch(max_redirects=0)
        lost.append(route.request.post_data)
        route.abort()

    officer.page.route("**/cases/new/", lose_the_answer)  # before: it is sent as soon as the network is there
    officer.page.context.set_offline(False)
    officer.open("/today/")
    for _tenth in range(150):
        if lost:
            break
        officer.page.wait_for_timeout(100)
    assert lost, "what was typed was not sent when the network was there again"
    officer.page.wait_for_load_state("networkidle")
    assert queued(officer) == 1
    officer.page.unroute("**/cases/new/")
    officer.open("/today/")
    officer.page.get_by_text("已送出：").wait_for()
    assert queued(officer) == 0
    officer.open("/today/")
    [case] = Case.objects.all()
    assert case.area_id == land.village.id
    officer.problems.clear()  # the answer that was lost is reported in the console


def test_intake_opens_without_a_network_and_belongs_to_nobody(people, land, width):
    officer = people(land.officer)
    officer.page.wait_for_function(
        "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"
    )
    officer.page.context.set_offline(True)
    officer.open("/cases/")
    officer.sees("没有网也能记")
    text = officer.page.content()
    assert "李村" not in text
    assert "csrfmiddlewaretoken" not in text
    officer.shot(f"{width}-32-offline")
    officer.page.fill("#quick", "水渠堵了")
    officer.page.click(".quick .btn-primary")
    officer.sees("还没送出的 1 件")
    officer.page.context.set_offline(False)
    officer.page.wait_for_url("**/today/")  # goes there by itself
    officer.page.get_by_text("已送出：").wait_for()
    assert [case.content for case in Case.objects.all()] == ["水渠堵了"]
    officer.problems.clear()  # the connection that was lost is reported in the console


def test_unsent_goes_at_sign_out_and_after_seven_days(people, land, width):
    officer = people(land.officer)
    entry = (
        "JSON.stringify({at: Date.now() - DAYS * 864e5, action: '/cases/new/', key: 'x', fields: [['content', 'alt']]})"
    )
    owner = officer.page.evaluate("document.body.dataset.owner")
    officer.page.evaluate(f"localStorage.setItem('gongyi-queue:{owner}:x', {entry.replace('DAYS', '8')})")
    officer.page.evaluate(f"localStorage.setItem('gongyi-queue:somebody:y', {entry.replace('DAYS', '0')})")
    officer.page.reload()
    assert queued(officer) == 0
    officer.page.context.set_offline(True)
    officer.page.fill("#quick", NOTE)
    officer.page.click(".quick .btn-primary")
    assert queued(officer) == 1
    officer.page.route("**/cases/new/", lambda route: route.abort())
    officer.page.context.set_offline(False)
    officer.open("/accounts/logout/")
    officer.page.locator("main form[data-forget-drafts] .btn-primary").click()
    officer.page.wait_for_url("**/portal/")
    assert queued(officer) == 0
    assert Case.objects.count() == 0
    officer.problems.clear()


def test_today_with_late_stuck_and_mine(people, land, width):
    from datetime import timedelta

    with clock.at(clock.now() - timedelta(days=40)):
        case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="村口路灯坏了三天" * 3)
        actions.assign_case(case, by=land.desk, lead=land.other)
        late = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="水渠堵了")
    actions.open_case(by=land.officer, unit=land.village, type=land.complaint, content="垃圾没人收", urgency="urgent")
    desk = people(land.desk)
    desk.sees("已超期").sees("卡在别人那里").sees("起在等西山镇签收").sees("新登记的，要您派给主办单位")
    looked_at(desk, "33-today", width)
    desk.press("催办").sees("催办")
    desk.open("/today/").page.locator(".today .btn").first.click()
    desk.page.wait_for_url(f"**/cases/{late.id}/assign/")
    desk.open("/inbox/").press("全部标为已读").sees("全部标为已读。")
    looked_at(desk, "34-inbox", width)
    desk.press("撤销").sees("未读")
