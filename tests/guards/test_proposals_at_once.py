"""R9 for proposals: fifty at once sign for one, merge into one, answer one and close one; one wins each, the history has no fork, counts are right."""

import json
import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.guards.test_at_once import MINE, UNGUARDED, forks, own_office, raced, winner_and_losers
from tests.guards.test_run import BASE

RUNNERS = int(os.environ.get("RACE_RUNNERS", "50"))
SETUP = """
import json
from datetime import timedelta
from types import SimpleNamespace
import django
django.setup()
from django.conf import settings
from django.test import Client
from tests.migrated import migrate
migrate()
from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.people.models import Account
from gongyi.proposals.models import Cause, Proposal, ProposalPart, ResultClass
from tests.factories import make_actor, make_county, make_unit
from tests.proposals.conftest import CAUSES
from tests.proposals.test_workflow import put

county = make_county(999009)  # not the demo county, which is never served as work
town, other, water = make_unit("东湖镇", county), make_unit("西山镇", county), make_unit("水利局", county, tier="department")
causes = {kind: Cause(kind=kind, text=text, elsewhere="请补上建议再提。") for kind, text in CAUSES.items()}
classes = {code: ResultClass(code=code, name=f"第{code}类", since=clock.today()) for code in "A"}
for row in (*causes.values(), *classes.values()):
    row.save()
roles = {"clerk": (Role.CLERK, town), "desk": (Role.DISPATCHER, county), "recorder": (Role.CLERK, county), "lead": (Role.LEAD, town)}
people = {name: [make_actor(role, unit, f"{name}{n}") for n in range(6)] for name, (role, unit) in roles.items()}
helper, supervisor = make_actor(Role.CLERK, other), make_actor(Role.SUPERVISOR, county)
land = SimpleNamespace(county=county, town=town, other=other, water=water, causes=causes, classes=classes, helper=helper, supervisor=supervisor, **{name: found[0] for name, found in people.items()})

def session(by):
    client = Client()
    client.force_login(Account.objects.get(id=by.id), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value

main = put(land, "filed")
made = {state: [str(put(land, state).id) for _ in range(2)] for state in ("assigned", "talking", "replied", "screening")}
ProposalPart.objects.filter(part="co").delete()  # nobody's opinion is waited for
Proposal.objects.update(rate_due=clock.now() + timedelta(days=30))  # the routine ends none meanwhile
print(json.dumps({
    "cookie": settings.SESSION_COOKIE_NAME, "csrf": settings.CSRF_COOKIE_NAME, "town": str(town.id), "first": main.number, "result": str(classes["A"].id),
    "sessions": {name: [session(by) for by in found] for name, found in people.items()},
    "made": made,
}))
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    with own_office(tmp_path_factory.mktemp("proposals")) as (made, env):
        done = subprocess.run(
            [sys.executable, "-c", SETUP], cwd=BASE, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        vars(made).update(json.loads(done.stdout.splitlines()[-1]))
        made.server = made.served()
        yield made


def edges(office) -> dict:
    """state: the move that leaves it, by whom, with which words, and where it leads."""
    return {
        "assigned": ("sign", "clerk", {}, "signed"),
        "screening": ("merge", "desk", {"first": office.first, "note": MINE}, "merged"),
        "talking": ("answer", "clerk", {"answer": MINE, "result": office.result}, "reviewing"),
        "replied": ("rate", "recorder", {"manner": "good", "rating": "good", "note": MINE}, "closed"),
    }


def key_of(office, key: str) -> str:
    return key if office.url else key.replace("-", "")


def lines(office, key: str, action: str) -> int:
    where = f"action = '{action}' AND proposal_id = '{key_of(office, key)}'"
    [(number,)] = office.rows(f"SELECT count(*) FROM proposals_proposalstep WHERE {where}")
    return number


def one_wins(office, server, state: str, place: int, runners: int) -> None:
    action, who, facts, target = edges(office)[state]
    key = office.made[state][place]
    answers = raced(office, server, key, (action, who, facts), runners, base="/proposals/")
    winner_and_losers(answers, facts)
    assert lines(office, key, action) == 1
    found = office.rows(f"SELECT state, version FROM proposals_proposal WHERE id = '{key_of(office, key)}'")
    assert found[0][0] == target
    assert forks(office, "proposals_proposalstep", "proposal_id") == []


@pytest.mark.slow(minutes=1)
@pytest.mark.parametrize("state", ["assigned", "screening", "talking", "replied"])
def test_r9_of_fifty_who_move_one_proposal_at_once_one_wins(office, state):
    one_wins(office, office.server, state, 0, RUNNERS)


@pytest.mark.slow(minutes=1)
def test_without_the_guards_several_win(office):
    """Control."""
    server = office.served(UNGUARDED)
    try:
        action, who, facts, _target = edges(office)["talking"]
        answers = raced(office, server, office.made["talking"][1], (action, who, facts), 8, base="/proposals/")
        assert Counter(status in {302, 500} for status, _to, _page in answers)[True] > 1
    finally:
        server.process.kill()
        server.process.communicate()
