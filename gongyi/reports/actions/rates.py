"""Formulas are followed by new versions; cases are left out of a rate by two people, each change with its audit row."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from gongyi.casework.models import Case
from gongyi.core import audit, clock, figures
from gongyi.core.access import Actor
from gongyi.core.errors import Refused
from gongyi.core.figures import Rate
from gongyi.reports.models import Formula, LeftOut
from gongyi.reports.queries.rates import as_rate, in_words, versions
from gongyi.reports.rules.rates import can_ask_left_out, can_edit_formulas, can_end_left_out, can_judge_left_out

SHORTEST = 5  # characters of a reason


@transaction.atomic
def set_formula(*, by: Actor, rate: str, above: list[str], below: list[str], since: date, why: str) -> Formula:
    """A rate's next version, in force from a day that is not before the last version's.

    Raises PermissionDenied; KeyError for an unknown rate; ValidationError by field for figures that are no counts, that judge what came in, or a day too early.
    """
    if not can_edit_formulas(by):
        raise PermissionDenied
    shipped = figures.figure(rate)
    if not isinstance(shipped, Rate):
        raise KeyError(rate)
    _check_parts({"above": above, "below": below})
    known = versions(by.county, rate)
    if known and since <= known[0].since:
        raise ValidationError(
            {"since": _("上一版从 %(day)s 起用，新的一版要晚于它。") % {"day": known[0].since.isoformat()}}
        )
    row = Formula(
        county=by.county, rate=rate, version=known[0].version + 1 if known else 1, above=" ".join(above), below=" ".join(below),
        since=since, why=why.strip(), by=by.id, by_label=by.name, at=clock.now(),
    )  # fmt: skip
    row.full_clean()
    row.save()
    before = as_rate(known[0]) if known else shipped
    change = {"formula": (in_words(before.above, before.below), in_words(above, below))}
    audit.record(
        by=by, action="set_formula", kind="reports.formula", subject=row.id, label=str(shipped.name), changes=change
    )
    return row


def _check_parts(parts: dict[str, list[str]]) -> None:
    for field, keys in parts.items():
        known = {one.id: one for one in figures.base_figures() if one.source.opens == "case"}
        if not keys or not all(key in known for key in keys):
            raise ValidationError({field: _("请至少选一项，只能选直接数出来的数。")})
        if any(known[key].stock for key in keys):
            raise ValidationError(
                {
                    field: _("“%(name)s”是期末的数，不能和期间的数相除。")
                    % {"name": next(known[key].name for key in keys if known[key].stock)}
                }
            )
    if judged := next((why for key in parts["above"] if (why := figures.no_judgement(key))), ""):
        raise ValidationError({"above": judged})


@transaction.atomic
def ask_left_out(*, by: Actor, rate: str, case: Case, reason: str) -> LeftOut:
    """Ask to leave a case out of a rate, with a reason; nothing changes until somebody else agrees.

    Raises PermissionDenied; ValidationError for a reason too short; Refused `asked` where it was asked already, `not_counted` where the rate does not count it.
    """
    if not can_ask_left_out(by, case):
        raise PermissionDenied
    if len(reason.strip()) < SHORTEST:
        raise ValidationError({"reason": _("请写清楚为什么这一件不该算，至少 %(n)d 个字。") % {"n": SHORTEST}})
    if LeftOut.objects.filter(county=by.county, rate=rate, case=case, ended_at=None).exists():
        raise Refused("asked", _("这一件已经提过了。"), _("请等别人判断，或先撤回原来的。"))
    now = clock.now()
    row = LeftOut(
        county=by.county, rate=rate, case=case, reason=reason.strip(), asked_by=by.id, asked_label=by.name, asked_at=now
    )
    row.full_clean(exclude=["case"])
    row.save()
    audit.record(by=by, action="ask_left_out", kind="casework.case", subject=case.id, label=case.number)
    return row


@transaction.atomic
def judge_left_out(row: LeftOut, *, by: Actor, agreed: bool, note: str = "") -> LeftOut:
    """同意剔除 or not: by somebody who did not ask. Raises PermissionDenied; Refused `judged` where it was judged or taken back in between."""
    if not can_judge_left_out(by, row):
        raise PermissionDenied
    open_ = LeftOut.objects.filter(county=by.county, id=row.id, agreed=None, ended_at=None)
    ended = {} if agreed else {"ended_at": clock.now()}
    if not open_.update(
        agreed=agreed, judged_by=by.id, judged_label=by.name, judged_at=clock.now(), note=note.strip()[:200], **ended
    ):
        raise Refused("judged", _("这一件已经有人判断过，或者撤回了。"), _("请看看现在的情况。"))
    audit.record(
        by=by,
        action="judge_left_out",
        kind="casework.case",
        subject=row.case_id,
        label=row.case.number,
        changes={"agreed": ("", agreed)},
    )
    row.refresh_from_db()
    return row


@transaction.atomic
def end_left_out(row: LeftOut, *, by: Actor) -> LeftOut:
    """Take it back: the case counts in both lines again. Raises PermissionDenied; Refused `ended` where it was ended already."""
    if not can_end_left_out(by, row):
        raise PermissionDenied
    if not LeftOut.objects.filter(county=by.county, id=row.id, ended_at=None).update(ended_at=clock.now()):
        raise Refused("ended", _("已经撤回了。"))
    audit.record(by=by, action="end_left_out", kind="casework.case", subject=row.case_id, label=row.case.number)
    row.refresh_from_db()
    return row
