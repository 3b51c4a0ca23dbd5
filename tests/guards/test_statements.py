"""The request path writes no shared table (scale.md, rule 8), read from the statements of every non-administrative page."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from gongyi.core import checks
from gongyi.core.county import LOCAL_TABLES
from gongyi.core.models import FormKey
from gongyi.network.models import Unit
from tests.guards.pages import Form, encoded, forms_of
from tests.guards.world import EVERYBODY, PASSWORD, World, answering, holders, undone, visit

pytestmark = pytest.mark.django_db
# Pages that edit units, roles, accounts and settings are administrative acts and may write shared tables.
ADMINISTRATIVE = ("/people/", "/network/", "/cases/settings/", "/accounts/")
_written = re.compile(r'^\s*(?:INSERT (?:OR IGNORE )?INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)


def may_be_written() -> set[str]:
    """The county-owned tables and the short local list."""
    return {model._meta.db_table for model in checks.own_models() if checks.is_county(model)} | set(LOCAL_TABLES)


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


def everyday(world: World):
    """(who, browser, address, method) of every non-administrative page and each person who may open it."""
    addresses = [(a, m) for a, m in answering(world)[0] if not a.url.startswith(ADMINISTRATIVE)]
    for who in EVERYBODY:
        browser = world.client(who)
        yield from ((who, browser, a, m) for a, m in addresses if who in holders(a.entrance))


def shared_writes(world: World) -> list[str]:
    """Every page, and every form on it sent with plausible values, that writes a table that is neither county-owned nor local."""
    allowed, found = may_be_written(), []
    for who, browser, address, method in everyday(world):
        with writes() as tables:
            answer = visit(browser, address.url, method)
            for form in forms_of(answer.body, address.url):
                send(browser, form)
        found += [f"{who} {method} {address.url}: {table}" for table in sorted(set(tables) - allowed)]
    return found


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


def test_request_path_writes_no_shared_table(world):
    assert shared_writes(world) == []


def test_shared_write_of_a_page_is_seen(world, monkeypatch):
    from gongyi.home.views import inbox

    plain = inbox.outbox.inbox

    def noting(*args, **kwargs):
        Unit.objects.filter(id=world.mine.unit.pk).update(name="改了")
        return plain(*args, **kwargs)

    monkeypatch.setattr(inbox.outbox, "inbox", noting)

    assert any("network_unit" in line for line in shared_writes(world))


def test_forms_are_really_sent(world):
    """The guard's own control: several kinds of forms reach their actions, which write county-owned rows."""
    stored, kinds = 0, set()
    for _who, browser, address, method in everyday(world):
        if not address.rows and address.entrance.name != "casework:new":
            continue
        for form in forms_of(visit(browser, address.url, method).body, address.url):
            with writes() as tables:
                send(browser, form)
            stored += FormKey._meta.db_table in tables
            kinds |= {form.path.rstrip("/").rsplit("/", 1)[-1]} if "casework_casestep" in tables else set()

    assert stored > 20
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
