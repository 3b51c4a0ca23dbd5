"""The check against copy and paste: what an earlier report or another unit's said before, and what is claimed without a source. A help, no score."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from gongyi.core.access import Actor
from gongyi.language.repeats import repeats, without_source
from gongyi.reports.models import Report, ReportPart
from gongyi.reports.queries.report import parts_of
from gongyi.reports.rules.report import reports_visible_to

MOST = 200  # reports that are looked at: as many of one's own unit, and as many of others, the latest


class Copied(NamedTuple):
    """A sentence beside the one that it repeats; of a report that one may not see only that there is one."""

    mine: str
    theirs: str
    where: str
    url: str
    likeness: int


def copied(by: Actor, report: Report) -> list[Copied]:
    """The officers' own sentences that stand in another report of the county. What the product drafted is not looked at. Four queries."""
    mine = parts_of(report)
    rows = Report.objects.filter(county=report.county).exclude(id=report.id).exclude(state="withdrawn")
    latest = rows.select_related("unit").order_by("-changed_at", "-id")
    both = [*latest.filter(unit=report.unit)[:MOST], *latest.exclude(unit=report.unit)[:MOST]]
    others = {str(row.id): row for row in both}
    texts: dict[str, list[str]] = {}
    for key, body in ReportPart.objects.filter(county=report.county, report__in=[*others]).values_list(
        "report", "body"
    ):
        texts.setdefault(str(key), []).append(body)
    seen = {str(key) for key in reports_visible_to(by).filter(id__in=[*others]).values_list("id", flat=True)}
    drawn = [part.drawn for part in mine]
    found = []
    for one in repeats("\n".join(part.body for part in mine), texts, known=drawn):
        other = others[one.source]
        if one.source in seen:
            found.append(
                Copied(one.mine, one.theirs, f"{other.title}（{other.number}）", other.get_absolute_url(), one.likeness)
            )
        else:
            found.append(Copied(one.mine, "", _("与别的单位的报告相同"), "", one.likeness))
    return found


def unsupported(report: Report) -> list[str]:
    """Sentences that state a result without a figure or a record: 无佐证."""
    parts = parts_of(report)
    drawn = [part.drawn for part in parts]
    return [one for part in parts for one in without_source(part.body, known=drawn)]
