"""What the first pages remember: which of a new county's first tasks somebody called done."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from gongyi.core.county import CountyModel


class FirstTask(CountyModel):
    """A first task of a new county that somebody looked through and called good as it is."""

    class Name(models.TextChoices):
        UNITS = "units", _("单位齐不齐")
        POSTS = "posts", _("岗位和联络员")
        ACCOUNTS = "accounts", _("账号和授权")
        LIMITS = "limits", _("时限和日历")
        WORDS = "words", _("分类和理由")

    name = models.CharField(max_length=12, choices=Name)
    at = models.DateTimeField()
    by = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "name"], name="firsttask_one")]
