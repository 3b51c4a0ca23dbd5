"""A ledger from its list to the frozen file, and a table asked of a unit from its account to the sum; each page in every look."""

from datetime import timedelta

import pytest

from gongyi.casework.actions.moving import sync_parts
from gongyi.casework.models import Case
from gongyi.core import clock, lists
from gongyi.core.access import Role
from gongyi.core.figures import Period
from gongyi.documents.reading import read_book
from gongyi.reports.actions import ledger as actions
from gongyi.reports.actions import ledger_runs as runs
from gongyi.reports.actions.ledger import Keeping
from gongyi.reports.actions.paper import verify
from gongyi.reports.queries import ledger as queries
from tests.browser.conftest import IN_BOTH_WIDTHS, WIDTHS
from tests.browser.test_office import accessible, wraps_nothing_sideways
from tests.browser.test_pages import ONE_WINDOW, looked_at_in_both_widths
from tests.casework.test_workflow import put
from tests.factories import make_actor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=False)]


def past(land, number: int) -> None:
    """So many cases of days that are over."""
    for n in range(number):
        case = put(land, "closed" if n % 2 else "handling")
        Case.objects.filter(id=case.id).update(recorded_at=clock.now() - timedelta(days=5 + n % 2))
        sync_parts(Case.objects.get(id=case.id))


def days() -> Period:
    return Period(clock.today() - timedelta(days=9), clock.today() - timedelta(days=2))


@IN_BOTH_WIDTHS
def test_a_ledger_is_chosen_kept_frozen_and_told_what_changed(people, land, width, tmp_path):
    past(land, 3)
    clerk = people(land.clerk, "/ledgers/").sees("还没有台账").press("做一本台账")
    clerk.sees("只有您在清单里看得到的").shot(f"{width}-l1-choose").press("办件")
    clerk.fill(name="办件台账", head_title="群众反映的事").shot(f"{width}-l2-columns").send()
    clerk.open(f"{clerk.page.url.split('?')[0]}?from={days().first}&to={days().last}").sees("合计 3 件").sees(
        "群众反映的事"
    )
    accessible(clerk)
    clerk.shot(f"{width}-l3-ledger")
    with clerk.page.expect_download() as taken:
        clerk.page.get_by_role("button", name="下载 Excel").click()
    path = tmp_path / "ledger.xlsx"
    taken.value.save_as(path)
    assert "群众反映的事" in read_book(path.read_bytes())[0].rows[2]
    assert verify(path.read_bytes(), [land.county.county])["unchanged"]
    clerk.press("定下这一期").send().sees("记录没有变").shot(f"{width}-l4-frozen")
    Case.objects.update(title="水管漏了")
    clerk.open(clerk.page.url).sees("定下以后，记录有变").sees("水管漏了").shot(f"{width}-l5-changed")
    clerk.press("要改，再定一次，写明更正了什么").fill(why="标题写错").send().sees("更正 1")


def in_every_look(person, name: str) -> None:
    """Dark and wide, light and narrow, with large text, on paper, in English."""
    looked_at_in_both_widths(person)
    person.shot(f"large-{name}")
    person.page.reload()
    person.page.set_viewport_size({"width": WIDTHS["desk"], "height": 800})
    person.page.emulate_media(color_scheme="dark")
    person.shot(f"dark-{name}")
    person.page.emulate_media(color_scheme="light", media="print")
    wraps_nothing_sideways(person)
    person.shot(f"print-{name}")
    person.page.emulate_media(media="screen")
    here, base = person.page.url, person.base
    person.page.context.add_cookies([{"name": "django_language", "value": "en", "url": base}])
    for width in WIDTHS:
        person.page.set_viewport_size({"width": WIDTHS[width], "height": 812})
        person.open(here)
        assert person.page.evaluate("document.documentElement.lang").startswith("en")
        wraps_nothing_sideways(person)
        person.shot(f"en-{width}-{name}")
    person.page.context.clear_cookies(name="django_language")
    person.open(here)


@ONE_WINDOW
def test_pages_of_ledgers_in_every_look(people, land, width, monkeypatch):
    past(land, 30)
    keeping = Keeping("来信来访来电和网络留言事项办理情况台账", lists.kind("case"), "", "", [(key, str(words)[:30]) for key, words in queries.columns(lists.kind("case")).items()][:12])  # fmt: skip
    ledger = actions.keep_ledger(by=land.clerk, unit=land.town, keeping=keeping)
    sheet = actions.freeze_ledger(ledger, by=land.clerk, period=days())
    monkeypatch.setattr(queries, "AT_ONCE", 5)
    run = runs.ask_run(ledger, by=land.clerk, what="take", period=days())
    pages = {
        "ledgers": "/ledgers/", "choose": "/ledgers/new/", "form": f"/ledgers/{ledger.id}/edit/", "run": run.get_absolute_url(),
        "ledger": f"/ledgers/{ledger.id}/?from={days().first}&to={days().last}", "sheet": sheet.get_absolute_url(),
        "freeze": f"/ledgers/{ledger.id}/freeze/?from={days().first}&to={days().last}", "verify": "/reports/verify/", "dashboard": "/dashboard/",
        "errors": "/figures/errors/", "figures": "/figures/",
    }  # fmt: skip
    clerk = people(land.clerk)
    for name, path in pages.items():
        in_every_look(clerk.open(path), name)
    runs.make_waiting(land.county.county)
    in_every_look(clerk.open(run.get_absolute_url()), "run-done")


@IN_BOTH_WIDTHS
def test_a_table_is_asked_answered_and_summed(people, land, width):
    put(land, "closed")
    above, today = people(make_actor(Role.STATISTICIAN, land.county, "县统"), "/tables/"), clock.today()
    above.press("向下面要一张表").fill(
        title="半年小结用表", purpose="写半年小结", basis="县政府办〔2026〕3号", columns="受理量\n按期办结率\n入户宣传次数",
        first=str(today - timedelta(days=20)), last=str(today), due=str(today + timedelta(days=5)), until=str(today + timedelta(days=30)),
    )  # fmt: skip
    above.page.locator("main label").filter(has_text="东湖镇").first.click()
    above.send().sees("1 个单位 × 1 个要另外数的数").shot(f"{width}-t1-cost")
    table = above.page.url
    above.press("看过了，发给下面的单位").sees("已发下去")
    clerk = people(land.clerk, "/tables/").sees("半年小结用表")
    accessible(clerk)
    clerk.shot(f"{width}-t2-list").press("半年小结用表").press("开始填").shot(f"{width}-t3-fill")
    accessible(clerk)
    clerk.fill(value_2="12").send().sees("从哪里来").fill(source_2="宣传台账").send().sees("交上去了").shot(
        f"{width}-t4-sent"
    )
    above.open(table).sees("宣传台账").sees("手填")
    accessible(above)
    wraps_nothing_sideways(above)
    above.shot(f"{width}-t5-sum")
    if width == "desk":
        in_every_look(above, "table")
        in_every_look(clerk, "answer")
