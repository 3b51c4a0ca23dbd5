"""R9 for every edge of the table of moves that a person can post: so many at once on one case, one wins, its history has no fork.

RACE_RECORDS cases an edge (1; 200 for the long proof), RACE_RUNNERS people at once (50).
"""

import json
import os
import subprocess
import sys
from collections import Counter
from functools import partial
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from gongyi.casework.forms import FORMS
from gongyi.casework.workflow import CASE
from tests.guards.test_at_once import MINE, SEEN, TOKEN, UNGUARDED, Client, at_once, forks, own_office
from tests.guards.test_run import BASE

RECORDS, RUNNERS = int(os.environ.get("RACE_RECORDS", "1")), int(os.environ.get("RACE_RUNNERS", "50"))
HANDS = {name: move.sources for name, move in CASE.by_action.items() if name in FORMS}
ASKERS = {name: move.sources for name, move in CASE.by_action.items() if move.permission == "asker"}
# The asker's forms: where they stand in the portal, and what is typed. They carry no version: the page is one person's own.
PORTAL = {
    "reply": ("reply", {"note": MINE}),
    "add": ("add", {"note": MINE}),
    "settle": ("judge", {"solved": "yes", "note": MINE}),
    "unsolved": ("again", {"note": MINE}),
    "rate": ("rate", {"rating": "good", "note": MINE}),
    "wish": ("wish", {"kind": "correct", "note": MINE}),
    "withdraw": ("withdraw", {"note": MINE}),
}
WORDS = {"answer": "answer", "save_draft": "draft", "ask": "question", "correct": "why"}  # where the own words stand
AGAIN = {"add"}  # a second word is as welcome as the first

# Answers each line [action, state] with a new case in that state, who may make the move, and what they type.
MAKER = """
import json, sys
from importlib import import_module
from types import SimpleNamespace
import django
django.setup()
from django.conf import settings
from django.test import Client
from tests.migrated import migrate
migrate()
from gongyi.casework.models import CaseType, Reason
from gongyi.core import clock
from gongyi.core.access import Role
from gongyi.people.models import Account
from tests.casework.test_workflow import facts_for, put, who
from tests.factories import make_actor, make_county, make_unit

county = make_county(999009)  # not the demo county, which is never served as work
town, other = make_unit("东湖镇", county), make_unit("西山镇", county)
village = make_unit("李家村", town)
kinds = {code: CaseType(code=code, name=code, call_share=0) for code in ("enquiry", "complaint", "rights")}
reasons = {kind: Reason(kind=kind, text=f"理由{kind}") for kind in Reason.Kind.values}
for row in (*kinds.values(), *reasons.values()):
    row.save()
roles = {"clerk": Role.CLERK, "desk": Role.DISPATCHER, "lead": Role.LEAD, "caller": Role.CALLER, "supervisor": Role.SUPERVISOR}
people = {name: [make_actor(role, town, f"{name}{n}") for n in range(6)] for name, role in roles.items()}
people["officer"] = [make_actor(Role.OFFICER, village, f"officer{n}") for n in range(6)]
make_actor(Role.CLERK, other), make_actor(Role.DISPATCHER, county)
land = SimpleNamespace(
    county=county, town=town, other=other, village=village, reasons=reasons, **kinds, **{name: found[0] for name, found in people.items()}
)

def session(by):
    client = Client()
    client.force_login(Account.objects.get(id=by.id), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value

def opened(case):
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store["portal"] = {"case": str(case.id), "until": clock.now().timestamp() + 1800}
    store.create()
    return store.session_key

def plain(value):
    return "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(getattr(value, "id", value))

sessions = {by.id: (name, [session(one) for one in found]) for name, found in people.items() for by in found[:1]}
print(json.dumps({"cookie": settings.SESSION_COOKIE_NAME, "csrf": settings.CSRF_COOKIE_NAME}), flush=True)
for line in sys.stdin:
    action, state, asks = json.loads(line)
    case = put(land, state, action)
    if action == "reply":
        case.question = "哪一盏？"
        case.save()
    if asks:
        told = {"sessions": [opened(case)], "facts": {}}
    else:
        facts = {name: plain(value) for name, value in facts_for(land, action).items()}
        told = {"sessions": sessions[who(land, action).id][1], "facts": facts}
    print(json.dumps(told | {"case": str(case.id)}), flush=True)
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    with own_office(tmp_path_factory.mktemp("edges")) as (made, env):
        maker = subprocess.Popen(
            [sys.executable, "-c", MAKER], cwd=BASE, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

        def made_for(*edge):
            maker.stdin.write(json.dumps(edge) + "\n")
            maker.stdin.flush()
            return json.loads(maker.stdout.readline())

        try:
            vars(made).update(json.loads(maker.stdout.readline()), made_for=made_for)
            made.server = made.served()
            yield made
        finally:
            maker.kill()
            maker.communicate()


def file_of(facts: dict, number: int) -> tuple[bytes, str]:
    """A form with a file, as a browser sends it."""
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in facts.items()]
    parts.append(f'Content-Disposition: form-data; name="file"; filename="{number}.txt"\r\n\r\n{MINE}')
    body = "".join(f"--{TOKEN}\r\n{part}\r\n" for part in parts) + f"--{TOKEN}--\r\n"
    return body.encode(), f"multipart/form-data; boundary={TOKEN}"


def posts(client: Client, path: str, facts: dict, number: int, *, with_file: bool) -> tuple[int, str]:
    """(status, page) of one person's form."""
    words = {name: f"第{number:02}个人{MINE}" if value == MINE else value for name, value in facts.items()}
    words |= {"_key": str(uuid4()), "csrfmiddlewaretoken": TOKEN}
    body, kind = urlencode(words).encode(), "application/x-www-form-urlencoded"
    if with_file:
        body, kind = file_of(words, number)
    client.link.request("POST", path, body, {"Cookie": client.cookie, "Content-Type": kind})
    answer = client.link.getresponse()
    return answer.status, answer.read().decode()


