"""The report of a period: its text, the texts that were signed with their figures, comments, the files that left the house."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.casework.models import Topic
from gongyi.core.county import CountyForeignKey, CountyModel
from gongyi.core.figures import Period
from gongyi.core.workflow import Step, Tracked
from gongyi.network.models import Unit

STATES = ["drawn", "draft", "asked", "checked", "signed", "corrected", "withdrawn"]
FIXED = ["signed", "corrected"]
NUMBERS, TEXT = "numbers", "text"  # what a correction corrected


HEAD = (
    "official",
    "addressee",
    "office_no",
    "urgency",
    "copies",
    "attending",
    "excused",
    "observing",
    "sealed",
    "annexed",
)


class Report(Tracked):
    """What a unit reports of a period. Its parts are under work; `current` is the number of the text that was signed last, 0 for none."""

    class Kind(models.TextChoices):
        SUMMARY = "summary", _("工作总结")
        PLAN = "plan", _("工作计划")
        TOPIC = "topic", _("专报")
        SPEECH = "speech", _("发言")

    class Official(models.TextChoices):
        NONE = "none", _("普通格式，不带红头")
        NOTICE = "notice", pgettext_lazy("公文", "通知")
        REPORT = "report", pgettext_lazy("公文", "报告")
        LETTER = "letter", pgettext_lazy("公文", "函")
        MINUTES = "minutes", pgettext_lazy("公文", "纪要")

    class Urgency(models.TextChoices):
        NONE = "", _("平件")
        FAST = "加急", _("加急")
        FASTEST = "特急", _("特急")

    number = models.CharField(_("文稿编号"), max_length=24)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False, verbose_name=_("单位"))
    first = models.DateField(_("从哪天"))
    last = models.DateField(_("到哪天"))
    kind = models.CharField(_("写什么"), max_length=8, choices=Kind, default=Kind.SUMMARY)
    official = models.CharField(_("格式"), max_length=8, choices=Official, default=Official.NONE)
    title = models.CharField(_("标题"), max_length=80)
    addressee = models.CharField(_("主送单位"), max_length=120, blank=True)
    office_no = models.CharField(_("发文字号"), max_length=40, blank=True)
    urgency = models.CharField(_("紧急程度"), max_length=4, choices=Urgency, blank=True)
    copies = models.CharField(_("抄送"), max_length=300, blank=True)
    attending = models.CharField(_("出席"), max_length=500, blank=True)
    excused = models.CharField(_("请假"), max_length=500, blank=True)
    observing = models.CharField(_("列席"), max_length=500, blank=True)
    sealed = models.BooleanField(_("打印后盖章"), default=False)
    annexed = models.BooleanField(_("附“数字怎么数”"), default=True)
    topic = CountyForeignKey(Topic, models.PROTECT, null=True, blank=True, verbose_name=_("哪一类事"))
    second = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", db_index=False, null=True, blank=True, verbose_name=_("核对单位")
    )
    current = models.PositiveSmallIntegerField(default=0)
    why = models.CharField(_("更正了什么"), max_length=200, blank=True)
    asked_by = models.UUIDField(null=True, blank=True)
    checked_by = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "number"], name="report_number"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="report_state"),
            models.CheckConstraint(condition=~Q(state__in=FIXED) | Q(current__gt=0), name="report_signed"),
            models.CheckConstraint(
                condition=Q(checked_by=None) | Q(asked_by=None) | ~Q(checked_by=F("asked_by")), name="report_two_people"
            ),
        ]
        indexes = [
            models.Index(fields=["county", "unit", "-changed_at"], name="report_list"),
            models.Index(fields=["county", "second", "state"], name="report_second"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def period(self) -> Period:
        return Period(self.first, self.last)

    def get_absolute_url(self) -> str:
        return f"/reports/{self.pk}/"

    def head(self) -> dict[str, Any]:
        """What stands around the text when it is printed."""
        return {name: getattr(self, name) for name in HEAD}

    def latest_text(self) -> str:
        """The whole text, for who was slower than somebody else."""
        parts = ReportPart.objects.filter(county=self.county, report=self.pk).order_by("position")
        return whole(self.title, ((part.heading, part.body) for part in parts if part.kind == ReportPart.Kind.TEXT))


def whole(title: str, parts: Iterable[tuple[str, str]]) -> str:
    """Title, headings and texts, one after the other."""
    return "\n\n".join([title, *("\n".join(filter(None, part)) for part in parts)])


class ReportPart(CountyModel):
    """One part under work: a heading and paragraphs with ties such as {{cases.received}}, or a table or picture made from figures.

    `drawn` is the text as the product drafted it.
    """

    class Kind(models.TextChoices):
        TEXT = "text", _("文字")
        TYPES = "types", _("按诉求类型的表")
        UNITS = "units", _("按单位的表")
        CHART = "chart", _("图")

    report = CountyForeignKey(Report, models.CASCADE, related_name="parts")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.TEXT)
    heading = models.CharField(_("小标题"), max_length=60, blank=True)
    body = models.TextField(_("文字"), max_length=20000, blank=True)
    drawn = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "report", "position"], name="reportpart_position")]


class ReportVersion(CountyModel):
    """A text as it was signed, with what its tables and its picture showed; never edited. Number 1 is the first, n+1 the correction n."""

    report = CountyForeignKey(Report, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=80)
    content = models.TextField()
    head = models.TextField(default="{}")
    digest = models.CharField(max_length=64)
    why = models.CharField(max_length=200, blank=True)
    counted_at = models.DateTimeField()
    signed_at = models.DateTimeField()
    written_by = models.UUIDField(null=True, blank=True)
    checked_by = models.UUIDField(null=True, blank=True)
    signed_by = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "report", "number"], name="reportversion_number"),
            models.CheckConstraint(
                condition=Q(signed_by=None) | ~Q(signed_by=F("written_by")), name="reportversion_signer"
            ),
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=F("written_by")), name="reportversion_checker"
            ),
        ]

    @property
    def correction(self) -> int:
        """Which correction this is; 0 for the first text."""
        return self.number - 1

    def blocks(self) -> list[dict[str, Any]]:
        """What was signed, as `queries.composing` makes it."""
        found: list[dict[str, Any]] = json.loads(self.content)
        return found

    def printed_head(self) -> dict[str, Any]:
        """What stood around the text when it was signed."""
        found: dict[str, Any] = {**self.report.head(), **json.loads(self.head)}
        return found


class ReportFigure(CountyModel):
    """A figure of a signed text: its value then, the formula, when it was counted, and a digest of the numbers of its records."""

    version = CountyForeignKey(ReportVersion, models.CASCADE, related_name="figures")
    figure = models.CharField(max_length=60)
    tie = models.CharField(max_length=120)
    name = models.CharField(max_length=60)
    scope = models.CharField(max_length=200)
    told = models.CharField(max_length=300, blank=True)
    formula = models.PositiveSmallIntegerField(default=0)
    value = models.CharField(max_length=60)
    counted_at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "version", "tie"], name="reportfigure_tie")]


class ReportComment(CountyModel):
    """What somebody who may see the report says about it or about one of its parts."""

    report = CountyForeignKey(Report, models.CASCADE, related_name="comments")
    position = models.PositiveSmallIntegerField(null=True, blank=True)
    text = models.CharField(_("批注"), max_length=500)
    by = models.UUIDField(null=True, blank=True)
    by_label = models.CharField(max_length=80)
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["county", "report", "at"], name="reportcomment_list")]


class ReportFile(CountyModel):
    """A file that left the house: its number, and digests of its text by which it is known again. `version` 0 is a draft."""

    number = models.CharField(max_length=32)
    report = CountyForeignKey(Report, models.SET_NULL, null=True, blank=True, related_name="files")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=4, choices=[("docx", "Word"), ("pdf", "PDF"), ("xlsx", "Excel")])
    digest = models.CharField(max_length=64)
    marks = models.TextField()
    at = models.DateTimeField()
    by = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "number"], name="reportfile_number")]


class ReportTemplate(CountyModel):
    """A county's own .docx with fields, beside the built-in layouts."""

    name = models.CharField(_("名称"), max_length=40)
    path = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = models.UUIDField(null=True, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "name"], condition=Q(active=True), name="reporttemplate_name")
        ]


class ReportStep(Step):
    """The timeline of a report."""

    report = CountyForeignKey(Report, models.CASCADE, related_name="steps")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "report", "seq"], name="reportstep_seq")]
