"""A request and everything that hangs on it."""

from datetime import datetime
from typing import Any, NamedTuple, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.casework.models.setting import CaseType, Reason, Topic
from gongyi.core.county import CountyForeignKey, CountyModel
from gongyi.core.search import SearchedModel
from gongyi.core.secrets import mask_text
from gongyi.core.spans import SpanField
from gongyi.core.workflow import Conflict, Step, Tracked
from gongyi.network.models import Participation, Unit
from gongyi.network.models import unit_column as _unit
from gongyi.people.models import Identity

OPEN = ["recorded", "accepted", "assigned", "signed", "returned", "contacted", "handling", "extending", "parked"]
OPEN += ["drafted", "answered", "calling", "redo"]
ENDED = ["declined", "closed", "filed", "void"]


class Case(SearchedModel, Tracked):
    """A request: what somebody said, where it stands, whose turn it is and by when, and how it ended."""

    class Channel(models.TextChoices):
        COUNTER = "counter", _("来访")
        PHONE = "phone", _("电话")
        VISIT = "visit", _("走访")
        LETTER = "letter", _("来信")
        CHAT = "chat", _("网络留言")
        PORTAL = "portal", _("自助提交")
        OTHER = "other", _("其他")

    class Urgency(models.TextChoices):
        NORMAL = "normal", _("一般")
        URGENT = "urgent", _("急事（水电气热等）")
        DANGER = "danger", _("危急（生命财产）")

    class Outcome(models.TextChoices):
        SOLVED = "solved", _("解决")
        PARTLY = "partly", _("部分解决")
        EXPLAINED = "explained", _("解释")
        DECLINED = "declined", pgettext_lazy("状态", "不予受理")
        WITHDRAWN = "withdrawn", _("诉求人撤回")
        MERGED = "merged", _("并入另一件")

        @classmethod
        def of_answers(cls) -> list[tuple[str, Any]]:
            """Those that an answer may have."""
            return [choice for choice in cls.choices if choice[0] not in {cls.DECLINED, cls.WITHDRAWN, cls.MERGED}]

    class Rating(models.TextChoices):
        VERY = "very", _("非常满意")
        GOOD = "good", _("满意")
        FAIR = "fair", _("基本满意")
        BAD = "bad", _("不满意")

    class CallResult(models.TextChoices):
        SOLVED = "solved", _("解决了")
        PARTLY = "partly", _("解决了一部分")
        UNSOLVED = "unsolved", _("没有解决")

    number = models.CharField(_("工单编号"), max_length=24)
    title = models.CharField(_("标题"), max_length=60)
    content = models.TextField(_("诉求内容"), max_length=20000)
    type = CountyForeignKey(CaseType, models.PROTECT, verbose_name=_("诉求类型"))
    topic = CountyForeignKey(Topic, models.PROTECT, null=True, blank=True, verbose_name=_("事项分类"))
    area = _unit(_("所属区划"), null=True, blank=True)
    channel = models.CharField(_("来源渠道"), max_length=8, choices=Channel, default=Channel.PHONE)
    urgency = models.CharField(_("急不急"), max_length=8, choices=Urgency, default=Urgency.NORMAL)
    may_publish = models.BooleanField(_("诉求人同意公开答复"), default=False)
    external_no = models.CharField(_("外部工单号"), max_length=60, blank=True)
    # A case that its asker follows: the digest of the tracking code, an unanswered question, the asker's account, and of a
    # wish about one's own data the case in which it stands.
    code = models.CharField(max_length=64, blank=True)
    question = models.TextField(_("要问诉求人的话"), max_length=2000, blank=True)
    resident = models.UUIDField(null=True, blank=True)
    wish_of = CountyForeignKey("self", models.PROTECT, null=True, blank=True, related_name="wishes")
    # The case about the same matter that came first; this one follows it, or was merged into it.
    first = CountyForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followers", verbose_name=_("和哪一件是同一件事")
    )

    unit = _unit(_("登记单位"))
    desk = _unit(_("派单单位"))
    lead = _unit(_("主办单位"), null=True, blank=True)
    second = _unit(_("审核单位"), null=True, blank=True)
    caller = _unit(_("回访单位"), null=True, blank=True)
    proposed = _unit(_("退单时建议的单位"), null=True, blank=True)
    turn_unit = _unit(_("轮到谁"), null=True, blank=True)
    turn_due = models.DateTimeField(null=True, blank=True)
    # Where a merger put another unit into `unit` or `lead`: the one that was there, for which figures of its time count (P16).
    counted_unit = _unit("", null=True, blank=True)
    counted_lead = _unit("", null=True, blank=True)
    about_unit = _unit(_("反映的是哪个单位的服务"), null=True, blank=True)
    about_account = models.UUIDField(null=True, blank=True)
    hides_asker = models.BooleanField(default=False)

    recorded_by = models.UUIDField(null=True, blank=True)
    recorded_at = models.DateTimeField(_("登记时间"))
    accepted_at = models.DateTimeField(null=True, blank=True)
    assigned_at = models.DateTimeField(_("派单时间"), null=True, blank=True)
    sign_due = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(_("签收时间"), null=True, blank=True)
    contact_due = models.DateTimeField(null=True, blank=True)
    contacted_at = models.DateTimeField(_("首次联系时间"), null=True, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    span = SpanField(_("答复时限"))
    resident_due = models.DateTimeField(_("答复期限"))
    unit_from = models.DateTimeField(null=True, blank=True)
    unit_due = models.DateTimeField(_("办结时限"), null=True, blank=True)
    asked_due = models.DateTimeField(_("申请延到"), null=True, blank=True)
    asked_by = models.UUIDField(null=True, blank=True)
    wakes_on = models.DateField(_("挂账到"), null=True, blank=True)
    quiet_until = models.DateTimeField(null=True, blank=True)
    reopen_until = models.DateTimeField(null=True, blank=True)

    draft = models.TextField(_("答复草稿"), max_length=20000, blank=True)
    answer = models.TextField(_("答复内容"), max_length=20000, blank=True)
    drafted_by = models.UUIDField(null=True, blank=True)
    answered_by = models.UUIDField(null=True, blank=True)
    approved_by = models.UUIDField(null=True, blank=True)
    outcome = models.CharField(_("办理结果"), max_length=12, choices=Outcome, blank=True)
    call_result = models.CharField(_("回访结果"), max_length=12, choices=CallResult, blank=True)
    rating = models.CharField(_("满意度"), max_length=8, choices=Rating, blank=True)
    drawn = models.BooleanField(_("抽中回访"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    extensions = models.PositiveSmallIntegerField(default=0)
    returns = models.PositiveSmallIntegerField(default=0)
    redos = models.PositiveSmallIntegerField(default=0)

    has_followers: bool  # asked by `queries.fetch`
    has_promises: bool

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "number"], name="case_number"),
            models.CheckConstraint(condition=Q(state__in=OPEN + ENDED), name="case_state"),
            models.CheckConstraint(
                condition=Q(state__in=[*OPEN, "void"], closed_at=None) | Q(state__in=ENDED, closed_at__isnull=False),
                name="case_closed_at",
            ),
            models.CheckConstraint(condition=~Q(state="parked") | Q(wakes_on__isnull=False), name="case_parked_until"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("answered_by")), name="case_maker_not_approver"
            ),
        ]
        indexes = [
            models.Index(fields=["county", "state", "turn_due"], name="case_wake"),
            models.Index(fields=["county", "recorded_at"], name="case_recorded"),
            models.Index(fields=["county", "assigned_at"], name="case_assigned"),
            models.Index(fields=["county", "closed_at"], name="case_closed"),
            models.Index(fields=["county", "about_unit"], name="case_about", condition=Q(about_unit__isnull=False)),
            models.Index(fields=["county", "resident"], name="case_resident", condition=Q(resident__isnull=False)),
            models.Index(fields=["county", "wish_of"], name="case_wishes", condition=Q(wish_of__isnull=False)),
            models.Index(fields=["county", "first"], name="case_first", condition=Q(first__isnull=False)),
            models.Index(fields=["wish_of"], name="case_wish_of", condition=Q(wish_of__isnull=False)),
            models.Index(fields=["first"], name="case_follower_of", condition=Q(first__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number

    def latest_text(self) -> str:
        """What the 409 page shows as the other side's text: what came with the last step, else what stands in the case."""
        last = CaseStep.objects.filter(county=self.county, case=self.pk).order_by("-seq").values_list("note", flat=True)
        return mask_text(last.first() or self.draft or self.answer or self.content)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def get_absolute_url(self) -> str:
        return f"/cases/{self.pk}/"

    @cached_property
    def taking_part(self) -> "list[Taking]":
        """The units that take part or took part, the oldest first, as the case was when they were first asked for."""
        rows = CasePart.objects.filter(county=self.county, case=self).order_by("since", "id")
        return [Taking.of(*row) for row in rows.values_list(*TAKING)]

    @property
    def co_handlers(self) -> "list[Unit]":
        """The units that help to handle the case now."""
        return [part.unit for part in self.taking_part if part.part == CasePart.Part.CO and part.until is None]

    @property
    def co_units(self) -> frozenset[UUID]:
        """Their keys, as a place of the table of moves."""
        return frozenset(unit.id for unit in self.co_handlers)


class Asker(SearchedModel, Identity):
    """Who asked, in this case alone: a name and a contact, both may be empty. Cases share no person."""

    class Kind(models.TextChoices):
        PERSON = "person", _("个人")
        FIRM = "firm", _("企业")
        ASSOCIATION = "association", _("社会组织")

    class Whom(models.TextChoices):
        SELF = "self", _("我自己")
        FAMILY = "family", _("家里人（父母、孩子等）")
        NEIGHBOUR = "neighbour", _("邻居或别人")

    case = CountyForeignKey(Case, models.CASCADE, related_name="askers")
    whom = models.CharField(_("为谁反映"), max_length=9, choices=Whom, default=Whom.SELF)
    theirs = models.BooleanField(_("姓名电话是那个人的，本人同意"), default=False)
    kind = models.CharField(_("谁提的"), max_length=12, choices=Kind, default=Kind.PERSON)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "case"], name="asker_case")]
        indexes = [
            models.Index(fields=["county", "phone_digest"], name="asker_phone"),
            models.Index(fields=["county", "tail_digest", "name_digest"], name="asker_lookup"),
            models.Index(fields=["case"], name="asker_of"),
        ]


