"""The ground's own tables: audit chain, access rows, numbers, attachments, messages, form keys, periodic jobs."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.core.county import CountyForeignKey, CountyModel
from gongyi.core.said import SaidField


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


class DigestChoice(CountyModel):
    """Whether somebody wants one message each morning that says what waits."""

    class When(models.TextChoices):
        NONE = "none", _("不要")
        MORNING = "morning", _("每天早上 7:30")

    account = models.UUIDField()
    when = models.CharField(_("每天的小结"), max_length=8, choices=When, default=When.NONE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "account"], name="digestchoice_one")]


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


class ScheduleRun(models.Model):
    """When a periodic job last ran on this installation (a local table, see `county.LOCAL_TABLES`)."""

    name = models.CharField(max_length=80, primary_key=True)
    last_run_at = models.DateTimeField()
    last_ok = models.BooleanField(default=True)
    failures = models.PositiveSmallIntegerField(default=0)
    note = models.TextField(blank=True)


class ImportRun(CountyModel):
    """One file that is taken in, from the moment it was read to its end; what it says lies sealed at `path` until then.

    Rows whose run is not `done` are seen by nobody: `core.imports.pending`.
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
