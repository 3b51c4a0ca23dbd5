"""A small county for casework: office, township, village, people of every role, two types."""

from types import SimpleNamespace

import pytest

from gongyi.casework.models import CaseType, Reason
from gongyi.core.access import Role
from tests.factories import make_actor, make_county, make_unit


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
    for row in (enquiry, complaint, tipoff):
        row.save()
    reasons = {}
    for kind in Reason.Kind.values:
        reasons[kind] = Reason(kind=kind, text=f"理由{kind}")
        reasons[kind].save()
    return SimpleNamespace(
        county=county, town=town, other=other, village=village, enquiry=enquiry, complaint=complaint, tipoff=tipoff,
        reasons=reasons,
        officer=make_actor(Role.OFFICER, village, "李村"),
        clerk=make_actor(Role.CLERK, town, "王办"),
        clerk2=make_actor(Role.CLERK, town, "钱办"),
        desk=make_actor(Role.DISPATCHER, town, "张派"),
        lead=make_actor(Role.LEAD, town, "赵审"),
        caller=make_actor(Role.CALLER, town, "孙访"),
        stranger=make_actor(Role.CLERK, other, "周外"),
        county_desk=make_actor(Role.DISPATCHER, county, "县派"),
        county_lead=make_actor(Role.LEAD, county, "县审"),
        county_caller=make_actor(Role.CALLER, county, "县访"),
        supervisor=make_actor(Role.SUPERVISOR, town, "吴督"),
    )  # fmt: skip
