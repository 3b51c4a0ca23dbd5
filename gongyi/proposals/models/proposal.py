"""A proposal and everything that hangs on it."""

from datetime import datetime
from typing import Any, NamedTuple, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.core.county import CountyForeignKey, CountyModel
from gongyi.core.search import SearchedModel
from gongyi.core.secrets import EncryptedField, mask_text
from gongyi.core.spans import SpanField
from gongyi.core.workflow import Conflict, Step, Tracked
from gongyi.network.models import Participation, Unit
from gongyi.network.models import unit_column as _unit
from gongyi.people.models import Identity
from gongyi.proposals.models.call import Call
from gongyi.proposals.models.setting import Category, ResultClass, Session

OPEN = [
    "draft",
    "submitted",
    "screening",
    "sent_back",
    "filed",
    "assigned",
    "signed",
    "returned",
    "talking",
    "consulting",
]
OPEN += ["extending", "drafting", "reviewing", "auditing", "replied", "redo", "following"]
ENDED = ["merged", "not_filed", "passed_on", "withdrawn", "closed", "archived"]


class Rating(models.TextChoices):
    """What the proposer says; 基本满意 is counted by itself."""

    GOOD = "good", _("满意")
    FAIR = "fair", _("基本满意")
    BAD = "bad", _("不满意")


