"""Lists, bulk work and the register in a real browser."""

import time

import pytest

from gongyi.casework import actions
from gongyi.casework.actions import reception
from gongyi.casework.models import Case
from gongyi.casework.queries.reception import lines_of_sheets
from gongyi.core import clock
from tests.browser.conftest import AT_DESK
from tests.browser.test_office import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]
A_ROW = 3.0  # seconds: 30 rows in 90
KEY = 60  # milliseconds between two keys


@AT_DESK
def test_filter_choose_assign_undo_and_export(people, land, width):
    for at in range(3):
        actions.open_case(
            by=land.officer, unit=land.village, type=land.enquiry, content=f"第{at}盏路灯坏了，晚上看不见路，请派人来修"
        )
    desk = people(land.desk, f"/cases/?state=recorded&whom={land.town.id}&whom_text=东湖镇").sees("等哪个单位：东湖镇")
    looked_at(desk, "list-filtered", width)
    desk.page.keyboard.press("j")
    desk.page.keyboard.press("j")
    assert "第1盏" in desk.page.evaluate("document.activeElement.textContent")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url("**/cases/*-*/")
    desk.open("/cases/choose/")
    looked_at(desk, "choose", width)
    desk.page.check("[data-check-all]")
    desk.page.get_by_role("button", name="派单").click()
    desk.pick("lead", "东湖镇").press("看看每一件会怎样").sees("派给东湖镇")
    looked_at(desk, "bulk-preview", width)
    desk.page.get_by_role("button", name="派单 · 3 件").click()
    desk.page.wait_for_url("**/bulk/*-*/")
    looked_at(desk.sees("办好 3 件"), "bulk-result", width)
    desk.press("撤回").sees("已撤回")
    desk.open("/cases/exports/new/")
    looked_at(desk, "export-new", width)
    desk.press("做成文件").sees("做好了")
    looked_at(desk, "export", width)


def type_rows(clerk, rows: int, delay: int = 0) -> None:
    """Type this many paper rows into the open grid, key by key, and take them in."""
    for number in range(rows):
        for text in ("1", "2", "1", f"路灯坏了第{number}盏", "刘大勇", f"1380000{number:04d}"):
            clerk.page.keyboard.type(text, delay=delay)
            clerk.page.keyboard.press("Enter")


def register(people, land):
    """A clerk before the grid of a register of two printed pages."""
    sheets = reception.make_sheets(by=land.clerk, unit=land.town, day=clock.today(), pages=2)
    codes = [code for _sheet, _line, code in lines_of_sheets(sheets)]
    return people(land.clerk, f"/cases/register/type/?code={codes[0]}"), codes


@AT_DESK
def test_rows_of_the_register_are_typed_by_keys_alone(people, land, width):
    clerk, codes = register(people, land)
    clerk.open(f"/cases/register/print/?unit={land.town.id}&day={clock.today()}").sees(codes[0])
    looked_at(clerk, "register-sheet", width)
    clerk.open(f"/cases/register/type/?code={codes[0]}")
    looked_at(clerk, "register-grid", width)
    type_rows(clerk, 3)
    clerk.page.get_by_role("button", name="录入").click()
    clerk.sees("录入了 3 件")
    assert Case.objects.count() == 3


@pytest.mark.slow(minutes=2)
@pytest.mark.parametrize("width", ["desk"], indirect=True)
def test_thirty_rows_of_the_register_in_ninety_seconds(people, land, width):
    clerk, _codes = register(people, land)
    began = time.monotonic()
    type_rows(clerk, 30, KEY)
    clerk.page.keyboard.press("Enter")
    clerk.sees("录入了 30 件")
    assert time.monotonic() - began <= 30 * A_ROW
    assert Case.objects.count() == 30
