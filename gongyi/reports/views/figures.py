"""The page of all figures, and what stands behind one of them."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongyi.core import clock, figures, lists
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.figures import Figure, Period, Rate
from gongyi.core.http import ActorRequest, permission, submit
from gongyi.network.models import Unit
from gongyi.people.actions.exports import ask_export
from gongyi.people.queries import exports
from gongyi.reports import queries
from gongyi.reports.forms.export import KindForm
from gongyi.reports.forms.period import PeriodForm, as_query, list_url, quick

OF_CHILDREN = ["cases.received", "cases.assigned", "cases.closed", "cases.open", "cases.overdue"]
PAGES = 6  # digits of a page's number


@permission(P.FIGURES_VIEW)
def figures_page(request: ActorRequest) -> HttpResponse:
    """Every figure of a unit in a period, beside its own past."""
    unit = queries.fetch_unit(request.actor, request.GET.get("unit", ""))
    form = PeriodForm(request.GET)
    found = queries.compared(unit, form.period)
    groups = [(title, [_printed(line, unit, found) for line in lines]) for title, lines in found.groups]
    context: dict[str, Any] = {
        "title": _("数字"),
        "groups": groups,
        "found": found,
        "children": _children(unit, found.period),
    }
    return render(request, "reports/figures.html", context | _where(request.actor, unit, form, "reports:figures"))


def _where(by: Actor, unit: Unit, form: PeriodForm, page: str) -> dict[str, Any]:
    """The unit and the period of a page, and the ways to others."""
    base, asked = reverse(page), form.period
    quicks = [
        {"words": words, "url": f"{base}?{urlencode({'unit': unit.id, **as_query(one)})}", "current": one == asked}
        for words, one in quick(clock.today())
    ]
    on = urlencode(as_query(asked))
    above = [{"name": one.name, "url": f"{base}?unit={one.id}&{on}"} for one in queries.above(by, unit)]
    own = [
        {"name": held.unit_name, "url": f"{base}?unit={held.unit}&{on}"}
        for held in {held.unit: held for held in by.held}.values()
        if held.unit in by.units(P.FIGURES_VIEW) and held.unit != unit.id
    ]
    own = [one for one in own if one["name"] not in {top["name"] for top in above}]
    return {"unit": unit, "form": form, "quick": quicks, "above": above, "own": own, "now": clock.now(), "asked": asked}


def _printed(line: queries.Line, unit: Unit, found: queries.Compared) -> dict[str, Any]:
    """A figure as the page has it: what it is, how many, and where its rows stand."""
    one = line.figure
    urls = [list_url(one.id, unit, period) for period in (found.period, found.before, found.last_year)]
    return {"line": line, "figure": one, "urls": urls, "note": figures.no_judgement(one.id)}


def _children(unit: Unit, period: Period) -> dict[str, Any]:
    """The units directly below by code, and the unit itself: together they are the unit's figures."""
    tree = queries.tree_for(unit.county, period)
    rows = []
    for key, numbers in queries.parts(unit, period, OF_CHILDREN).items():
        one = tree.units[key].unit if key else unit
        name = tree.units[key].name if key else _("%(unit)s自己") % {"unit": unit.name}
        cells = [(figures.figure(part).name, number, list_url(part, one, period, **({} if key else {"alone": "on"}))) for part, number in numbers.items()]  # fmt: skip
        page = f"{reverse('reports:figures')}?{urlencode({'unit': one.id, **as_query(period)})}" if key else ""
        rows.append({"name": name, "url": page, "cells": cells})
    return {"heads": [figures.figure(key).name for key in OF_CHILDREN], "rows": rows if len(rows) > 1 else []}


@permission(P.FIGURES_VIEW)
def figure_page(request: ActorRequest, key: str) -> HttpResponse:
    """What one number is made of: its rows as far as the person may open them, and its parts."""
    one, form = _named(key), PeriodForm(request.GET)
    unit = queries.fetch_unit(request.actor, request.GET.get("unit", ""))
    context = {"title": one.name, "figure": one, "note": figures.no_judgement(key), "may_see_rates": request.actor.can(P.CASE_VIEW)}  # fmt: skip
    context |= _where(request.actor, unit, form, "reports:figures")
    context["back_url"] = f"{reverse('reports:figures')}?{urlencode({'unit': unit.id, **as_query(form.period)})}"
    shown = _rate(one, unit, form) if isinstance(one, Rate) else _base(request, one, unit, form)
    return render(request, "reports/figure.html", context | shown)


def _named(key: str) -> Figure | Rate:
    try:
        return figures.figure(key)
    except KeyError:
        raise Http404 from None


