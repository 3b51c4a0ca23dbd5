"""Making a record's text public: written and masked by one, approved by another, taken down at once when asked."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core import audit, clock, outbox
from gongyi.core.access import Actor, Permission, system_actor
from gongyi.core.errors import Refused
from gongyi.core.said import joined, say
from gongyi.core.tracking import new_slug
from gongyi.core.workflow import first_step, perform
from gongyi.people.actions.access_log import look
from gongyi.people.models import Purpose
from gongyi.people.queries import holders
from gongyi.publishing import queries
from gongyi.publishing.models import ASKED, OLD, RULE, WRONG
from gongyi.publishing.rules import can_move, makers_of, may_start, press_of


@transaction.atomic
def start_publication(record: Any, *, by: Actor) -> Any:
    """拟稿 from the record's own texts; the publication that is there already, if there is one.

    Raises PermissionDenied for who does not handle the record, Refused `not_public` where it may not be made public.
    """
    if kept := queries.of_record(record):
        return kept
    if not may_start(by, record):
        raise PermissionDenied
    _may(record)
    press = press_of(record)
    publication = press.publication(
        county=record.county, slug=new_slug(), state="draft", changed_at=clock.now(), **{press.parent: record},
        **press.facts(record), **press.begin(record),
    )  # fmt: skip
    try:
        with transaction.atomic():
            publication.save()
    except IntegrityError:  # a colleague pressed the button at the same moment
        return queries.of_record(record)
    first_step(publication, "start", by=by, step=press.step, parent="publication")
    return publication


def _may(record: Any) -> None:
    if why := press_of(record).why_not(record):
        raise Refused("not_public", _("这件事不能公开。") + why, _("可以公开的事见帮助里的“公开答复”。"), status=422)


def _move(
    publication: Any,
    action: str,
    *,
    by: Actor,
    seen: int | None = None,
    changes: Mapping[str, Any] | None = None,
    note: str = "",
    reason: str = "",
) -> Any:
    """One move of the table, with its line in the timeline and its audit row."""
    press = press_of(publication)
    perform(
        publication, press.table[action], by=by, rule=can_move, step=press.step, parent="publication",
        seen=seen, changes=changes, note=note, reason=reason, mine=note,
    )  # fmt: skip
    return publication


@transaction.atomic
def edit_publication(publication: Any, *, by: Actor, seen: int | None = None, **texts: str) -> Any:
    """改文字, each text of the kind by its name. Raises ValidationError for an empty one that the public needs."""
    press = press_of(publication)
    if wrong := texts.keys() ^ {*press.names}:
        raise TypeError(f"not the texts of {press.kind}: {', '.join(sorted(wrong))}")
    texts = {name: text.strip() for name, text in texts.items()}
    if empty := [name for name in press.needed(publication.record) if not texts[name]]:
        raise ValidationError(dict.fromkeys(empty, _("请写几个字。")))
    return _move(publication, "edit", by=by, seen=seen, changes=texts)


@transaction.atomic
def look_at_words(publication: Any, *, by: Actor) -> None:
    """The words that are hidden from the public are about to be shown to the writer: one access row (P12)."""
    record = publication.record
    look(
        by=by, subject=record.pk, kind=record._meta.label_lower, label=record.number, fields="text", purpose=Purpose.CORRECT
    )  # fmt: skip


@transaction.atomic
def show_word(publication: Any, *, by: Actor, kind: str, words: str, reason: str, seen: int | None = None) -> Any:
    """恢复显示 of a found word, with the reason that the approver reads. Raises ValidationError, Refused `no_such_word`."""
    if len(reason.strip()) < 4:  # noqa: PLR2004 - 公开的 is a reason, 可以 is none
        raise ValidationError({"reason": _("请写明为什么可以显示，至少四个字。")})
    if (kind, words) not in {(place.kind, place.words) for place in queries.proof(publication).places}:
        raise Refused("no_such_word", _("文字里已经没有这个词了。"), _("请刷新页面再看。"))
    _move(publication, "show", by=by, seen=seen, reason=reason.strip(), note=words)
    model, row = press_of(publication).word, {"publication": publication, "kind": kind, "words": words}
    if not model.objects.filter(county=publication.county, **row).exists():
        model(county=publication.county, **row, reason=reason.strip(), by=by.id, at=clock.now()).save()
    return publication


@transaction.atomic
def hide_word(publication: Any, *, by: Actor, word: UUID, seen: int | None = None) -> Any:
    """重新遮住 of a word that was to be shown."""
    rows = press_of(publication).word.objects.filter(county=publication.county, publication=publication, id=word)
    row = rows.first()
    if row is None:
        raise Refused("no_such_word", _("这个词已经遮住了。"), _("请刷新页面再看。"))
    _move(publication, "hide", by=by, seen=seen, note=row.words)
    row.delete()
    return publication


@transaction.atomic
def propose_publication(publication: Any, *, by: Actor, seen: int | None = None) -> Any:
    """送审 to somebody who had no hand in the text; one unit up where nobody else is there (P8, P9)."""
    record, press = publication.record, press_of(publication)
    _may(record)
    if not all(getattr(publication, name).strip() for name in press.needed(record)):
        raise Refused("empty", _("公众要看的文字还有空着的。"), _("请先改文字。"), status=422)
    publication.second = second = press.second(record, makers_of(publication) | {by.id})
    _move(publication, "propose", by=by, seen=seen, changes={"second_id": second.id, "proposed_by": by.id})
    _tell_second(publication, by=by)
    return publication


@transaction.atomic
def reroute_publication(publication: Any, *, by: Actor) -> Any:
    """Whoever approved is gone: the next unit that has somebody goes on (P9). Raises Refused `nobody`."""
    publication.second = second = press_of(publication).second(publication.record, makers_of(publication))
    _move(publication, "reroute", by=by, changes={"second_id": second.id}, reason=second.name)
    _tell_second(publication, by=by)
    return publication


@transaction.atomic
def recall_publication(publication: Any, *, by: Actor, seen: int | None = None) -> Any:
    """撤回送审, to go on writing."""
    return _move(publication, "recall", by=by, seen=seen, changes={"second_id": None})


@transaction.atomic
def approve_publication(publication: Any, *, by: Actor, seen: int | None = None) -> Any:
    """同意公开, by somebody who had no hand in the text (P8): what the preview showed is public from now on.

    The words that stay hidden are gone from the text under work, too. Raises Refused `not_public` when the consent was
    taken back in the meantime.
    """
    _may(publication.record)
    press = press_of(publication)
    text, before = queries.proof(publication).text, queries.versions(publication)
    number = before[0].number + 1 if before else 1
    since = before[0].since if before and publication.current else clock.now()
    why, facts = publication.why, press.facts(publication.record)
    changes = {**facts, **text, "current": number, "why": "", "down_why": ""}
    _move(publication, "approve", by=by, seen=seen, changes=changes)
    _live(publication).update(live=False)
    press.text(
        county=publication.county, publication=publication, number=number, **text, **{name: facts[name] for name in press.keeps},
        why=why, at=clock.now(), since=since, made_by=publication.proposed_by, approved_by=by.id,
    ).save()  # fmt: skip
    _tell_maker(publication, by=by, words=gettext_lazy("送审的文字已公开"))
    return publication


@transaction.atomic
def refuse_publication(publication: Any, *, by: Actor, note: str, seen: int | None = None) -> Any:
    """退回修改, with what to change."""
    if not note.strip():
        raise ValidationError({"note": _("请写明改哪里。")})
    _move(publication, "refuse", by=by, seen=seen, note=note.strip(), changes={"second_id": None})
    _tell_maker(publication, by=by, words=gettext_lazy("要公开的文字被退回修改"))
    return publication


@transaction.atomic
def amend_publication(publication: Any, *, by: Actor, why: str, seen: int | None = None) -> Any:
    """更正: the present text stays public until the corrected one is approved; `why` will be public, too.

    What the record says anew since then stands in the text to begin with.
    """
    if not why.strip():
        raise ValidationError({"why": _("请写明更正什么，公众会看到这句话。")})
    why, record, press = queries.hide(why.strip()), publication.record, press_of(publication)
    begun = press.begin(record)
    changes = {name: begun[name] for name in press.renewed(record)} | {"why": why, "second_id": None}
    return _move(publication, "amend", by=by, seen=seen, reason=why, changes=changes)


@transaction.atomic
def take_down(publication: Any, *, by: Actor, down_why: str, note: str = "", seen: int | None = None) -> Any:
    """撤下 by the office, at once. When the asker asked for it, their consent ends, so that it is not made public again."""
    if down_why not in {ASKED, WRONG, OLD}:
        raise ValidationError({"down_why": _("请选一个原因。")})
    _put_down(publication, "take_down", by=by, down_why=down_why, note=note, seen=seen)
    if down_why == ASKED:
        _end_consent(publication.record, by=by)
    return publication


@transaction.atomic
def ask_take_down(record: Any, *, by: Actor) -> Any:
    """The asker does not want it public (any more): taken down at once, no approval needed, the office is told.

    `by` is the asker of this record (`core.access.asker_actor`). Their consent ends, whether something was public or not.
    Returns the publication, None where there was none.
    """
    if by.asks != record.pk:
        raise PermissionDenied
    publication = queries.of_record(record)
    if publication and publication.state != "down":
        _put_down(publication, "withdraw", by=by, down_why=ASKED)
        _tell_writers(publication, by=by, words=gettext_lazy("本人要求撤下公开的文字，已撤下"))
    _end_consent(record, by=by)
    return publication


def keep_in_line(record: Any) -> None:
    """Take down what may not be public any more, after the record was corrected, got another type or ended otherwise."""
    why = press_of(record).why_never(record)
    publication = queries.of_record(record) if why else None
    if publication and publication.state != "down" and why:
        by = system_actor("routine", record.county)
        _put_down(publication, "rule_out", by=by, down_why=RULE, note=say(why))
        _tell_writers(publication, by=by, words=gettext_lazy("公开的文字已自动撤下"))


def tell_of_answer(record: Any, *, by: Actor) -> None:
    """An answer went out whose record is public: who writes its public text hears that the public does not read it yet."""
    publication = queries.of_record(record)
    if publication and publication.current:
        _tell_writers(publication, by=by, words=gettext_lazy("答复发出了，公众还看不到，请更正公开的文字"))


@transaction.atomic
def revive_publication(publication: Any, *, by: Actor, seen: int | None = None) -> Any:
    """重新拟稿 after it was taken down; it needs the asker's consent and an approval like the first time."""
    record, press = publication.record, press_of(publication)
    _may(record)
    kept = all(getattr(publication, name) for name in press.needed(record))
    names = press.renewed(record) if kept else press.names
    changes = {name: press.begin(record)[name] for name in names} | {"second_id": None, "down_why": ""}
    return _move(publication, "revive", by=by, seen=seen, changes=changes)


