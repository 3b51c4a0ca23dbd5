"""What a county sets for proposals: limits, reasons, result classes with their dates, categories, sessions."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.core.county import CountyModel
from gongyi.core.spans import SpanField

DEFAULTS = Path(__file__).parent.parent / "defaults.toml"  # what a new county begins with


class Limits(CountyModel):
    """How long each step may take; one row per county. Limits count for proposals that reach the step afterwards."""

    screen_span = SpanField(_("提交后多久审查完"), default="10w")
    sign_span = SpanField(_("交办后多久签收"), default="3w")
    return_span = SpanField(_("交办后多久内可以退办"), default="7w")
    answer_span = SpanField(_("交办后多久答复"), default="3m")
    longest_span = SpanField(_("延期以后，从交办起最长多久"), default="6m")
    co_span = SpanField(_("会办单位多久写出意见"), default="1m")
    rate_span = SpanField(_("答复后多久内评价"), default="1m")
    redo_span = SpanField(_("重办多久答复"), default="1m")
    redo_times = models.PositiveSmallIntegerField(
        _("不满意时自动重办几次"), default=1, validators=[MaxValueValidator(5)]
    )

    comments = models.BooleanField(_("平时提的、公开了的建议可以评论"), default=True)
    supports = models.BooleanField(_("平时提的、公开了的建议可以支持"), default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county"], name="proposallimits_one")]

    def __str__(self) -> str:
        return str(_("提案的时限"))


class Listed(CountyModel):
    """Base of what a county lists to choose from: in its own order, retired instead of deleted."""

    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(_("使用中"), default=True)

    class Meta:
        abstract = True


class Category(Listed):
    """What proposals are about, in the county's own words."""

    name = models.CharField(_("类别"), max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["county", "name"], name="proposalcategory_name",
                violation_error_message=_("已经有同名的类别，可能已停用；停用的可以恢复。"),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class Session(Listed):
    """A session (届次) to which proposals belong, such as the yearly meeting."""

    name = models.CharField(_("届次"), max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["county", "name"], name="proposalsession_name",
                violation_error_message=_("已经有同名的届次，可能已停用；停用的可以恢复。"),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class Cause(Listed):
    """A reason that staff choose from. `elsewhere` says where a proposal that is not filed can go instead; the proposer reads it."""

    class Kind(models.TextChoices):
        REFUSE = "refuse", pgettext_lazy("状态", "不立案")
        RETURN = "return", pgettext_lazy("状态", "退办")
        EXTEND = "extend", _("延期")
        REDO = "redo", _("重办")
        COMMENT = "comment", _("评论不显示")

    kind = models.CharField(_("用在哪里"), max_length=8, choices=Kind)
    text = models.CharField(_("理由"), max_length=120)
    elsewhere = models.CharField(_("可以找谁"), max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["county", "kind", "text"], name="proposalcause_once",
                violation_error_message=_("这里已经有同样的理由，可能已停用；停用的可以恢复。"),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        """Whoever is told no is told where else to go."""
        if self.kind == self.Kind.REFUSE and not self.elsewhere:
            raise ValidationError({"elsewhere": _("请写提出人可以找谁。")})


class ResultClass(CountyModel):
    """A result class (A, B, C …) from one day to another. Its words never change: a new wording is a new row from its day on.

    An answered proposal keeps the row that held on its day. `follows`: what an answer of this class has to say of what comes: it is
    done; it promises what is still to be done, so that the proposal is followed up until there is a second answer; or it says why
    it will not be done.
    """

    class Follows(models.TextChoices):
        DONE = "done", _("办成了，后面没有要做的事")
        PROMISE = "promise", _("还没办成：必须写明答应做什么、由谁做、哪天以前")
        DECLINED = "declined", _("不办或留作参考：必须写明为什么")

    code = models.CharField(_("代号"), max_length=4)
    name = models.CharField(_("意思"), max_length=60)
    follows = models.CharField(_("答复后面怎么样"), max_length=8, choices=Follows, default=Follows.PROMISE)
    since = models.DateField(_("从哪天起用"))
    until = models.DateField(_("用到哪天"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["county", "code"], condition=Q(until=None), name="resultclass_code",
                violation_error_message=_("这个代号正在用，请先停用原来的。"),
            ),
            models.CheckConstraint(condition=Q(follows__in=["done", "promise", "declined"]), name="resultclass_follows"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="resultclass_dates"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
