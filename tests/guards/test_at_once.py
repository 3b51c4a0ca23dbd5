"""Many at once through the server that `./run` starts: of those who act on one case one wins; a form sent twice counts once.

Every edge of the table of moves: `test_edges_at_once`.
"""

import http.client
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Barrier
from types import SimpleNamespace
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from tests.guards.test_run import BASE, Server

TOKEN = "a" * 32
SEEN = re.compile(r'name="seen" value="(\d+)"')
SETUP = """
import json, os, sys
import django
django.setup()
from django.conf import settings
from django.test import Client
from tests.migrated import migrate
migrate()
from gongyi.casework import actions
from gongyi.casework.models import CaseType
from gongyi.core.access import Role
from gongyi.people.models import Account
from tests.factories import make_actor, make_county, make_unit

county = make_county(999009)  # not the demo county, which is never served as work
town = make_unit("东湖镇", county)
village = make_unit("李家村", town)
kind = CaseType(code="enquiry", name="咨询", call_share=0)
kind.save()
people = {role: [make_actor(role, town, f"{role.label}{n}") for n in range(6)] for role in (Role.CLERK, Role.DISPATCHER)}

make_actor(Role.DISPATCHER, county)

def session(by):
    client = Client()
    client.force_login(Account.objects.get(id=by.id), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value

def case():
    return actions.open_case(by=people[Role.CLERK][0], unit=town, area=village, type=kind, content="村口的路灯坏了")

print(json.dumps({
    "cookie": settings.SESSION_COOKIE_NAME, "csrf": settings.CSRF_COOKIE_NAME, "town": str(town.id), "kind": str(kind.id),
    "sessions": {role.value: [session(by) for by in found] for role, found in people.items()},
    "cases": [str(case().id) for _ in range(int(sys.argv[1]))],
}))
"""
CASES = 2
# The way of a case: what, by whom, with which words. `MINE` is what each writes for themselves.
MINE = "自己写的话"
WAY = [
    ("assign", "dispatcher", {"lead": "town"}),
    ("sign", "clerk", {}),
    ("log", "clerk", {"note": MINE}),
    ("answer", "clerk", {"answer": MINE, "outcome": "solved"}),
]


class Office(SimpleNamespace):
    """A small office that is served: its sessions, its cases, and what its database holds."""

    def rows(self, question: str) -> list[tuple]:
        if self.url:
            import psycopg

            with psycopg.connect(self.url) as database:
                return database.execute(question).fetchall()
        with sqlite3.connect(self.folder / "gongyi.sqlite3") as database:
            return database.execute(question).fetchall()

    def served(self, unguarded: str = "") -> Server:
        return Server(self.folder, unguarded, **({"DATABASE_URL": self.url} if self.url else {})).up()


def _own_database() -> str:
    """On PostgreSQL a database of our own in the cluster of the tests; '' on SQLite, where the folder holds it."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        return ""
    import psycopg

    name = f"served_{uuid4().hex[:12]}"
    base = url.rpartition("/")[0]
    with psycopg.connect(f"{base}/postgres", autocommit=True) as cluster:
        cluster.execute(f"CREATE DATABASE {name}")
    return f"{base}/{name}"


@contextmanager
def own_office(folder):
    """An office with nothing in it, and the environment in which its database is found."""
    url = _own_database()
    kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "GONGYI_KEYS", "HOST"}}
    env = kept | {"GONGYI_DATA": str(folder)} | ({"DATABASE_URL": url} if url else {})
    made = Office(folder=folder, url=url, server=None)
    try:
        yield made, env
    finally:
        if made.server:
            made.server.process.kill()
            made.server.process.communicate()
        if url:
            import psycopg

            base, _slash, name = url.rpartition("/")
            with psycopg.connect(f"{base}/postgres", autocommit=True) as cluster:
                cluster.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    with own_office(tmp_path_factory.mktemp("office")) as (made, env):
        done = subprocess.run(
            [sys.executable, "-c", SETUP, str(CASES)], cwd=BASE, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        vars(made).update(json.loads(done.stdout.splitlines()[-1]))
        made.server = made.served()
        yield made


class Client:
    """A browser without a head: one connection, one session, or none."""

    def __init__(self, office: Office, server: Server, session: str = "") -> None:
        self.link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        self.cookie = f"{office.csrf}={TOKEN}" + (f"; {office.cookie}={session}" if session else "")

    def ask(self, path: str, facts: dict | None = None) -> tuple[int, str, str]:
        """(status, where it leads, the page) of a page, or of a form that is sent."""
        headers = {"Cookie": self.cookie, "Connection": "keep-alive"}
        if facts is None:
            self.link.request("GET", path, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            self.link.request("POST", path, urlencode(facts | {"csrfmiddlewaretoken": TOKEN}), headers)
        answer = self.link.getresponse()
        return answer.status, answer.headers.get("Location", ""), answer.read().decode()


def at_once(acts: list) -> list:
    """Call all of them at the same moment; what each returned."""
    start = Barrier(len(acts))

    def run(act):
        start.wait(60)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def step_of(office, client, path, facts, number):
    """One person's form of a move, opened and filled in; sends it when called."""
    status, _to, page = client.ask(path)
    assert status == 200, (path, status)
    seen = SEEN.search(page)
    sent = {
        name: {"town": office.town, MINE: f"第{number}个人{MINE}"}.get(value, value) for name, value in facts.items()
    }
    sent |= {"_key": str(uuid4())} | ({"seen": seen[1]} if seen else {})
    return lambda: client.ask(path, sent)


