"""The lists of reports as ledgers take them: reports, tables that are asked for, tables asked of us, errors and corrections."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy, pgettext_lazy

from gongyi.core import figures, lists
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.figures import Figure
from gongyi.core.lists import (
    Asked,
    Cell,
    Filter,
    Found,
    Kind,
    Words,
    batches,
    found_in,
    of_period,
    opening,
    still_in,
    told,
)
from gongyi.core.secrets import mask_text
from gongyi.network.models import Unit
from gongyi.reports.models import Answer, Ask, Report, ReportVersion
from gongyi.reports.queries.behind import openable, record_of
from gongyi.reports.queries.counting import scope_of
from gongyi.reports.queries.splitting import CAUSE_SPLITS, names_of
from gongyi.reports.rules.asking import answers_visible_to, asks_visible_to
from gongyi.reports.rules.report import reports_visible_to
from gongyi.reports.workflow import ANSWER, ASK, REPORT

_Lines = dict[UUID, dict[str, Cell]]


# --- reports ----------------------------------------------------------------------------------------------------------


def _report_rows(by: Actor, asked: Asked) -> Found:
    rows = reports_visible_to(by).filter(
        Q(unit=asked.unit) | Q(second=asked.unit), **of_period(asked.period, "last", days=True)
    )
    exact = {name: value for name in ("kind", "state") if (value := asked.where.get(name))}
    return found_in(rows.filter(**exact), "last", asked.most)


def _report_cells(by: Actor, keys: Sequence[UUID], _asked: Asked) -> _Lines:
    found: _Lines = {}
    for some in batches(keys):
        signed = dict(
            ReportVersion.objects.filter(county=by.county, report__in=some)
            .order_by("number")
            .values_list("report", "signed_at")
        )
        for one in reports_visible_to(by).filter(id__in=some).select_related("unit"):
            found[one.id] = {
                "number": one.number, "kind": one.get_kind_display(), "title": mask_text(one.title), "unit": one.unit.name, "first": told(one.first),
                "last": told(one.last), "state": str(REPORT.states[one.state].label), "signed": told(signed.get(one.id)),
                "corrections": max(one.current - 1, 0), "why": mask_text(one.why), "office_no": one.office_no,
            }  # fmt: skip
    return found


def report_lines(keys: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """The lines of a list: the state stands where a case says whose turn it is."""
    found = {}
    for one in Report.objects.filter(id__in=keys).select_related("unit"):
        state = REPORT.states[one.state]
        turn = {"words": state.label, "tone": state.tone, "icon": state.icon}
        found[one.id] = {"url": one.get_absolute_url(), "number": one.number, "title": one.title, "unit": one.unit.name, "turn": turn, "topic": one.get_kind_display()}  # fmt: skip
    return found


def report_list() -> Kind:
    """报告."""
    columns: dict[str, Words] = {
        "number": gettext_lazy("文稿编号"), "kind": gettext_lazy("写什么"), "title": gettext_lazy("标题"), "unit": gettext_lazy("单位"),
        "first": gettext_lazy("从哪天"), "last": gettext_lazy("到哪天"), "state": gettext_lazy("状态"), "signed": gettext_lazy("最近签发"),
        "corrections": gettext_lazy("更正次数"), "why": gettext_lazy("更正了什么"), "office_no": gettext_lazy("发文字号"),
    }  # fmt: skip
    return Kind(
        name="report", label=gettext_lazy("报告"), permission=P.CASE_VIEW, day=gettext_lazy("报告写到的那天"), page="reports:reports",
        columns=lambda: columns, rows=_report_rows, cells=_report_cells, still=still_in(reports_visible_to), measure=gettext_lazy("份"),
        start=("number", "kind", "title", "first", "last", "state", "signed", "corrections"),
        filters={
            "kind": Filter(gettext_lazy("写什么"), lambda _by: Report.Kind.choices),
            "state": Filter(gettext_lazy("状态"), lambda _by: REPORT.choices()),
        },
        opened=opening(Report, reports_visible_to, report_lines),
    )  # fmt: skip


# --- tables -----------------------------------------------------------------------------------------------------------


def _ask_rows(by: Actor, asked: Asked) -> Found:
    rows = asks_visible_to(by).filter(unit=asked.unit, **of_period(asked.period, "due", days=True))
    if state := asked.where.get("state"):
        rows = rows.filter(state=state)
    return found_in(rows, "due", asked.most)


def _ask_cells(by: Actor, keys: Sequence[UUID], _asked: Asked) -> _Lines:
    found: _Lines = {}
    for some in batches(keys):
        rows = asks_visible_to(by).filter(id__in=some).prefetch_related("columns")
        asked = dict(Ask.objects.filter(id__in=some).order_by().values_list("id").annotate(Count("asked")))
        sent = Answer.objects.filter(county=by.county, ask__in=some, state="sent").order_by()
        came = dict(sent.values_list("ask").annotate(Count("id")))
        for one in rows:
            found[one.id] = {
                "title": mask_text(one.title), "purpose": mask_text(one.purpose), "basis": one.basis, "first": told(one.first), "last": told(one.last),
                "due": told(one.due), "repeats": one.get_repeats_display(), "until": told(one.until), "units": asked[one.id],
                "numbers": "、".join(column.heading for column in sorted(one.columns.all(), key=lambda column: column.position)),
                "minutes": one.minutes, "state": str(ASK.states[one.state].label), "came": came.get(one.id, 0),
            }  # fmt: skip
    return found


def ask_list() -> Kind:
    """The tables that a unit asks for."""
    columns: dict[str, Words] = {
        "title": gettext_lazy("表名"), "purpose": gettext_lazy("做什么用"), "basis": gettext_lazy("依据"), "numbers": gettext_lazy("要哪些数"),
        "first": gettext_lazy("数从哪天起"), "last": gettext_lazy("数到哪天止"), "due": gettext_lazy("哪天前交"), "repeats": gettext_lazy("要几次"),
        "until": gettext_lazy("到哪天为止"), "units": gettext_lazy("向几个单位要"), "minutes": gettext_lazy("一次要花几分钟"),
        "state": gettext_lazy("状态"), "came": gettext_lazy("交来几份"),
    }  # fmt: skip
    return Kind(
        name="ask", label=gettext_lazy("向下面要的表"), permission=P.FIGURES_VIEW, day=gettext_lazy("交表的日子"), page="reports:tables",
        columns=lambda: columns, rows=_ask_rows, cells=_ask_cells, still=still_in(asks_visible_to), measure=gettext_lazy("张"),
        start=("title", "purpose", "basis", "numbers", "due", "repeats", "until", "units", "minutes", "state", "came"),
        filters={"state": Filter(gettext_lazy("状态"), lambda _by: ASK.choices())},
    )  # fmt: skip


def _own_answers(by: Actor) -> Any:
    return answers_visible_to(by).filter(unit__in=by.units(P.FIGURES_VIEW))


def _answer_rows(by: Actor, asked: Asked) -> Found:
    rows = _own_answers(by).filter(unit=asked.unit, **of_period(asked.period, "due", days=True))
    if state := asked.where.get("state"):
        rows = rows.filter(state=state)
    return found_in(rows, "due", asked.most)


def _answer_cells(by: Actor, keys: Sequence[UUID], _asked: Asked) -> _Lines:
    rows = (
        one
        for some in batches(keys)
        for one in _own_answers(by).filter(id__in=some).select_related("ask__unit", "unit")
    )
    return {
        one.id: {
            "title": mask_text(one.ask.title), "asker": one.ask.unit.name, "purpose": mask_text(one.ask.purpose), "basis": one.ask.basis, "unit": one.unit.name,
            "first": told(one.first), "last": told(one.last), "due": told(one.due), "state": str(ANSWER.states[one.state].label),
            "sent": told(one.sent_at), "minutes": one.minutes,
        }
        for one in rows
    }  # fmt: skip


def answer_list() -> Kind:
    """The tables asked of a unit, and what it took to answer them."""
    columns: dict[str, Words] = {
        "title": gettext_lazy("表名"), "asker": gettext_lazy("要表的单位"), "purpose": gettext_lazy("做什么用"), "basis": gettext_lazy("依据"),
        "unit": gettext_lazy("填表的单位"), "first": gettext_lazy("数从哪天起"), "last": gettext_lazy("数到哪天止"), "due": gettext_lazy("哪天前交"),
        "state": gettext_lazy("状态"), "sent": gettext_lazy("交上去的时间"), "minutes": gettext_lazy("填了几分钟"),
    }  # fmt: skip
    return Kind(
        name="answer", label=gettext_lazy("上面要的表"), permission=P.FIGURES_VIEW, day=gettext_lazy("交表的日子"), page="reports:tables",
        columns=lambda: columns, rows=_answer_rows, cells=_answer_cells, still=still_in(_own_answers), measure=gettext_lazy("张"),
        start=("title", "asker", "purpose", "basis", "due", "state", "sent", "minutes"),
        filters={"state": Filter(gettext_lazy("状态"), lambda _by: ANSWER.choices())},
    )  # fmt: skip


# --- errors and corrections -------------------------------------------------------------------------------------------


def _errors(which: str = "") -> list[Figure]:
    return [one for one in figures.base_figures() if one.error and which in {"", one.id}]


def _error_rows(by: Actor, asked: Asked) -> Found:
    pairs, number = list[tuple[UUID, Any]](), 0
    for one in _errors(asked.where.get("error", "")):
        scope = scope_of(asked.unit, asked.period)
        number += figures.rows_of(one.id, scope).count()
        pairs += openable(by, one, scope).values_list("pk", one.source.at)[: asked.most + 1]
    return Found(sorted(pairs, key=lambda pair: (told(pair[1]), pair[0])), number)


def _error_lines(by: Actor, keys: Collection[UUID]) -> Iterator[tuple[UUID, dict[str, Cell]]]:
    """The rows among these that the person may open, kind by kind: every row is of one kind."""
    units = dict(Unit.objects.filter(county=by.county).values_list("id", "name"))
    for one in _errors():
        source, split = one.source, next((name for name in CAUSE_SPLITS if name in one.source.splits), "")
        words = names_of(by.county, split) if split else {}
        columns = ("pk", source.number, source.unit, *([source.splits[split]] if split else []))
        for some in batches(keys):
            rows = (
                source.rows(by.county)
                .filter(pk__in=some)
                .filter(lists.opened(source.opens).seen(by, record_of(source)))
            )
            for key, number, unit, *cause in rows.values_list(*columns):
                why = words.get(str(cause[0]), str(cause[0])) if cause else ""
                yield key, {"what": str(one.name), "number": number, "unit": units.get(unit, ""), "why": mask_text(why)}


def _error_cells(by: Actor, keys: Sequence[UUID], _asked: Asked) -> _Lines:
    return dict(_error_lines(by, keys))


def _still_errors(by: Actor, keys: Collection[UUID]) -> set[UUID]:
    return {key for key, _line in _error_lines(by, keys)}


def error_list() -> Kind:
    """差错和更正: what was sent wrong, done again, corrected, each as often as it happened."""
    columns: dict[str, Words] = {
        "what": gettext_lazy("是哪一种"), "number": gettext_lazy("编号"), "unit": gettext_lazy("算在哪个单位"), "why": gettext_lazy("原因"),
    }  # fmt: skip
    return Kind(
        name="error", label=gettext_lazy("差错和更正"), permission=P.FIGURES_VIEW, day=gettext_lazy("发生的日期"), page="reports:errors",
        columns=lambda: columns, start=("at", *columns), rows=_error_rows, cells=_error_cells, still=_still_errors, measure=pgettext_lazy("清单", "次"),
        filters={"error": Filter(gettext_lazy("是哪一种"), lambda _by: [(one.id, one.name) for one in _errors()])},
    )  # fmt: skip