def raced(office, server, action: str, state: str, runners: int = RUNNERS) -> tuple[str, list[tuple[int, str]]]:
    """A case in this state, and what so many were answered who opened the same form of it and sent it at once."""
    made, asks = office.made_for(action, state, action in PORTAL), action in PORTAL
    place, facts = PORTAL[action] if asks else (action, made["facts"])
    if asks and state in {"closed", "declined"} and action == "unsolved":
        place = "again"
    path = f"/portal/case/{place}/" if asks else f"/cases/{made['case']}/{place}/"
    field = "" if asks else WORDS.get(action, "note" if "note" in FORMS[action].base_fields else "")
    facts = facts | ({field: MINE} if field else {})
    clients = [Client(office, server, made["sessions"][n % len(made["sessions"])]) for n in range(runners)]
    if action in {"uncontact", "unlog", "unattach"}:  # by the one who wrote the line
        clients = [Client(office, server, made["sessions"][0]) for _ in range(runners)]
    status, _to, page = clients[0].ask(path)
    assert status == 200, (action, state, status)
    seen = {} if asks else {"seen": SEEN.search(page)[1]}
    acts = [
        partial(posts, client, path, facts | seen, n, with_file=action == "attach") for n, client in enumerate(clients)
    ]
    return made["case"], at_once(acts)


def judged(office, action: str, case: str, answers: list[tuple[int, str]]) -> None:
    """One winner with one line; everybody else reads why, and their own words beside the winner's."""
    statuses = Counter(status for status, _page in answers)
    losing = {409} | ({422} if action in PORTAL else set())
    assert statuses.keys() <= losing | {302}, (action, statuses)
    assert statuses[302] == 1 or (action in AGAIN and statuses[302]), (action, statuses)
    key = case if office.url else case.replace("-", "")
    [(lines,)] = office.rows(f"SELECT count(*) FROM casework_casestep WHERE action = '{action}' AND case_id = '{key}'")
    assert lines == statuses[302]
    winners = [n for n, (status, _page) in enumerate(answers) if status == 302]
    if action not in PORTAL and action not in WORDS and "note" not in FORMS[action].base_fields:
        return
    for n, (status, page) in enumerate(answers):
        if status in {409, 422}:
            assert f"第{n:02}个人{MINE}" in page, (action, n)
        if status == 409 and action not in PORTAL:  # what the office writes is never shown in the portal
            assert f"第{winners[0]:02}个人{MINE}" in page, (action, n)


@pytest.mark.slow(minutes=0.2)  # a move; five for all of them
@pytest.mark.parametrize("action", HANDS | ASKERS)
def test_r9_on_every_edge_one_of_fifty_wins(office, action):
    for state in (HANDS | ASKERS)[action]:
        for _record in range(RECORDS):
            case, answers = raced(office, office.server, action, state)
            judged(office, action, case, answers)
    assert forks(office) == []


def test_every_move_of_the_asker_has_its_form():
    assert set(PORTAL) == set(ASKERS)


@pytest.mark.slow(minutes=0.2)
@pytest.mark.parametrize(("action", "state"), [("log", "handling"), ("visit", "answered"), ("supervise", "parked")])
def test_without_the_lock_the_history_forks(office, action, state):
    """Control: several win, or two write the same place of the history, which only the database then stops."""
    server = office.served(UNGUARDED)
    try:
        _case, answers = raced(office, server, action, state, 8)
        wins = [status for status, _page in answers if status in {302, 500}]
        assert len(wins) > 1
    finally:
        server.process.kill()
        server.process.communicate()