class Proposal(SearchedModel, Tracked):
    """A suggestion: what is the matter, what should be done, where it stands, whose turn it is and by when, how it was answered."""

    class Kind(models.TextChoices):
        SINGLE = "single", _("个人提案")
        JOINT = "joint", _("联名提案")
        COLLECTIVE = "collective", _("集体提案")

    number = models.CharField(_("案号"), max_length=24)
    external_no = models.CharField(_("原案号"), max_length=60, blank=True)
    title = models.CharField(_("案由"), max_length=60)
    analysis = models.TextField(_("情况分析"), max_length=20000)
    suggestions = models.TextField(_("具体建议"), max_length=20000, blank=True)
    kind = models.CharField(_("提案形式"), max_length=10, choices=Kind, default=Kind.SINGLE)
    category = CountyForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name=_("类别"))
    session = CountyForeignKey(Session, models.PROTECT, null=True, blank=True, verbose_name=_("届次"))
    call = CountyForeignKey(Call, models.PROTECT, null=True, blank=True, verbose_name=_("哪个征集"))
    may_publish = models.BooleanField(_("提出人同意公开"), default=False)
    key = models.BooleanField(_("重点提案"), default=False)
    led_by = models.CharField(_("领办的岗位"), max_length=40, blank=True)
    # The proposal into which this one was merged, and the one from which it was split off.
    first = CountyForeignKey("self", models.PROTECT, null=True, blank=True, related_name="followers")
    parent = CountyForeignKey("self", models.PROTECT, null=True, blank=True, related_name="pieces")
    code = models.CharField(max_length=64, blank=True)
    question = models.TextField(_("想问提出人"), max_length=2000, blank=True)

    unit = _unit(_("登记单位"))
    desk = _unit(_("审查交办单位"))
    lead = _unit(_("主办单位"), null=True, blank=True)
    second = _unit(_("签发单位"), null=True, blank=True)
    supervisor = _unit(_("督办单位"), null=True, blank=True)
    proposed = _unit(_("退办时建议的单位"), null=True, blank=True)
    turn_unit = _unit(_("轮到谁"), null=True, blank=True)
    turn_due = models.DateTimeField(null=True, blank=True)
    # Where a merger put another unit into `unit` or `lead`: the one that was there, for which figures of its time count (P16).
    counted_unit = _unit("", null=True, blank=True)
    counted_lead = _unit("", null=True, blank=True)

    recorded_by = models.UUIDField(null=True, blank=True)
    recorded_at = models.DateTimeField(_("登记时间"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    filed_at = models.DateTimeField(_("立案时间"), null=True, blank=True)
    assigned_at = models.DateTimeField(_("交办时间"), null=True, blank=True)
    signed_at = models.DateTimeField(_("签收时间"), null=True, blank=True)
    replied_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    # The first answer and its limit then: later answers have limits of their own and change nothing that was counted.
    first_at = models.DateTimeField(_("首次答复时间"), null=True, blank=True)
    first_due = models.DateTimeField(null=True, blank=True)
    rated_at = models.DateTimeField(_("评价时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    span = SpanField(_("答复期限多长"), blank=True)
    unit_from = models.DateTimeField(null=True, blank=True)
    unit_due = models.DateTimeField(_("办结期限"), null=True, blank=True)
    longest_due = models.DateTimeField(_("最迟到哪天"), null=True, blank=True)
    co_due = models.DateTimeField(_("会办意见期限"), null=True, blank=True)
    rate_due = models.DateTimeField(_("评价期限"), null=True, blank=True)
    asked_due = models.DateTimeField(_("申请延到"), null=True, blank=True)
    asked_by = models.UUIDField(null=True, blank=True)

    opinion = models.TextField(_("审查意见"), max_length=2000, blank=True)
    cause = models.CharField(_("没有立案的理由"), max_length=120, blank=True)
    elsewhere = models.CharField(_("可以找谁"), max_length=200, blank=True)
    draft = models.TextField(_("答复草稿"), max_length=20000, blank=True)
    answer = models.TextField(_("答复内容"), max_length=20000, blank=True)
    reply_no = models.CharField(_("答复文号"), max_length=40, blank=True)
    contact = models.CharField(_("承办单位联系方式"), max_length=80, blank=True)
    declined_why = models.CharField(_("为什么不办"), max_length=300, blank=True)
    result = CountyForeignKey(ResultClass, models.PROTECT, null=True, blank=True, verbose_name=_("办理结果"))
    drafted_by = models.UUIDField(null=True, blank=True)
    answered_by = models.UUIDField(null=True, blank=True)
    approved_by = models.UUIDField(null=True, blank=True)
    manner = models.CharField(_("办理态度"), max_length=4, choices=Rating, blank=True)
    rating = models.CharField(_("对办理结果满意吗"), max_length=4, choices=Rating, blank=True)
    talks = models.PositiveSmallIntegerField(default=0)
    met = models.PositiveSmallIntegerField(default=0)
    extensions = models.PositiveSmallIntegerField(default=0)
    returns = models.PositiveSmallIntegerField(default=0)
    redos = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "number"], name="proposal_number"),
            models.CheckConstraint(condition=Q(state__in=OPEN + ENDED), name="proposal_state"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, closed_at=None) | Q(state__in=ENDED, closed_at__isnull=False),
                name="proposal_closed_at",
            ),
            models.CheckConstraint(condition=~Q(state="merged") | Q(first__isnull=False), name="proposal_merged_into"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("answered_by")),
                name="proposal_maker_not_approver",
            ),
        ]
        indexes = [
            models.Index(fields=["county", "state", "turn_due"], name="proposal_wake"),
            models.Index(fields=["county", "recorded_at"], name="proposal_recorded"),
            models.Index(fields=["county", "assigned_at"], name="proposal_assigned"),
            models.Index(fields=["county", "filed_at"], name="proposal_filed"),
            models.Index(fields=["county", "first_at"], name="proposal_first_answer"),
            models.Index(fields=["county", "rated_at"], name="proposal_rated"),
            models.Index(fields=["county", "closed_at"], name="proposal_closed"),
            models.Index(fields=["county", "first"], name="proposal_first", condition=Q(first__isnull=False)),
            models.Index(fields=["county", "parent"], name="proposal_parent", condition=Q(parent__isnull=False)),
            models.Index(fields=["county", "call"], name="proposal_call", condition=Q(call__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return f"/proposals/{self.pk}/"

    def latest_text(self) -> str:
        """What the 409 page shows as the other side's text: what came with the last step, else what stands in the proposal."""
        last = ProposalStep.objects.filter(county=self.county, proposal=self.pk).order_by("-seq")
        return mask_text(last.values_list("note", flat=True).first() or self.draft or self.answer or self.suggestions)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @cached_property
    def taking_part(self) -> "list[Taking]":
        """The units that take part or took part, the oldest first."""
        rows = ProposalPart.objects.filter(county=self.county, proposal=self).order_by("since", "id")
        return [Taking.of(*row) for row in rows.values_list(*TAKING)]

    @property
    def helpers(self) -> "list[Taking]":
        """The co-handling and separate units of now."""
        return [taking for taking in self.taking_part if taking.part in HELPING and taking.until is None]

    @property
    def helping(self) -> frozenset[UUID]:
        """Their keys, as a place of the table of moves."""
        return frozenset(taking.unit.id for taking in self.helpers)


class Author(SearchedModel, Identity):
    """Who stands behind a proposal: the proposer (place 0) and the co-signers, in this proposal alone. Proposals share no person."""

    class Signed(models.TextChoices):
        ASKED = "asked", _("等本人确认")
        YES = "yes", _("本人确认了")
        NO = "no", _("本人不联名")

    proposal = CountyForeignKey(Proposal, models.CASCADE, related_name="authors")
    place = models.PositiveSmallIntegerField(default=0)
    signed = models.CharField(_("联名确认"), max_length=5, choices=Signed, default=Signed.ASKED)
    code = models.CharField(max_length=64, blank=True)
    resident = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "proposal", "place"], name="proposalauthor_place")]
        indexes = [
            models.Index(fields=["county", "tail_digest", "name_digest"], name="proposalauthor_lookup"),
            models.Index(fields=["county", "resident"], name="proposalauthor_own", condition=Q(resident__isnull=False)),
        ]


