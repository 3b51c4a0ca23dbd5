"""What a correction changed, as a line for each field; who asked is named by field alone, the old values stay sealed."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy

from gongyi.casework.models import Asker, Case
from gongyi.core.said import Piece, Said, joined, say
from gongyi.core.secrets import EncryptedField, seal

_ASKER = ("kind", "organisation", "name", "phone", "address")


def changed_lines(case: Case, facts: Mapping[str, Any]) -> list[Said]:
    """A line 字段：旧 → 新 for each of these fields that will change, in the given order; facts by field name."""
    pairs = [(Case._meta.get_field(name), getattr(case, name), new) for name, new in facts.items()]
    return [
        say(
            gettext_lazy("%(field)s：%(old)s → %(new)s"),
            field=_label(field),
            old=_shown(field, old),
            new=_shown(field, new),
        )
        for field, old, new in pairs
        if old != new
    ]


def asker_values(row: Asker) -> dict[str, str]:
    """Who asked, as a correction may change it; opened where it is encrypted."""
    return {name: str(getattr(row, name)) for name in _ASKER}


def asker_line(before: Mapping[str, str], after: Mapping[str, str]) -> Piece:
    """Which of the asker's fields changed, without their values; '' for none."""
    names = [_label(Asker._meta.get_field(name)) for name in before if before[name] != after[name]]
    told = joined(names, gettext_lazy("、"))
    return say(gettext_lazy("诉求人的信息改了：%(fields)s"), fields=told) if names else ""


def sealed_changes(row: Asker, before: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The fields of the asker that changed with both values, for the side table of the audit chain, which may be erased.

    What the row keeps encrypted is encrypted there too, for the same place: `unseal` opens it with the row's key.
    """
    after, found = asker_values(row), dict[str, tuple[str, str]]()
    for name in (name for name in before if before[name] != after[name]):
        field: Any = Asker._meta.get_field(name)
        if isinstance(field, EncryptedField):
            place = field.place(row)
            found[name] = (seal(before[name], place), seal(after[name], place))
        else:
            found[name] = (before[name], after[name])
    return found


def _label(field: Any) -> Piece:
    label: Piece = field.verbose_name
    return label


def _shown(field: Any, value: Any) -> Piece:
    if isinstance(field, models.BooleanField):
        return gettext_lazy("是") if value else gettext_lazy("否")
    label: Piece | None = dict(field.flatchoices).get(value)
    return (label or str(value)) if value else gettext_lazy("没有写")
