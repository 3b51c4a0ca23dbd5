"""People who work here: accounts, grants, holders of posts, invitations, confirmed devices, hand-over packs; and residents' own accounts."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongyi.core.access import Role
from gongyi.core.county import CountyForeignKey, CountyModel, KeyedModel, SharedKey, SharedModel
from gongyi.core.said import SaidField
from gongyi.core.secrets import EncryptedField, digest, phone_digest, phone_tail_digest
from gongyi.network.models import Post, Unit

# Letters first: a phone or identity card number is no sign-in name.
SIGN_IN_NAME = RegexValidator(
    r"\A[a-z][a-z0-9._-]{2,59}\Z", _("登录名用 3 到 60 个小写字母、数字、点、横线，以字母开头，例如 lixiaohong。")
)


class Purpose(models.TextChoices):
    """Why somebody looks at identifying data; a closed list, so that the person can read it in plain words (P12)."""

    CONTACT = "contact", _("联系诉求人")
    CALL = "call", _("回访")
    CHECK = "check", _("核对信息")
    CORRECT = "correct", _("更正")
    APPROVE = "approve", _("审核")
    HANDLE = "handle", _("办理")
    REVIEW = "review", _("督办")
    REQUEST = "request", _("答复本人的查询")


class Looked(models.TextChoices):
    """Which group of identifying fields was looked at."""

    CONTACT = "contact", _("姓名和联系方式")
    NAME = "name", _("姓名")
    PHONE = "phone", _("电话")
    ADDRESS = "address", _("住址")
    TEXT = "text", _("文字里的号码")
    FILE = "file", _("附件")


class AccountManager(BaseUserManager):  # type: ignore[type-arg]
    """Finds accounts by their sign-in name; made by `people.actions` only."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        found: Account = self.get(username=username)
        return found


