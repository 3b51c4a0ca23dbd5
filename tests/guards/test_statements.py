"""The request path writes no shared table (scale.md, rule 8), read from the statements of every non-administrative page."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from gongyi.core import checks, search
from gongyi.core.county import LOCAL_TABLES
from gongyi.core.models import FormKey
from gongyi.network.models import Unit
from tests.guards.pages import SPARE, Form, encoded, forms_of
from tests.guards.world import EVERYBODY, PASSWORD, Address, World, answering, holders, undone, visit

pytestmark = pytest.mark.django_db
# Pages that edit units, roles, accounts and settings are administrative acts and may write shared tables.
ADMINISTRATIVE = ("/people/", "/network/", "/cases/settings/", "/accounts/")
_written = re.compile(r'^\s*(?:INSERT (?:OR IGNORE )?INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)


def may_be_written() -> set[str]:
    """The county-owned tables, the index of their words and the short local list."""
    owned = {model._meta.db_table for model in checks.own_models() if checks.is_county(model)}
    return owned | {search.INDEX} | set(LOCAL_TABLES)


@contextmanager
def writes() -> Iterator[list[str]]:
    """The tables that the block's statements write."""
    found: list[str] = []

    def watch(execute, sql, params, many, context):
        if hit := _written.match(sql):
            found.append(hit.group(1))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield found


Sending = tuple[Form, int, set[str]]


@dataclass(frozen=True)
class Look:
    """One page as one person: the tables that opening it wrote, and of each form sent from it its code and tables."""

    who: str
    method: str
    address: Address
    opened: set[str]
    sent: list[Sending]

    @property
    def tables(self) -> set[str]:
        return self.opened.union(*(tables for _form, _code, tables in self.sent))


def everyday(world: World, entrance: str = "") -> list[Look]:
    """Every non-administrative page (or the one named) as each person who may open it, and the forms on it.

    A form that says the same, the frame's above all, is sent once: every visit finds the same world.
    """
    addresses = [(a, m) for a, m in answering(world)[0] if not a.url.startswith(ADMINISTRATIVE)]
    looks, known = [], set[tuple[object, ...]]()
    for who in EVERYBODY:
        browser = world.client(who)
        for address, method in addresses:
            if who not in holders(address.entrance) or entrance not in {"", address.entrance.name}:
                continue
            with writes() as opened:
                answer = visit(browser, address.url, method)
            sent = []
            for form in forms_of(answer.body, address.url):
                same = (form.path, form.method, *((n, v) for n, v in form.filled().items() if n not in SPARE))
                if same not in known:
                    known.add(same)
                    with writes() as tables:
                        code = send(browser, form)
                    sent.append((form, code, set(tables)))
            looks.append(Look(who, method, address, set(opened), sent))
    return looks


@pytest.fixture(scope="module")
def looks(world) -> list[Look]:
    """One round through all everyday pages, for the tests that only read what happened in it."""
    return everyday(world)


def shared_writes(looks: list[Look]) -> list[str]:
    """Every page, and every form on it sent with plausible values, that writes a table that is neither county-owned nor local."""
    allowed = may_be_written()
    return [
        f"{look.who} {look.method} {look.address.url}: {table}"
        for look in looks
        for table in sorted(look.tables - allowed)
    ]


def send(browser: Client, form: Form) -> int:
    """Send a form with plausible values, unless it leads to an administrative page; returns the answer's code."""
    if form.method != "post" or form.path.startswith(ADMINISTRATIVE):
        return 0
    with undone():
        answer = browser.post(form.path, encoded(form.filled()), content_type="application/x-www-form-urlencoded")
        return answer.status_code


def test_every_table_is_of_one_kind():
    own = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}

    assert set(LOCAL_TABLES) - own <= {"django_cache"}
    assert "people_account" not in may_be_written()
    assert {"casework_case", "core_auditentry", "django_session"} <= may_be_written()


def test_request_path_writes_no_shared_table(looks):
    assert len({look.address.entrance.name for look in looks}) > 30
    assert shared_writes(looks) == []


def test_shared_write_of_a_page_is_seen(world, monkeypatch):
    from gongyi.home.views import inbox

    plain = inbox.outbox.inbox

    def noting(*args, **kwargs):
        Unit.objects.filter(id=world.mine.unit.pk).update(name="改了")
        return plain(*args, **kwargs)

    monkeypatch.setattr(inbox.outbox, "inbox", noting)

    assert any("network_unit" in line for line in shared_writes(everyday(world, "home:inbox")))


def test_forms_are_really_sent(looks):
    """The guard's own control: several kinds of forms reach their actions, which write county-owned rows."""
    sent = [sending for look in looks for sending in look.sent]
    kinds = {form.path.rstrip("/").rsplit("/", 1)[-1] for form, _code, tables in sent if "casework_casestep" in tables}

    assert sum(FormKey._meta.db_table in tables for _form, _code, tables in sent) > 20
    assert len(kinds) > 8, kinds


def test_signing_in_and_out_writes_no_shared_table(world):
    account = world.people["clerk"]
    browser = Client()
    with undone(), writes() as tables:
        answer = browser.post("/accounts/login/", {"login": account.username, "password": PASSWORD})
        assert answer.status_code == 302, answer.content.decode()
        assert browser.get("/today/").status_code == 200
        assert browser.post("/accounts/logout/").status_code == 302

    assert "django_session" in tables
    assert set(tables) <= may_be_written()


def test_wrong_password_writes_no_shared_table(world, settings):
    settings.AXES_ENABLED = True
    with undone(), writes() as tables:
        Client().post("/accounts/login/", {"login": world.people["clerk"].username, "password": "falsch"})

    assert tables
    assert set(tables) <= may_be_written()
