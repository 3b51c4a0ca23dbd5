"""The draft of a report: sentences of `drafting.toml` chosen by what was counted, with ties to the figures.

A draft is Chinese in every language of the pages: it is the office's own paper.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils import translation

from gongyi.casework.models import Topic
from gongyi.core import clock, figures
from gongyi.core.access import Actor
from gongyi.core.figures import SMALL, Period
from gongyi.network.models import Unit
from gongyi.reports.models import Report, ReportPart
from gongyi.reports.queries.telling import Told, dated, spoken, telling
from gongyi.reports.queries.ties import BEFORE, Counted, Tie, groups

_SLOT = re.compile(r"\{([a-z]+)\}")
_UNSAFE = re.compile("[{}|@]")
TOPICS, MOST_GROUPS = 5, 12
OUTCOMES = ("solved", "partly", "explained", "declined", "withdrawn", "merged", "other_end")
ASKED = (
    "received", "assigned", "signed_in_time", "contacted_in_time", "closed", "closed_in_time", "closed_in_time_rate", *OUTCOMES,
    "one_visit", "one_visit_known", "called", "reached", "unreached", "call_solved", "resolution_rate", "rated", "unrated",
    "very", "good", "fair", "bad", "satisfaction_rate", "open", "overdue", "returned", "reopened", "extended", "parked",
)  # fmt: skip
PROPOSALS = (
    "received", "filed", "not_filed", "merged", "assigned", "assigned_answered", "answered_rate", "answered", "answered_in_time",
    "answered_in_time_rate", "met", "met_rate", "rated", "satisfied", "fair", "bad", "satisfied_rate", "following", "followed_up", "extended",
    "redone", "overdue", "open", "promises_due", "promises_kept", "promises_late", "promises_broken",
)  # fmt: skip
COMPARED = ("received", "closed", "overdue", "closed_in_time_rate")


@dataclass(frozen=True)
class Part:
    """A part of a draft."""

    kind: str
    heading: str
    body: str


@dataclass(frozen=True)
class Draft:
    """The title and the parts of a draft."""

    title: str
    parts: tuple[Part, ...]


@cache
def _book() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent.parent / "drafting.toml").read_text(encoding="utf-8"))


def counted_period(kind: str, period: Period) -> Period:
    """Whose figures are drawn: the period's; of a plan for a time to come those of the period before."""
    return period.before() if kind == Report.Kind.PLAN and period.first > clock.today() else period


def default_addressee(unit: Unit, official: str) -> str:
    """A 报告 goes to the unit above."""
    above = unit.parent if official == Report.Official.REPORT else None
    return above.name if above else ""


def annexed_at_first(kind: str) -> bool:
    """How its numbers are counted stands behind everything but what is read out."""
    return kind != Report.Kind.SPEECH


def draft(
    by: Actor, unit: Unit, period: Period, kind: str, *, counted: Counted | None = None, topic: Topic | None = None
) -> Draft:
    """The draft of a report of this unit and period, as this person may write it, of one topic or of all. About twenty queries."""
    with translation.override("zh-hans"):
        counted = counted or Counted(unit, counted_period(kind, period), topic)
        wanted = [Tie(f"cases.{name}") for name in ASKED]
        wanted += [] if counted.topic else [Tie(f"proposals.{name}") for name in PROPOSALS]
        counted.count([*wanted, *(Tie(f"cases.{name}", of=BEFORE) for name in COMPARED)])
        words = _words(by, unit, period, counted)
        facts = _facts(counted, words)
        plan = _book()[kind]
        parts = [_part(one, facts, words) for one in plan["part"] if _holds(one.get("when", ""), facts)]
        return Draft(_fill(plan["title"], words), tuple(one for one in parts if _stays(one, facts)))


def _stays(part: Part, facts: Mapping[str, bool]) -> bool:
    """A table or picture of nothing is left out."""
    needed = {"types": "several_types", "units": "units", "chart": "received|closed"}
    return part.kind == ReportPart.Kind.TEXT or _holds(needed[part.kind], facts)