def _rate(one: Rate, unit: Unit, form: PeriodForm) -> dict[str, Any]:
    """A rate by the formula of the time: which figures stand above and below the line, and what was left out."""
    period = queries.elapsed(form.period)
    rates, scope = queries.rates_for(unit.county, period), queries.scope_of(unit, period)
    one = rates[one.id]
    found = figures.count([one.id, *one.above, *one.below], scope, rates=rates)
    lines = [
        [{"figure": found[key].figure, "text": found[key].text, "url": list_url(key, unit, period)} for key in keys]
        for keys in (one.above, one.below)
    ]
    beside = queries.reviewed(scope, {one.id: one}, found)[one.id]
    return {"value": found[one.id], "above_line": lines[0], "below_line": lines[1], "period": period, "figure": one, "reviewed": beside}  # fmt: skip


def _base(request: ActorRequest, one: Figure, unit: Unit, form: PeriodForm) -> dict[str, Any]:
    """A counted figure: its rows and its parts, under the conditions of the address."""
    where, chips = queries.where_of(unit.county, one, request.GET)
    period, alone = queries.elapsed(form.period), bool(request.GET.get("alone"))
    scope = queries.scope_of(unit, period, where=where, alone=alone)
    found = queries.behind(request.actor, one, scope, page=_page(request))
    own = queries.works_in(request.actor, unit)
    few = bool(where) and not own and found.open < found.number < queries.FEWEST
    parts = [] if few else [
        {"title": figures.splits[split].title, "parts": [(part, words, _at(request, **{split: part.value})) for part, words in _parts(request.actor, one, scope, split, own=own)]}
        for split in queries.asked_splits(one)
        if split not in dict(where)
    ]  # fmt: skip
    units = [] if alone or few else [
        (part, words, _at(request, unit=part.value) if part.value else _at(request, alone="on"))
        for part, words in _unit_parts(request.actor, one, unit, scope)
    ]  # fmt: skip
    on = urlencode(
        [
            ("figure", one.id),
            *((name, value) for name, value in request.GET.items() if name in {*figures.splits, "alone"}),
        ]
    )
    ledger = (
        f"{reverse('reports:ledger_new')}?{on}" if request.actor.can(lists.kind(one.source.opens).permission) else ""
    )
    export = (
        f"{reverse('reports:figure_export', args=[one.id])}{_at(request)}"
        if found.rows and exports.is_exported(one.source.opens)
        else ""
    )
    return {
        "hides": not own, "fewest": queries.FEWEST, "export_url": export, "ledger_url": ledger, "found": found, "period": period, "splits": [split for split in parts if split["parts"]], "units": units if len(units) > 1 else [],
        "chips": _chips(request, chips, unit, alone=alone), **_pages(request, one, found), **({"how_many": _("不到 %(n)d 件") % {"n": queries.FEWEST}} if few else {}),
    }  # fmt: skip


def _parts(by: Actor, one: Figure, scope: figures.Scope, split: str, *, own: bool) -> list[tuple[queries.Part, str]]:
    """A figure by a split, each part with the number as this person is shown it."""
    parts = queries.parts_by(one, scope, split)
    return [(part, str(part.number)) for part in parts] if own else queries.told_by(by, one, scope, split, parts)


def _unit_parts(by: Actor, one: Figure, unit: Unit, scope: figures.Scope) -> list[tuple[queries.Part, str]]:
    """A figure by the units below; under a condition small numbers are shown as anywhere."""
    parts, tree = (
        queries.parts_by_unit(one, unit, scope.period, scope.where),
        queries.tree_for(unit.county, scope.period),
    )
    if not scope.where:
        return [(part, str(part.number)) for part in parts]
    return queries.told_by_unit(
        by, one, scope, parts, lambda value: tree.counted(UUID(value)) if value else tree.counted(unit.id, alone=True)
    )


@permission(P.CASE_VIEW)
def figure_export(request: ActorRequest, key: str) -> HttpResponse:
    """The rows behind a number as a file: those that the person may open, without names, phones and addresses."""
    one, unit, period = (
        _named(key),
        queries.fetch_unit(request.actor, request.GET.get("unit", "")),
        PeriodForm(request.GET).period,
    )
    if not isinstance(one, Figure) or not exports.is_exported(one.source.opens):
        raise Http404
    where, chips = queries.where_of(unit.county, one, request.GET)
    alone, period = bool(request.GET.get("alone")), queries.elapsed(period)
    scope = queries.scope_of(unit, period, where=where, alone=alone)
    query = queries.as_export(one, scope, unit=unit.id, alone=alone)
    words = _("、").join([str(one.name), unit.name, period.words(), *(words for _split, words in chips)])[:200]
    form = KindForm(request.POST or None)
    if done := submit(
        request,
        form,
        lambda: ask_export(
            by=request.actor, listed=one.source.opens, kind=form.cleaned_data["kind"], query=query, words=words
        ).get_absolute_url(),
    ):
        return done
    found = queries.behind(request.actor, one, scope)
    context = {
        "title": _("导出"),
        "form": form,
        "words": words,
        "found": found,
        "how_many": _how_many(one, found.open),
        "columns": exports.headers(one.source.opens),
    }
    return render(
        request,
        "reports/figure_export.html",
        context | {"back_url": f"{reverse('reports:figure', args=[key])}{_at(request)}", "figure": one},
    )


