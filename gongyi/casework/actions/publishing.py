"""Making a request and its answer public: written and masked by one, approved by another, taken down at once when asked."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework.actions.moving import conflicted, somebody_else
from gongyi.casework.models import Case, Publication, PublicationStep, PublishedText, ShownWord
from gongyi.casework.queries import publications as queries
from gongyi.casework.rules import (
    can_move_publication,
    makers_of,
    may_start_publication,
    why_never_public,
    why_not_public,
)
from gongyi.casework.workflow import PUBLICATION
from gongyi.core import audit, clock, outbox
from gongyi.core.access import Actor, Permission, system_actor
from gongyi.core.access import Permission as P
from gongyi.core.errors import Refused
from gongyi.core.said import joined, say
from gongyi.core.tracking import new_slug
from gongyi.core.workflow import first_step, perform
from gongyi.people.actions.access_log import look
from gongyi.people.models import Purpose
from gongyi.people.queries import holders


@transaction.atomic
def start_publication(case: Case, *, by: Actor) -> Publication:
    """拟稿 from the case's own title, matter and answer; the one that is there already, if there is one.

    Raises PermissionDenied for who does not handle the case, Refused `not_public` where it may not be made public.
    """
    if kept := queries.of_case(case):
        return kept
    if not may_start_publication(by, case):
        raise PermissionDenied
    _may(case)
    publication = Publication(
        county=case.county, case=case, slug=new_slug(), state="draft",
        changed_at=clock.now(), **_facts(case), title=case.title, matter=case.content, answer=case.answer,
    )  # fmt: skip
    try:
        with transaction.atomic():
            publication.save()
    except IntegrityError:  # a colleague pressed the button at the same moment
        return Publication.objects.get(county=case.county, case=case)
    first_step(publication, "start", by=by, step=PublicationStep, parent="publication")
    return publication


def _facts(case: Case) -> dict[str, Any]:
    """What the public reads beside the text."""
    answered = case.answered_at or case.closed_at or clock.now()
    return {
        "unit_id": case.lead_id, "type_id": case.type_id, "topic_id": case.topic_id, "outcome": case.outcome,
        "asked_on": timezone.localdate(case.recorded_at), "answered_on": timezone.localdate(answered),
    }  # fmt: skip


def _may(case: Case) -> None:
    if why := why_not_public(case):
        raise Refused("not_public", _("这件事不能公开。") + why, _("可以公开的事见帮助里的“公开答复”。"), status=422)


def _move(
    publication: Publication,
    action: str,
    *,
    by: Actor,
    seen: int | None = None,
    changes: Mapping[str, Any] | None = None,
    note: str = "",
    reason: str = "",
) -> Publication:
    """One move of the table, with its line in the timeline and its audit row."""
    perform(
        publication, PUBLICATION[action], by=by, rule=can_move_publication, step=PublicationStep, parent="publication",
        seen=seen, changes=changes, note=note, reason=reason, mine=note,
    )  # fmt: skip
    return publication


@transaction.atomic
def edit_publication(
    publication: Publication, *, by: Actor, title: str, matter: str, answer: str, seen: int | None = None
) -> Publication:
    """改文字. Raises ValidationError for an empty field."""
    texts = {"title": title.strip(), "matter": matter.strip(), "answer": answer.strip()}
    if empty := [name for name, text in texts.items() if not text]:
        raise ValidationError(dict.fromkeys(empty, _("请写几个字。")))
    return _move(publication, "edit", by=by, seen=seen, changes=texts)


@transaction.atomic
def look_at_words(publication: Publication, *, by: Actor) -> None:
    """The words that are hidden from the public are about to be shown to the writer: one access row (P12)."""
    label = publication.case.number
    look(by=by, subject=publication.case_id, kind="casework.case", label=label, fields="text", purpose=Purpose.CORRECT)


@transaction.atomic
def show_word(
    publication: Publication, *, by: Actor, kind: str, words: str, reason: str, seen: int | None = None
) -> Publication:
    """恢复显示 of a found word, with the reason that the approver reads. Raises ValidationError, Refused `no_such_word`."""
    if len(reason.strip()) < 4:  # noqa: PLR2004 - 公开的 is a reason, 可以 is none
        raise ValidationError({"reason": _("请写明为什么可以显示，至少四个字。")})
    if (kind, words) not in {(place.kind, place.words) for place in queries.proof(publication).places}:
        raise Refused("no_such_word", _("文字里已经没有这个词了。"), _("请刷新页面再看。"))
    _move(publication, "show", by=by, seen=seen, reason=reason.strip(), note=words)
    row = {"publication": publication, "kind": kind, "words": words}
    rows = ShownWord.objects.filter(county=publication.county, **row)
    if not rows.exists():
        ShownWord(county=publication.county, **row, reason=reason.strip(), by=by.id, at=clock.now()).save()
    return publication


@transaction.atomic
def hide_word(publication: Publication, *, by: Actor, word: UUID, seen: int | None = None) -> Publication:
    """重新遮住 of a word that was to be shown."""
    row = ShownWord.objects.filter(county=publication.county, publication=publication, id=word).first()
    if row is None:
        raise Refused("no_such_word", _("这个词已经遮住了。"), _("请刷新页面再看。"))
    _move(publication, "hide", by=by, seen=seen, note=row.words)
    row.delete()
    return publication


@transaction.atomic
def propose_publication(publication: Publication, *, by: Actor, seen: int | None = None) -> Publication:
    """送审 to somebody who had no hand in the text; one unit up where nobody else is there (P8, P9)."""
    case = publication.case
    _may(case)
    if case.lead is None or not all(getattr(publication, name).strip() for name in queries.FIELDS):
        raise Refused("empty", _("标题、诉求和答复都要有文字。"), _("请先改文字。"), status=422)
    second = somebody_else(case, case.lead, P.CASE_APPROVE, besides=makers_of(publication) | {by.id})
    publication.second = second
    _move(publication, "propose", by=by, seen=seen, changes={"second_id": second.id, "proposed_by": by.id})
    _tell(publication, second.id, P.CASE_APPROVE, by=by, event="publication", words=gettext_lazy("有公开答复等您审核"))
    return publication


@transaction.atomic
def reroute_publication(publication: Publication, *, by: Actor) -> Publication:
    """Whoever approved is gone: the next unit that has somebody goes on (P9). Raises Refused `nobody`."""
    case = publication.case
    start = case.lead or case.desk
    publication.second = somebody_else(case, start, P.CASE_APPROVE, besides=makers_of(publication))
    _move(publication, "reroute", by=by, changes={"second_id": publication.second.id}, reason=publication.second.name)
    words = gettext_lazy("有公开答复等您审核")
    _tell(publication, publication.second.id, P.CASE_APPROVE, by=by, event="publication", words=words)
    return publication


@transaction.atomic
def recall_publication(publication: Publication, *, by: Actor, seen: int | None = None) -> Publication:
    """撤回送审, to go on writing."""
    return _move(publication, "recall", by=by, seen=seen, changes={"second_id": None})


@transaction.atomic
def approve_publication(publication: Publication, *, by: Actor, seen: int | None = None) -> Publication:
    """同意公开, by somebody who had no hand in the text (P8): what the preview showed is public from now on.

    The words that stay hidden are gone from the text under work, too. Raises Refused `not_public` when the consent was
    taken back in the meantime.
    """
    _may(publication.case)
    text, before = queries.proof(publication).text, queries.versions(publication)
    number = before[0].number + 1 if before else 1
    since = before[0].since if before and publication.current else clock.now()
    why, facts = publication.why, _facts(publication.case)
    _move(
        publication,
        "approve",
        by=by,
        seen=seen,
        changes={**facts, **text, "current": number, "why": "", "down_why": ""},
    )
    _texts(publication).update(live=False)
    PublishedText(
        county=publication.county, publication=publication, number=number, **text, outcome=facts["outcome"], why=why,
        at=clock.now(), since=since, made_by=publication.proposed_by, approved_by=by.id,
    ).save()  # fmt: skip
    _tell_maker(publication, by=by, words=gettext_lazy("公开答复已公开"))
    return publication


@transaction.atomic
def refuse_publication(publication: Publication, *, by: Actor, note: str, seen: int | None = None) -> Publication:
    """退回修改, with what to change."""
    if not note.strip():
        raise ValidationError({"note": _("请写明改哪里。")})
    _move(publication, "refuse", by=by, seen=seen, note=note.strip(), changes={"second_id": None})
    _tell_maker(publication, by=by, words=gettext_lazy("公开答复被退回修改"))
    return publication


@transaction.atomic
def amend_publication(publication: Publication, *, by: Actor, why: str, seen: int | None = None) -> Publication:
    """更正: the present text stays public until the corrected one is approved; `why` will be public, too."""
    if not why.strip():
        raise ValidationError({"why": _("请写明更正什么，公众会看到这句话。")})
    why = queries.hide(why.strip())
    return _move(publication, "amend", by=by, seen=seen, reason=why, changes={"why": why, "second_id": None})


@transaction.atomic
def take_down(
    publication: Publication, *, by: Actor, down_why: str, note: str = "", seen: int | None = None
) -> Publication:
    """撤下 by the office, at once. When the asker asked for it, their consent ends, so that it is not made public again."""
    reasons = {Publication.Down.ASKED, Publication.Down.WRONG, Publication.Down.OLD}
    if down_why not in reasons:
        raise ValidationError({"down_why": _("请选一个原因。")})
    _put_down(publication, "take_down", by=by, down_why=down_why, note=note, seen=seen)
    if down_why == Publication.Down.ASKED:
        _end_consent(publication.case, by=by)
    return publication


@transaction.atomic
def ask_take_down(case: Case, *, by: Actor) -> Publication | None:
    """The asker does not want it public (any more): taken down at once, no approval needed, the office is told.

    `by` is the asker of this case (`core.access.asker_actor`). Their consent ends, whether something was public or not.
    Returns the publication, None where there was none.
    """
    if by.asks != case.id:
        raise PermissionDenied
    publication = queries.of_case(case)
    if publication and publication.state != "down":
        _put_down(publication, "withdraw", by=by, down_why=Publication.Down.ASKED)
        words = gettext_lazy("诉求人要求撤下公开答复，已撤下")
        _tell(publication, case.lead_id, P.CASE_HANDLE, by=by, event="publication", words=words)
    _end_consent(case, by=by)
    return publication


def keep_in_line(case: Case) -> None:
    """Take down what may not be public any more, after the case was corrected or got another type."""
    publication = queries.of_case(case)
    why = why_never_public(case)
    if publication and publication.state != "down" and why:
        by = system_actor("routine", case.county)
        _put_down(publication, "rule_out", by=by, down_why=Publication.Down.RULE, note=say(why))
        words = gettext_lazy("公开答复已自动撤下")
        _tell(publication, case.lead_id, P.CASE_HANDLE, by=by, event="publication", words=words)


@transaction.atomic
def revive_publication(publication: Publication, *, by: Actor, seen: int | None = None) -> Publication:
    """重新拟稿 after it was taken down; it needs the asker's consent and an approval like the first time."""
    _may(publication.case)
    texts = (
        {}
        if publication.answer
        else {"title": publication.case.title, "matter": publication.case.content, "answer": publication.case.answer}
    )
    return _move(publication, "revive", by=by, seen=seen, changes={**texts, "second_id": None, "down_why": ""})


