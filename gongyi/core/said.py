"""What the product itself said, kept as msgid and parts, so that each reader gets it in their own language.

What a person wrote is kept and shown as it is, and so are rows from before.
"""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext

Piece = str | int | Promise
_MARK = "\x1f"  # begins what is kept; taken off what people write, so that nobody can speak with the product's voice


class Said(str):
    """Words in the language of the moment that know how they are kept."""

    __slots__ = ("kept",)
    kept: Any


def say(words: Promise, /, **parts: Piece) -> Said:
    """The product's words, written as `gettext_lazy("派给%(unit)s")`, with the parts that stand in their blanks."""
    return _said({"say": list(_args(words)), "parts": {name: _keep(part) for name, part in parts.items()}})


def joined(pieces: Iterable[Piece], between: Piece = "\n") -> Said:
    """Several pieces one after the other; empty ones are left out."""
    return _said({"joined": [_keep(piece) for piece in pieces if piece], "between": _keep(between)})


def _args(words: Promise) -> tuple[str, ...]:
    """The msgid, or context and msgid, that a lazy translation was made from."""
    args: tuple[str, ...] = vars(words).get("_args", ())
    if len(args) not in {1, 2} or not all(isinstance(arg, str) for arg in args):
        raise TypeError(f"{words!r} is no gettext_lazy or pgettext_lazy")
    return args


def _keep(piece: Piece) -> Any:
    if isinstance(piece, Said):
        return piece.kept
    return {"say": list(_args(piece)), "parts": {}} if isinstance(piece, Promise) else piece


def _said(kept: Any) -> Said:
    found = Said(_told(kept))
    found.kept = kept
    return found


def _told(kept: Any) -> Any:
    """What is kept, in the language of the moment."""
    if not isinstance(kept, dict):
        return kept
    if "joined" in kept:
        return str(_told(kept["between"])).join(str(_told(each)) for each in kept["joined"])
    words = pgettext(*kept["say"]) if len(kept["say"]) > 1 else gettext(*kept["say"])
    return words % {name: _told(part) for name, part in kept["parts"].items()} if kept["parts"] else words


if TYPE_CHECKING:
    _Text = models.TextField[str, str]
else:
    _Text = models.TextField


class SaidField(_Text):
    """A text of a person's, or `Said`: read back in the language of whoever reads."""

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Said):
            return _MARK + json.dumps(value.kept, ensure_ascii=False, separators=(",", ":"))
        text = super().get_prep_value(value)
        return text.lstrip(_MARK) if isinstance(text, str) else text

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> str | None:
        return _said(json.loads(value[1:])) if value and value.startswith(_MARK) else value
