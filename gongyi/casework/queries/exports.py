"""What an export of a list holds: its columns, and each case's cells; names, phones and addresses only where they were asked for."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from gongyi.casework.models import Asker, Case
from gongyi.casework.queries.lists import list_keys, wanted_of
from gongyi.casework.rules import can_see_asker, visible_to
from gongyi.casework.workflow import STATES
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.secrets import find_in_all, hide_private, mask_text
from gongyi.documents.tables import Cell
from gongyi.network.models import Unit
from gongyi.people.queries.exports import Contacts, Exported

BATCH = 500
_WITH = ("type", "topic", "area__parent", "unit", "lead__parent", "turn_unit")


def contact_headers() -> list[str]:
    """The columns of who asked."""
    return [_("姓名"), _("电话"), _("住址")]


def headers() -> list[str]:
    """The columns, in order."""
    return [
        _("工单编号"), _("外部工单号"), _("标题"), _("诉求类型"), _("事项分类"), _("所属区划"), _("来源渠道"), _("急不急"), _("状态"),
        _("轮到谁"), _("到期"), _("登记单位"), _("主办单位"), _("登记时间"), _("派单时间"), _("签收时间"), _("首次联系时间"),
        _("答复期限"), _("答复时间"), _("办结时间"), _("办理结果"), _("回访结果"), _("满意度"), _("退单次数"), _("重办次数"),
        _("诉求内容"), _("答复内容"),
    ]  # fmt: skip


def cells_by_key(by: Actor, keys: Sequence[UUID]) -> Iterator[tuple[UUID, list[Cell]]]:
    """(key, row) of each case in the order of the keys; a case that this person no longer may see is left out."""
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        found = {case.id: case for case in visible_to(by).filter(id__in=batch).select_related(*_WITH)}
        askers = _askers(by, list(found))
        for key in batch:
            if case := found.get(key):
                yield key, _row(case, askers.get(key))


def _askers(by: Actor, keys: list[UUID]) -> dict[UUID, Asker]:
    return {row.case_id: row for row in Asker.objects.filter(county=by.county, case__in=keys)}


def _who(by: Actor, keys: list[UUID]) -> dict[UUID, list[Cell]]:
    """The contacts of those askers that this person may see."""
    rows = visible_to(by).filter(id__in=keys).select_related("type")
    seen, askers = {case.id for case in rows if can_see_asker(by, case)}, _askers(by, keys)
    return {key: [one.name, one.phone, one.address] for key, one in askers.items() if key in seen}


def _with_contact(by: Actor, keys: list[UUID]) -> list[tuple[UUID, str]]:
    """The cases among these whose asker left a name or a phone that this person may see."""
    left = Asker.objects.filter(~Q(name_digest="") | ~Q(phone_digest=""), county=by.county, case__in=keys)
    rows = visible_to(by).filter(id__in=left.values("case")).select_related("type")
    return [(case.id, case.number) for case in rows if can_see_asker(by, case)]


def _keys(by: Actor, facts: Mapping[str, str], most: int) -> list[UUID]:
    return list_keys(by, wanted_of(facts), most)


CASES = Exported(_keys, Contacts(P.CASE_CONTACT, contact_headers, _who, _with_contact, "casework.asker"))


def _row(case: Case, asker: Asker | None) -> list[Cell]:
    title, content, answer = nameless([case.title, case.content, case.answer if case.state != "drafted" else ""], asker)
    named = [str(row or "") for row in (case.type, case.topic)]
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
        case.number, mask_text(case.external_no), title, *named, _placed(case.area), case.get_channel_display(),
        case.get_urgency_display(), str(STATES[case.state].label), str(case.turn_unit or ""), _moment(case.turn_due),
        str(case.unit), _placed(case.lead), *map(_moment, times), case.get_outcome_display(), case.get_call_result_display(),
        case.get_rating_display(), case.returns, case.redos, content, answer,
    ]  # fmt: skip


def _placed(unit: Unit | None) -> str:
    """The name of a unit, behind its township's, as several townships have a village or an office of one name."""
    parent = unit.parent if unit else None
    return f"{parent.name if parent and parent.tier == Unit.Tier.TOWNSHIP else ''}{unit or ''}"


def nameless(texts: list[str], asker: Asker | None) -> list[str]:
    """The texts of one case without anybody's name, number, plate or house; the asker's own words are known."""
    own = {"name": [asker.name], "phone": [asker.phone], "address": [asker.address]} if asker else {}
    return [hide_private(text, found) for text, found in zip(texts, find_in_all(texts, own), strict=True)]


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
