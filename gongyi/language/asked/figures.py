"""Figures, periods and parts of a figure put together from what headings, labels and sentences say."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gongyi.language.asked.ask import Vocabulary
from gongyi.language.asked.reading import Reading, bare, topic_names
from gongyi.language.asked.windows import UNKNOWN

IN_TIME = {
    "signed": "signed_in_time",
    "contacted": "contacted_in_time",
    "closed": "closed_in_time",
    "answered": "answered_in_time",
}
RATES = {
    "closed": "closed_rate", "closed_in_time": "closed_in_time_rate", "signed_in_time": "signed_in_time_rate",
    "solved": "resolution_rate", "one_visit": "one_visit_rate", "good": "satisfaction_rate", "contacted_in_time": "response_rate",
    "called": "called_rate", "reopened": "reopened_rate", "returned": "returned_rate",
    **{f"proposals.{name}": f"proposals.{name}_rate" for name in ("satisfied", "filed", "answered", "answered_in_time", "met")},
    "promises.kept": "promises.kept_rate",
}  # fmt: skip
_LIKE = 0.6  # of the letters of two topics are the same
STOCKS = {"open", "overdue", "parked_there"}  # how many there are on the last day: they do not add up over months
INTAKE = "received"
SHARE = "cases.share"  # a part of what came in, in per cent of the whole
NARROW = {
    "parked",
    "parked_there",
    "reopened",
    "returned",
    "extended",
    "withdrawn",
    "merged",
    "declined",
}  # 其中 below them is of these few
_RATINGS = {"very", "good", "fair", "bad"}
_SUBJECTS = {
    "cases": re.compile("诉求|信访|工单|热线|来访|来信|接诉"),
    "promises": re.compile("承诺|兑现"),
    "proposals": re.compile("提案|议案|代表建议|委员"),
}
# What the other subjects call what a matter's word means.
_CALLED = {
    "extended": ("moved",), "reopened": ("redone",), "closed": ("answered",), "closed_in_time": ("answered_in_time",),
    "closed_rate": ("answered_rate",), "closed_in_time_rate": ("answered_in_time_rate",), "satisfaction_rate": ("satisfied_rate",),
    "good": ("satisfied",),
}  # fmt: skip
_CHANGES = {"on_previous", "on_last_year", "change"}

By = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True)
class Counted:
    """What is counted: a name in `cases.…`, or why that cannot be said ("no_figure", "no_rate", "unclear")."""

    name: str = ""
    wrong: str = ""
    depth: int = 0

    @property
    def rate(self) -> bool:
        return self.name.endswith(("_rate", "share"))

    @property
    def key(self) -> str:
        """The figure's id."""
        return self.name if "." in self.name else f"cases.{self.name}"

    @property
    def keys(self) -> tuple[str, ...]:
        """The figures that are added up: 满意及基本满意 are two."""
        return tuple(Counted(name).key for name in self.name.split("+"))


def compose(verbs: Sequence[str], rate: str, *, in_time: bool) -> Counted:
    """One figure out of words: 办结 + 按期 + 率."""
    if rate == "share" and set(verbs) - {INTAKE}:
        return Counted(wrong="no_rate")  # 占回访到的: a share of something else than of what came in
    if rate and rate != "rate":
        return Counted("closed_in_time_rate" if in_time and rate == "closed_rate" else rate)
    verb = _one(verbs)
    if in_time and verb and verb not in {"overdue", *IN_TIME.values()}:
        verb = IN_TIME.get(verb, "")
        if not verb:
            return Counted(wrong="unclear")
    if not verb or not rate:
        return Counted(verb)
    return Counted(RATES[verb]) if verb in RATES else Counted(wrong="no_rate")


def _one(verbs: Sequence[str]) -> str:
    """The verb that counts among several in one text: the last one, unless two of them make a third thing."""
    several = [verb for verb in dict.fromkeys(verbs) if verb != INTAKE] or list(verbs[-1:])
    if set(several) <= _RATINGS:
        return "+".join(several)
    if {"closed", "overdue"} <= set(several):
        return ""
    return several[-1] if several else ""


