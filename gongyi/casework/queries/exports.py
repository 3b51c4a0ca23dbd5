"""What an export of a list holds: its columns, and each case's cells; names, phones and addresses only where they were asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qsl
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from gongyi.casework.models import Asker, Case, Export
from gongyi.casework.queries.lists import list_keys, wanted_of
from gongyi.casework.rules import can_see_asker, exports_judged_by, visible_to
from gongyi.casework.workflow import STATES
from gongyi.core.access import Actor
from gongyi.core.secrets import find_in_all, hide_private, mask_text
from gongyi.documents.tables import Cell, Row

BATCH = 500
_WITH = ("type", "topic", "area", "unit", "lead", "turn_unit")

# Lists of later apps, by the word that stands for them in the query: each gives at most so many keys of cases, one for each row.
lists: dict[str, Callable[[Actor, Mapping[str, str], int], list[UUID]]] = {}


def keys_of(by: Actor, query: str, most: int) -> list[UUID]:
    """The cases of the list that a query asks for, as this person may see them now."""
    facts = dict(parse_qsl(query))
    named = lists.get(facts.get("list", ""))
    return named(by, facts, most) if named else list_keys(by, wanted_of(facts), most)


def headers(*, contacts: bool = False) -> list[str]:
    """The columns, in order."""
    who = [_("姓名"), _("电话"), _("住址")] if contacts else []
    return [
        *who,
        _("工单编号"), _("外部工单号"), _("标题"), _("诉求类型"), _("事项分类"), _("所属区划"), _("来源渠道"), _("急不急"), _("状态"),
        _("轮到谁"), _("到期"), _("登记单位"), _("主办单位"), _("登记时间"), _("派单时间"), _("签收时间"), _("首次联系时间"),
        _("答复期限"), _("答复时间"), _("办结时间"), _("办理结果"), _("回访结果"), _("满意度"), _("退单次数"), _("重办次数"),
        _("诉求内容"), _("答复内容"),
    ]  # fmt: skip


def cells(by: Actor, keys: Sequence[UUID], *, contacts: bool = False) -> Iterator[Row]:
    """One row per case, in the order of the keys; a case that this person no longer may see is left out.

    With contacts, those that this person may see stand first; the rest of the row stays without.
    """
    return (row for _key, row in cells_by_key(by, keys, contacts=contacts))


def cells_by_key(by: Actor, keys: Sequence[UUID], *, contacts: bool = False) -> Iterator[tuple[UUID, list[Cell]]]:
    """The same, each with the key of its case."""
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        found = {case.id: case for case in visible_to(by).filter(id__in=batch).select_related(*_WITH)}
        askers = {row.case_id: row for row in Asker.objects.filter(county=by.county, case__in=list(found))}
        for key in batch:
            if case := found.get(key):
                asker = askers.get(key)
                yield key, (_who(by, case, asker) if contacts else []) + _row(case, asker)


def _who(by: Actor, case: Case, asker: Asker | None) -> list[Cell]:
    return [asker.name, asker.phone, asker.address] if asker and can_see_asker(by, case) else ["", "", ""]


def cases_with_contact(by: Actor, keys: list[UUID]) -> list[Case]:
    """The cases among these whose asker left a name or a phone that this person may see."""
    left = Asker.objects.filter(~Q(name_digest="") | ~Q(phone_digest=""), county=by.county, case__in=keys).values(
        "case"
    )
    return [case for case in visible_to(by).filter(id__in=left).select_related("type") if can_see_asker(by, case)]


def still_visible(by: Actor, keys: list[UUID]) -> bool:
    """Whether this person may see every one of these cases now."""
    keys = list(dict.fromkeys(keys))  # what was done twice stands twice
    batches = (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))
    return all(visible_to(by).filter(id__in=batch).count() == len(batch) for batch in batches)


def _row(case: Case, asker: Asker | None) -> list[Cell]:
    title, content, answer = nameless([case.title, case.content, case.answer if case.state != "drafted" else ""], asker)
    named = [str(row) if row else "" for row in (case.type, case.topic, case.area)]
    times = (
        case.recorded_at,
        case.assigned_at,
        case.signed_at,
        case.contacted_at,
        case.resident_due,
        case.answered_at,
        case.closed_at,
    )
    return [
        case.number, mask_text(case.external_no), title, *named, case.get_channel_display(),
        case.get_urgency_display(), str(STATES[case.state].label), str(case.turn_unit or ""), _moment(case.turn_due),
        str(case.unit), str(case.lead or ""), *map(_moment, times), case.get_outcome_display(), case.get_call_result_display(),
        case.get_rating_display(), case.returns, case.redos, content, answer,
    ]  # fmt: skip


def nameless(texts: list[str], asker: Asker | None) -> list[str]:
    """The texts of one case without anybody's name, number, plate or house; the asker's own words are known."""
    own = {"name": [asker.name], "phone": [asker.phone], "address": [asker.address]} if asker else {}
    return [hide_private(text, found) for text, found in zip(texts, find_in_all(texts, own), strict=True)]


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def exports_of(by: Actor) -> QuerySet[Export]:
    """The person's exports, the newest first."""
    return Export.objects.filter(county=by.county, account=by.key).order_by("-asked_at", "-id")


def fetch_export(by: Actor, key: UUID) -> Export:
    """One of the person's own exports. Raises Http404 for any other."""
    found = exports_of(by).filter(id=key).first()
    if found is None:
        raise Http404
    return found


def exports_to_judge(by: Actor) -> QuerySet[Export]:
    """The exports with contacts that wait for this person's word, the longest waiting first."""
    return exports_judged_by(by).select_related("second").order_by("asked_at", "id")


def fetch_judged(by: Actor, key: UUID) -> Export:
    """One that waits for this person's word. Raises Http404 for any other."""
    found = exports_to_judge(by).filter(id=key).first()
    if found is None:
        raise Http404
    return found
