"""What a county sets for its casework: types with their limits, topics, reasons, answer templates, registers."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.core.county import CountyForeignKey, CountyModel
from gongyi.core.spans import SpanField
from gongyi.network.models import Unit

DEFAULTS = Path(__file__).parent.parent / "defaults.toml"  # what a new county begins with
BETWEEN = " / "  # stands between the levels of a topic's full name


class CaseType(CountyModel):
    """A kind of request with its limits; defaults follow public practice and are the county's to change."""

    code = models.CharField(_("代号"), max_length=12)
    name = models.CharField(_("诉求类型"), max_length=20)
    answer_span = SpanField(_("答复时限"), default="3w")
    urgent_span = SpanField(_("急事答复时限（水电气热等）"), default="24h")
    danger_span = SpanField(_("危急答复时限（生命财产）"), default="2h")
    sign_span = SpanField(_("签收时限"), default="24h")
    contact_span = SpanField(_("首次联系时限"), default="1w")
    return_span = SpanField(_("多久内可以退单"), default="7w")
    call_span = SpanField(_("回访时限"), default="3w")
    quiet_span = SpanField(_("没有异议多久自动办结"), default="7d")
    reopen_span = SpanField(_("办结后多久内可重新办理"), default="30d")
    needs_approval = models.BooleanField(_("答复须由别人审核"), default=False)
    separate_caller = models.BooleanField(_("回访须由别的单位来做"), default=False)
    call_share = models.PositiveSmallIntegerField(
        _("回访抽取比例（%）"), default=30, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    call_tries = models.PositiveSmallIntegerField(
        _("最多打几次回访电话"), default=3, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    soon_hours = models.PositiveSmallIntegerField(
        _("到期前多少小时提醒"), default=24, validators=[MaxValueValidator(240)]
    )
    late_hours = models.PositiveSmallIntegerField(
        _("超期后多少小时再提醒"), default=24, validators=[MaxValueValidator(240)]
    )
    hides_asker = models.BooleanField(_("对外隐去诉求人（举报）"), default=False)
    is_public = models.BooleanField(_("答复可以公开"), default=True)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(_("使用中"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "code"], name="casetype_code"),
            models.UniqueConstraint(
                fields=["county", "name"], name="casetype_name",
                violation_error_message=_("已经有这个名称的类型，可能已停用；停用的可以恢复。"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Who tipped somebody off could be told from the answer, so the answer stays inside."""
        if self.hides_asker and self.is_public:
            raise ValidationError({"is_public": _("隐去诉求人的类型，答复不能公开。请去掉其中一项。")})


_SAME_NAME = _("这一级已经有同名的分类，可能已停用；停用的可以恢复。")


class Topic(CountyModel):
    """What a request is about (事项分类), in three levels.

    `active` says whether it is offered: neither it nor one above it is retired. `full_name` names the way down to it.
    """

    LEVELS = 3

    parent = CountyForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    level = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(3)])
    name = models.CharField(_("事项分类"), max_length=40)
    full_name = models.CharField(max_length=130, editable=False)
    initials = models.CharField(max_length=60, blank=True, editable=False)
    position = models.PositiveSmallIntegerField(default=0)
    retired = models.BooleanField(pgettext_lazy("状态", "停用"), default=False)
    active = models.BooleanField(_("使用中"), default=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["county", "parent", "name"], name="topic_name", violation_error_message=_SAME_NAME
            ),
            models.UniqueConstraint(  # nulls are distinct on SQLite: a name of the first level needs its own
                fields=["county", "name"], condition=Q(parent=None), name="topic_top_name", violation_error_message=_SAME_NAME
            ),
            models.CheckConstraint(condition=Q(level__in=[1, 2, 3]), name="topic_level"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["county", "active", "level", "position"], name="topic_list")]

    def __str__(self) -> str:
        return self.full_name or self.name


class Reason(CountyModel):
    """A reason that staff choose from: editable, never free of words."""

    class Kind(models.TextChoices):
        DECLINE = "decline", _("不予受理")
        RETURN = "return", _("退单")
        EXTEND = "extend", _("延期")
        PARK = "park", _("挂账")
        REDO = "redo", _("重办")
        VOID = "void", _("作废")
        VISIT = "visit", _("多跑一趟")

    kind = models.CharField(_("用在哪里"), max_length=8, choices=Kind)
    text = models.CharField(_("理由"), max_length=120)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(_("使用中"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["county", "kind", "text"], name="reason_once",
                violation_error_message=_("这里已经有同样的理由，可能已停用；停用的可以恢复。"),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.text


class AnswerTemplate(CountyModel):
    """A text that an answer may begin with; words in 【】 are asked for, those in {} come from the case. Grouped by topic."""

    title = models.CharField(_("名称"), max_length=40)
    text = models.TextField(_("文字"), max_length=4000)
    type = CountyForeignKey(CaseType, models.SET_NULL, null=True, blank=True, verbose_name=_("用于哪类诉求"))
    topic = CountyForeignKey(Topic, models.SET_NULL, null=True, blank=True, verbose_name=_("用于哪类事项"))
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(_("使用中"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["county", "title"], name="answertemplate_title",
                violation_error_message=_("已经有同名的模板，可能已停用；停用的可以恢复。"),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class Register(CountyModel):
    """A unit that keeps a number series of its own; without one, the county's single series is used."""

    unit = models.ForeignKey(Unit, models.PROTECT, db_index=False, verbose_name=_("登记簿归哪个单位"))
    mark = models.CharField(
        _("编号前缀"), max_length=8,
        validators=[RegexValidator("^[A-Za-z0-9\u4e00-\u9fff]{1,8}\\Z", _("前缀用 1–8 个汉字、字母或数字，例如“东湖”。"))],
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["county", "unit"],
                name="register_unit",
                violation_error_message=_("这个单位已经有自己的登记簿。"),
            ),
            models.UniqueConstraint(
                fields=["county", "mark"], name="register_mark", violation_error_message=_("别的单位已经用了这个前缀。")
            ),
        ]

    def __str__(self) -> str:
        return self.mark
