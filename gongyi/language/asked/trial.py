"""How much of blank forms is understood rightly: what was proposed against key files that somebody wrote by hand.

A key file says of every place of its form what it asks, in names that know nothing of this product. The words of the key are
turned into ours here and nowhere else, so that the matcher never sees them.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gongyi.documents.blank import Slot, find_slots, modern, open_form, shape_of, write_form
from gongyi.language.asked.ask import OWN, PERIODS, Ask, Vocabulary, leave
from gongyi.language.asked.figures import SHARE
from gongyi.language.asked.matching import match
from gongyi.language.asked.reading import list_words

FIGURES = {
    "first_contact_in_time": "contacted_in_time", "partly_solved": "partly", "solved_in_one_visit": "one_visit",
    "verified_on_return_call": "called", "in_hand": "open", "share_of_received": "share",
}  # fmt: skip
CHANNELS = {
    "电话": {"phone"}, "来访": {"counter"}, "网上": {"chat", "portal"}, "信件": {"letter"}, "联络员上报": {"visit"},
}  # fmt: skip
URGENCIES = {"特急": {"danger"}, "紧急": {"urgent"}, "一般": {"normal"}}


@dataclass
class Score:
    """Of the places of one form: how many ask for something and how many of them were told rightly; and those that must be left."""

    form: str
    asked: int = 0
    right: int = 0
    left: int = 0
    left_right: int = 0
    formulas: int = 0
    confirmed: int = 0  # right once somebody has corrected the proposal and the next copy was recognised
    places: int = 0
    false: int = 0  # told as a number that is not the one asked: the worst that can happen
    empty: int = 0  # left though something is asked
    wrong: list[dict[str, Any]] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of all places that are no formulas."""
        return (self.right + self.left_right) / max(1, self.asked + self.left)

    @property
    def share_confirmed(self) -> float:
        return self.confirmed / max(1, self.asked + self.left)


def county_words(key: Mapping[str, Any], given: Vocabulary) -> Vocabulary:
    """The words of a county as the product sets one up, with the units that the form's own office has."""
    defaults = tomllib.loads((Path(__file__).parents[2] / "casework" / "defaults.toml").read_text(encoding="utf-8"))
    types = tuple((row["code"], row["name"]) for row in defaults["types"])
    topics = tuple((name, name) for name in defaults["topics"])
    channels = (("counter", "来访"), ("phone", "电话"), ("visit", "走访"), ("letter", "来信"), ("chat", "网络留言"), ("portal", "自助提交"), ("other", "其他"))  # fmt: skip
    urgencies = (("normal", "一般"), ("urgent", "急事"), ("danger", "危急"))
    asked = [each for cell in key["cells"] for each in _alternatives(cell["asks"])]
    units = dict.fromkeys(str((each.get("by") or {}).get("unit", "")) for each in asked)
    children = tuple(
        (name, name) for name in units if name not in {"", OWN} and not name.startswith("child ") and not name[-1].isdigit()
    )  # fmt: skip
    return replace(
        given, kind=key["period"], types=types, channels=channels, urgencies=urgencies, topics=topics, children=children
    )  # fmt: skip