def raced(office, server, case, edge, runners, *, base="/cases/") -> list[tuple[int, str, str]]:
    """What so many people were answered who made the same move at once."""
    action, who, facts = edge
    sessions = office.sessions[who]
    clients = [Client(office, server, sessions[n % len(sessions)]) for n in range(runners)]
    return at_once([step_of(office, client, f"{base}{case}/{action}/", facts, n) for n, client in enumerate(clients)])


def winner_and_losers(answers, facts) -> None:
    """One got through; everybody else reads their own words beside the winner's."""
    statuses = Counter(status for status, _to, _page in answers)
    assert statuses == {302: 1, 409: len(answers) - 1}, statuses
    if MINE not in facts.values():
        return
    [first] = [n for n, (status, _to, _page) in enumerate(answers) if status == 302]
    for n, (_status, _to, page) in enumerate(answers):
        if n != first:
            assert f"第{n}个人{MINE}" in page
            assert f"第{first}个人{MINE}" in page


def forks(office, table="casework_casestep", parent="case_id") -> list[tuple]:
    """Places of a record's history that are taken twice."""
    return office.rows(f"SELECT {parent}, seq FROM {table} GROUP BY {parent}, seq HAVING count(*) > 1")


def steps(office, action: str) -> int:
    [(number,)] = office.rows(f"SELECT count(*) FROM casework_casestep WHERE action = '{action}'")
    return number


def cases(office) -> int:
    [(number,)] = office.rows("SELECT count(*) FROM casework_case")
    return number


def way(office, case, runners) -> None:
    for edge in WAY:
        before = steps(office, edge[0])
        winner_and_losers(raced(office, office.server, case, edge, runners), edge[2])
        assert steps(office, edge[0]) == before + 1
    assert forks(office) == []


def sent_at_once(office, server, path: str, session: str, times: int) -> tuple[list, int, dict]:
    """One form sent so many times at once: the different answers, how many cases came of it, and the form."""
    before, sent = cases(office), {"_key": str(uuid4()), "content": "水管漏了", "type": office.kind, "whom": "self"}
    sent |= {"unit": office.town, "channel": "counter", "urgency": "normal"}  # the portal asks for none of these
    clients = [Client(office, server, session) for _ in range(times)]
    answers = at_once([partial(client.ask, path, sent) for client in clients])
    return sorted({answer[:2] for answer in answers}), cases(office) - before, sent


def test_r9_of_those_who_act_at_once_one_wins(office):
    way(office, office.cases[0], 8)


@pytest.mark.parametrize(("path", "who"), [("/portal/ask/", ""), ("/cases/new/", "clerk")])
def test_r11_a_form_sent_at_once_counts_once(office, path, who):
    session = office.sessions[who][0] if who else ""
    answers, made, sent = sent_at_once(office, office.server, path, session, 5)
    assert ([status for status, _to in answers], made) == ([302], 1)
    before = cases(office)
    other = Client(office, office.server, session).ask(path, sent | {"content": "别的话"})
    assert (other[0], cases(office) - before) == (422, 0)


UNGUARDED = """
import granian
_plain = granian.Granian
granian.Granian = lambda _target, **options: _plain("tests.unguarded:application", **options)
"""


def test_without_the_guards_several_win_and_forms_count_again(office):
    """Control of both."""
    server = office.served(UNGUARDED)
    try:
        assert sent_at_once(office, server, "/portal/ask/", "", 3)[1] == 3
        case = office.cases[1]
        for edge in WAY[:2]:
            raced(office, server, case, edge, 1)
        answers = raced(office, server, case, WAY[2], 8)
        with pytest.raises(AssertionError):
            winner_and_losers(answers, WAY[2][2])
    finally:
        server.process.kill()
        server.process.communicate()


@pytest.mark.slow(minutes=2)
def test_r11_five_hundred_forms_sent_at_once(office):
    for _form in range(125):
        answers, made, _sent = sent_at_once(office, office.server, "/cases/new/", office.sessions["clerk"][0], 4)
        assert (len(answers), made) == (1, 1)