class Sketch(CountyModel):
    """A suggestion that a resident has not finished: found again by its number and code, seen by no office, gone after a month."""

    number = models.CharField(max_length=24)
    code = models.CharField(max_length=64)
    kind = models.CharField(_("提案形式"), max_length=10, choices=Proposal.Kind, default=Proposal.Kind.SINGLE)
    call = CountyForeignKey(Call, models.SET_NULL, null=True, blank=True, related_name="+")
    title = models.CharField(_("案由"), max_length=60, blank=True)
    analysis = models.TextField(_("情况分析"), max_length=20000, blank=True)
    suggestions = models.TextField(_("具体建议"), max_length=20000, blank=True)
    name = EncryptedField(_("姓名"), blank=True)
    phone = EncryptedField(_("电话"), blank=True)
    organisation = models.CharField(_("单位或团体"), max_length=80, blank=True)
    cosigners = EncryptedField(_("联名人"), blank=True)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "number"], name="proposalsketch_number")]
        indexes = [models.Index(fields=["county", "kept_at"], name="proposalsketch_old")]


class ProposalPart(Participation):
    """One row per proposal and unit that takes part."""

    class Part(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("状态", "登记")
        DESK = "desk", _("审查交办")
        LEAD = "lead", _("主办")
        CO = "co", _("会办")
        SEPARATE = "separate", _("分办")
        SECOND = "second", _("签发")
        SUPERVISES = "supervises", _("督办")

    proposal = CountyForeignKey(Proposal, models.CASCADE, related_name="parts")
    part = models.CharField(max_length=12, choices=Part)
    category = CountyForeignKey(Category, models.PROTECT, related_name="+", null=True)
    session = CountyForeignKey(Session, models.PROTECT, related_name="+", null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "proposal", "unit"], name="proposalpart_one")]
        indexes = [
            models.Index(fields=["county", "unit", "until", "-recorded_at", "-proposal"], name="proposalpart_list"),
            models.Index(
                fields=["county", "unit", "until", "state", "-recorded_at", "-proposal"], name="proposalpart_state"
            ),
            models.Index(fields=["county", "unit", "until", "my_turn", "due", "state"], name="proposalpart_turn"),
        ]


HELPING = (ProposalPart.Part.CO, ProposalPart.Part.SEPARATE)
TAKING = ("part", "until", "unit", "unit__county", "unit__name", "unit__path")


class Taking(NamedTuple):
    """Which part a unit takes in a proposal, or took until then."""

    part: str
    until: datetime | None
    unit: Unit

    @classmethod
    def of(cls, part: str, until: datetime | None, *unit: Any) -> Self:
        """From the columns `TAKING`."""
        return cls(part, until, Unit.known(**dict(zip(("id", "county", "name", "path"), unit, strict=True))))


class ProposalStep(SearchedModel, Step):
    """The timeline of a proposal."""

    proposal = CountyForeignKey(Proposal, models.CASCADE, related_name="steps")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "proposal", "seq"], name="proposalstep_seq")]
        indexes = [models.Index(fields=["county", "at"], name="proposalstep_at")]


class ProposalConflict(Conflict):
    """Somebody who may not act in this proposal, because they declared that it concerns them."""

    proposal = CountyForeignKey(Proposal, models.CASCADE, related_name="conflicts")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "account", "proposal"], name="proposalconflict_one")]


class Opinion(CountyModel):
    """What a co-handling or separate unit says, once per unit; until it is there the answer cannot go out."""

    proposal = CountyForeignKey(Proposal, models.CASCADE, related_name="opinions")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    text = models.TextField(_("会办意见"), max_length=4000)
    given_by = models.UUIDField(null=True, blank=True)
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "proposal", "unit"], name="proposalopinion_one")]


class Talk(CountyModel):
    """One talk with the proposer: how and when. What was said stands in the timeline."""

    class Kind(models.TextChoices):
        FACE = "face", _("面商")
        VISIT = "visit", _("走访")
        MEETING = "meeting", _("座谈")
        PHONE = "phone", _("电话")

    proposal = CountyForeignKey(Proposal, models.CASCADE, related_name="talked")
    kind = models.CharField(_("怎么沟通的"), max_length=8, choices=Kind)
    on = models.DateField(_("哪一天"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["county", "proposal", "at"], name="proposaltalk_list")]