def _page(request: ActorRequest) -> int:
    sent = request.GET.get("page", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < PAGES else 1


def _at(request: ActorRequest, **changed: str) -> str:
    """The same address with something changed ('' takes it away), from its first page on."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changed.items():
        query[name] = value
    return f"?{urlencode([(name, value) for name, value in query.items() if value])}"


def _chips(request: ActorRequest, chips: list[tuple[str, str]], unit: Unit, *, alone: bool) -> list[dict[str, str]]:
    own = [{"words": _("只看%(unit)s自己的") % {"unit": unit.name}, "url": _at(request, alone="")}] if alone else []
    return own + [{"words": f"{figures.splits[split].title}：{words}", "url": _at(request, **{split: ""})} for split, words in chips]  # fmt: skip


def _pages(request: ActorRequest, one: Figure, found: queries.Behind) -> dict[str, str]:
    page = min(_page(request), found.pages)
    seen = {"n": page, "all": found.pages}
    words = {"how_many": _how_many(one, found.number)}
    words["pages"] = _("第 %(n)s 页，共 %(all)s 页") % seen
    urls = {
        "previous_url": f"{_at(request)}&page={page - 1}" if page > 1 else "",
        "next_url": f"{_at(request)}&page={page + 1}" if page < found.pages else "",
    }
    return words | urls


def _how_many(one: Figure, number: int) -> str:
    """What the number counts: matters, or how often something was done."""
    if one.measure == figures.CASES:
        return ngettext("共 %(n)d 件", "共 %(n)d 件", number) % {"n": number}
    return ngettext("共 %(n)d 次", "共 %(n)d 次", number) % {"n": number}


@permission(P.FIGURES_VIEW)
def changes(request: ActorRequest) -> HttpResponse:
    """Which figures of months that were over came out otherwise later, and when."""
    rows, page = queries.changes_seen(request.actor), _page(request)
    shown = list(rows[(page - 1) * 50 : page * 50 + 1])
    lines = [
        {"row": row, "name": _name(row.figure), "url": list_url(row.figure, row.unit, Period.month(row.month.year, row.month.month)), "month": Period.month(row.month.year, row.month.month).words()}
        for row in shown[:50]
    ]  # fmt: skip
    context = {"title": _("后来变了的数字"), "lines": lines, "next_url": f"?page={page + 1}" if len(shown) > 50 else ""}  # noqa: PLR2004 - a page
    return render(request, "reports/changes.html", context | {"previous_url": f"?page={page - 1}" if page > 1 else ""})


@permission(P.FIGURES_VIEW)
def errors(request: ActorRequest) -> HttpResponse:
    """差错: what went to the wrong unit, was done again, was corrected, each with its causes. Counted openly, without a target."""
    unit, form = queries.fetch_unit(request.actor, request.GET.get("unit", "")), PeriodForm(request.GET)
    period, last, _year = queries.periods_beside(form.period)
    keys = [one.id for one in figures.base_figures() if one.error]
    scope = queries.scope_of(unit, period)
    now, before = figures.count(keys, scope), figures.count(keys, queries.scope_of(unit, last))
    kinds = [
        {
            "figure": one, "number": value.text, "before": before[key].text, "before_url": list_url(key, unit, last), "before_words": last.words(), "url": list_url(key, unit, period),
            "causes": [
                (part, words, list_url(key, unit, period, **{split: part.value}))
                for split in queries.CAUSE_SPLITS
                if split in one.source.splits
                for part, words in _parts(request.actor, one, scope, split, own=queries.works_in(request.actor, unit))
            ],
        }
        for key, value in now.items() if isinstance(one := value.figure, Figure)
    ]  # fmt: skip
    context = {"title": _("差错和更正"), "kinds": kinds, "period": period} | _where(
        request.actor, unit, form, "reports:errors"
    )
    return render(request, "reports/errors.html", context)


def _name(key: str) -> str:
    try:
        return str(figures.figure(key).name)
    except KeyError:
        return key