def _put_down(
    publication: Publication, action: str, *, by: Actor, down_why: str, note: str = "", seen: int | None = None
) -> None:
    """Nothing of it is public from now on, and the text under work keeps nothing that was hidden."""
    changes = {**queries.proof(publication).text, "current": 0, "down_why": down_why, "why": ""}
    reason = say(Publication.Down(down_why).label)
    _move(publication, action, by=by, seen=seen, changes=changes, note=note, reason=reason)
    _texts(publication).update(live=False)


def _texts(publication: Publication) -> Any:
    return PublishedText.objects.filter(county=publication.county, publication=publication, live=True)


def _end_consent(case: Case, *, by: Actor) -> None:
    """The asker's consent to publishing ends; a form that was opened before notices it."""
    if not case.may_publish:
        return
    Case.objects.filter(county=case.county, id=case.id).update(may_publish=False, version=F("version") + 1)
    case.may_publish, case.version = False, case.version + 1
    changes = {"may_publish": (True, False)}
    audit.record(by=by, action="consent.end", kind="casework.case", subject=case.id, label=case.number, changes=changes)


def _tell(
    publication: Publication, unit: UUID | None, permission: Permission, *, by: Actor, event: str, words: Promise
) -> None:
    """One message to each holder of a permission in a unit; it names the case by its number alone."""
    if unit:
        accounts = holders(permission, {unit})[unit] - conflicted(publication.case)
        _send(publication, accounts, by=by, event=event, words=words)


def _tell_maker(publication: Publication, *, by: Actor, words: Promise) -> None:
    maker = publication.proposed_by
    _send(publication, {maker} if maker else set(), by=by, event="publication", words=words)


def _send(publication: Publication, accounts: set[Any], *, by: Actor, event: str, words: Promise) -> None:
    text = joined([words, publication.case.number], " ")
    outbox.tell(accounts, by=by, event=event, text=text, path=publication.get_absolute_url(), subject=publication.id)
