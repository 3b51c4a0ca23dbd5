"""A period report tells of proposals where there were any; every number in it is tied to its figure."""

import pytest

from gongyi.core import clock, figures
from gongyi.core.figures import Period
from gongyi.reports.models import Report
from gongyi.reports.queries.drafting import PROPOSALS, draft
from gongyi.reports.queries.ties import Counted, pieces, ties_of, unknown
from tests.proposals.test_figures import everything, rated

HEADING = {"summary": "提案办理", "plan": "提案办理", "speech": "提案办得怎么样"}


def of(land, kind, by=None):
    period = Period(clock.today().replace(day=1), clock.today())
    made = draft(by or land.clerk, land.county, period, kind)
    return next((part.body for part in made.parts if part.heading == HEADING[kind]), None), Counted(land.county, period)


def printed(body, counted) -> str:
    return "".join(one if isinstance(one, str) else counted.text(one) for one in pieces(body))


@pytest.mark.parametrize("kind", HEADING)
def test_report_has_a_section_of_proposals_where_there_are_any(land, kind):
    assert of(land, kind)[0] is None, "an office without proposals reads nothing of them"
    everything(land)
    body, counted = of(land, kind)
    assert unknown(body) == []
    assert all(str(counted.value(tie).text) != "" for tie in ties_of(body))
    assert "{" not in printed(body, counted)


def test_section_says_what_the_figures_say(land):
    everything(land)
    rated(land)
    text = printed(*of(land, "summary"))
    assert "收到提案、建议9件，立案5件，没有立案2件，并案1件" in text
    assert "办复率80.0%" in text
    assert "按办理结果分：A 第A类3件、B 第B类1件。" in text
    assert "满意2件、基本满意1件、不满意1件，满意率50.0%" in text
    assert "评价的件数少" in text


def test_every_number_of_the_section_is_a_figure():
    known = {one.id for one in figures.figures()}
    assert {f"proposals.{name}" for name in PROPOSALS} <= known
    assert set(HEADING) <= set(Report.Kind.values)
