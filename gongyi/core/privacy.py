"""The classification of every field (rights.md D1): reads `gongyi/privacy.yaml` strictly and says what is wrong with it.

The same facts are meant for the data map, the export "all about me" and erasure, so nothing is classified twice.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import yaml
from django.apps import apps
from django.db import models
from django.utils import translation

from gongyi.core.gate import refused_header

KINDS = {
    "none": "不涉及个人",
    "label": "单位、岗位、类别等的名称",
    "pseudonym": "化名：账号、办件的编号或摘要",
    "name": "姓名",
    "contact": "联系方式",
    "address": "住址",
    "free_text": "自由文字",
    "credential": "凭证",
    "log": "何时做了什么",
}
IMPERSONAL = {"none", "label"}
FACTS = ("purpose", "basis", "readers", "retention", "erasure")
# Tables of libraries that hold nothing about anybody.
OTHERS_WITHOUT_PEOPLE = {"auth", "contenttypes"}


@dataclass(frozen=True)
class Entry:
    """What is said about one field: its kind and five facts, each a sentence or a few words in Chinese."""

    kind: str
    purpose: str
    basis: str
    readers: str
    retention: str
    erasure: str


@dataclass
class Register:
    """The whole file: model label -> field -> entry; names that the gate refuses but that mean no person; its faults."""

    entries: dict[str, dict[str, Entry]] = field(default_factory=dict)
    harmless: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class Finding(NamedTuple):
    """One fault, with the number of its system check."""

    number: str
    text: str


class _Strict(yaml.SafeLoader):
    """YAML in which a doubled key is an error and not a silent overwrite."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        keys = [self.construct_object(key, deep=deep) for key, _value in node.value]
        if doubled := {key for key in keys if keys.count(key) > 1}:
            raise yaml.constructor.ConstructorError(None, None, f"doubled key {sorted(doubled)}", node.start_mark)
        return super().construct_mapping(node, deep=deep)


def load(text: str) -> Register:
    """Read the file. Per model: the facts (or `rule`, the name of a set of facts), then `kind: field field …`.

    `but` holds facts of single fields that differ from their model's. Never raises: what is wrong stands in `faults`.
    """
    register = Register()
    try:
        data = yaml.load(text, Loader=_Strict)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        register.faults.append(f"cannot be read: {error}")
        return register
    if not isinstance(data, dict):
        register.faults.append("holds nothing")
        return register
    register.harmless = data.get("harmless", {})
    for label, lines in data.get("models", {}).items():
        register.entries[label] = dict(_entries(label, lines, data.get("rules", {}), register.faults))
    return register


def _entries(
    label: str, lines: Mapping[str, Any], rules: Mapping[str, Mapping[str, str]], faults: list[str]
) -> Iterator[tuple[str, Entry]]:
    facts = {**rules.get(lines.get("rule", ""), {}), **{name: lines[name] for name in FACTS if name in lines}}
    if missing := [name for name in FACTS if not facts.get(name)]:
        faults.append(f"{label}: {missing} not said")
        facts |= dict.fromkeys(missing, "")
    if unknown := set(lines) - set(KINDS) - set(FACTS) - {"rule", "but"}:
        faults.append(f"{label}: {sorted(unknown)} is no kind that this product may hold")
    kind_of: dict[str, str] = {}
    for kind in KINDS:
        for name in str(lines.get(kind, "")).split():
            if name in kind_of:
                faults.append(f"{label}.{name} is both {kind_of[name]} and {kind}")
            kind_of[name] = kind
    but = lines.get("but", {})
    if stray := set(but) - kind_of.keys():
        faults.append(f"{label}: {sorted(stray)} differ but have no kind")
    for name, kind in kind_of.items():
        yield name, replace(Entry(kind, **facts), **but.get(name, {}))


def to_classify() -> list[type[models.Model]]:
    """The product's models and those of libraries that hold something about people."""
    every = apps.get_models(include_auto_created=True)
    return [model for model in every if model._meta.app_label not in OTHERS_WITHOUT_PEOPLE]


def findings(text: str, every: Iterable[type[models.Model]]) -> list[Finding]:
    """Everything that is wrong: E031 the file, E032 missing or unknown fields, E033 refused names, E034 JSON about people."""
    register, named = load(text), {model._meta.label: model for model in every}
    found = [Finding("E031", f"privacy.yaml: {fault}") for fault in register.faults]
    strangers = sorted(register.entries.keys() - named.keys())
    found += [Finding("E032", f"privacy.yaml: there is no model {label}") for label in strangers]
    with translation.override("zh-hans"):
        for label, model in named.items():
            found += _model_findings(model, register.entries.get(label, {}), register.harmless)
    return found


def _model_findings(
    model: type[models.Model], entries: Mapping[str, Entry], harmless: Mapping[str, str]
) -> Iterator[Finding]:
    label, fields = model._meta.label, {each.name: each for each in model._meta.local_fields}
    if missing := fields.keys() - entries.keys():
        yield Finding("E032", f"privacy.yaml: {label} lacks {' '.join(name for name in fields if name in missing)}")
    if gone := entries.keys() - fields.keys():
        yield Finding("E032", f"privacy.yaml: {label} has no {' '.join(sorted(gone))}")
    if not model.__module__.startswith("gongyi."):
        return
    personal = any(entry.kind not in IMPERSONAL for entry in entries.values())
    for name, each in fields.items():
        refused = refused_header(name) or refused_header(str(each.verbose_name))
        if refused and f"{label}.{name}" not in harmless:
            yield Finding("E033", f"{label}.{name} asks for what the product does not hold ({refused.name})")
        if personal and isinstance(each, models.JSONField):
            yield Finding("E034", f"{label}.{name}: a personal model has no JSON, its contents cannot be classified")
