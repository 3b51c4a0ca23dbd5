"""A county's own words and limits: types, topics, reasons, answer templates, registers; and what a new county begins with.

Cases keep what they point to: nothing is deleted, only retired, and brought back in one step. Limits count for new cases.
"""

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from gongyi.casework.models import AnswerTemplate, CaseType, Reason, Register, Topic
from gongyi.casework.models.setting import DEFAULTS
from gongyi.core import audit, gate
from gongyi.core.access import Actor
from gongyi.core.errors import Refused
from gongyi.network.models import Unit
from gongyi.people.actions import settings as own
from gongyi.people.actions.settings import last_place, pass_gate, record, store

SPANS = (
    "answer_span", "urgent_span", "danger_span", "sign_span", "contact_span", "return_span", "call_span", "quiet_span", "reopen_span",
)  # fmt: skip
TYPE_FIELDS = frozenset(
    {
        "name",
        *SPANS,
        "needs_approval",
        "separate_caller",
        "call_share",
        "call_tries",
        "soon_hours",
        "late_hours",
        "hides_asker",
        "is_public",
    }
)
Setting = CaseType | Topic | Reason | AnswerTemplate
own.FAMILIES |= {Topic: ("parent_id",), Reason: ("kind",)}


# --- types ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def save_type(*, by: Actor, type: CaseType | None = None, **facts: Any) -> CaseType:  # noqa: A002
    """Add a type of request, or change its name, limits (short form, "3w") and ways. Limits count for new cases only.

    Raises TypeError for a fact that is none of `TYPE_FIELDS`, ValidationError for wrong or refused ones.
    """
    if unknown := facts.keys() - TYPE_FIELDS:
        raise TypeError(f"not a fact of a type: {', '.join(sorted(unknown))}")
    if "name" in facts:
        pass_gate(gate.check_name, facts["name"], "name")
    if type is None:
        type = CaseType(county=by.county)  # noqa: A001
        facts |= {"position": last_place(type), "code": f"own{CaseType.objects.filter(county=by.county).count() + 1}"}
    return store(type, by=by, action="type", changes=facts)


# --- topics -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def save_topic(*, by: Actor, topic: Topic | None = None, name: str, parent: Topic | None = None) -> Topic:
    """Add a topic below `parent` (None: first level), or give one another name and place; those below it follow.

    Raises ValidationError for a refused name, when it would stand below itself, and when anything would come below level 3.
    """
    name = name.strip()
    pass_gate(gate.check_dictionary, [name], "name")
    topic = topic or Topic(county=by.county, parent=parent)
    if topic.pk is None or topic.parent != parent:
        topic.position = last_place(Topic(county=by.county, parent=parent))
    layers = _layers(topic)
    if parent and parent.id in {row.id for layer in layers for row in layer}:
        raise ValidationError({"parent": _("不能放到它自己下面。")})
    if (parent.level if parent else 0) + len(layers) > Topic.LEVELS:
        raise ValidationError({"parent": _("分类最多三级，放在这里就超过了。请选更上面的一级。")})
    store(topic, by=by, action="topic", changes={"name": name, "parent": parent})
    _settle(layers)
    return topic


def _layers(topic: Topic) -> list[list[Topic]]:
    """The topic, those directly below it, and those below these; each row's `parent` is the row in the layer above."""
    layers = [[topic]]
    while len(layers) < Topic.LEVELS:
        above = {row.id: row for row in layers[-1] if row.pk}
        below = list(Topic.objects.filter(county=topic.county, parent__in=above)) if above else []
        if not below:
            break
        for row in below:
            row.parent = above[row.parent_id]
        layers.append(below)
    return layers


def _derived(name: str, parent: Topic | None) -> dict[str, Any]:
    """What a topic's name and place say: its level, the way down to it, the initials that the picker asks."""
    from pypinyin import Style, lazy_pinyin  # 55 MB and more than a second, which few processes need

    letters = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()
    return {
        "level": parent.level + 1 if parent else 1,
        "full_name": f"{parent.full_name} / {name}" if parent else name,
        "initials": "".join(filter(str.isalnum, letters))[:60],
    }


def _offered(topic: Topic) -> bool:
    return not topic.retired and (topic.parent is None or topic.parent.active)


def _settle(layers: Iterable[list[Topic]]) -> None:
    """Bring level, full name, initials and `active` up to date from the top down."""
    for rows in layers:
        for row in rows:
            for field, value in _derived(row.name, row.parent).items():
                setattr(row, field, value)
            row.active = _offered(row)
        Topic.objects.bulk_update(rows, ["level", "full_name", "initials", "active"])


# --- reasons and templates --------------------------------------------------------------------------------------------


@transaction.atomic
def save_reason(*, by: Actor, reason: Reason | None = None, kind: str, text: str) -> Reason:
    """Add a reason of a kind, or change its words; old cases keep the words they were decided with."""
    text = text.strip()
    pass_gate(gate.check_name, text, "text")
    changes: dict[str, Any] = {"kind": kind, "text": text}
    if reason is None:
        reason = Reason(county=by.county, kind=kind)
        changes["position"] = last_place(reason)
    return store(reason, by=by, action="reason", changes=changes)