def on_axis(readings: Sequence[Reading]) -> Counted:
    """The figure that headings name, from the innermost to the outermost."""
    if not readings:
        return Counted()
    named = next((depth for depth, each in enumerate(readings) if each.verbs or each.rate not in {"", "rate"}), None)
    passed = readings[: (len(readings) if named is None else named + 1)]
    in_time = any(each.in_time for each in passed)
    rates = [each.rate for depth, each in enumerate(passed) if each.rate and not (depth and readings[0].counted)]
    if named is None:
        return Counted()
    found = compose(readings[named].verbs, "".join(rates[:1]), in_time=in_time)
    return Counted(found.name, found.wrong or ("" if found.name else "unclear"), named)


def both(across: Counted, down: Counted, *, rate: bool) -> Counted:
    """What the headings above and the labels beside a cell say together."""
    if across.name and down.name and across.name != down.name:
        return _one_of(across, down)
    found = across if across.name else down
    if not found.name:
        return Counted(wrong=across.wrong or down.wrong)
    if rate and not found.rate:
        return Counted(RATES[found.name]) if found.name in RATES else Counted(wrong="no_rate")
    return found


def _one_of(across: Counted, down: Counted) -> Counted:
    """Of two figures the one named further in; of one that counts what came in and another, that other."""
    if across.depth != down.depth:
        inner = min(across, down, key=lambda each: each.depth)
        return inner if inner.name != INTAKE or inner.depth else max(across, down, key=lambda each: each.depth)
    if INTAKE in {across.name, down.name}:
        return across if down.name == INTAKE else down
    return Counted(wrong="unclear")


def when(words: Iterable[str], window: str, kind: str) -> tuple[str, str]:
    """(period, window) that these words mean on a form of this kind, with the months it names; ("", "") where that is not clear.

    A word for another span than the form's (本季 in a monthly form) is that span around the form's last day.
    """
    parted = [(base, span) for base, _blank, span in (word.partition(" ") for word in words)]
    said = {base for base, _span in parted} - {"whole"}
    if window:
        return _in_window(said, parted, window, kind)
    odd = [(base, span) for base, span in parted if span and not _fits(span, kind)]
    if any(span in {"day", "week"} for _base, span in odd):
        return "", ""
    if ("whole", "year") in odd and "last_year" in said:
        return "previous", "year"
    if {("this", "year"), ("whole", "year")} & set(odd):
        said.add("to_date")
    odd = [each for each in odd if each not in {("this", "year"), ("whole", "year")}]
    if not odd:
        return period_of(said, kind), ""
    span = odd[0][1]
    return ("this" if said == {"this", "to_date"} else period_of(said, "window")), span


def _in_window(said: set[str], parted: list[tuple[str, str]], window: str, kind: str) -> tuple[str, str]:
    """What words say beside months that are named: 上年 is a year earlier, 上季 beside 3月 is not clear."""
    if window == UNKNOWN:
        return "", ""
    if "previous" in said:
        spans = {span for base, span in parted if base == "previous"}
        if not spans <= ({"year", ""} if kind == "year" else {"year"}):
            return "", ""
        said = (said - {"previous"}) | {"last_year"}
    if any(span in {"day", "week"} for _base, span in parted):
        return "", ""
    return period_of(said, "window"), window


def _fits(span: str, kind: str) -> bool:
    """Whether a span is the form's own; of days that somebody chose, a month or quarter is what they are about."""
    return span == kind or (kind == "days" and span not in {"half", "year"})


def period_of(words: Iterable[str], kind: str) -> str:
    """The period that these words mean, on a form of this kind."""
    said, yearly = {word.partition(" ")[0] for word in words}, kind == "year"
    to_date = "to_date" in said and not yearly
    if said & _CHANGES:
        return _change_of(said, yearly=yearly, to_date=to_date)
    if "last_year" in said:
        return "previous" if yearly else "year_to_date_last_year" if to_date else "same_last_year"
    if "previous" in said:
        return "previous"
    return "year_to_date" if to_date else "this"


