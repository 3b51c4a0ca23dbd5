"""What Today shows, whatever kind of record it is: sections, each the beginning of a list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongyi.core import clock
from gongyi.core.templatetags.gongyi import distance_words


def day_words(moment: datetime) -> str:
    """The day and how long ago, such as 11月15日（14 天前）."""
    day = timezone.localdate(moment)
    told = {"day": date_format(day, _("n月j日")), "far": distance_words((day - clock.today()).days)}
    return _("%(day)s（%(far)s）") % told


@dataclass(frozen=True)
class Line:
    """One matter of Today: its list row, why it stands here, the button for it (None: only its page), whether nobody else can."""

    row: dict[str, Any]
    why: str
    step: dict[str, Any] | None
    only: bool = False


@dataclass(frozen=True)
class Section:
    """The first lines of a list and how many it holds; `open_end` where it holds more than were counted. `query` is its address."""

    key: str
    title: Promise
    lines: list[Line]
    count: int
    query: str
    open_end: bool = False
    page: str = "casework:list"

    @property
    def url(self) -> str:
        """The list of which these lines are the beginning."""
        return reverse(self.page) + (f"?{self.query}" if self.query else "")

    @property
    def how_many(self) -> str:
        """The count in words."""
        n = self.count
        said = ngettext("超过 %(n)s 件", "超过 %(n)s 件", n) if self.open_end else ngettext("%(n)s 件", "%(n)s 件", n)
        return said % {"n": n}

    @property
    def more(self) -> bool:
        """Whether the list holds more than the lines shown."""
        return self.open_end or self.count > len(self.lines)
