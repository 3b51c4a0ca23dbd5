"""A public answer that waits for approval stands on Today of whoever may approve it, and of nobody else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongyi.casework import actions, queries
from gongyi.casework.actions.publishing import PRESS
from gongyi.casework.models import CaseConflict, Publication
from gongyi.casework.workflow import PUBLICATION
from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.core.models import Message
from gongyi.people.models import Account
from gongyi.people.queries import actor_of
from gongyi.publishing import actions as publishing
from gongyi.publishing import queries as publications
from gongyi.publishing import rules
from gongyi.publishing.queries import words
from tests.casework.test_publishing import ANSWER, TEXT, proposed, published, started
from tests.casework.test_routine import leave
from tests.factories import grant, make_account, make_actor

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def standing(by) -> list[Publication]:
    """The texts on this person's Today, by the address of their line."""
    section = next((one for one in queries.my_day(by) if one.key == "public-case"), None)
    found = [line.row["url"] for line in section.lines] if section else []
    return [text for text in Publication.objects.all() if text.get_absolute_url() in found]


def people(land):
    both = make_account("两岗")
    for role in (Role.CLERK, Role.LEAD):
        grant(both, role, land.town)
    return [
        *(getattr(land, name) for name in ("clerk", "clerk2", "desk", "lead", "caller", "stranger", "county_lead")),
        make_actor(Role.LEAD, land.other), actor_of(both),
    ]  # fmt: skip


def agree(land) -> None:
    """Today ≡ the page of public answers ≡ what the table and the rules let each person approve."""
    for by in people(land):
        seen = rules.visible_to(by, PRESS).filter(state="proposed").select_related("case__type")
        may = [text for text in seen if rules.can_move(by, text, PUBLICATION["approve"])]
        assert standing(by) == list(publications.to_approve(by, PRESS)) == may


def test_its_approver_finds_it_with_reason_and_button(land, client):
    text = proposed(land)
    [section] = [one for one in queries.my_day(land.lead) if one.key == "public-case"]
    [line] = section.lines
    assert (section.count, section.more, section.url) == (1, False, "/cases/publications/")
    assert line.why == "东湖镇想公开这段文字，您看过、同意了才公开"
    assert line.step == {"label": "同意公开", "method": "get", "url": f"{text.get_absolute_url()}approve/"}
    assert "13812345678" not in str(line.row)
    client.force_login(Account.objects.get(id=land.lead.id), backend=BACKEND)
    page = client.get("/today/").content.decode()
    assert f'href="{line.step["url"]}"' in page
    assert "等您审的公开答复" in page
    assert client.get(line.step["url"]).status_code == 200


@pytest.mark.parametrize("make", [proposed, started, published])
def test_it_stands_there_exactly_while_it_waits(land, make):
    text = make(land)
    assert standing(land.lead) == ([text] if text.state == "proposed" else [])
    assert standing(land.county_lead) == standing(land.clerk) == []
    agree(land)


def test_whoever_had_a_hand_in_it_or_steps_back_does_not_find_it(land):
    writer = make_account("写的人")
    for role in (Role.CLERK, Role.LEAD):
        grant(writer, role, land.town)
    text = started(land)
    publishing.edit_publication(text, by=actor_of(writer), title="路灯", matter=TEXT, answer=ANSWER)
    publishing.propose_publication(text, by=land.clerk)
    other = make_actor(Role.LEAD, land.town, "又一位")
    CaseConflict(county=land.county.county, case=text.case, account=other.id, at=clock.now()).save()

    assert standing(actor_of(writer)) == standing(other) == []
    assert standing(land.lead) == [text]
    agree(land)


def test_one_unit_up_finds_it_without_the_case(land):
    text = started(land)
    text.case.answered_by = land.lead.id
    text.case.save()
    publishing.propose_publication(text, by=land.clerk)

    assert standing(land.county_lead) == [text]
    assert standing(land.lead) == []
    agree(land)


def test_control_a_list_that_forgets_the_makers_differs(land, monkeypatch):
    writer = make_account("写的人")
    for role in (Role.CLERK, Role.LEAD):
        grant(writer, role, land.town)
    text = started(land)
    publishing.edit_publication(text, by=actor_of(writer), title="路灯", matter=TEXT, answer=ANSWER)
    publishing.propose_publication(text, by=land.clerk)
    everything = lambda _by, _press: Publication.objects.filter(state="proposed").select_related("unit", "case")  # noqa: E731
    monkeypatch.setattr(words, "to_approve", everything)
    assert standing(actor_of(writer)) == [text]


def test_p9_it_goes_one_unit_up_when_the_last_approver_leaves(land):
    text = proposed(land)
    actions.run_due(land.county.county)
    assert standing(land.lead) == [text]  # the control: while somebody is there it stays
    leave(land.lead)

    assert actions.run_due(land.county.county)["texts_rerouted"] == 1
    assert actions.run_due(land.county.county)["texts_rerouted"] == 0

    assert standing(land.county_lead) == [text]
    text.refresh_from_db()
    assert text.second == land.county
    assert land.county_lead.id in Message.objects.filter(subject=text.id).values_list("account", flat=True)
    publishing.approve_publication(publications.fetch(land.county_lead, PRESS, text.id), by=land.county_lead)


def test_p9_an_approver_who_steps_back_counts_as_gone(land):
    text = proposed(land)
    CaseConflict(county=land.county.county, case=text.case, account=land.lead.id, at=clock.now()).save()
    actions.run_due(land.county.county)
    assert standing(land.county_lead) == [text]


def test_many_texts_cost_what_one_costs(land, django_assert_num_queries):
    proposed(land)
    with CaptureQueriesContext(connection) as seen:
        queries.my_day(land.lead)
    for _i in range(5):
        proposed(land)
    with django_assert_num_queries(len(seen)):
        [section] = queries.my_day(land.lead)
    assert section.count == 6