def _alternatives(asks: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What a key lets pass for one place: where its author saw two readings, either; the first one is what he would choose."""
    found: list[Mapping[str, Any]] = asks.get("any", [asks])
    return found


def _one_notation(asks: Mapping[str, Any]) -> dict[str, Any]:
    """What a key says in the first notation: two authors wrote keys, and each named some things in a way of their own."""
    found = dict(asks)
    by = dict(found.get("by") or {})
    if str(by.get("unit", "")).startswith("row "):
        by["unit"] = str(by["unit"]).replace("row ", "child ")
    part = str(found.get("part", ""))
    found["window"] = _window(found, by)
    if part.isdigit():
        found["window"], part, found["part"] = f"n{part}", "", ""
    if found.get("as") == "share_of_received":
        found["figure"] = "share_of_received"
    if part.startswith("child "):
        found |= {"unit": part, "part": ""}
    elif part.startswith(("last two", "without", "county")):
        found["part"] = "year" if found.get("text") == "date" else ""
    if found.get("text") == "date":
        found["text"] = {"period_start": "first_day", "period_end": "last_day"}.get(str(found.get("of")), "date")
    found["period"] = {"change": "change_on_previous"}.get(str(found.get("period")), found.get("period"))
    return found | {"by": by}


def _window(asks: Mapping[str, Any], by: dict[str, Any]) -> str:
    """The months that a key names among the parts: {"quarter": 2}; taken out of them. `window` says it in our own way."""
    for name, letter in (("month_of_quarter", "n"), ("month_of_period", "n"), ("month", "m"), ("months", "m"), ("quarter", "q"), ("half", "h")):  # fmt: skip
        if name in by:
            return f"{letter}{by.pop(name)}"
    return str(asks.get("window", ""))


def measure(path: Path, given: Vocabulary) -> Score:
    """Score one form by its key file (`NAME.key.json`). `given` knows the figures there are and what is refused."""
    key = json.loads(path.read_text(encoding="utf-8"))
    name = key["form"]
    content, kind = modern((path.parent / name).read_bytes(), name)
    form = open_form(content, kind)
    slots = find_slots(form)
    words = county_words(key, given)
    asks = match(slots, words)
    score = Score(name)
    proposed = {slot.at: (slot, ask) for slot, ask in zip(slots, asks, strict=True)}
    for cell in key["cells"]:
        _count(score, cell, proposed, words)
    filled, _failed = write_form(content, form, [(slot, 7) for slot in slots if slot.what != "formula"])
    if shape_of(open_form(filled, kind)) != shape_of(form):  # the next copy, with the numbers of the last in it
        score.confirmed = 0
    return score


def _count(score: Score, cell: Mapping[str, Any], proposed: Mapping[str, tuple[Slot, Ask]], words: Vocabulary) -> None:
    slot, ask = proposed.get(cell["at"], (None, leave("missing")))
    wanted = [_one_notation(each) for each in _alternatives(cell["asks"])]
    score.places += 1
    if wanted[0].get("leave", "").startswith("formula"):
        score.formulas += 1
        if ask.kind != "leave":
            score.wrong.append(_told(cell, ask))
        return
    good = any(agrees(ask, each, words) for each in wanted)
    if "leave" in wanted[0]:
        score.left += 1
        score.left_right += good
    else:
        score.asked += 1
        score.right += good
    score.confirmed += slot is not None and (good or any(_confirmed(each, words) for each in wanted))
    if not good:
        score.false += ask.kind == "figure"
        score.empty += ask.kind == "leave"
        score.wrong.append(_told(cell, ask))


def _confirmed(wanted: Mapping[str, Any], words: Vocabulary) -> bool:
    """Whether somebody can choose it from the lists, it is kept, and read back it says what the key says."""
    ask = chosen(wanted, words)
    return ask is not None and agrees(Ask.unpacked(ask.packed()), wanted, words)


def _told(cell: Mapping[str, Any], ask: Ask) -> dict[str, Any]:
    return {"at": cell["at"], "asks": cell["asks"], "proposed": ask.packed()}


def agrees(ask: Ask, wanted: Mapping[str, Any], words: Vocabulary) -> bool:
    """Whether a proposal says what the key says."""
    if "leave" in wanted:
        return ask.kind == "leave"
    if "text" in wanted:
        return _same_text(ask, wanted)
    if "list" in wanted:
        return ask.kind == "list" and ask.word == wanted["list"]
    return ask.kind == "figure" and _same_figure(ask, wanted, words)


def _same_text(ask: Ask, wanted: Mapping[str, Any]) -> bool:
    if ask.kind != "text" or ask.word != wanted["text"]:
        return False
    unit = str(wanted.get("unit", ""))
    rank = (wanted["rank"],) if "rank" in wanted else ()
    same = ask.part.replace("stem", "") == wanted.get("part", "") and ask.window == wanted["window"]
    return same and _unit(unit) == ask.unit and ask.rank == rank


def _same_figure(ask: Ask, wanted: Mapping[str, Any], words: Vocabulary) -> bool:
    by = dict(wanted.get("by") or {})
    unit = _unit(str(by.pop("unit", "")))
    part = {"direction": "direction", "size": "size"}.get(str(wanted.get("part", "")).split(" ")[0].rstrip(":"), "")
    ranks = tuple(int(str(value).removeprefix("rank ")) for value in _several(by.get("topic", [])) if str(value).startswith("rank "))  # fmt: skip
    if ranks:
        by.pop("topic")
    parked = ("cases.parked",)  # the keys have one name for what is parked over days and on a day
    figures = parked if ask.figures == ("cases.parked_there",) else ask.figures
    same = (
        figures == _figures(wanted) and _same_time(ask, wanted, words.kind) and ask.unit == unit and ask.rank == ranks
    )
    parts = not (part and ask.part.removesuffix("_number") != part)
    return same and parts and _same_parts(ask, by, words)


def _same_time(ask: Ask, wanted: Mapping[str, Any], kind: str) -> bool:
    """Whether period and months are the same; before a year lies the year before, and a half-year form is about its half."""
    yearly = {"change_year_on_year": "change_on_previous", "same_last_year": "previous"} if kind == "year" else {}
    window = ask.window if wanted["window"] or kind != "half" else ask.window.lstrip("h12")
    one, other = (yearly.get(period, period) if not window else period for period in (ask.period, str(wanted["period"])))  # fmt: skip
    return one == other and window == wanted["window"]


def _figures(wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of what a key names: one figure or several added up."""
    return tuple(name if "." in name else f"cases.{FIGURES.get(name, name)}" for name in _several(wanted["figure"]))


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _unit(name: str) -> str:
    """The n-th unit below, however a form numbers it: "child 3"."""
    digits = "".join(filter(str.isdigit, name))
    return f"child {digits}" if digits else name


def _same_parts(ask: Ask, by: Mapping[str, Any], words: Vocabulary) -> bool:
    found = {dimension: (label, set(keys)) for dimension, label, keys in ask.by}
    if set(found) != set(by):
        return False
    return all(_same_keys(dimension, _several(value), found[dimension], words) for dimension, value in by.items())


def _same_keys(dimension: str, values: Sequence[str], found: tuple[str, set[str]], words: Vocabulary) -> bool:
    label, keys = found
    if (
        dimension == "topic"
    ):  # the county's topics differ from the form's: the office's word must be there, and something of ours
        return all(value.rstrip("类") in label or label.rstrip("类") in value or "其他" in value for value in values) and bool(keys)  # fmt: skip
    if "其他" in values:
        return "其他" in label and bool(keys)
    if dimension == "type":
        named = dict(words.types)
        return {named[key] for key in keys if key in named} == set(values)
    table = CHANNELS if dimension == "channel" else URGENCIES
    return keys == set().union(*(table.get(value, {value}) for value in values))


def chosen(wanted: Mapping[str, Any], words: Vocabulary) -> Ask | None:
    """What an officer would choose from the lists for what the key says; None where the lists have no such thing."""
    if "leave" in wanted:
        return leave("hand")
    if "list" in wanted:
        return Ask("list", word=wanted["list"]) if wanted["list"] in set(list_words().values()) else None
    by = dict(wanted.get("by") or {})
    unit = _unit(str(wanted.get("unit", "") or by.pop("unit", "")))
    ranks = wanted.get("rank") or [str(value).removeprefix("rank ") for value in _several(by.get("topic", [])) if str(value).startswith("rank ")]  # fmt: skip
    rank = tuple(int(value) for value in _several(ranks))
    if "text" in wanted:
        known = wanted["text"] in {
            "unit_name",
            "year",
            "month",
            "quarter",
            "date",
            "first_day",
            "last_day",
            "topic_name",
            "period",
        }
        if not known:
            return None
        return Ask(
            "text", word=wanted["text"], window=wanted["window"], part=wanted.get("part", ""), unit=unit, rank=rank
        )
    if rank:
        by.pop("topic")
    names = _figures(wanted)
    parts = {dimension: _chosen_keys(dimension, _several(value), words) for dimension, value in by.items()}
    if (words.figures and not set(names) <= {*words.figures, SHARE}) or wanted["period"] not in PERIODS or not all(parts.values()):  # fmt: skip
        return None
    labelled = tuple((dimension, "、".join(_several(by[dimension])), keys) for dimension, keys in parts.items())
    part = str(wanted.get("part", "")).split(" ")[0].rstrip(":")
    return Ask("figure", names, labelled, wanted["period"], wanted["window"], unit, part, rank=rank)


def _chosen_keys(dimension: str, values: Sequence[str], words: Vocabulary) -> tuple[str, ...]:
    """Our keys for the key file's names: topics are any of ours, since no two lists of them are alike."""
    named = words.names(dimension) if dimension in {"type", "channel", "urgency", "topic"} else ()
    if dimension == "topic" or "其他" in values:
        return tuple(key for key, _name in named[:1])
    table = {"channel": CHANNELS, "urgency": URGENCIES}.get(dimension, {})
    found = [key for key, name in named for value in values if key in table.get(value, ()) or name == value]
    return tuple(found)
