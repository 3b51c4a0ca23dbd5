"""The reception register: coded lines, typed in once, errors at their line."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from gongyi.casework.actions import reception as actions
from gongyi.casework.models import Case, ReceptionRow
from gongyi.casework.queries import reception
from gongyi.core import clock
from gongyi.people.models import Account

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def browser(by) -> Client:
    client = Client()
    client.force_login(Account.objects.get(id=by.id), backend=BACKEND)
    return client


@pytest.fixture
def codes(land) -> list[str]:
    made = actions.make_sheets(by=land.clerk, unit=land.town, day=clock.today(), pages=2)
    return [code for _sheet, _line, code in reception.lines_of_sheets(made)]


def key_of(answer) -> str:
    return answer.content.decode().split('name="_key" value="')[-1][:36]


def send(client, code, facts):
    url = f"/cases/register/type/?code={code}"
    return client.post(url, facts | {"_key": key_of(client.get(url))})


def test_every_line_has_a_code_of_its_own_that_notices_a_slip(land, codes):
    assert len(set(codes)) == 30
    assert {len(code) for code in codes} == {8}
    assert reception.sheet_of(land.clerk, codes[0].lower()).page == 1
    slips = [codes[0][:at] + ("2" if codes[0][at] != "2" else "3") + codes[0][at + 1 :] for at in range(8)]
    assert [reception.sheet_of(land.clerk, slip) for slip in [*slips, "", "x", "ＫＫＫＫＫＫＫＫ"]] == [None] * 11


def test_p5_another_units_sheet_is_no_sheet(land, codes):
    assert reception.sheet_of(land.stranger, codes[0]) is None
    assert "没有这个行码" in browser(land.stranger).get(f"/cases/register/type/?code={codes[0]}").content.decode()
    with pytest.raises(PermissionDenied):
        actions.make_sheets(by=land.stranger, unit=land.town, day=clock.today(), pages=1)


def test_lines_become_cases_once(land, codes):
    client = browser(land.clerk)
    facts = {
        f"{codes[0]}-content": "路灯坏了",
        f"{codes[0]}-channel": "2",
        f"{codes[3]}-content": "低保怎么办",
        f"{codes[3]}-name": "刘大勇",
    }
    assert send(client, codes[0], facts).status_code == 302
    assert ReceptionRow.objects.count() == Case.objects.count() == 2
    assert {case.channel for case in Case.objects.filter(content="路灯坏了")} == {"phone"}
    assert {case.unit_id for case in Case.objects.all()} == {land.town.id}
    send(client, codes[0], facts | {f"{codes[4]}-content": "新的一行"})
    assert Case.objects.count() == 3
    assert actions.type_in([(ReceptionRow.objects.first().sheet, 1, {"content": "again"})], by=land.clerk) == 0


def test_errors_stay_at_their_line_and_nothing_is_lost(land, codes):
    facts = {
        f"{codes[0]}-content": "路灯坏了",
        f"{codes[1]}-channel": "99",
        f"{codes[1]}-content": "第二行",
        f"{codes[2]}-name": "刘大勇",
    }
    page = send(browser(land.clerk), codes[0], facts).content.decode()
    assert "没有 99 号" in page
    assert "请写一句发生了什么。" in page
    assert all(f'value="{text}"' in page for text in ("路灯坏了", "第二行", "99", "刘大勇"))
    assert Case.objects.count() == 0


def test_empty_grid_says_so_and_sheets_print(land, codes):
    client = browser(land.clerk)
    assert "还没有写任何一行" in send(client, codes[0], {}).content.decode()
    page = client.get(f"/cases/register/print/?unit={land.town.id}&day={clock.today()}").content.decode()
    assert all(code in page for code in codes)
    assert (
        browser(land.stranger).get(f"/cases/register/print/?unit={land.town.id}&day={clock.today()}").status_code == 404
    )
    assert client.get("/cases/register/print/?unit=x&day=2026-99-99").status_code == 404
