"""A request comes in: only the matter is required."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from gongyi.casework import queries
from gongyi.casework.actions.moving import first_parts, next_turn, sync_parts, tell_turn
from gongyi.casework.models import Asker, Case, CaseConflict, CaseStep, CaseType, Register, Topic
from gongyi.casework.queries.promising import promises_plainly
from gongyi.casework.rules import concerned_people
from gongyi.core import clock, numbering, search
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import new_key
from gongyi.core.errors import Refused
from gongyi.core.secrets import mask_text
from gongyi.core.workflow import first_step, first_steps
from gongyi.network.models import Unit
from gongyi.network.queries import calendar_of, chain
from gongyi.people.queries import holders

TITLE = 30


@dataclass(frozen=True)
class AskerFacts:
    """Who asked, as far as known; everything may be empty."""

    kind: str = Asker.Kind.PERSON
    name: str = ""
    phone: str = ""
    address: str = ""
    organisation: str = ""
    whom: str = Asker.Whom.SELF
    theirs: bool = False

    def __bool__(self) -> bool:
        return any((self.name, self.phone, self.address, self.organisation)) or self.whom != Asker.Whom.SELF


@transaction.atomic
def open_case(
    *,
    by: Actor,
    unit: Unit,
    type: CaseType,  # noqa: A002 - the field's own name
    content: str,
    title: str = "",
    asker: AskerFacts | None = None,
    topic: Topic | None = None,
    area: Unit | None = None,
    channel: str = Case.Channel.PHONE,
    urgency: str = Case.Urgency.NORMAL,
    may_publish: bool = False,
    about_unit: Unit | None = None,
    about_account: UUID | None = None,
) -> Case:
    """Record a request in `unit`; it waits for the nearest desk (the unit itself or one above) to send it on.

    Raises PermissionDenied when the person may not record there, ValidationError by field, Refused `nobody` when no unit
    up to the county can assign it.
    """
    _may_record(by, unit)
    case = new_case(
        by=by, unit=unit, type=type, content=content, title=title, topic=topic, area=area, channel=channel,
        urgency=urgency, may_publish=may_publish, about_unit=about_unit, about_account=about_account,
    )  # fmt: skip
    store_case(case, asker, by=by, action="record")
    tell_turn(case, by=by)
    return case


@transaction.atomic
def record_done(
    *,
    by: Actor,
    unit: Unit,
    type: CaseType,  # noqa: A002 - the field's own name
    content: str,
    answer: str,
    outcome: str,
    rating: str = "",
    title: str = "",
    asker: AskerFacts | None = None,
    topic: Topic | None = None,
    area: Unit | None = None,
    channel: str = Case.Channel.COUNTER,
) -> Case:
    """当场办结: record, answer, outcome and rating in one step, by who may also handle.

    Raises as `open_case`; ValidationError for a type whose answers somebody else must approve or call back about, and for a
    promise without a date.
    """
    _may_record(by, unit)
    if not by.can(P.CASE_HANDLE, unit.id):
        raise PermissionDenied
    if type.needs_approval or type.separate_caller:
        raise ValidationError(
            {"type": _("“%(type)s”的答复要由别人审核或回访，不能当场办结。请先登记。") % {"type": type.name}}
        )
    now = clock.now()
    case = new_case(by=by, unit=unit, type=type, content=content, title=title, topic=topic, area=area, channel=channel)
    facts: dict[str, Any] = {
        "state": "closed", "lead": unit, "answer": answer.strip(), "outcome": outcome, "rating": rating, "answered_by": by.id,
        "accepted_at": now, "assigned_at": now, "signed_at": now, "contacted_at": now, "answered_at": now, "closed_at": now,
        "sign_due": now, "contact_due": now, "unit_from": now, "unit_due": case.resident_due, "drawn": False, "turn_unit": None, "turn_due": None,
        "reopen_until": queries.due_at(now, type.reopen_span, calendar_of(None, case.county)),
    }  # fmt: skip
    for name, value in facts.items():
        setattr(case, name, value)
    if not case.answer:
        raise ValidationError({"answer": _("请写一句怎么答复的。")})
    if wrong := queries.promise_without_date(case.answer):
        raise ValidationError({"answer": wrong})
    if outcome != Case.Outcome.SOLVED and promises_plainly(case.answer):
        words = _("答复里答应了以后要做的事。请先登记，再用“答复”来写，好记下谁来做、哪天以前。")
        raise ValidationError({"answer": words})
    store_case(case, asker, by=by, action="record_done")
    return case


def _may_record(by: Actor, unit: Unit) -> None:
    if unit.county != by.county or not (by.can(P.CASE_RECORD, unit.id) or by.system):
        raise PermissionDenied


def new_case(*, by: Actor, unit: Unit, type: CaseType, content: str, title: str, **facts: Any) -> Case:  # noqa: A002
    """A case in memory, at the desk that will assign it, with the resident's clock started."""
    now, key = clock.now(), new_key(by.county)
    content = content.strip()
    if not content:
        raise ValidationError({"content": _("请写一句发生了什么。")})
    case = Case(
        id=key, county=by.county, state="recorded", changed_at=now, recorded_at=now, recorded_by=by.id, unit=unit, type=type,
        content=content, title=mask_text(title.strip() or short_title(content)), hides_asker=type.hides_asker, **facts,
    )  # fmt: skip
    case.desk = desk_for(unit, about=case.about_unit, besides=concerned_people(case.about_unit, case.about_account))
    calendar = calendar_of(None, by.county)
    case.span = queries.span_for(type, case.urgency).text
    case.resident_due = queries.due_at(now, case.span, calendar)
    for name, value in next_turn(case).items():
        setattr(case, name, value)
    return case


