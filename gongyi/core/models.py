"""The ground's own tables: audit chain, access rows, numbers, attachments, messages and their ways out, form keys, periodic jobs."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.core.county import CountyForeignKey, CountyModel
from gongyi.core.said import SaidField
from gongyi.core.secrets import EncryptedField


class AuditHead(CountyModel):
    """The end of a county's chain; locking this row puts its audit rows into one order."""

    seq = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county"], name="audithead_one")]


class AuditEntry(CountyModel):
    """What happened, without content: pseudonyms, labels and digests. Append-only by trigger, chained per county."""

    seq = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=80)
    action = models.CharField(max_length=60)
    kind = models.CharField(max_length=60)
    subject = models.UUIDField(null=True)
    label = models.CharField(max_length=120, blank=True)
    content = models.CharField(max_length=64, blank=True)
    before = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "seq"], name="auditentry_seq")]
        indexes = [models.Index(fields=["county", "subject", "seq"], name="auditentry_subject")]


class AuditDetail(CountyModel):
    """Values before and after; kept beside the chain so that they can be erased while the chain stays whole."""

    entry = CountyForeignKey(AuditEntry, on_delete=models.CASCADE, related_name="details")
    field = models.CharField(max_length=60)
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["county", "entry"], name="auditdetail_entry")]


class AccessRow(CountyModel):
    """Somebody looked at identifying data: who, for which unit and purpose, which fields, of which record."""

    at = models.DateTimeField()
    actor = models.UUIDField()
    actor_label = models.CharField(max_length=80)
    unit = models.UUIDField(null=True)
    unit_label = models.CharField(max_length=80, blank=True)
    purpose = models.CharField(max_length=40)
    fields = models.CharField(max_length=80)
    kind = models.CharField(max_length=60)
    subject = models.UUIDField()
    label = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["county", "subject", "at"], name="accessrow_subject"),
            models.Index(fields=["county", "at"], name="accessrow_day"),
        ]


class NumberSeries(CountyModel):
    """The last number given in a series (the office that keeps the register) and year."""

    series = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "series", "year"], name="numberseries_one")]


class RegisterLine(CountyModel):
    """One line of the register: a number once given is never given again, whatever becomes of the record."""

    class Fate(models.TextChoices):
        LIVE = "live", _("在册")
        VOID = "void", pgettext_lazy("状态", "作废")
        ERASED = "erased", _("已删除")

    series = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    subject = models.UUIDField()
    fate = models.CharField(max_length=8, choices=Fate, default=Fate.LIVE)
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "series", "year", "number"], name="registerline_number"),
            models.UniqueConstraint(fields=["county", "subject"], name="registerline_subject"),
        ]


class Attachment(CountyModel):
    """A cleaned file that belongs to one record (a soft reference: any app's)."""

    subject = models.UUIDField()
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=120)
    added_at = models.DateTimeField()
    added_by = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["county", "subject", "added_at"], name="attachment_subject")]


class Message(CountyModel):
    """The outbox: a message to one account, in the same commit as the event; the inbox reads these rows."""

    account = models.UUIDField()
    event = models.CharField(max_length=40)
    text = SaidField()
    path = models.CharField(max_length=200)
    subject = models.UUIDField(null=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["county", "account", "read_at", "at"], name="message_inbox"),
            models.Index(fields=["county", "account", "-at", "-id"], name="message_list"),
        ]


class Way(models.TextChoices):
    """A way out of the house."""

    MAIL = "mail", _("邮件")
    WECOM = "wecom", _("企业微信")
    DINGTALK = "dingtalk", _("钉钉")
    FEISHU = "feishu", _("飞书")
    SMS = "sms", _("短信")


class Channel(CountyModel):
    """Whether a county uses a way out; for text messages also its gateway. Without a row nothing leaves."""

    way = models.CharField(max_length=8, choices=Way)
    active = models.BooleanField(_("使用中"), default=False)
    url = models.CharField(_("网关地址"), max_length=200, blank=True)
    key_name = models.CharField(_("密钥编号"), max_length=60, blank=True)
    secret = EncryptedField(_("密钥"), blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "way"], name="channel_one")]


class Address(CountyModel):
    """Where messages reach an account, a resident or a unit's group chat; used once the code sent there was typed in."""

    owner = models.UUIDField()
    way = models.CharField(max_length=8, choices=Way)
    value = EncryptedField()
    code = EncryptedField(blank=True)
    code_until = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "owner", "way"], name="address_one")]


class NoticeChoice(CountyModel):
    """One kind of message that an account wants by one way, beside the inbox; without a row it does not go that way."""

    account = models.UUIDField()
    way = models.CharField(max_length=8, choices=Way)
    kind = models.CharField(max_length=12)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "account", "way", "kind"], name="noticechoice_one")]


