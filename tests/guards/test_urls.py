"""Every address as everybody (rights.md P1, P3, P5): who is let in, and that what is not theirs was never there."""

import re
from itertools import product
from uuid import UUID

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied

from gongyi.casework import queries as case_queries
from gongyi.casework.models import Case
from gongyi.core import checks
from gongyi.core.access import Actor, Role
from gongyi.core.models import AuditEntry
from tests.guards.world import (
    COUNTY_WIDE,
    EVERYBODY,
    NOBODY,
    RESIDENT,
    Address,
    World,
    answering,
    holders,
    random_key,
    visit,
)

pytestmark = pytest.mark.django_db
# Rows that everybody of the county may know of: who is responsible for what, and what the county set.
KNOWN_IN_COUNTY = {
    "network.Unit", "network.Post", "network.Duty", "network.CalendarDay", "people.Holding",
    "casework.CaseType", "casework.Topic", "casework.Reason", "casework.AnswerTemplate", "casework.Register", "reports.FormMemory",
    "proposals.Limits", "proposals.Category", "proposals.Session", "proposals.Cause", "proposals.ResultClass",
}  # fmt: skip


def verdict(who: str, address: Address, answer) -> str:
    """What is wrong with this answer to this person by the entrance's declaration; '' if nothing."""
    code, to_login = answer.status_code, answer.headers.get("Location", "").startswith(settings.LOGIN_URL)
    if code >= 500:
        return f"{code}"
    match address.entrance.who:
        case str() | (checks.ANYBODY, str()):
            return "" if code != 403 else "403 on a public page"
        case (checks.RESIDENT, str()):
            out = answer.headers.get("Location", "") == settings.RESIDENT_LOGIN_URL
            return "" if out == (who != RESIDENT) and code != 403 else f"{code}: residents only"
    if who in {NOBODY, RESIDENT}:
        return "" if code == 302 and to_login else f"{code}: a stranger is led to the sign-in page"
    if who not in holders(address.entrance):
        return "" if code == 403 else f"{code}: 403 without the permission"
    return f"{code}: led to the sign-in page though signed in" if to_login else ""


def wrong(world: World, addresses: list[tuple[Address, str]], *, outsiders_only: bool = False) -> list[str]:
    """Every (person, address) whose answer is not what the declaration says."""
    found = []
    for who in EVERYBODY:
        browser, shut = world.client(who), set[str]()
        for address, method in addresses:
            name = address.entrance.name
            if (outsiders_only and who in holders(address.entrance)) or name in shut:
                continue
            if who not in holders(address.entrance):
                shut.add(name)  # it is refused before the view reads the words of its path
            if said := verdict(who, address, visit(browser, address.url, method)):
                found.append(f"{who} {method} {address.url} ({address.entrance.name}): {said}")
    return found


def test_p1_every_address_answers_somebody(world):
    found, missing = answering(world)

    assert missing == []
    assert {address.entrance.name for address, _method in found} == {entrance.name for entrance in checks.entrances()}


def test_p1_every_address_as_everybody(world, addresses):
    assert wrong(world, addresses) == []


def test_p1_every_address_when_posted_by_those_without_permission(world, addresses):
    assert wrong(world, [(address, "post") for address, _method in addresses], outsiders_only=True) == []


def bare(monkeypatch, address: Address) -> None:
    """Take the decorator off the view of this address."""
    pattern = next(p for p in patterns() if p.callback is address.entrance.view)
    monkeypatch.setattr(pattern, "callback", pattern.callback.__wrapped__)


def patterns(of=None):
    for pattern in checks.get_resolver().url_patterns if of is None else of:
        yield from patterns(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern]


@pytest.mark.parametrize(
    "name",
    [
        "home:portal_own",
        "home:portal_mine",
        "casework:list",
        "network:open_unit",
        "people:audit",
        "home:inbox",
        "casework:detail",
    ],
)
def test_p1_view_without_its_decorator_is_found(world, addresses, monkeypatch, name):
    one = [(a, method) for a, method in addresses if a.entrance.name == name]
    bare(monkeypatch, one[0][0])

    assert wrong(world, one), "the guard saw nothing"
    assert any(entrance.name == name and not entrance.who for entrance in checks.entrances())


