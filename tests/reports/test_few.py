"""D9 inside the house: from above, what few matters were about is not told; who works in the unit or may open them sees every number."""

import re

import pytest

from gongyi.casework import actions as casework
from gongyi.casework.models import Case
from gongyi.core import clock, figures
from gongyi.core.access import Role
from gongyi.reports import queries
from gongyi.reports.actions.monthly import count_months
from gongyi.reports.forms.period import as_query
from gongyi.reports.queries import few
from gongyi.reports.queries.splitting import Part
from tests.factories import make_actor
from tests.reports.test_views_figures import browse, lately, page  # noqa: F401 - browse is a fixture


@pytest.fixture
def seven(land):
    """The township has six enquiries and a complaint."""
    for kind in [land.enquiry] * 6 + [land.complaint]:
        casework.open_case(by=land.clerk, unit=land.town, type=kind, content="路灯坏了")
    land.reader = make_actor(Role.STATISTICIAN, land.county, "统计")
    return land


def types(text: str) -> list[str]:
    table = re.search(r"<caption>诉求类型.*?</table>", text, re.DOTALL)
    return re.findall(r'<td class="num"[^>]*><a href="[^"]*">(.*?)</a>', table[0]) if table else []


def test_d9_of_few_it_is_not_told_from_above_what_they_were_about(seven, browse):  # noqa: F811
    query = as_query(lately())
    told = {
        by.name: types(page(browse(by), seven.town, "cases.received", **query)) for by in (seven.clerk, seven.reader)
    }
    assert sorted(told[seven.clerk.name]) == ["1", "6"]
    assert sorted(told[seven.reader.name]) == ["<5", "不单列"], "six would say one, as seven is told"
    alone = page(browse(seven.reader), seven.town, "cases.received", type=str(seven.complaint.id), **query)
    assert "不到 5 件" in alone
    assert "共 1 件" not in alone
    assert types(alone) == []
    assert "共 1 件" in page(browse(seven.clerk), seven.town, "cases.received", type=str(seven.complaint.id), **query)


def test_d9_control_without_the_threshold_the_one_is_told(seven, browse, monkeypatch):  # noqa: F811
    monkeypatch.setattr(few, "FEWEST", 1)
    monkeypatch.setattr(queries, "FEWEST", 1)
    query = as_query(lately())
    assert sorted(types(page(browse(seven.reader), seven.town, "cases.received", **query))) == ["1", "6"]
    assert "共 1 件" in page(browse(seven.reader), seven.town, "cases.received", type=str(seven.complaint.id), **query)


def test_d9_who_may_open_them_all_sees_the_number(seven):
    one, scope = figures.figure("cases.received"), queries.scope_of(seven.county, lately())
    parts = queries.parts_by(one, scope, "type")
    assert {words for _part, words in few.told_by(seven.clerk, one, scope, "type", parts)} == {"1", "6"}
    assert {words for _part, words in few.told_by(seven.stranger, one, scope, "type", parts)} == {"<5", "不单列"}


def test_d9_a_figure_itself_and_its_parts_by_unit_are_exact(seven, browse):  # noqa: F811
    text = page(browse(seven.reader), seven.county, "cases.received", **as_query(lately()))
    assert "共 7 件" in text
    assert (
        sum(part.number for part in queries.parts_by_unit(figures.figure("cases.received"), seven.county, lately()))
        == 7
    )
    by_unit = re.search(r"<caption>下面各单位.*?</table>", text, re.DOTALL)[0]
    assert ">7</a>" in by_unit
    under = page(
        browse(seven.reader),
        seven.county,
        "cases.received",
        channel=Case.objects.first().channel,
        type=str(seven.enquiry.id),
        **as_query(lately()),
    )
    assert ">6</a>" in re.search(r"<caption>下面各单位.*?</table>", under, re.DOTALL)[0]


def test_d9_the_dashboard_tells_the_same(seven, browse):  # noqa: F811
    count_months(999001)
    month = f"{clock.today():%Y-%m}"
    for by, seen in ((seven.clerk, True), (seven.reader, False)):
        text = browse(by).get("/dashboard/", {"unit": str(seven.town.id), "month": month}).content.decode()
        block = text[text.index('aria-labelledby="by-type"') :].split("</section>")[0]
        assert (">1</a>" in block) is seen
        assert ("&lt;5" in block) is not seen


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((4, 30, 20), ["<5", "30", "不单列"]),
        ((4, 3, 20), ["<5", "<5", "20"]),
        ((5, 6), ["5", "6"]),
        ((4,), []),
        ((2, 2), []),
        ((0, 7), ["0", "7"]),
    ],
)
def test_d9_one_small_number_alone_takes_the_smallest_other_with_it(numbers, words):
    parts = [Part(str(at), str(at), number) for at, number in enumerate(numbers)]
    assert [told for _part, told in few.told(parts, small=lambda _part: False)] == words
    assert [told for _part, told in few.told(parts, small=lambda _part: True)] == [str(number) for number in numbers]
