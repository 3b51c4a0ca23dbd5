"""A small world for the guards: people of every role, a row of every model in three places, every address with samples."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp_auth
from axes.models import AccessAttempt
from django.db import transaction
from django.test import Client
from django.urls import reverse

from gongyi.casework.actions.moving import sync_parts
from gongyi.casework.models import (
    Asker,
    BulkRun,
    Case,
    CasePart,
    CaseType,
    MatterCase,
    Publication,
    SavedView,
    TopicMemory,
)  # fmt: skip
from gongyi.casework.workflow import CASE, PUBLICATION
from gongyi.core import attachments, checks, clock, county
from gongyi.core.access import Permission, Role
from gongyi.core.checks import Entrance
from gongyi.core.county import new_key
from gongyi.core.held import OPENED, SUGGESTED
from gongyi.core.models import Attachment, AuditDetail, AuditEntry, AuditHead, ImportRun, Message, ScheduleRun
from gongyi.language.topics import Learned
from gongyi.network.models import Unit
from gongyi.people import adapter
from gongyi.people.models import Account, Device, Export, Grant, HandOver, Invitation
from gongyi.people.queries.residents import mark_of
from gongyi.promises.models import PlannedPromise, Promise
from gongyi.promises.workflow import PROMISE
from gongyi.proposals import models as proposal_models
from gongyi.proposals.actions import moving as proposals
from gongyi.proposals.models import Author, Call, Comment, Proposal, ProposalPart
from gongyi.proposals.workflow import CALL, COMMENT, PROPOSAL
from gongyi.reports.models import Ask, FormFill, Formula, LedgerRun, MonthlyCount, Report, ReportVersion
from gongyi.reports.workflow import REPORT
from tests.factories import grant, make_account, make_county, make_unit
from tests.guards.rows import make_case, make_proposal, make_row, own_models

COUNTY, FAR = 999001, 999002
NOBODY, RESIDENT, NO_ROLE = "nobody", "resident", "no_role"
COUNTY_WIDE = {Role.STEWARD, Role.SECURITY_MANAGER, Role.PRIVACY_OFFICER, Role.AUDITOR, Role.OPERATOR}
EVERYBODY = [NOBODY, RESIDENT, NO_ROLE, *(role.value for role in Role)]
PASSWORD = "kept in the guards alone"
TOKEN = "a-one-time-secret-of-the-guards"
LATER = datetime(2099, 1, 1, tzinfo=UTC)
LEFT_OUT = {AuditHead, AuditEntry, AuditDetail, ScheduleRun, CasePart, ProposalPart, Asker, Formula, MonthlyCount}
OK = {200, 302, 409, 410, 422}
# Values of converters that are not keys; every one is tried.
WORDS: dict[str, list[str]] = {
    "action": [move.action for move in CASE.moves if move.permission not in {Permission.SYSTEM, Permission.ASKER}],
    "proposals:move": [move.action for move in PROPOSAL.moves if move.places],
    **{
        f"proposals:settings_{step}": ["causes", "categories", "sessions"] for step in ("group", "group_new", "arrange")
    },
    "proposals:settings_group_row": ["causes"],
    "proposals:comment_step": [move.action for move in COMMENT.moves if move.places],
    "proposals:call_step": [move.action for move in CALL.moves if move.places],
    "home:import_new": ["cases", "topics"],
    "home:portal_step": ["reply", "judge", "add", "withdraw"],
    "home:own_step": ["reply", "judge", "add", "take_back", "revise", "wish"],
    "which": ["resident", "unit", "turn", "quiet", "reopen"],
    "people:account_step": ["disable", "enable", "sessions", "unlock"],
    "people:device_step": ["confirm", "end"],
    "group": ["types", "topics", "reasons", "templates"],
    "tiers": ["village-township"],
    **dict.fromkeys(
        ("case_publications:step", "proposal_publications:step"),
        sorted({move.action for move in PUBLICATION.moves} - {"withdraw", "rule_out"}),
    ),
    "promises:step": sorted(move.action for move in PROMISE.moves if move.permission != Permission.SYSTEM),
    "reports:report_step": sorted(move.action for move in REPORT.moves),
    "slug": ["pubansw3r"],
    "token": [TOKEN],
    "year": ["2026"],
    "way": ["wecom"],
    "app": ["home"],
    "home:job_run": ["messages", "home"],
    "casework:hot_rule": ["confirm"],
    "reports:figure": ["cases.closed", "cases.closed_rate"],
    "reports:figure_export": ["cases.closed"],
    "reports:rate": ["cases.satisfaction_rate"],
    "reports:formula": ["cases.satisfaction_rate"],
}
# What an address asks after its question mark: a row by its model, or a value.
QUERY = {
    "reports:report_evidence": [("tie", "cases.closed")],
    "casework:register_print": [("unit", "network.Unit"), ("day", "2026-03-02")],
}
# Which row stands behind a key where the path does not say it.
MEANT = {
    "network:clear_day": "network.CalendarDay",
    "people:confirm_grant": "people.Grant/waiting",
    "people:confirm_reset": "people.Invitation/waiting",
    "people:guard_unlock": "people.Account/locked",
    "casework:settings_template": "casework.AnswerTemplate",
    "proposals:settings_class": "proposals.ResultClass",
    "proposals:settings_class_end": "proposals.ResultClass",
    "proposals:settings_group_row": "proposals.Cause",
    "proposals:call": "proposals.Call",
    "proposals:comment": "proposals.Comment",
    "proposals:comment_step": "proposals.Comment",
    "home:recant": "proposals.Comment",
    "home:mine_suggestion": "proposals.Proposal",
    "proposals:call_step": "proposals.Call",
    "casework:view_rename": "casework.SavedView",
    "casework:view_remove": "casework.SavedView",
    "casework:view_restore": "casework.SavedView",
    "casework:bulk_run": "casework.BulkRun",
    "casework:bulk_undo": "casework.BulkRun",
    "casework:export": "people.Export",
    "casework:export_take": "people.Export",
    "casework:export_judge": "people.Export/waiting",
    **dict.fromkeys((f"reports:table_{step}" for step in ("edit", "send", "drop")), "reports.Ask/draft"),
    "reports:table": "reports.Ask",
    "reports:table_end": "reports.Ask",
    "reports:ledger_restore": "reports.Ledger",
    "reports:ledger_sheet": "reports.LedgerSheet",
    "reports:ledger_sheet_take": "reports.LedgerSheet",
    "reports:ledger_sheet_compare": "reports.LedgerSheet",
    "reports:ledger_run": "reports.LedgerRun",
    "reports:ledger_run_take": "reports.LedgerRun",
    "case_publications:start": "casework.Case",
    "casework:why": "casework.Case",
    "proposals:why": "proposals.Proposal",
    "case_publications:step": "casework.Publication",
    "case_publications:detail": "casework.Publication",
    "proposal_publications:start": "proposals.Proposal",
    **dict.fromkeys((f"proposal_publications:{page}" for page in ("detail", "step")), "proposals.Publication"),
    **dict.fromkeys((f"promises:{page}" for page in ("detail", "paper", "step")), "promises.Promise"),
    "home:message": "core.Message",
    "reports:pledge_end": "reports.Pledge",
    "reports:pledges_unit": "network.Unit",
    **dict.fromkeys(
        (f"reports:fill{step}" for step in ("", "_cell", "_scope", "_confirm", "_take")), "reports.FormFill"
    ),
    "reports:form_forget": "reports.FormMemory",
    "reports:form_remember": "reports.FormMemory",
    "casework:hot_matter": "casework.Matter",
    "casework:hot_rule": "casework.Matter",
    "casework:hot_undo": "casework.MatterRuling",
    "reports:left_out_judge": "reports.LeftOut",
    "reports:left_out_end": "reports.LeftOut",
    "reports:report_step": "reports.Report",
    "reports:template_end": "reports.ReportTemplate",
    "home:group": "core.Address",
    "home:group_try": "core.Address",
    "home:group_remove": "core.Address",
    **dict.fromkeys(
        (f"home:import{step}" for step in ("", "_columns", "_rows", "_start", "_cancel", "_undo")), "core.ImportRun"
    ),
}
_arguments = re.compile(r"<(?:(\w+):)?(\w+)>")


@dataclass
class Place:
    """A unit, and a row of every model that belongs to it, by label; cases and proposals also by state."""

    unit: Unit
    rows: dict[str, Any] = field(default_factory=dict)
    cases: dict[str, Any] = field(default_factory=dict)
    proposals: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """People by role, and three places: `mine`, the `next` township, a `far` county."""

    people: dict[str, Account | None]
    mine: Place
    next: Place
    far: Place
    county: Unit
    folder: Path = Path()

    def client(self, who: str) -> Client:
        """A browser signed in as this person (a role's value, `no_role`), a resident's own account, or a stranger's (`nobody`).

        Each also opened one case and one suggestion of `mine` by number and code, as anybody may who has them.
        """
        browser = Client(raise_request_exception=False)
        if account := self.people[who]:
            browser.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = browser.session
        if who == RESIDENT:
            own = self.mine.rows["people.Resident"]
            session[adapter.RESIDENT] = {"id": str(own.pk), "mark": mark_of(own)}
        session[OPENED] = {"case": str(self.mine.cases["handling"].pk), "until": LATER.timestamp()}
        opened = {"proposal": "proposals.Proposal", "author": "proposals.Author/signer", "sketch": "proposals.Sketch"}
        session[SUGGESTED] = {kind: str(self.mine.rows[row].pk) for kind, row in opened.items()} | {
            "until": LATER.timestamp()
        }
        # as after a first page, which notes that the session is in use
        session[adapter.BEGAN] = session[adapter.SEEN] = int(clock.now().timestamp())
        session.save()
        return browser


def make_world() -> World:
    """Two townships of one county and one of another, each with rows; one person per role in the first."""
    land = make_county(COUNTY, "东湖县")
    mine, sibling = Place(make_unit("东湖镇", land)), Place(make_unit("西山镇", land))
    people: dict[str, Account | None] = dict.fromkeys([NOBODY, RESIDENT]) | {
        NO_ROLE: make_account("无岗位", home=COUNTY, password=PASSWORD)
    }
    for role in Role:
        people[role.value] = make_account(f"某{role.label}", home=COUNTY, password=PASSWORD)
        grant(people[role.value], role, land if role in COUNTY_WIDE else mine.unit)
    for role in (Role.DISPATCHER, Role.LEAD, Role.CALLER, Role.CLERK, Role.ACCOUNT_MANAGER):
        for unit in (mine.unit, sibling.unit):
            grant(make_account(f"另一位{role.label}", home=COUNTY), role, unit)
    fill(mine, COUNTY, people)
    fill(sibling, COUNTY, people={})
    other = make_county(FAR, "远山县")
    far = Place(make_unit("远山镇", other))
    fill(far, FAR, people={})
    county._bound.set(COUNTY)
    return World(people, mine, sibling, far, land)


def fill(place: Place, code: int, people: dict[str, Account | None]) -> None:
    """A row of every model in this place: of its own clerk, and of the given people where a row belongs to one."""
    member = make_account("本镇经办", home=code)
    grant(member, Role.CLERK, place.unit)
    given: dict[str, Any] = {"unit": place.unit, "account": member}
    post = make_row(next(m for m in own_models() if m._meta.label == "network.Post"), code, **given)
    kind = make_row(CaseType, code, active=True, needs_approval=True, **given)
    units = dict.fromkeys(("unit", "desk", "lead", "second", "caller"), place.unit)
    for state in CASE.states:
        place.cases[state] = make_case(Case, code, state, type=kind, code="ab" * 32, **units)
        sync_parts(place.cases[state])
        make_row(Asker, code, case=place.cases[state])
    for state in PROPOSAL.states:
        one = place.proposals[state] = make_proposal(
            Proposal, code, place.unit, state, place.proposals.get("submitted")
        )
        proposals.sync_parts(one, set())
    given |= {"post": post, "casetype": kind, "case": place.cases["handling"], "proposal": place.proposals["signed"]}
    place.rows |= {row._meta.label: row for row in given.values() if hasattr(row, "_meta")}
    given["owner"] = place.unit.pk  # of an address: the group chat of the place
    for model in own_models():
        if model._meta.label not in place.rows and model not in LEFT_OUT and not _one_per_county(model, code):
            row = make_row(model, code, **{**given, **_extra(model, place, people)})
            place.rows[model._meta.label] = given[model._meta.model_name] = row
    _special(place, code, people)


def _special(place: Place, code: int, people: dict[str, Account | None]) -> None:
    """Rows in the state that some pages ask for: a grant and a link that wait for a second manager, a locked name."""
    own = Case.objects.filter(id=place.cases["handling"].pk)
    own.update(resident=place.rows["people.Resident"].pk)
    maker, new = make_account("另一位管理", home=code), make_account("新来的", home=code)
    kept = {"account": new, "unit": place.unit, "role": Role.ACCOUNT_MANAGER.value, "made_by": maker}
    place.rows["people.Grant/waiting"] = make_row(Grant, code, **kept)
    locked = make_account("输错的", home=code)
    grant(locked, Role.CLERK, place.unit)
    tries = {"failures_since_start": 99, "ip_address": "10.0.0.9", "attempt_time": clock.now()}
    AccessAttempt.objects.create(username=locked.username, path_info="/", **tries)
    place.rows["people.Account/locked"] = locked
    facts = {
        "account": locked,
        "made_by": maker,
        "expires_at": LATER,
        "digest": sha256(str(locked.pk).encode()).hexdigest(),
    }
    place.rows["people.Invitation/waiting"] = make_row(Invitation, code, **facts)
    asked = {"account": uuid4(), "purpose": "contact", "second": place.unit, "asked_at": clock.now()}
    place.rows["people.Export/waiting"] = make_row(Export, code, **asked)
    photo = {"path": attachments.store(b"photo"), "kind": "image/png", "name": "photo.png"}
    proof = make_row(Attachment, code, subject=place.rows["promises.Promise"].pk, **photo)
    place.rows["core.Attachment/promise"] = proof
    place.rows["reports.Ask/draft"] = make_row(Ask, code, unit=place.unit, state="draft")
    for state in ("handling", "recorded"):  # a hot matter shows from two cases on that one sees
        facts = {"matter": place.rows["casework.Matter"]}
        MatterCase.objects.update_or_create(county=code, case=place.cases[state], defaults=facts)
    own_file = {
        "subject": place.proposals["signed"].pk,
        "path": attachments.store(b"photo"),
        "kind": "image/png",
        "name": "photo.png",
    }
    place.rows["core.Attachment/proposal"] = make_row(Attachment, code, **own_file)
    place.rows["proposals.Author/signer"] = make_row(Author, code, proposal=place.proposals["signed"], place=1)
    Author.objects.filter(id=place.rows["proposals.Author"].pk).update(resident=place.rows["people.Resident"].pk)
    Comment.objects.filter(id=place.rows["proposals.Comment"].pk).update(resident=place.rows["people.Resident"].pk)
    if people:
        totp_auth.TOTP.activate(people[Role.LEAD.value], totp_auth.generate_totp_secret())
        RecoveryCodes.activate(people[Role.LEAD.value])


def _one_per_county(model: Any, code: int) -> bool:
    """Whether the county has its one row already, or its one row of the first choice."""
    chosen = {"county", *(field.name for field in model._meta.local_fields if field.choices)}
    unique = [set(rule.fields) for rule in model._meta.constraints if getattr(rule, "fields", ())]
    single = any(fields <= chosen for fields in unique)
    return single and model._base_manager.filter(county=code).exists()


# Columns that the product reads in a form of its own.
READ_AGAIN = {
    Device: {"digest": "ab" * 32},
    TopicMemory: {"weights": Learned().dumped()},
    ReportVersion: {"content": "[]", "head": "{}"},
}


def _extra(model: Any, place: Place, people: dict[str, Account | None]) -> dict[str, Any]:
    """What makes a row reachable: a real file, a secret that is known, its owner among the people."""
    if model is Attachment:
        photo = {"path": attachments.store(b"photo"), "kind": "image/png", "name": "photo.png"}
        return {"subject": place.cases["handling"].pk, **photo}
    if model is Invitation:
        token = TOKEN if people else f"{TOKEN}{place.unit.pk}"
        return {"digest": sha256(token.encode()).hexdigest(), "expires_at": LATER, "confirmed_at": LATER}
    if model in {*READ_AGAIN, Report, Call}:
        slug = {"slug": "pubansw3r" if people else f"p{place.unit.pk.hex[-9:]}"}
        return slug if model is Call else READ_AGAIN.get(model, {"second": place.unit})
    if model in {Publication, proposal_models.Publication}:
        return _published(model, place, known=bool(people))
    if model in {ImportRun, FormFill}:
        whose = people[Role.CLERK.value].pk if people else uuid4()
        own = {"kind": "cases", "state": "done"} if model is ImportRun else {"asks": "{}", "path": "ab/ab" + "0" * 30}
        return {"unit": place.unit.pk, "account": whose, **own}
    promised = _promised(model, place, known=bool(people)) if model in {Promise, PlannedPromise} else {}
    return promised or (_owner(model, people) if people else {})


def _published(model: Any, place: Place, *, known: bool) -> dict[str, Any]:
    """A publication of a record that the place handles; the known one has the address that strangers try."""
    units = dict.fromkeys(("unit", "desk", "lead"), place.unit)
    seen = {"slug": "pubansw3r" if known else f"p{place.unit.pk.hex[-9:]}", "second": place.unit}
    if model is Publication:
        case = make_case(Case, place.unit.county, "closed", may_publish=True, **units)
        sync_parts(case)
        return seen | {"case": case}
    one = make_row(Proposal, place.unit.county, state="assigned", may_publish=True, **units)
    proposals.sync_parts(one, set())
    return seen | {"proposal": one}


def _promised(model: Any, place: Place, *, known: bool) -> dict[str, Any]:
    """A promise of the place's own case; the one that the public knows has the address of the public answer."""
    places = dict.fromkeys(("unit", "origin_unit", "overseer", "second"), place.unit)
    seen = {"slug": "pubansw3r" if known else f"p{place.unit.pk.hex[-9:]}", "public": True}
    return {"origin": place.cases["handling"].pk} | ((places | seen) if model is Promise else {})


def _owner(model: Any, people: dict[str, Account | None]) -> dict[str, Any]:
    """Whose row it is, where only one person may open it."""
    if model in {Message, SavedView, Export, LedgerRun}:
        return {"account": people[Role.CLERK.value].pk}
    if model is BulkRun:
        return {"account": people[Role.DISPATCHER.value].pk, "what": "assign", "at": clock.now()}
    return {"taker": people[Role.CLERK.value]} if model is HandOver else {}


# --- addresses --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Address:
    """An entrance with its arguments; `rows` says which model stands behind which key."""

    entrance: Entrance
    kwargs: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[str, str], ...] = ()

    @property
    def url(self) -> str:
        """The path, and what is asked of it."""
        named = {name for _kind, name in _arguments.findall(self.entrance.route)}
        asked = [(name, value) for name, value in self.kwargs if name not in named]
        return f"{self.path}?{urlencode(asked)}" if asked else self.path

    @property
    def path(self) -> str:
        """The path alone."""
        named = {name for _kind, name in _arguments.findall(self.entrance.route)}
        return reverse(self.entrance.name, kwargs={name: value for name, value in self.kwargs if name in named})

    def swapped(self, name: str, key: UUID) -> "Address":
        """The same address with another key."""
        kwargs = tuple((n, str(key) if n == name else v) for n, v in self.kwargs)
        return Address(self.entrance, kwargs, self.rows)


