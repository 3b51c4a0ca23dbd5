"""What the bench compares the lists with."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any
from uuid import UUID

from xlsxwriter import Workbook

from gongyi.casework.models import CasePart, CaseStep
from gongyi.proposals.models import ProposalStep, Publication


def bare_rows(county: int, unit: UUID, number: int) -> list[dict[str, Any]]:
    """The newest cases of a unit as plainly as Django can: one query over the index of the list, six columns, no rights."""
    rows = CasePart.objects.filter(county=county, unit=unit, until=None).order_by("-recorded_at", "-case")
    columns = ("case__number", "case__title", "case__lead__name", "case__topic__full_name", "state", "recorded_at")
    return list(rows.values(*columns)[:number])


def told_cases(county: int, unit: UUID, lines: int, number: int) -> list[tuple[UUID, str]]:
    """Key and number of cases of a unit whose timeline has at least so many lines, the newest first."""
    steps = CaseStep.objects.filter(county=county, unit=unit, seq=lines)
    return list(steps.order_by("-id").values_list("case", "case__number")[:number])


def told_proposals(county: int, unit: UUID, lines: int, number: int) -> tuple[list[UUID], list[str]]:
    """Keys and public names of proposals that a unit leads and whose timeline has so many lines, the newest first."""
    rows = ProposalStep.objects.filter(county=county, seq=lines, proposal__lead=unit).order_by("-id")
    keys = list(rows.values_list("proposal", flat=True)[:number])
    texts = Publication.objects.filter(county=county, proposal__in=keys)
    return keys, list(texts.values_list("slug", flat=True))


def blank_form(units: Iterable[str]) -> bytes:
    """A blank form such as offices send: a row for each of these units, two rows of headings, months and the year beside each other."""
    heads = ["受理件数", "上月", "同比增减（%）", "本年累计", "一季度", "电话", "来访", "网上", "投诉", "求助", "咨询", "派单数", "按期签收率",
             "办结数", "按期办结率", "解决率", "满意率", "回访率", "期末在办", "超期未办结", "期末挂账", "重办件数", "退单数"]  # fmt: skip
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        page, line = book.add_worksheet("月报"), book.add_format({"border": 1})
        page.write_string(0, 0, "各乡镇群众诉求情况月报表")
        page.write_string(1, 0, "填报单位：________")
        for at, words in enumerate(["乡镇", *heads]):
            page.write_string(2, at, words, line)
        for row, name in enumerate([*units, "合计"], start=3):
            page.write_string(row, 0, name, line)
            for at in range(len(heads)):
                page.write_blank(row, at + 1, None, line)
    return file.getvalue()
