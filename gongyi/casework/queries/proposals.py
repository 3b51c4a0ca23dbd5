"""What an intake may be filled with from the words of a chat or note, each with its reason; somebody looks before it is kept.

The first level of the topic comes from cue words and from what the county's cases taught (`queries.topics`). The level below
and the unit come from the latest cases that this person sees anyway: which topic such words had, which unit got such a
topic. Counted by topic and unit, never by person (rights.md D5, D18).
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongyi.casework.models import Case, Topic
from gongyi.casework.models.case import OPEN
from gongyi.casework.models.setting import BETWEEN
from gongyi.casework.queries.choices import types
from gongyi.casework.queries.lists import Row, Wanted, list_parts, rows_of
from gongyi.casework.queries.topics import guesser, topic_words
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.language import note
from gongyi.language.topics import Suggestion
from gongyi.network.models import Unit
from gongyi.network.queries import running_units

LATEST = 300  # cases that history and likeness are read from
ENOUGH = 2  # shared pairs of characters that make two titles alike
LIKE = 3
BEGINNING = 30  # characters of a text that speak like a title
SURE, LIKELY = 0.8, 0.5  # how often a suggestion must be right to be called so

# Words of the asker's by which a county's types are known; a type counts if its name holds the key.
TYPE_CUES = {
    "举报": ("举报", "揭发", "贪污", "受贿", "以权谋私"),
    "投诉": ("投诉", "态度差", "态度恶劣", "不作为", "推诿", "踢皮球", "乱收费", "没人管", "不讲理"),
    "建议": ("建议", "希望能增加", "能不能增设", "最好能", "提议"),
    "咨询": ("请问", "咨询", "怎么办理", "要带什么", "什么材料", "多少钱", "在哪里办", "怎么申请", "想了解", "什么条件", "到哪里办"),
    "求助": ("求助", "帮忙", "帮帮", "坏了", "停水", "停电", "没水", "没电", "漏水", "困难", "看不见", "堵了", "塌了", "裂了"),
}  # fmt: skip
URGENCY_CUES = {
    Case.Urgency.DANGER.value: ("着火", "火灾", "起火", "燃气泄漏", "煤气泄漏", "触电", "落水", "溺水", "塌方", "要塌", "被困", "救命", "晕倒", "电线掉"),
    Case.Urgency.URGENT.value: ("停水", "停电", "停气", "没水", "没电", "断水", "断电", "水管爆", "爆管", "漏电", "没暖气"),
}  # fmt: skip


@dataclass(frozen=True)
class Proposal:
    """One filled field: its value as the form wants it, and why."""

    value: Any
    why: str


@dataclass(frozen=True)
class Proposals:
    """What the text led to. `fields` by the names of the intake form; `hints` are sentences that belong to no field."""

    content: str
    fields: dict[str, Proposal] = field(default_factory=dict)
    hints: list[str] = field(default_factory=list)
    similar: list[Row] = field(default_factory=list)

    def initial(self) -> dict[str, Any]:
        """The values for the form."""
        return {"content": self.content} | {name: one.value for name, one in self.fields.items()}


def propose(by: Actor, text: str) -> Proposals:
    """Read a text and propose what the intake form asks for. A fixed number of queries, whatever the text."""
    text = text.strip()[:20000]
    found = note.numbers(text)
    fields, hints = _asker(text, found), _number_hints(found)
    fields |= _kind(by, text)
    if area := _area(by, text):
        fields["area"] = area
    latest = _latest(by)
    if topic := _topic(by, text, latest):
        fields["topic"] = topic
        hints += _unit_hint(latest, topic.value, area.value if area else None)
    similar = _similar(latest, fields)
    return Proposals(found.text, fields, hints, similar)


def _asker(text: str, found: note.Numbers) -> dict[str, Proposal]:
    fields = {}
    if found.own:
        why = _("因为写到“%(words)s”") % {"words": found.words} if found.words else _("因为只写了这一个号码")
        fields["asker_phone"] = Proposal(found.own, why)
    if called := note.name(text):
        fields["asker_name"] = Proposal(called.value, _because(called.words))
    return fields


def _because(words: str) -> str:
    return _("因为写到“%(words)s”") % {"words": words}


def _number_hints(found: note.Numbers) -> list[str]:
    hints = []
    if found.hidden:
        sentence = ngettext("已遮住别人的号码 %(n)d 个", "已遮住别人的号码 %(n)d 个", found.hidden)
        hints.append(sentence % {"n": found.hidden})
    if found.unclear:
        hints.append(_("写了几个号码，分不清哪个是诉求人的：%(list)s") % {"list": "、".join(found.unclear)})
    return hints


def _kind(by: Actor, text: str) -> dict[str, Proposal]:
    """Type and urgency by cue words."""
    fields = {}
    if urgency := note.cue(text, URGENCY_CUES):
        fields["urgency"] = Proposal(urgency.value, _because(urgency.words))
    if kind := note.cue(text, TYPE_CUES):
        type_ = next((one for one in types(by.county) if kind.value in one.name), None)
        if type_:
            fields["type"] = Proposal(type_.id, _because(kind.words))
    return fields


def _area(by: Actor, text: str) -> Proposal | None:
    """The village or township that the text names: a village before its township, of namesakes the one nearby or none."""
    tiers = (Unit.Tier.VILLAGE, Unit.Tier.TOWNSHIP)
    units = list(running_units(by.county).filter(tier__in=tiers).only("id", "name", "tier", "path"))
    named = note.places(text, {unit.name for unit in units})
    words = {one.value: one.words for one in named}
    hits = [unit for unit in units if unit.name in words]
    near = [held.path for held in by.held if held.path]
    towns = [unit for unit in hits if unit.tier == Unit.Tier.TOWNSHIP]
    villages = [unit for unit in hits if unit.tier == Unit.Tier.VILLAGE]
    for paths in ([town.path for town in towns], _upwards(near), [""]):
        inside = [unit for unit in villages if any(unit.path.startswith(path) for path in paths)]
        longest = max((len(words[unit.name]) for unit in inside), default=0)
        inside = [unit for unit in inside if len(words[unit.name]) == longest]
        if len(inside) == 1:
            return Proposal(inside[0].id, _because(words[inside[0].name]))
        if inside:
            break
    if len(towns) == 1 and not villages:
        return Proposal(towns[0].id, _because(words[towns[0].name]))
    own = [unit for unit in units if unit.tier == Unit.Tier.VILLAGE and unit.id == by.unit]
    return Proposal(own[0].id, _("因为在%(unit)s登记") % {"unit": own[0].name}) if own and not hits else None


def _upwards(paths: list[str]) -> list[str]:
    """The paths, and of a village that of its township: two marks down from the county."""
    return paths + ["/".join(path.split("/")[:2]) + "/" for path in paths if path.count("/") > 1]


# --- history ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Past:
    """What of a past case is looked at."""

    row: Row
    topic: UUID | None
    area: UUID | None
    open: bool


def _latest(by: Actor) -> list[Past]:
    """The latest cases that this person sees, newest first."""
    parts = list_parts(by, Wanted(unit=by.unit if by.unit in by.units(P.CASE_VIEW) else None))[:LATEST]
    facts = {key: (topic, area) for key, topic, area in parts.values_list("case", "case__topic", "case__area")}
    return [Past(row, *facts[row.id], open=row.state in OPEN) for row in rows_of(parts, "case__") if row.id in facts]


def _topic(by: Actor, text: str, latest: list[Past]) -> Proposal | None:
    """The topic: its first level by what speaks in the text, the level below by its own words or by earlier titles."""
    rows = Topic.objects.filter(county=by.county, active=True).order_by("level", "position", "full_name")
    topics = list(rows.values_list("id", "name", "full_name"))
    if not topics:
        return None
    said = guesser(by.county, topic_words(full for _key, _name, full in topics)).suggest(text[:BEGINNING], text)
    if said is None or said.confidence < LIKELY:
        return _nearest(text, topics, latest) or (said and _first_level(topics, said))
    below = [row for row in topics if row[2].startswith(said.topic + BETWEEN)]
    deeper = _nearest(text, below, latest)
    return Proposal(deeper.value, _surely(deeper.why, said)) if deeper else _first_level(topics, said)


def _first_level(topics: list[tuple[UUID, str, str]], said: Suggestion) -> Proposal | None:
    key = next((key for key, _name, full in topics if full == said.topic), None)
    return Proposal(key, _surely(_because("”“".join(said.words)), said)) if key and said.words else None


def _surely(why: str, said: Suggestion) -> str:
    """A reason with how sure it is, in plain words."""
    if said.confidence >= SURE:
        return _("%(why)s，多半没错") % {"why": why}
    return (_("%(why)s，比较像") if said.confidence >= LIKELY else _("%(why)s，拿不准，请看一眼")) % {"why": why}


def _nearest(text: str, topics: list[tuple[UUID, str, str]], latest: list[Past]) -> Proposal | None:
    """Of some topics the one whose own words, or whose earlier titles, share most with the text."""
    said, scores, why = note.pairs(text), Counter[UUID](), dict[UUID, str]()
    for key, name, full in topics:
        words = note.pairs(name)
        if hits := said & words:
            above = said & (note.pairs(full) - words)
            scores[key] = 3 * len(hits) + len(above) + (2 if name in text else 0)
            why[key] = _because(note.shared_words(text, name))
    among = {key for key, _name, _full in topics}
    for key, (number, past) in _alike(said, latest).items():
        if key in among:
            if 2 * number > scores[key]:
                why[key] = _("因为和 %(number)s“%(title)s”相像") % {"number": past.row.number, "title": past.row.title}
            scores[key] += 2 * number
    best = scores.most_common(2)
    if not best or (len(best) > 1 and best[0][1] == best[1][1]):
        return None
    return Proposal(best[0][0], why[best[0][0]])


def _alike(said: set[str], latest: list[Past]) -> dict[UUID, tuple[int, Past]]:
    """By topic the past case whose title shares most with what was said, and how much; the newest of equals."""
    alike: dict[UUID, tuple[int, Past]] = {}
    for past in latest:
        number = len(said & note.pairs(past.row.title))
        if past.topic and number >= ENOUGH and number > alike.get(past.topic, (0, past))[0]:
            alike[past.topic] = (number, past)
    return alike


def likely_unit(by: Actor, case: Case) -> str:
    """For whoever sends a case on: which unit such cases went to, in a sentence; '' without a topic or a majority."""
    return "".join(_unit_hint(_latest(by), case.topic_id, case.area_id)) if case.topic_id else ""


def _unit_hint(latest: list[Past], topic: UUID, area: UUID | None) -> list[str]:
    """Which unit such cases went to, as a sentence; nothing without a majority."""
    same = [past.row.lead for past in latest if past.topic == topic and past.row.lead and area in {past.area, None}]
    same = same or [past.row.lead for past in latest if past.topic == topic and past.row.lead]
    if not same:
        return []
    unit, number = Counter(same).most_common(1)[0]
    if number * 2 <= len(same):
        return []
    sentence = ngettext(
        "多半由%(unit)s办：最近同类的 %(all)d 件里派给它 %(n)d 件",
        "多半由%(unit)s办：最近同类的 %(all)d 件里派给它 %(n)d 件",
        len(same),
    )
    return [sentence % {"unit": unit, "all": len(same), "n": number}]


def _similar(latest: list[Past], fields: dict[str, Proposal]) -> list[Row]:
    """Open cases of the same topic in the same place, perhaps the same matter."""
    if "topic" not in fields or "area" not in fields:
        return []
    topic, area = fields["topic"].value, fields["area"].value
    return [past.row for past in latest if past.open and past.topic == topic and past.area == area][:LIKE]