def holders(entrance: Entrance) -> list[str]:
    """Those who by declaration may open it."""
    match entrance.who:
        case (checks.ANYBODY, str()) | str():
            return EVERYBODY
        case (checks.SIGNED_IN, str()):
            return EVERYBODY[2:]
        case (checks.RESIDENT, str()):
            return [RESIDENT]
    return [role.value for role in Role if set(entrance.who or ()) & role.permissions]


def samples(world: World, entrance: Entrance) -> Iterator[Address]:
    """The entrance with arguments of this world, likely ones first."""
    names = _arguments.findall(entrance.route)
    choices: list[list[tuple[str, str]]] = []
    for kind, name in names:
        if kind == "uuid":
            choices.append([(str(row.pk), label) for label, row in _ranked(world, entrance, name)])
        else:
            choices.append([(word, "") for word in WORDS.get(entrance.name) or WORDS.get(name, ["x"])])
    for name, asked in QUERY.get(entrance.name, []):
        names.append(("", name))
        choices.append([(str(world.mine.rows[asked].pk), asked) if asked in world.mine.rows else (asked, "")])
    for chosen in product(*choices[::-1]):
        kwargs = tuple((name, value) for (_kind, name), (value, _label) in zip(names, chosen[::-1], strict=True))
        rows = tuple((name, label) for (_kind, name), (_value, label) in zip(names, chosen[::-1], strict=True) if label)
        yield Address(entrance, kwargs, rows)


