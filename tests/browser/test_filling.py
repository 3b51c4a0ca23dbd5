"""Somebody's form is handed over, one cell is set right, it is confirmed and downloaded; the next copy is known."""

import time
from datetime import date
from pathlib import Path

import pytest

from gongyi.documents.blank import modern, open_form
from gongyi.reports.models import FormMemory
from tests.browser.conftest import IN_BOTH_WIDTHS
from tests.browser.test_office import looked_at
from tests.reports.test_filling import LONG, case

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]
MINUTES = 2  # in which a form is handed over, corrected, confirmed and downloaded, the machine's waiting included
CLICKS = 13  # that it takes, as docs/explanation/filling.md says: choosing from a list or a folder counts two
COUNT = """(() => { const add = (n) => { localStorage.taps = n + Number(localStorage.taps || 0); };
  addEventListener("click", (e) => { if (e.isTrusted && !e.target.closest("select, input[type=file]")) add(1); }, true);
  addEventListener("change", (e) => { if (e.target.matches("select, input[type=file]")) add(2); }, true); })()"""


def hand_over(person) -> None:
    person.page.set_input_files("main [name=file]", str(LONG))
    person.page.select_option("main [name=period]", "own")
    person.fill(first="2026-03-01", last="2026-03-31").press("交来，看看能填多少")


@IN_BOTH_WIDTHS
def test_a_form_is_filled_corrected_confirmed_and_known_again(people, land, width, tmp_path):
    for n in range(3):
        case(land, date(2026, 3, 2 + n), closed=date(2026, 3, 9 + n))
    clerk = people(land.clerk, "/cases/").open("/fill/").sees("还没有记住的表")
    looked_at(clerk, "90-fill", width)
    clerk.page.add_init_script(COUNT)
    clerk.open("/fill/")
    began = time.monotonic()
    hand_over(clerk)
    clerk.sees("第一次见这张表")
    looked_at(clerk, "91-fill-proposed", width)
    clerk.page.locator('[id="SQ02!E16"]').click()
    clerk.page.select_option("main [name=what]", "figure:cases.merged")
    clerk.page.select_option("main [name=spread]", "row")
    looked_at(clerk, "92-fill-cell", width)
    clerk.press("就这样填").press("核对好了，记住").sees("记住了")
    with clerk.page.expect_download() as taken:
        clerk.page.get_by_role("link", name="下载填好的表").click()
    minutes, clicks = (time.monotonic() - began) / 60, int(clerk.page.evaluate("localStorage.taps"))
    path = tmp_path / "filled.xlsx"
    taken.value.save_as(path)
    grid = open_form(*modern(path.read_bytes(), path.name)).grids[0]
    assert (grid.text((9, 5)), grid.text((16, 5)), grid.text((20, 5))) == ("3", "0", "3")
    assert minutes < MINUTES, minutes
    assert clicks <= CLICKS, clicks
    assert FormMemory.objects.count() == 1
    clerk.open("/fill/")
    hand_over(clerk)
    clerk.sees("这张表认过了")
    looked_at(clerk, "93-fill-known", width)
    print(f"{minutes * 60:.0f} seconds, {clicks} clicks", Path(LONG).name)  # noqa: T201 - told beside the test