def _change_of(said: set[str], *, yearly: bool, to_date: bool) -> str:
    """Against what a change is counted: of a year always against the year before."""
    if yearly:
        return "change_on_previous" if "on_previous" in said else "change_year_on_year"
    if "on_previous" in said or ("previous" in said and "on_last_year" not in said):
        return "change_on_previous"
    if to_date:
        return "year_to_date_change_year_on_year"
    return "change_year_on_year" if said & {"on_last_year", "last_year"} else "change_on_previous"


def subject_of(text: str) -> str:
    """The one subject that a text speaks of: matters, promises, proposals; '' where it names none or several."""
    named = [subject for subject, words in _SUBJECTS.items() if words.search(text)]
    return named[0] if len(named) == 1 else ""


def on_subject(counted: Counted, subject: str, spoken: str, figures: frozenset[str]) -> Counted:
    """What is counted, of the subject that the words nearest to it name: 撤回 below 承诺 is a promise withdrawn.

    A figure of another subject than matters needs that the form, `spoken`, names it anywhere.
    """
    other, dot, _name = counted.name.partition(".")
    if dot:
        named = other not in _SUBJECTS or _SUBJECTS[other].search(spoken)
        return counted if named else Counted(wrong="unclear")
    if not counted.name or subject in {"", "cases"}:
        return counted
    keys = [f"{subject}.{each}" for each in (counted.name, *_CALLED.get(counted.name, ()))]
    return next((Counted(key) for key in keys if key in figures), Counted(wrong="no_figure"))


def is_change(period: str) -> bool:
    return "change" in period


class Parts:
    """The parts of a figure (types, channels, urgencies, topics) by the words of an office, in the county's own terms."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.named = {
            dimension: dict(vocabulary.names(dimension)) for dimension in ("type", "channel", "urgency", "topic")
        }

    def of(self, splits: Iterable[tuple[str, str, str]]) -> tuple[list[By], str]:
        """(dimension, the office's word, our keys) of each dimension, several words of one added up; and a word that fits nothing."""
        found: dict[str, tuple[list[str], list[str]]] = {}
        for dimension, value, word in splits:
            if dimension == "unit":
                continue
            keys = ("other",) if value == "other" else self.keys(dimension, value)
            if not keys:
                return [], word
            words, all_keys = found.setdefault(dimension, ([], []))
            words.append(word)
            all_keys.extend(key for key in keys if key not in all_keys)
        return [(dimension, "、".join(words), tuple(keys)) for dimension, (words, keys) in found.items()], ""

    def keys(self, dimension: str, value: str) -> tuple[str, ...]:
        """Our keys for a value of the lexicon: keys parted by "+", or "?name"."""
        named = self.named[dimension]
        if not value.startswith("?"):
            return tuple(key for key in value.split("+") if key in named)
        name = value[1:]
        if dimension == "topic":
            return self.topic(name)
        return tuple(key for key, own in named.items() if name in own or own in name)

    def by_label(self, dimension: str, label: str) -> tuple[str, ...]:
        """Our keys for a label that no word of the lexicon covers, by its likeness to our names."""
        clean = re.sub(r"^其中|(?:类|件|事项|方面|问题|领域)$", "", bare(label)[0])
        own = tuple(key for key, name in self.named[dimension].items() if clean and (clean in name or name in clean))
        return own or (self.topic(clean) if dimension == "topic" else ())

    def topic(self, name: str) -> tuple[str, ...]:
        """The county's topics that a usual topic name means: the same name, a name known for it, its parts, or the likest one."""
        named = self.named["topic"]
        for listed in (name, *topic_names().get(name, ())):
            parts = [[key for key, own in named.items() if own == part] for part in listed.split("+")]
            if parts and all(parts):
                return tuple(key for keys in parts for key in keys)
        scored = [(_alike(name, own), key) for key, own in named.items()]
        best = max(scored, default=(0.0, ""))
        return (best[1],) if best[0] > _LIKE else ()


def _alike(one: str, other: str) -> float:
    """How many letters two short names share, 0 to 1."""
    return 2 * len(set(one) & set(other)) / max(1, len(set(one)) + len(set(other)))