class Account(KeyedModel, AbstractBaseUser):
    """Somebody who signs in. Holds a name to be called by and nothing else about the person."""

    id = SharedKey()
    home = models.IntegerField(editable=False)
    username = models.CharField(_("登录名"), max_length=60, unique=True, validators=[SIGN_IN_NAME])
    name = models.CharField(_("姓名"), max_length=40)
    is_active = models.BooleanField(_("启用"), default=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    demo = models.BooleanField(default=False, editable=False)
    must_change = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField()

    # A shared table is not written at every sign-in.
    last_login = None
    objects = AccountManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name

    def has_perm(self, _perm: str, _obj: Any = None) -> bool:
        """Django's own permissions are not used; `core.access` decides."""
        return False

    def has_module_perms(self, _app: str) -> bool:
        return False

    is_staff = False
    is_superuser = False


class Grant(SharedModel):
    """A role in a unit for a time. `confirmed_at` is set by a second manager where the role needs one (P8)."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="grants")
    role = models.CharField(_("角色"), max_length=24, choices=[(r.value, r.label) for r in Role])
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="grants", verbose_name=_("单位"))
    purpose = models.CharField(_("用途"), max_length=80)
    since = models.DateField(_("开始日期"))
    until = models.DateField(_("结束日期"), null=True, blank=True)
    made_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=models.F("since")), name="grant_dates"),
            models.UniqueConstraint(fields=["account", "role", "unit"], condition=Q(ended_at=None), name="grant_once"),
        ]


class Holding(SharedModel):
    """Who holds a post, or stands in for its holder, from when to when."""

    class Kind(models.TextChoices):
        HOLDER = "holder", _("在岗")
        ACTING = "acting", _("暂代")
        STAND_IN = "stand_in", _("AB岗")

    post = models.ForeignKey(Post, models.PROTECT, related_name="holdings")
    account = models.ForeignKey(Account, models.PROTECT, related_name="holdings", verbose_name=_("谁"))
    kind = models.CharField(_("方式"), max_length=8, choices=Kind, default=Kind.HOLDER)
    since = models.DateField(_("任期开始"))
    until = models.DateField(_("任期结束"), null=True, blank=True)
    ended_on = models.DateField(_("实际离任"), null=True, blank=True)
    contact = models.CharField(_("工作电话"), max_length=40, blank=True)
    verified_on = models.DateField(_("最近核实"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=models.F("since")), name="holding_dates"),
            models.UniqueConstraint(
                fields=["post"], condition=Q(ended_on=None) & ~Q(kind="stand_in"), name="holding_one_holder"
            ),
        ]


class Invitation(SharedModel):
    """A one-time link for a new account or a reset in person; only the digest of its secret is kept.

    It works once `confirmed_at` is set: at once, or by a second manager where the account holds a guarded role (P8).
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True)
    resets_factor = models.BooleanField(default=False)
    made_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Device(SharedModel):
    """A browser that an account manager confirmed in person: there a clerk may sign in without a second factor."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="devices")
    digest = models.CharField(max_length=64)
    label = models.CharField(_("这台设备叫什么"), max_length=60)
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    @property
    def number(self) -> str:
        """Four digits on both screens, so that the manager confirms the browser in front of the person."""
        return f"{int(self.digest[:8], 16) % 10_000:04d}"


class HandOver(CountyModel):
    """The pack that goes with a post from one person to the next (交接包); the successor signs it.

    `returned_at` and `returned_why` end it unsigned: by the successor, or `withdrawn` by its maker.
    """

    post = models.ForeignKey(Post, models.PROTECT, db_index=False)
    giver = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    taker = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False, verbose_name=_("交给谁"))
    made_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    moves_roles = models.BooleanField(_("角色一起移交"), default=False)
    signed_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    returned_why = SaidField(_("为什么退回"), blank=True)
    withdrawn = models.BooleanField(default=False)
    note = models.TextField(_("交代的话"), blank=True, max_length=2000)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(signed_at=None) | Q(returned_at=None), name="handover_one_end"),
            models.CheckConstraint(
                condition=Q(returned_at=None, returned_why="") | Q(returned_at__isnull=False) & ~Q(returned_why=""),
                name="handover_returned_pair",
            ),
            models.UniqueConstraint(
                fields=["county", "post"], condition=Q(signed_at=None, returned_at=None), name="handover_one_open"
            ),
        ]
        indexes = [models.Index(fields=["county", "taker", "signed_at"], name="handover_taker")]

    @property
    def open(self) -> bool:
        """Neither signed nor returned yet."""
        return self.signed_at is None and self.returned_at is None

    @property
    def stamp(self) -> dict[str, Any]:
        """Whose turn it is, in words."""
        if self.open:
            return {"words": _("等 %(name)s 签收") % {"name": self.taker.name}, "tone": "waiting"}
        if self.signed_at:
            return {"words": _("已签收"), "tone": "done"}
        return {"words": _("已撤回") if self.withdrawn else _("已退回"), "tone": "plain"}


class HandOverLine(CountyModel):
    """One open matter in a pack: what it is, its next step, by when, and where to find it."""

    pack = CountyForeignKey(HandOver, models.CASCADE, related_name="lines")
    section = SaidField()
    position = models.PositiveIntegerField()
    text = models.CharField(max_length=200)
    next_step = SaidField(blank=True)
    due = models.DateTimeField(null=True)
    path = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["county", "pack", "position"], name="handoverline_pack")]


class CoverageLimits(CountyModel):
    """From when the coverage page calls something a gap; one row per county, these defaults without one."""

    vacant_days = models.PositiveSmallIntegerField(
        _("岗位空缺超过几天算缺口"), default=30, validators=[MaxValueValidator(366)]
    )
    unverified_days = models.PositiveSmallIntegerField(
        _("联系方式超过几天没核实算缺口"), default=180, validators=[MinValueValidator(1), MaxValueValidator(3660)]
    )
    max_villages = models.PositiveSmallIntegerField(
        _("一个人最多管几个村"), default=3, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county"], name="coveragelimits_one")]


class Resident(CountyModel):
    """The account of somebody who asks, opened by themselves: a phone number that nobody confirmed, and a password.

    `proof` is a keyed digest of both together: without the password nobody finds the row by the number.
    """

    phone = EncryptedField(_("电话"))
    proof = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    seen_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "proof"], name="resident_proof")]
        indexes = [models.Index(fields=["county", "seen_on"], name="resident_seen")]


class Consent(CountyModel):
    """Somebody agreed to one use of their data (rights.md D16): to which words, when, by which way; and until when it held.

    `words` is a digest of the words as they were shown; `recorded_by` is empty where the person agreed by themselves.
    """

    class For(models.TextChoices):
        SMS = "sms", _("用短信告诉我事情的进展")

    person = models.UUIDField()
    purpose = models.CharField(max_length=8, choices=For)
    version = models.CharField(max_length=8)
    words = models.CharField(max_length=64)
    language = models.CharField(max_length=10)
    channel = models.CharField(max_length=8)
    recorded_by = models.UUIDField(null=True)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["county", "person", "purpose"], condition=Q(withdrawn_at=None), name="consent_one_open"
            )
        ]


class Identity(CountyModel):
    """Base of an app's rows on who stands behind one record: name and contact are encrypted for that record alone, all may be empty.

    The digests answer exact look-ups; records share no person.
    """

    organisation = models.CharField(_("单位名称"), max_length=80, blank=True)
    name = EncryptedField(_("姓名"), blank=True)
    phone = EncryptedField(_("电话"), blank=True)
    address = EncryptedField(_("住址"), blank=True)
    name_digest = models.CharField(max_length=64, blank=True)
    phone_digest = models.CharField(max_length=64, blank=True)
    tail_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        abstract = True

    def set_identity(self, *, name: str, phone: str, address: str, organisation: str) -> None:
        """Take these facts with their digests; saves nothing."""
        self.name, self.phone, self.address, self.organisation = (
            text.strip() for text in (name, phone, address, organisation)
        )
        self.name_digest = digest("name", self.name) if self.name else ""
        self.phone_digest, self.tail_digest = phone_digest(self.phone), phone_tail_digest(self.phone)


class Export(CountyModel):
    """A file with the rows of a list (`core.lists`), for whoever asked for it: one download, gone after a day.

    With contacts (`purpose` is set) no file rests on the disk: it is written when it is taken.
    """

    class Kind(models.TextChoices):
        XLSX = "xlsx", _("Excel 表格（.xlsx）")
        CSV = "csv", _("文本表格（.csv）")

    account = models.UUIDField()
    listed = models.CharField(max_length=16, default="case")
    kind = models.CharField(_("文件格式"), max_length=4, choices=Kind)
    query = models.CharField(max_length=400, blank=True)
    words = models.CharField(max_length=200, blank=True)
    wanted = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    purpose = models.CharField(_("用途"), max_length=12, choices=Purpose, blank=True)
    reason = models.CharField(_("为什么要带联系方式"), max_length=200, blank=True)
    people = models.PositiveIntegerField(default=0)
    second = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    judged_by = models.UUIDField(null=True, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)
    path = models.CharField(max_length=120, blank=True)
    keys_path = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ready_at=None) | ~Q(path="") | Q(gone_at__isnull=False) | ~Q(purpose=""), name="export_file"
            ),
            models.CheckConstraint(
                condition=Q(judged_at=None, judged_by=None) | Q(judged_at__isnull=False, judged_by__isnull=False),
                name="export_judged",
            ),
        ]
        indexes = [
            models.Index(fields=["county", "account", "-asked_at"], name="export_mine"),
            models.Index(fields=["county", "ready_at", "gone_at"], name="export_due"),
        ]

    def get_absolute_url(self) -> str:
        return f"/cases/exports/{self.pk}/"
