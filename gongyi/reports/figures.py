"""The figures of reports: corrections of what was signed. A signed text stays; each correction has a number and counts once.

It counts for the unit whose report it is, in the month in which the corrected text was signed. What was corrected is not typed but
found: whether a number differs from that of the text before.
"""

from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.core.figures import CORRECTED, Figure, Source, Split, register, register_splits
from gongyi.reports.models import ReportFigure, ReportVersion
from gongyi.reports.models.report import NUMBERS, TEXT

_BEFORE = ReportFigure.objects.filter(
    county=OuterRef("county"), version__report=OuterRef("version__report"), version__number=OuterRef("version__number") - 1, tie=OuterRef("tie")
).exclude(value=OuterRef("value"))  # fmt: skip
_OTHER_NUMBER = ReportFigure.objects.filter(Exists(_BEFORE), county=OuterRef("county"), version=OuterRef("pk"))


def _corrections(county: int) -> QuerySet[Any]:
    """The corrected texts of the county's reports, those of withdrawn ones too: the error was made."""
    rows: Any = ReportVersion.objects.filter(county=county, number__gt=1)
    what = Case(When(Exists(_OTHER_NUMBER), then=Value(NUMBERS)), default=Value(TEXT), output_field=CharField())
    found: QuerySet[Any] = rows.annotate(counts_for=F("report__unit"), corrected=what)
    return found


corrections = Source(
    _corrections, "counts_for", "signed_at", record="report", number="report__number", opens="report", group=CORRECTED, splits={"corrected": "corrected"}
)  # fmt: skip

_CORRECTED = Figure("reports.corrected", pgettext_lazy("数字", "更正报告"), _("期间内签发的编号更正：签发过的报告改了数字或文字，按更正签发的日期"), corrections,
    measure=_("次"), words=("报告更正", "更正报告数", "数字更正"), error=True,
)  # fmt: skip


def register_figures() -> None:
    """Add the figures of reports."""
    told = {NUMBERS: _("数字不一样了"), TEXT: _("只改了文字")}
    register_splits(Split("corrected", _("更正了什么"), lambda _county: told))
    register(_CORRECTED)