class CasePart(Participation):
    """One row per case and unit that takes part."""

    class Part(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("状态", "登记")
        DESK = "desk", pgettext_lazy("状态", "派单")
        LEAD = "lead", _("主办")
        CO = "co", _("协办")
        SECOND = "second", _("审核")
        CALLER = "caller", _("回访")
        SUPERVISES = "supervises", _("督办")

    case = CountyForeignKey(Case, models.CASCADE, related_name="parts")
    part = models.CharField(max_length=12, choices=Part)
    type = CountyForeignKey(CaseType, models.PROTECT, related_name="+")
    topic = CountyForeignKey(Topic, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "case", "unit"], name="casepart_one")]
        indexes = [
            # `until` stands in them so that a list is found and counted without a look at its rows.
            models.Index(fields=["county", "unit", "until", "-recorded_at", "-case"], name="casepart_list"),
            models.Index(fields=["county", "unit", "until", "state", "-recorded_at", "-case"], name="casepart_state"),
            models.Index(fields=["county", "unit", "until", "my_turn", "due", "state"], name="casepart_turn"),
            models.Index(fields=["case"], name="casepart_of"),
        ]


TAKING = ("part", "until", "unit", "unit__county", "unit__name", "unit__path")


class Taking(NamedTuple):
    """Which part a unit takes in a case, or took until then."""

    part: str
    until: datetime | None
    unit: Unit

    @classmethod
    def of(cls, part: str, until: datetime | None, *unit: Any) -> Self:
        """From the columns `TAKING`: whole rows of unit and part would cost five times as much."""
        return cls(part, until, Unit.known(**dict(zip(("id", "county", "name", "path"), unit, strict=True))))


