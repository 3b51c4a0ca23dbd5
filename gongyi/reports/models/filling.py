"""Forms that other offices sent: what was confirmed about each, and files that are being filled."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from gongyi.core.county import CountyForeignKey, CountyModel


class FormMemory(CountyModel):
    """What the places of somebody's form ask, as somebody confirmed it once; next month's copy is recognised by its shape."""

    name = models.CharField(_("表名"), max_length=120)
    sender = models.CharField(_("谁发来的"), max_length=60, blank=True)
    kind = models.CharField(max_length=4)
    shape = models.CharField(max_length=64)
    asks = models.TextField(default="{}")  # JSON: place -> what it asks
    confirmed_by = models.UUIDField(null=True, blank=True)
    confirmed_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "shape"], name="formmemory_shape")]
        indexes = [models.Index(fields=["county", "forgotten_at", "-confirmed_at"], name="formmemory_list")]

    def __str__(self) -> str:
        return self.name


class FormFill(CountyModel):
    """One file that one person fills for a unit and a period; the file lies sealed at `path` for a day."""

    account = models.UUIDField()
    unit = models.UUIDField()
    first = models.DateField(_("从哪天"))
    last = models.DateField(_("到哪天"))
    name = models.CharField(_("文件名"), max_length=120)
    sender = models.CharField(_("谁发来的"), max_length=60, blank=True)
    kind = models.CharField(max_length=4)
    shape = models.CharField(max_length=64)
    path = models.CharField(max_length=120, blank=True)
    asks = models.TextField(default="{}")  # JSON: place -> what it asks, as it was recognised or changed by hand
    memory = CountyForeignKey(FormMemory, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["county", "account", "-at"], name="formfill_mine"),
            models.Index(fields=["county", "gone_at", "at"], name="formfill_due"),
        ]

    def get_absolute_url(self) -> str:
        return f"/fill/{self.pk}/"