# --- what is not theirs was never there (P3, P5) ----------------------------------------------------------------------

_changing = re.compile(
    r'name="(csrfmiddlewaretoken|_key)" value="[^"]*"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
)


def face(answer) -> tuple[int, str, dict[str, str]]:
    """All of an answer but the form's keys and the asked key itself."""
    headers = {name: _changing.sub("·", value) for name, value in answer.headers.items()}
    return answer.status_code, _changing.sub("·", answer.body), headers


def swaps(world: World, address: Address, who: str):
    """The address with a key of each place that this person does not reach, and one of nothing."""
    wide = who in {role.value for role in COUNTY_WIDE} | {NOBODY}
    for name, label in address.rows:
        for place in [world.far] + ([] if wide or label in KNOWN_IN_COUNTY else [world.next]):
            if row := place.rows.get(label):
                yield address.swapped(name, row.pk), address.swapped(name, random_key(row))


def leaks(world: World, addresses: list[tuple[Address, str]]) -> list[str]:
    """Every (person, address) where somebody else's row answers differently from one that never was."""
    found = []
    for who in [who for who in EVERYBODY if who != NOBODY]:
        browser = world.client(who)
        for address, _method in addresses:
            stranger_here = who == RESIDENT and holders(address.entrance) != [RESIDENT]
            if who not in holders(address.entrance) or stranger_here:
                continue
            for (theirs, never), method in product(swaps(world, address, who), ("get", "post")):
                seen, unseen = (visit(browser, a.url, method) for a in (theirs, never))
                if seen.status_code not in {404, 405} or face(seen) != face(unseen):
                    found.append(
                        f"{who} {method} {theirs.url} ({address.entrance.name}, {address.rows}): {seen.status_code} / {unseen.status_code}"
                    )
    return found


@pytest.fixture(scope="module")
def keyed(addresses) -> list[tuple[Address, str]]:
    """Addresses with a key; of the moves of a case only a few, they share one view."""
    few = {"accept", "assign", "answer", "void"}
    return [(a, m) for a, m in addresses if a.rows and dict(a.kwargs).get("action", "void") in few]


def test_p3_outside_scope_is_404_equal_to_never_existed(world, keyed):
    assert {address.entrance.name for address, _m in keyed} >= {
        "casework:detail",
        "casework:file",
        "people:account",
        "people:pack",
    }
    assert leaks(world, keyed) == []


def test_p3_row_found_without_scope_is_seen(world, keyed, monkeypatch):
    monkeypatch.setattr(case_queries, "fetch", lambda _by, key: Case.objects.get(id=key))

    assert leaks(world, [(a, m) for a, m in keyed if a.entrance.name == "casework:detail"])


def test_p3_403_instead_of_404_is_seen(world, keyed, monkeypatch):
    def telling(by: Actor, key: UUID) -> Case:
        if Case.objects.filter(id=key).exclude(lead__in=[held.unit for held in by.held]).exists():
            raise PermissionDenied
        return Case.objects.get(id=key)

    monkeypatch.setattr(case_queries, "fetch", telling)

    assert leaks(world, [(a, m) for a, m in keyed if a.entrance.name == "casework:detail"])


def test_p7_roles_without_case_view_reach_no_case(world, addresses):
    cases = [
        (a, m)
        for a, m in addresses
        if "casework.Case" in dict(a.rows).values() and a.entrance.name != "home:portal_own"
    ]
    blind = [role.value for role in Role if not any(p.value == "case.view" for p in role.permissions)]

    assert len(blind) >= 6
    for who in blind:
        browser = world.client(who)
        assert {visit(browser, a.url, m).status_code for a, m in cases} == {403}, who


def test_nothing_is_stored_by_looking(world):
    """The guards' own promise: a visit is taken back."""
    before = AuditEntry.objects.count()
    visit(
        world.client("clerk"),
        f"/cases/{world.mine.cases['assigned'].pk}/sign/",
        "post",
        {"_key": str(random_key(world.mine.cases["closed"]))},
    )

    assert AuditEntry.objects.count() == before
    assert world.mine.cases["assigned"].state == Case.objects.get(id=world.mine.cases["assigned"].pk).state