@transaction.atomic
def save_template(
    *,
    by: Actor,
    template: AnswerTemplate | None = None,
    title: str,
    text: str,
    type: CaseType | None = None,  # noqa: A002
    topic: Topic | None = None,
) -> AnswerTemplate:
    """Add or change a text that answers may begin with. Its text is never refused; the form shows hints beside it (D5)."""
    title = title.strip()
    pass_gate(gate.check_name, title, "title")
    changes: dict[str, Any] = {"title": title, "text": text.strip(), "type": type, "topic": topic}
    if template is None:
        template = AnswerTemplate(county=by.county)
        changes["position"] = last_place(template)
    return store(template, by=by, action="template", changes=changes)


# --- retire, bring back, order ----------------------------------------------------------------------------------------


@transaction.atomic
def set_offered(row: Setting, *, by: Actor, offered: bool) -> None:
    """Retire a row, or bring it back; old cases keep it. What stands below a retired topic is not offered either.

    Raises Refused `last_type` for the only type in use.
    """
    if isinstance(row, Topic):
        store(row, by=by, action="offer", changes={"retired": not offered})
        _settle(_layers(row))
        return
    if isinstance(row, CaseType) and not offered:
        others = CaseType.objects.filter(county=by.county, active=True).exclude(id=row.id)
        if not others.exists():
            raise Refused("last_type", _("这是最后一个在用的类型，不能停用。"), _("请先添加或恢复另一个类型。"))
    store(row, by=by, action="offer", changes={"active": offered})


@transaction.atomic
def shift(row: Setting, *, by: Actor, up: bool) -> None:
    """Move a row one place up or down among those offered beside it; at the end it stays."""
    own.shift(row, by=by, up=up)


# --- registers --------------------------------------------------------------------------------------------------------


@transaction.atomic
def set_register(*, by: Actor, unit: Unit, mark: str) -> Register:
    """Let a unit keep its own number series under a mark, or change the mark; numbers already given stay as they are."""
    mark = unicodedata.normalize("NFKC", mark).strip().upper()
    pass_gate(gate.check_name, mark, "mark")
    if unit.county != by.county:
        raise PermissionDenied
    register = Register.objects.filter(county=by.county, unit=unit).first() or Register(county=by.county)
    return store(register, by=by, action="register", changes={"unit": unit, "mark": mark})


@transaction.atomic
def remove_register(register: Register, *, by: Actor) -> None:
    """The unit's new cases go into the register above it again; the numbers it gave stay, and the mark counts on from there."""
    own.require_editor(register, by=by)
    record(register, by=by, action="register_end", changes={"mark": (register.mark, "")})
    register.delete()


# --- a new county -----------------------------------------------------------------------------------------------------


@transaction.atomic
def fill_defaults(*, by: Actor) -> dict[str, int]:
    """Give a new county its first types, reasons, topics and templates; returns how many rows of each were made.

    A group of which the county has rows already is left alone, so a second run makes nothing. Registers: none.
    """
    own.require_editor(by=by)
    data = tomllib.loads(DEFAULTS.read_text(encoding="utf-8"))
    made = {
        "types": _fill_types(by.county, data["types"]),
        "reasons": _fill_reasons(by.county, data["reasons"]),
        "topics": _fill_topics(by.county, data["topics"]),
        "templates": _fill_templates(by.county, data["templates"]),
    }
    if any(made.values()):
        changes = {name: ("", number) for name, number in made.items()}
        audit.record(by=by, action="settings.defaults", kind="casework.settings", changes=changes)
    return made


def _fill_types(county: int, listed: Iterable[Mapping[str, Any]]) -> int:
    if CaseType.objects.filter(county=county).exists():
        return 0
    rows = [CaseType(county=county, position=at, **facts) for at, facts in enumerate(listed, start=1)]
    return len(CaseType.objects.bulk_create(rows))


def _fill_reasons(county: int, listed: Mapping[str, list[str]]) -> int:
    held = set(Reason.objects.filter(county=county).values_list("kind", flat=True))
    rows = [
        Reason(county=county, kind=kind, text=text, position=at)
        for kind, texts in listed.items()
        if kind not in held
        for at, text in enumerate(texts, start=1)
    ]
    return len(Reason.objects.bulk_create(rows))


def _fill_topics(county: int, listed: Mapping[str, Mapping[str, list[str]]]) -> int:
    if Topic.objects.filter(county=county).exists():
        return 0
    layer: list[tuple[Topic | None, Any]] = [(None, listed)]
    made = 0
    while layer:  # level by level, because a row needs the key of the one above it
        below = []
        for parent, names in layer:
            for at, name in enumerate(names, start=1):
                topic = Topic(county=county, parent=parent, name=name, position=at, **_derived(name, parent))
                below.append((topic, names[name] if isinstance(names, Mapping) else []))
        made += len(Topic.objects.bulk_create([topic for topic, _names in below]))
        layer = [(topic, names) for topic, names in below if names]
    return made


def _fill_templates(county: int, listed: Iterable[Mapping[str, str]]) -> int:
    if AnswerTemplate.objects.filter(county=county).exists():
        return 0
    types: dict[str, UUID] = dict(CaseType.objects.filter(county=county).values_list("code", "id"))
    rows = [
        AnswerTemplate(
            county=county,
            title=row["title"],
            text=row["text"].strip(),
            type_id=types.get(row.get("type", "")),
            position=at,
        )
        for at, row in enumerate(listed, start=1)
    ]
    return len(AnswerTemplate.objects.bulk_create(rows))
