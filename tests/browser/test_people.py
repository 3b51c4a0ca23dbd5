"""People at the browser: a successor signs, a maker takes back, a code from the phone opens the door, a name is found."""

import pytest

from gongyi.casework import actions
from gongyi.casework.actions import AskerFacts
from gongyi.core.access import Role
from gongyi.people.actions import handover
from gongyi.people.models import Account
from gongyi.people.queries import posts
from tests.browser.conftest import PASSWORD
from tests.browser.test_office import looked_at
from tests.factories import actor, grant, hold, make_account, make_actor, make_post

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]


def test_the_successor_signs_the_hand_over_pack(people, land, width):
    post, giver, taker = make_post(land.village), make_account("老张"), make_account("小李")
    hold(post, giver)
    steward = make_actor(Role.STEWARD, land.county, "县设置")
    actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")
    pack = handover.make_pack(by=steward, post=post, giver=giver, taker=taker, note="钥匙在抽屉里")
    grant(taker, Role.CLERK, land.town)
    new = people(actor(taker))
    new.page.get_by_role("link", name="有一份交接包等您签收").click()
    new.sees("钥匙在抽屉里")
    looked_at(new, "30-pack", width)
    new.press("签收，接过岗位").sees("已签收，岗位已经换人。")
    assert posts.present_holder(post).account == taker
    made = people(steward).open(handover.path_of(pack)).sees("已签收")
    assert "撤回交接包" not in made.page.locator("main").inner_text()


def test_the_maker_takes_a_waiting_pack_back(people, land, width):
    post, giver, taker = make_post(land.village), make_account("老张"), make_account("小李")
    hold(post, giver)
    steward = make_actor(Role.STEWARD, land.county, "县设置")
    made = people(steward, handover.path_of(handover.make_pack(by=steward, post=post, giver=giver, taker=taker)))
    made.press("撤回交接包")
    looked_at(made, "31-withdraw", width)
    made.fill(why="选错了人").send().sees("没有签收，岗位没有变。").sees("选错了人")


def test_signing_in_again_asks_for_the_code_of_the_phone(people, land, width, monkeypatch):
    from allauth.mfa.totp.internal import auth

    counter = [50_000_000]  # the phone's clock, one step further for each code: a code counts once
    monkeypatch.setattr(auth, "yield_hotp_counters_from_time", lambda: iter(counter))
    lead = make_actor(Role.LEAD, land.town, "新审核")
    account = Account.objects.get(id=lead.id)
    account.set_password(PASSWORD)
    account.save()
    one = people(None, "/accounts/login/?next=/accounts/2fa/totp/activate/")
    one.fill(login=account.username, password=PASSWORD).page.click("main button.btn-primary")
    one.page.wait_for_url("**/totp/activate/")
    secret = "".join(one.page.locator("main .secret").first.inner_text().split())

    def code():
        counter[0] += 1
        return auth.format_hotp_value(auth.hotp_value(secret, counter[0]))

    looked_at(one, "34-totp", width)
    one.fill(code=code()).page.locator("main button.btn-primary").first.click()
    one.page.wait_for_load_state()
    one.page.context.clear_cookies()
    one.open("/accounts/login/?next=/today/").fill(login=account.username, password=PASSWORD)
    one.page.click("main button.btn-primary")
    one.page.wait_for_url("**/2fa/authenticate/**")
    looked_at(one, "35-code", width)
    one.fill(code="000000").page.locator("main button.btn-primary").first.click()
    one.page.wait_for_load_state()
    assert "/today/" not in one.page.url
    one.fill(code=code()).page.locator("main button.btn-primary").first.click()
    one.page.wait_for_url("**/today/")


def test_somebodys_cases_are_found_by_name_and_last_four_digits(people, land, width):
    asker = AskerFacts(name="刘大勇", phone="13812345678")
    actions.open_case(by=land.clerk, unit=land.town, type=land.enquiry, content="低保什么时候发", asker=asker)
    clerk = people(land.clerk, "/cases/").press("按姓名找")
    looked_at(clerk, "36-people", width)
    clerk.fill(name="刘大勇", tail="5678").choose("purpose", "核对")
    clerk.page.locator("main form button.btn-primary").first.click()
    clerk.page.wait_for_load_state()
    clerk.sees("低保什么时候发")
    looked_at(clerk, "37-found", width)
    clerk.fill(name="刘大勇", tail="0000").choose("purpose", "核对")
    clerk.page.locator("main form button.btn-primary").first.click()
    clerk.page.wait_for_load_state()
    assert "低保什么时候发" not in clerk.page.locator("main").inner_text()


def test_a_second_manager_confirms_what_the_first_granted(people, land, width):
    first = make_actor(Role.ACCOUNT_MANAGER, land.county, "甲账号")
    second = make_actor(Role.ACCOUNT_MANAGER, land.county, "乙账号")
    new = make_account("小钱")
    grant(new, Role.STEWARD, land.county)

    one = people(first, f"/people/accounts/{new.id}/grant/")
    one.page.locator(f"main [name=role][value={Role.SECURITY_MANAGER.value}]").check()
    one.pick("unit", "东湖县").fill(purpose="管登录安全").send()
    one.sees("等第二个人确认")
    looked_at(one, "33-waiting", width)
    assert Role.SECURITY_MANAGER not in actor(new).roles
    one.open("/people/confirm/").sees("没有等您确认的")  # nobody confirms their own

    two = people(second, "/inbox/").sees("有一项管理角色的授权等您确认。")
    two.open("/people/confirm/").sees("小钱").sees("甲账号").sees("管登录安全")
    two.press("看过了，去确认")
    looked_at(two, "34-confirm", width)
    two.page.locator("main form button.btn-primary, main form button.btn-danger").first.click()
    two.page.wait_for_url("**/people/confirm/")
    two.sees("没有等您确认的")
    assert Role.SECURITY_MANAGER in actor(new).roles
    one.open(f"/people/accounts/{new.id}/")
    assert "等第二个人确认" not in one.page.locator("main").inner_text()


def test_signing_out_empties_the_browser_even_without_our_script(people, land, width):
    one = people(land.clerk, "/accounts/logout/")
    one.page.evaluate("localStorage.setItem('what-our-scripts-do-not-know', '1')")
    one.page.evaluate("document.querySelectorAll('form').forEach((form) => form.removeAttribute('data-forget-drafts'))")
    assert one.page.evaluate("localStorage.length") > 0
    one.page.locator("main form button").first.click()
    one.page.wait_for_url("**/portal/")
    assert one.page.evaluate("Object.keys(localStorage)") == []
