"""Who may change the network: a table of persons and units."""

import pytest

from gongyi.core.access import Role, system_actor
from gongyi.network import rules
from tests.factories import actor as actor_of_account
from tests.factories import make_account, make_actor, make_county, make_unit

pytestmark = pytest.mark.django_db


def test_table_of_rules():
    county = make_county()
    town, beside = make_unit("东镇", county), make_unit("西镇", county)
    village = make_unit("李家村", town)
    far = make_county(999002, "西湖县")
    people = {
        "county steward": make_actor(Role.STEWARD, county),
        "town steward": make_actor(Role.STEWARD, town),
        "colleague": make_actor(Role.STEWARD, beside),
        "officer": make_actor(Role.OFFICER, village),
        "auditor": make_actor(Role.AUDITOR, county),
        "resident": actor_of_account(make_account()),
        "system": system_actor("load_units", 999001),
        "far steward": make_actor(Role.STEWARD, far),
    }
    edits = {name: rules.can_edit_unit(who, village) for name, who in people.items()}
    assert {name for name, may in edits.items() if may} == {"county steward", "town steward", "system"}
    verifies = {name for name, who in people.items() if rules.can_verify_contact(who, village)}
    assert verifies == {"county steward", "town steward", "officer", "system"}
    views = {name for name, who in people.items() if rules.can_view_units(who, 999001)}
    assert views == {"county steward", "town steward", "colleague", "officer", "system"}
    assert not rules.can_edit_unit(people["town steward"], county)