def _part(plan: Mapping[str, Any], facts: Mapping[str, bool], words: Mapping[str, str]) -> Part:
    said = [
        "".join(_fill(text, words) for when, text in one if _holds(when, facts)) for one in plan.get("paragraphs", [])
    ]
    return Part(plan.get("kind", "text"), plan.get("heading", ""), "\n".join(one for one in said if one))


def _holds(when: str, facts: Mapping[str, bool]) -> bool:
    return all(
        any(facts.get(name.lstrip("!"), False) != name.startswith("!") for name in one.split("|"))
        for one in when.split()
    )


def _fill(text: str, words: Mapping[str, str]) -> str:
    return _SLOT.sub(lambda found: words.get(found[1], ""), text)


def _facts(counted: Counted, words: Mapping[str, str]) -> dict[str, bool]:
    """What the sentences ask: which figures are not zero, and what there is to list."""
    value = {name: counted.value(Tie(f"cases.{name}")).value or 0 for name in ASKED}
    before = {name: counted.value(Tie(f"cases.{name}", of=BEFORE)).value or 0 for name in COMPARED}
    facts = {name: bool(one) for name, one in value.items()}
    facts |= {f"before_{name}": bool(one) for name, one in before.items()}
    facts |= {
        "before": any(before.values()), "few_rated": 0 < value["rated"] < SMALL, "late_closed": value["closed_in_time"] < value["closed"],
        "several_types": "、" in words["types"], "topics": bool(words["topics"]) and not counted.topic, "channels": bool(words["channels"]),
        "units": len(counted.members()) > 1 and any(value.values()),
        "telling": bool(words["telling"]), "soon": bool(words["soon"]), "parked_list": bool(words["parked"]),
    }  # fmt: skip
    return facts | _facts_of_proposals(counted, words)


def _facts_of_proposals(counted: Counted, words: Mapping[str, str]) -> dict[str, bool]:
    """The same of proposals, each name behind `p_`; nothing in a report on one topic, which proposals do not have."""
    if counted.topic:
        return {}
    value = {f"p_{name}": bool(counted.value(Tie(f"proposals.{name}")).value) for name in PROPOSALS}
    few = 0 < (counted.value(Tie("proposals.rated")).value or 0) < SMALL
    return value | {"proposals": any(value.values()), "p_classes": bool(words["classes"]), "p_few_rated": few}


def _words(by: Actor, unit: Unit, period: Period, counted: Counted) -> dict[str, str]:
    days = dated(by, counted.scope())
    return {
        "unit": unit.name, "about": f"“{_UNSAFE.sub('', counted.topic.name)}”一类" if counted.topic else "群众", "period": spoken(period), "counted": spoken(counted.period), "before": spoken(counted.period.before()),
        "types": _listed(counted, "type"), "topics": _listed(counted, "topic", most=TOPICS), "channels": _listed(counted, "channel"),
        "classes": "" if counted.topic else _listed(counted, "result", key="proposals.answered"),
        "outcomes": "、".join(_some(name) for name in OUTCOMES if counted.value(Tie(f"cases.{name}")).value),
        "telling": "".join(_line(one) for one in telling(by, counted.scope())),
        "soon": "；".join(_line(one) for one in days["soon"]), "parked": "；".join(_line(one) for one in days["parked"]),
    }  # fmt: skip


def _some(name: str) -> str:
    one = figures.figure(f"cases.{name}")
    return f"{one.name}{{{{{one.id}}}}}{one.measure}"


def _listed(counted: Counted, split: str, *, most: int = MOST_GROUPS, key: str = "cases.received") -> str:
    """投诉12件、咨询5件, each number tied; the largest first."""
    names = [name for name in groups(counted.unit.county, split).values() if not _UNSAFE.search(name)]
    ties = [Tie(key, split, name) for name in names]
    counted.count(ties[:1])
    many = sorted(((counted.value(tie).value or 0, tie) for tie in ties), key=lambda pair: -pair[0])
    return "、".join(f"{tie.group}{{{{{tie}}}}}件" for value, tie in many[:most] if value)


def _line(told: Told) -> str:
    return _fill(_book()["lines"][told.rule], told.words | {"number": told.number})