# The lines that figures count.
COUNTED_ACTIONS = ["return", "park", "approve_extension", "call_back", "object", "redo", "reopen", "unsolved"]


class CaseStep(SearchedModel, Step):
    """The timeline of a case."""

    case = CountyForeignKey(Case, models.CASCADE, related_name="steps")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "case", "seq"], name="casestep_seq")]
        indexes = [
            models.Index(fields=["county", "at"], name="casestep_counted", condition=Q(action__in=COUNTED_ACTIONS)),
            models.Index(fields=["case"], name="casestep_of"),
        ]


class CaseConflict(Conflict):
    """Somebody who may not handle this case, because it is about them or they declared it; `hidden`: nor see it."""

    case = CountyForeignKey(Case, models.CASCADE, related_name="conflicts")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "account", "case"], name="caseconflict_one")]
        indexes = [models.Index(fields=["case"], name="caseconflict_of")]


class Reminder(CountyModel):
    """Somebody was reminded of this limit of a case, before or after it ended: each limit once, however often the job runs."""

    class Kind(models.TextChoices):
        SOON = "soon", _("快到期")
        LATE = "late", _("超期")

    case = CountyForeignKey(Case, models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=4, choices=Kind)
    due = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "case", "kind", "due"], name="reminder_once")]
        indexes = [models.Index(fields=["case"], name="reminder_of")]


class Visit(CountyModel):
    """One time more that the asker had to come, call or bring something (不跑两次), with its reason."""

    class Kind(models.TextChoices):
        CAME = "came", _("又来了一趟")
        CALLED = "called", _("又打了电话")
        BROUGHT = "brought", _("又补了材料")

    case = CountyForeignKey(Case, models.CASCADE, related_name="visits")
    kind = models.CharField(_("怎么跑的"), max_length=8, choices=Kind)
    reason = CountyForeignKey(Reason, models.PROTECT, verbose_name=_("为什么"))
    note = models.CharField(_("说明"), max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["county", "case", "at"], name="visit_case"),
            models.Index(fields=["case"], name="visit_of"),
        ]
