"""Who looked at the data of whoever sent a record, as they read it themselves."""

from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.core.models import AccessRow
from gongyi.people.models import Looked, Purpose

_WHAT: dict[str, Promise] = {
    Looked.CONTACT: gettext_lazy("您的姓名和联系方式"), Looked.NAME: gettext_lazy("您的姓名"),
    Looked.PHONE: gettext_lazy("您的电话"), Looked.ADDRESS: gettext_lazy("您的住址"),
    Looked.TEXT: gettext_lazy("您写的原文里的号码"), Looked.FILE: gettext_lazy("这件事的照片或文件"),
}  # fmt: skip
_WHY: dict[str, Promise] = {
    Purpose.CONTACT: gettext_lazy("联系您"), Purpose.CALL: gettext_lazy("问您满不满意"), Purpose.CHECK: gettext_lazy("核对信息"),
    Purpose.CORRECT: gettext_lazy("更正记录"), Purpose.APPROVE: gettext_lazy("审核答复"), Purpose.HANDLE: gettext_lazy("办这件事"),
    Purpose.REVIEW: gettext_lazy("督办"), Purpose.REQUEST: gettext_lazy("答复您的查询"),
}  # fmt: skip


def looks(county: int, subject: UUID) -> list[str]:
    """Who looked at the sender's data in this record, newest first: "10月3日 上午，东湖镇的工作人员看过您的电话，为了联系您"."""
    rows = AccessRow.objects.filter(county=county, subject=subject).order_by("-at", "-id")[:100]
    return [_look(row) for row in rows]


def _look(row: AccessRow) -> str:
    at = timezone.localtime(row.at)
    half = _("上午") if at.hour < 12 else _("下午")  # noqa: PLR2004 - noon
    return _("%(month)d月%(day)d日 %(half)s，%(unit)s的工作人员看过%(what)s，为了%(why)s") % {
        "month": at.month, "day": at.day, "half": half, "unit": row.unit_label,
        "what": _WHAT[row.fields], "why": _WHY[row.purpose],
    }  # fmt: skip
