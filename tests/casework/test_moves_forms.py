"""What the form of a move presets. A returned case: the clerk who gives it back, the desk, a stranger."""

import pytest

from gongyi.casework import actions, queries
from gongyi.casework.forms import IntakeForm
from gongyi.casework.forms.moves import AssignForm
from gongyi.core.county import bind
from gongyi.network.models import Unit
from tests.casework.test_leaks_and_faults import browser
from tests.factories import make_unit


@pytest.fixture
def returned(land):
    """Given back by the township's clerk, who proposes the sibling township."""
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")
    actions.assign_case(case, by=land.desk, lead=land.town)
    reason, note = land.reasons["return"], "灯杆在西山镇地界，电话 13912345678"
    actions.return_case(case, by=land.clerk, reason=reason, proposed=land.other, note=note)
    return queries.fetch(land.desk, case.id)


def preset(land, case):
    return AssignForm(case=case, by=land.desk).fields["lead"].initial


def test_returned_case_presets_the_proposed_unit_and_says_who_and_why(land, returned):
    page = browser(land.desk).get(f"/cases/{returned.id}/assign/").content.decode()
    assert f'value="{land.other.id}"' in page
    assert "王办" in page
    assert "理由return" in page
    assert "建议派给西山镇：灯杆在西山镇地界" in page
    assert "13912345678" not in page
    assert browser(land.stranger).get(f"/cases/{returned.id}/assign/").status_code == 404


def test_a_fresh_case_presets_nothing(land):
    case = actions.open_case(by=land.officer, unit=land.village, type=land.enquiry, content="路灯坏了")
    assert preset(land, case) is None
    assert "为什么退单" not in browser(land.desk).get(f"/cases/{case.id}/assign/").content.decode()


def test_a_proposed_unit_that_cannot_take_it_is_not_preset(land, returned):
    assert preset(land, returned) == land.other.id
    returned.about_unit_id = land.other.id
    assert preset(land, returned) is None
    returned.about_unit_id = None
    Unit.objects.filter(id=land.other.id).update(status=Unit.Status.CLOSED)
    assert preset(land, queries.fetch(land.desk, returned.id)) is None


def test_the_proposal_ends_with_the_next_assignment(land, returned):
    actions.assign_case(returned, by=land.desk, lead=land.town)
    returned.refresh_from_db()
    assert returned.proposed_id is None


def test_the_place_of_a_matter_is_a_village_or_township_not_an_office(land):
    office = make_unit("县水利局", land.county, tier=Unit.Tier.DEPARTMENT)
    with bind(land.county.county):
        fields = IntakeForm(by=land.clerk).fields
        offered = {name: {hit.value for hit in fields[name].find("县水")} for name in ("area", "about_unit")}
        assert offered == {"area": set(), "about_unit": {str(office.id)}}  # the other field is the control
        assert {hit.value for hit in fields["area"].find("李家")} == {str(land.village.id)}