class Delivery(CountyModel):
    """One message on its way to one reader by one way; its key is what a receiver tells a second copy by.

    `receiver` says what `Message.account` is here. A `held` one waited for the end of quiet hours and goes with the others.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("等着送")
        SENDING = "sending", _("正在送")
        SENT = "sent", _("送出了")
        PARKED = "parked", _("没送到")
        DROPPED = "dropped", _("不用送了")

    class Receiver(models.TextChoices):
        ACCOUNT = "account", _("工作人员")
        RESIDENT = "resident", _("诉求人")
        GROUP = "group", _("单位的群")
        ADDRESS = "address", _("核对地址")

    message = CountyForeignKey(Message, models.CASCADE, related_name="deliveries")
    way = models.CharField(max_length=8, choices=Way)
    receiver = models.CharField(max_length=8, choices=Receiver)
    owner = models.UUIDField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    held = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True)
    claimed_at = models.DateTimeField(null=True)
    claimed_by = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "message", "way"], name="delivery_one"),
            models.CheckConstraint(
                condition=Q(state="sending", claim__isnull=False) | ~Q(state="sending"), name="delivery_claimed"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sending"], ended_at=None)
                | Q(state__in=["sent", "parked", "dropped"], ended_at__isnull=False),
                name="delivery_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["county", "state", "due_at", "id"], name="delivery_due"),
            models.Index(fields=["county", "owner", "-due_at"], name="delivery_owner"),
        ]


class DigestChoice(CountyModel):
    """Whether somebody wants one message each morning that says what waits, and when nothing leaves the house for them."""

    class When(models.TextChoices):
        NONE = "none", _("不要")
        MORNING = "morning", _("每天早上 7:30")

    account = models.UUIDField()
    when = models.CharField(_("每天的小结"), max_length=8, choices=When, default=When.NONE)
    quiet_from = models.TimeField(_("从几点起不打扰"), null=True, blank=True)
    quiet_until = models.TimeField(_("到几点为止"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "account"], name="digestchoice_one"),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None) | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="digestchoice_quiet_pair",
            ),
        ]


class FormKey(CountyModel):
    """A form that was sent once: the same key with the same body gets the same answer again."""

    key = models.UUIDField()
    account = models.UUIDField(null=True)
    path = models.CharField(max_length=200)
    body = models.CharField(max_length=64)
    answer = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "key"], name="formkey_one")]
        indexes = [models.Index(fields=["county", "at"], name="formkey_at")]


class PlaceField(models.BigIntegerField):  # type: ignore[type-arg]
    """Where a row stands in the index of words: county, day, number on that day; `holds` is its own lookup."""


class SearchRow(CountyModel):
    """The text of a record as it may be found: numbers of people masked, the asker's own names taken out."""

    kind = models.CharField(max_length=20)
    subject = models.UUIDField()
    place = PlaceField()
    form = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "kind", "subject"], name="searchrow_one")]
        indexes = [models.Index(fields=["county", "place"], name="searchrow_place")]


class ScheduleRun(models.Model):
    """When a periodic job last ran on this installation (a local table, see `county.LOCAL_TABLES`)."""

    name = models.CharField(max_length=80, primary_key=True)
    last_run_at = models.DateTimeField()
    last_ok = models.BooleanField(default=True)
    failures = models.PositiveSmallIntegerField(default=0)
    note = SaidField(blank=True)
    wanted_at = models.DateTimeField(null=True)


class ImportRun(CountyModel):
    """One file that is taken in, from the moment it was read to its end; what it says lies sealed at `path` until then.

    Rows whose run is not `done` are seen by nobody: `core.imports.pending`. A long file becomes several runs, its batches, which
    name the run of the first one.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("没有开始")
        WAITING = "waiting", _("排队等导入")
        RUNNING = "running", _("正在导入")
        STOPPING = "stopping", _("正在停下")
        DONE = "done", _("导入好了")
        FAILED = "failed", _("没有导入")
        CANCELLED = "cancelled", _("停下了")
        UNDOING = "undoing", _("正在撤回")
        UNDONE = "undone", _("撤回了")

    kind = models.CharField(max_length=20)
    unit = models.UUIDField()
    account = models.UUIDField(null=True)
    source = models.CharField(_("谁发来的"), max_length=60)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    path = models.CharField(max_length=120, blank=True)
    rows = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    recognised = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    words = models.TextField(blank=True)
    first = models.UUIDField(null=True)
    batch = models.PositiveSmallIntegerField(default=1)
    asked_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["county", "state", "beat_at"], name="importrun_state"),
            models.Index(fields=["county", "account", "-asked_at"], name="importrun_mine"),
        ]

    def get_absolute_url(self) -> str:
        return f"/import/{self.pk}/"


class ImportLine(CountyModel):
    """A row that came in by an import, under its sender's number or the digest of its content, so that it comes in once."""

    run = CountyForeignKey(ImportRun, on_delete=models.CASCADE, related_name="lines")
    kind = models.CharField(max_length=20)
    source = models.CharField(max_length=60)
    key = models.CharField(max_length=64)
    subject = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "kind", "source", "key"], name="importline_key")]
        indexes = [models.Index(fields=["county", "run"], name="importline_run")]


class ImportHabit(CountyModel):
    """What a sender's heading means, as somebody set it; '' leaves the column out."""

    kind = models.CharField(max_length=20)
    source = models.CharField(max_length=60)
    heading = models.CharField(max_length=60)
    means = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "kind", "source", "heading"], name="importhabit_one")]
