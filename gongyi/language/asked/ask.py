"""What a slot of a form asks, and what may be chosen for it."""

from dataclasses import asdict, dataclass, field
from typing import Any

SURE, LIKELY, DOUBTFUL = 0.95, 0.75, 0.5
OWN = "own"  # the unit alone, without those below it
PERIODS = (
    "this", "previous", "same_last_year", "year_to_date", "year_to_date_last_year", "change_on_previous", "change_year_on_year",
    "year_to_date_change_year_on_year",
)  # fmt: skip


@dataclass(frozen=True)
class Ask:
    """What is asked. `kind`: "figure", "text", "list" or "leave".

    A figure: `figures` (ids, added up; or one rate), `by` (dimension, the office's word, our keys), `period`, `window` (the months
    that the form names, see `windows`; the period is counted from there), `unit`, `part`
    ("direction", "size" of a change, "number": a change that is counted). A text: `word` ("unit_name", "year", "month", "quarter",
    "date" with `part`, "topic_name"). A list: `word`, the column. `leave`: why, as a code in `word` and `about` what.
    `unit`: "" the unit with all below it, OWN the unit alone, "child 3" the third below it, else a key. `rank`: of the topics by number.
    """

    kind: str
    figures: tuple[str, ...] = ()
    by: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    period: str = "this"
    window: str = ""
    unit: str = ""
    part: str = ""
    word: str = ""
    about: str = ""
    rank: tuple[int, ...] = ()
    confidence: float = SURE
    why: tuple[str, ...] = field(default=())  # what spoke for it, as words of the form

    def packed(self) -> dict[str, Any]:
        """As JSON can hold it, without what is empty."""
        facts = asdict(self)
        blank = {"period": "this"}
        return {name: value for name, value in facts.items() if value != blank.get(name, type(value)())}

    @classmethod
    def unpacked(cls, facts: dict[str, Any]) -> "Ask":
        """From `packed`."""
        given = dict(facts)
        given["by"] = tuple((dimension, label, tuple(keys)) for dimension, label, keys in given.get("by", ()))
        for name in ("figures", "rank", "why"):
            given[name] = tuple(given.get(name, ()))
        return cls(**given)


def leave(word: str, about: str = "", *why: str, confidence: float = SURE) -> Ask:
    """Nothing is filled in, for this reason."""
    return Ask("leave", word=word, about=about, why=why, confidence=confidence)


@dataclass(frozen=True)
class Vocabulary:
    """What a county calls things: (key, name) each. `kind`: of the period: "month", "quarter", "year", "half" or "days"; `own`: the key of the unit
    that fills in, `unit` its name; `year`: that of its last day.

    `words`: further words of a figure, by its id; `figures`: the ids there are. `refused` says of a heading that it must stay empty: its kind in words, or ''.
    """

    kind: str = "month"
    year: int = 0
    types: tuple[tuple[str, str], ...] = ()
    channels: tuple[tuple[str, str], ...] = ()
    urgencies: tuple[tuple[str, str], ...] = ()
    topics: tuple[tuple[str, str], ...] = ()
    children: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    own: str = ""
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()
    figures: frozenset[str] = frozenset()
    refused: Any = None

    def names(self, dimension: str) -> tuple[tuple[str, str], ...]:
        """(key, name) of a dimension's values."""
        return {"type": self.types, "channel": self.channels, "urgency": self.urgencies, "topic": self.topics}[
            dimension
        ]
