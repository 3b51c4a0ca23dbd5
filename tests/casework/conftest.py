"""A small county for casework: office, township, village, people of every role, two types."""

from types import SimpleNamespace

import pytest

from gongyi.casework.models import CaseType, Reason
from gongyi.core.access import Role
from tests.factories import make_actors, make_county, make_unit


@pytest.fixture
def land(db) -> SimpleNamespace:
    """County with desk, lead, supervisor; township with desk, clerks, lead, caller; village officer; a sibling township."""
    county = make_county()
    town, other = make_unit("东湖镇", county), make_unit("西山镇", county)
    village = make_unit("李家村", town)
    enquiry = CaseType(code="enquiry", name="咨询", call_share=0)
    complaint = CaseType(
        code="complaint", name="投诉", answer_span="13w", call_share=100, needs_approval=True, separate_caller=True
    )
    tipoff = CaseType(code="tipoff", name="举报", call_share=0, hides_asker=True)
    CaseType.objects.bulk_create([enquiry, complaint, tipoff])
    reasons = {kind: Reason(kind=kind, text=f"理由{kind}") for kind in Reason.Kind.values}
    Reason.objects.bulk_create(reasons.values())
    people = make_actors(
        officer=(Role.OFFICER, village, "李村"),
        clerk=(Role.CLERK, town, "王办"),
        clerk2=(Role.CLERK, town, "钱办"),
        desk=(Role.DISPATCHER, town, "张派"),
        lead=(Role.LEAD, town, "赵审"),
        caller=(Role.CALLER, town, "孙访"),
        stranger=(Role.CLERK, other, "周外"),
        county_desk=(Role.DISPATCHER, county, "县派"),
        county_lead=(Role.LEAD, county, "县审"),
        county_caller=(Role.CALLER, county, "县访"),
        supervisor=(Role.SUPERVISOR, town, "吴督"),
    )
    return SimpleNamespace(
        county=county, town=town, other=other, village=village, enquiry=enquiry, complaint=complaint, tipoff=tipoff,
        reasons=reasons, **people,
    )  # fmt: skip