def _ranked(world: World, entrance: Entrance, name: str) -> list[tuple[str, Any]]:
    """Rows of the place in the order in which they are likely to be meant."""
    before = [
        part.rstrip("s").replace("dutie", "duty")
        for part in entrance.route.split(f"<uuid:{name}")[0].split("/")
        if part
    ]
    hints = [name.removesuffix("_key").removesuffix("_id"), *before[::-1]]
    hints = [{"pack": "handover", "file": "attachment"}.get(hint, hint) for hint in hints]

    def rank(label: str) -> int:
        model = label.split(".")[1].lower().partition("/")[0]
        return next(
            (
                n
                for n, hint in enumerate(hints)
                if hint in {model, model.removeprefix("case"), model.removeprefix("report")}
            ),
            90 + (label != "network.Unit"),
        )

    meant = MEANT.get(entrance.name)  # then no other row is tried
    rows = [(label, row) for label, row in world.mine.rows.items() if meant in {None, label}]
    return sorted(rows, key=lambda item: rank(item[0]))


def in_state(world: World, address: Address) -> Address:
    """For a move: the same with a case from which it may start."""
    action = dict(address.kwargs).get("action")
    if address.entrance.name == "proposals:move" and action in PROPOSAL.by_action:
        return address.swapped("key", world.mine.proposals[PROPOSAL[action].sources[0]].pk)
    if action is None or action not in CASE.by_action:
        return address
    return address.swapped("key", world.mine.cases[CASE[action].sources[0]].pk)


