"""The public proposals as open data: what anybody may read on the pages, in columns; nothing of a person."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.promises.queries.public import public_promises
from gongyi.proposals.models import PublishedText
from gongyi.proposals.queries.case import KIND
from gongyi.proposals.queries.published import published, words_of

BATCH = 500


class Column(NamedTuple):
    """A column: its name in .json, its heading in .csv, what stands in it."""

    name: str
    label: Promise
    means: Promise


COLUMNS = (
    Column("id", _("公开编号"), _("网址里的编号；和案号没有关系，更正以后不变")),
    Column("url", _("网址"), _("公开的页面")),
    Column("title", _("案由"), _("公开的文字，认得出是谁的字已遮住")),
    Column("analysis", _("情况分析"), _("公开的文字，认得出是谁的字已遮住")),
    Column("suggestions", _("具体建议"), _("公开的文字，认得出是谁的字已遮住")),
    Column("answer", _("答复"), _("公开的文字；还没有公开答复的空着")),
    Column("category", _("类别"), _("县里自己的类别；没有定的空着")),
    Column("session", _("届次"), _("会议期间提的属于哪一次；平时提的空着")),
    Column("unit", _("单位"), _("主办单位；还没有交办的，是审查交办的单位")),
    Column("stage", _("办到哪一步"), _("现在到哪一步，公众页面上的说法")),
    Column("result", _("办理结果"), _("答复时的分类：代号和当时的意思；还没有公开答复的空着")),
    Column("submitted_on", _("提交时间"), _("年-月-日")),
    Column("filed_on", _("立案时间"), _("年-月-日")),
    Column("answered_on", _("答复时间"), _("年-月-日；还没有公开答复的空着")),
    Column("promises", _("答应的事"), _("公开的承诺有几项")),
    Column("promises_kept", pgettext_lazy("承诺", "已兑现"), _("其中做到了、别人核对过的有几项")),
    Column("version", _("第几版"), _("公开的文字更正过几次，就是几加一")),
    Column("published_at", _("公开的时间"), _("第一版公开的时间，带时区")),
    Column("changed_at", _("这一版的时间"), _("现在这一版公开的时间，带时区")),
)  # fmt: skip


def rows(county: int, address: Callable[[str], str]) -> Iterator[dict[str, Any]]:
    """Every public proposal by the names of `COLUMNS`, newest first; `address` makes a whole address of a path."""
    every = published(county).iterator(BATCH)
    while texts := list(islice(every, BATCH)):
        made, kept = _promised(county, texts)
        for text in texts:
            yield _row(text, address, made, kept)


def _promised(county: int, texts: Iterable[PublishedText]) -> tuple[Counter[Any], Counter[Any]]:
    """How many public promises each proposal made, and how many of them were kept."""
    keys = [text.publication.proposal_id for text in texts]
    found = list(public_promises(county).filter(kind=KIND, origin__in=keys).order_by().values_list("origin", "state"))
    return Counter(key for key, _state in found), Counter(key for key, state in found if state == "kept")


def _row(text: PublishedText, address: Callable[[str], str], made: Counter[Any], kept: Counter[Any]) -> dict[str, Any]:
    publication = text.publication
    proposal, out = publication.proposal, bool(text.answer)
    return {
        "id": publication.slug, "url": address(reverse("home:suggestion", args=[publication.slug])),
        **{name: getattr(text, name) for name in ("title", "analysis", "suggestions", "answer")},
        **{name: str(getattr(publication, name) or "") for name in ("category", "session", "unit", "submitted_on")},
        "stage": words_of(proposal.state), "result": str(text.result or ""), "filed_on": _day(proposal.filed_at),
        "answered_on": str(publication.answered_on or "") if out else "", "promises": made[proposal.id], "promises_kept": kept[proposal.id],
        "version": text.number, "published_at": _moment(text.since), "changed_at": _moment(text.at),
    }  # fmt: skip


def _day(moment: datetime | None) -> str:
    return str(timezone.localdate(moment)) if moment else ""


def _moment(moment: datetime) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")