def store_case(case: Case, asker: AskerFacts | None, *, by: Actor, action: str, note: str = "") -> None:
    """Number the case in its register, check and save it with its asker, conflicts, timeline and parts."""
    case.number = numbering.next_number(county=case.county, series=_series(case), subject=case.id)
    case.clean_fields(exclude=_CHOSEN)
    with search.together():
        case.save()
        if asker:
            store_asker(Asker(county=case.county, case=case), asker)
    if case.about_unit_id or case.about_account:
        keep_away(case)
    first_step(case, action, by=by, step=CaseStep, parent="case", note=note)
    sync_parts(case)


_CHOSEN = ["id", "unit", "desk", "lead", "area", "turn_unit", "about_unit", "type", "topic"]


def _series(case: Case) -> str:
    """The register in which the case gets its number: its unit's, else its desk's, else the county's."""
    marks = dict(
        Register.objects.filter(county=case.county, unit__in=[case.unit_id, case.desk_id]).values_list("unit", "mark")
    )
    return marks.get(case.unit_id) or marks.get(case.desk_id) or ""


def asker_of(case: Case, facts: AskerFacts) -> Asker:
    """The asker of a new case, not saved."""
    return asked(Asker(id=new_key(case.county), county=case.county, case=case), facts)


def check_new(case: Case) -> None:
    """Raise ValidationError for a case that cannot be stored; it needs no number yet."""
    case.clean_fields(exclude=[*_CHOSEN, "number"])


def store_cases(
    cases: Sequence[Case], askers: Sequence[Asker], notes: Sequence[str], *, by: Actor, action: str
) -> None:
    """The same for many checked cases of one unit and desk, none of which is about a unit or a person, with one audit row for all."""
    numbers = numbering.next_numbers(county=by.county, series=_series(cases[0]), subjects=[case.id for case in cases])
    for case, number in zip(cases, numbers, strict=True):
        case.number = number
    Case.objects.bulk_create(cases)
    Asker.objects.bulk_create(askers)
    first_steps(cases, action, by=by, step=CaseStep, parent="case", notes=notes)
    first_parts(cases)


def keep_away(case: Case) -> None:
    """Hide a complaint about a service from whom it concerns; show it again to those whom it no longer does."""
    concerned = concerned_people(case.about_unit, case.about_account)
    rows = CaseConflict.objects.filter(county=case.county, case=case)
    rows.filter(why="").exclude(account__in=concerned).delete()
    rows.exclude(why="").update(hidden=False)  # what they declared themselves stays
    rows.filter(account__in=concerned).update(hidden=True)
    known = set(rows.values_list("account", flat=True))
    CaseConflict.objects.bulk_create(
        CaseConflict(county=case.county, case=case, account=account, hidden=True, at=clock.now())
        for account in concerned - known
    )


def store_asker(asker: Asker, facts: AskerFacts) -> None:
    """Save an asker's facts with the digests that answer exact look-ups."""
    asked(asker, facts).save()


def asked(asker: Asker, facts: AskerFacts) -> Asker:
    """The asker with these facts and their digests, not saved."""
    asker.whom, asker.theirs = facts.whom, facts.theirs
    asker.kind = facts.kind
    asker.set_identity(name=facts.name, phone=facts.phone, address=facts.address, organisation=facts.organisation)
    return asker


def desk_for(unit: Unit, *, about: Unit | None = None, besides: set[UUID] | None = None) -> Unit:
    """The nearest unit from here upwards where somebody can assign cases; not `about`, and somebody else than `besides`."""
    above = [u for u in chain(unit) if u != about]
    found = holders(P.CASE_ASSIGN, {u.id for u in above})
    for candidate in above:
        if found[candidate.id] - (besides or set()):
            return candidate
    if about or besides:
        raise Refused(
            "nobody",
            _("从%(unit)s到县里，没有和这件事无关的派单员。") % {"unit": unit.name},
            _("请由另一个单位来登记，或请账号管理员给另一个人授予派单员角色。"),
            status=422,
        )
    raise Refused(
        "nobody",
        _("从%(unit)s到县里都还没有派单员。") % {"unit": unit.name},
        _("请账号管理员先授予派单员角色。"),
        status=422,
    )


def short_title(content: str) -> str:
    """A title from the first words of the matter; numbers are masked before it is cut, as half a number is not known for one."""
    first = next((line.strip() for line in mask_text(content).splitlines() if line.strip()), "")
    for mark in "。！？；":
        first = first.split(mark)[0]
    return first[:TITLE] + ("…" if len(first) > TITLE else "")