def _put_down(
    publication: Any, action: str, *, by: Actor, down_why: str, note: str = "", seen: int | None = None
) -> None:
    """Nothing of it is public from now on, and the text under work keeps nothing that was hidden."""
    changes = {**queries.proof(publication).text, "current": 0, "down_why": down_why, "why": ""}
    reason = say(type(publication).Down(down_why).label)
    _move(publication, action, by=by, seen=seen, changes=changes, note=note, reason=reason)
    _live(publication).update(live=False)


def _live(publication: Any) -> Any:
    return press_of(publication).text.objects.filter(county=publication.county, publication=publication, live=True)


def _end_consent(record: Any, *, by: Actor) -> None:
    """The asker's consent to publishing ends; a form that was opened before notices it."""
    if not record.may_publish:
        return
    rows = type(record).objects.filter(county=record.county, id=record.pk)
    rows.update(may_publish=False, version=F("version") + 1)
    record.may_publish, record.version = False, record.version + 1
    audit.record(
        by=by, action="consent.end", kind=record._meta.label_lower, subject=record.pk, label=record.number,
        changes={"may_publish": (True, False)},
    )  # fmt: skip


def _tell_second(publication: Any, *, by: Actor) -> None:
    approve = press_of(publication).table["approve"].permission
    _tell(publication, publication.second_id, approve, by=by, words=gettext_lazy("有要公开的文字等您审核"))


def _tell_writers(publication: Any, *, by: Actor, words: Promise) -> None:
    edit = press_of(publication).table["edit"]
    _tell(publication, publication.lead_id or publication.desk_id, edit.permission, by=by, words=words)


def _tell(publication: Any, unit: UUID | None, permission: Permission, *, by: Actor, words: Promise) -> None:
    """One message to each holder of a permission in a unit; it names the record by its number alone."""
    if unit:
        accounts = holders(permission, {unit})[unit] - press_of(publication).apart(publication.record)
        _send(publication, accounts, by=by, words=words)


def _tell_maker(publication: Any, *, by: Actor, words: Promise) -> None:
    maker = publication.proposed_by
    _send(publication, {maker} if maker else set(), by=by, words=words)


def _send(publication: Any, accounts: set[Any], *, by: Actor, words: Promise) -> None:
    text, path = joined([words, publication.record.number], " "), publication.get_absolute_url()
    outbox.tell(accounts, by=by, event="publication", text=text, path=path, subject=publication.id)