@contextmanager
def undone() -> Iterator[None]:
    """What happens in the block is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def visit(browser: Client, url: str, method: str = "get", data: Any = None, **extra: Any) -> Any:
    """Ask for a page and take back what it stored, in the browser too: a session that was ended lives on."""
    kept = deepcopy(browser.cookies)
    with undone():
        answer = getattr(browser, method)(url, data, **extra)
        answer.body = b"".join(answer).decode(errors="replace")
    browser.cookies = kept
    return answer


_recipes: dict[str, list[tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...], str]]] = {}


def answering(world: World) -> tuple[list[tuple[Address, str]], list[str]]:
    """For every entrance the samples (with the method) to which somebody gets an answer; and the names of those without.

    For a word in the address (a move, a step) every word that anybody may use is kept. What was found once is kept as
    a recipe for the worlds of later tests.
    """
    browsers = {who: world.client(who) for who in EVERYBODY}
    found, missing = [], []
    for entrance in checks.entrances():
        if entrance.route not in _recipes:
            kept = _answering(browsers, world, entrance)
            _recipes[entrance.route] = [(address.kwargs, address.rows, method) for address, method in kept]
        here = [(_again(world, entrance, *recipe), recipe[2]) for recipe in _recipes[entrance.route]]
        found += here
        if not here:
            missing.append(entrance.name)
    return found, missing


def _again(world: World, entrance: Entrance, kwargs: tuple, rows: tuple, _method: str) -> Address:
    keys = {name: str(world.mine.rows[label].pk) for name, label in rows}
    return in_state(world, Address(entrance, tuple((name, keys.get(name, value)) for name, value in kwargs), rows))


def _answering(browsers: dict[str, Client], world: World, entrance: Entrance) -> list[tuple[Address, str]]:
    kept: dict[tuple[str, ...], tuple[Address, str]] = {}
    # samples of a move become the same case: once is enough
    once = {address.kwargs: address for address in (in_state(world, s) for s in [*samples(world, entrance)][::-1])}
    for address in [*once.values()][::-1]:
        words = tuple(value for name, value in address.kwargs if name not in dict(address.rows))
        if words in kept or (kept and not words):
            continue
        for who in holders(entrance):
            method, status = "get", visit(browsers[who], address.url).status_code
            if status == 405:
                method, status = "post", visit(browsers[who], address.url, "post").status_code
            if status in OK or status >= 500:
                kept[words] = (address, method)
                break
    return list(kept.values())


def random_key(of: Any) -> UUID:
    """A key of the same county and kind as this row's, of nothing."""
    return new_key(county.county_of(of.pk))
