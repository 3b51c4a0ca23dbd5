"""The bench's proposals stand as the product's own: listed, opened, read in public, counted."""

from datetime import timedelta

import pytest
from django.test import Client

from gongyi.core.access import Role
from gongyi.home.actions.bench_proposals import WAY, fill_proposals
from gongyi.home.queries import told_proposals
from gongyi.people.models import Account
from gongyi.proposals.models import Proposal, ProposalPart, Publication
from gongyi.proposals.workflow import STATES
from tests.factories import make_actor, make_county, make_unit

pytestmark = pytest.mark.django_db


def test_bench_proposals_are_listed_opened_and_public():
    county = make_county()
    town = make_unit("东湖镇", county)
    fill_proposals(county, [town], number=40, span=timedelta(days=700), told=4)
    assert Proposal.objects.count() == 40
    assert set(Proposal.objects.values_list("state", flat=True)) <= STATES.keys()
    assert ProposalPart.objects.filter(unit=county, until=None).count() == 40
    keys, slugs = told_proposals(county.county, town.id, len(WAY), 10)
    assert (len(keys), len(slugs)) == (4, 4)
    client = Client()
    clerk = Account.objects.get(id=make_actor(Role.CLERK, town).id)
    client.force_login(clerk, backend="allauth.account.auth_backends.AuthenticationBackend")
    for address in ("/proposals/", "/proposals/?state=closed", f"/proposals/{keys[0]}/"):
        assert client.get(address).status_code == 200, address
    for address in ("/portal/suggestions/", f"/portal/suggestions/{slugs[0]}/"):
        assert Client().get(address).status_code == 200, address
    assert Publication.objects.count() > 20
