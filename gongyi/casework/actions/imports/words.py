"""The county's own words from a table: topics in their levels, answer templates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongyi.casework.actions.imports import taking
from gongyi.casework.actions.settings import save_template
from gongyi.casework.models import AnswerTemplate, Case, CaseType, Topic
from gongyi.core import audit, gate
from gongyi.core.access import Actor
from gongyi.core.county import county_of
from gongyi.core.errors import Refused
from gongyi.core.imports import Checked, Column, Kind
from gongyi.documents.reading import clean, clean_line
from gongyi.people.actions.settings import may_edit

NAME, TEXT = 40, 4000


@dataclass
class Words:
    """What the county has: topics by their way down, types and templates by name."""

    topics: dict[tuple[str, ...], Topic]
    types: dict[str, CaseType] = field(default_factory=dict)
    templates: set[str] = field(default_factory=set)


class _Settings(Kind):
    """Base: what the county's stewards keep."""

    def may(self, by: Actor, unit: UUID | None) -> bool:  # noqa: ARG002 - they count for the whole county
        """Who may edit the county's settings."""
        return may_edit(by=by)

    def prepare(self, by: Actor, unit: UUID, given: frozenset[str]) -> Words:  # noqa: ARG002
        """The county's words."""
        types = {row.name: row for row in CaseType.objects.filter(county=by.county)}
        return Words(taking.topics_of(by.county), types, set(AnswerTemplate.objects.filter(county=by.county).values_list("title", flat=True)))  # fmt: skip


class TopicKind(_Settings):
    """事项分类."""

    name, label = "topics", gettext_lazy("事项分类")
    hint = gettext_lazy("一级、二级、三级分类各一列，一行一条。已有的不动，缺的补上。")
    columns = (
        Column("topic1", gettext_lazy("一级分类"), ("一级", "一级事项", "一级类别", "大类", "分类"), required=True),
        Column("topic2", gettext_lazy("二级分类"), ("二级", "二级事项", "二级类别", "中类")),
        Column("topic3", gettext_lazy("三级分类"), ("三级", "三级事项", "三级类别", "小类")),
    )
    dictionary = True

    def check(self, context: Words, cells: Mapping[str, str]) -> Checked:
        """One way down."""
        names = [clean_line(cells.get(f"topic{level}", "")) for level in (1, 2, 3)]
        path = tuple(name for name in names if name)
        row = Checked(key=f"topic:{path}", facts={"path": path}, known=path in context.topics)
        row.shown = {f"topic{level}": name for level, name in enumerate(names, start=1) if name}
        for level, name in enumerate(names, start=1):
            if len(name) > NAME:
                row.problems.append((f"topic{level}", _("太长，最多 %(n)d 个字。") % {"n": NAME}))
            if not name and any(names[level:]):
                row.problems.append((f"topic{level}", _("下面一级写了，这一级空着。")))
        return row

    def store(self, context: Words, rows: Sequence[Checked], *, by: Actor, source: str) -> list[UUID]:  # noqa: ARG002
        """The topics, and those above them that were lacking behind them."""
        above = [taking.add_topic(context.topics, row.facts["path"][:depth], by=by) for row in rows for depth in range(1, len(row.facts["path"]))]  # fmt: skip
        made = [taking.add_topic(context.topics, row.facts["path"], by=by) for row in rows]
        keys = [key or context.topics[row.facts["path"]].id for key, row in zip(made, rows, strict=True)]
        return [*keys, *(key for key in above if key and key not in keys)]

    def touched(self, county: int, subjects: Sequence[UUID]) -> set[UUID]:
        """Topics under which a case stands."""
        return set(Case.objects.filter(county=county, topic__in=subjects).values_list("topic", flat=True))

    def remove(self, subjects: Sequence[UUID], *, by: Actor) -> set[UUID]:
        """The topics are gone, but for those under which something else stands."""
        stay = taking.remove_topics(county_of(subjects[0]), subjects)
        number = len(set(subjects) - stay)
        audit.record(by=by, action="import_take_back", kind="casework.topic", label=str(number))
        return stay

    def url(self, created: int) -> str:  # noqa: ARG002
        """The tree."""
        return "/cases/settings/topics/"


class TemplateKind(_Settings):
    """答复模板."""

    name, label, told_by = "templates", gettext_lazy("答复模板"), gettext_lazy("名称")
    hint = gettext_lazy("名称一列、文字一列；还可以有诉求类型和事项分类。同名的不动。")
    columns = (
        Column("title", gettext_lazy("名称"), ("模板名称", "标题", "模板"), required=True),
        Column("text", gettext_lazy("文字"), ("内容", "模板内容", "答复内容", "正文"), required=True, spread=True),
        Column("type", gettext_lazy("诉求类型"), ("类型",)),
        Column("topic", gettext_lazy("事项分类"), ("分类",)),
    )

    def check(self, context: Words, cells: Mapping[str, str]) -> Checked:
        """A name and a text; an unknown type or topic is a problem, as the template would stand in the wrong place."""
        title, text = clean_line(cells.get("title", "")), clean(cells.get("text", ""))
        kind, topic = clean_line(cells.get("type", "")), clean_line(cells.get("topic", ""))
        path = tuple(part.strip() for part in topic.split("/") if part.strip())
        named = [row for known, row in context.topics.items() if known == path or known[-1:] == path]
        row = Checked(key=f"template:{title}", known=title in context.templates)
        row.facts = {"title": title, "text": text, "type": context.types.get(kind), "topic": named[0] if len(named) == 1 else None}  # fmt: skip
        row.shown = {"title": title, "text": text, "type": kind, "topic": topic}
        if kind and kind not in context.types:
            row.problems.append(("type", _("本县没有这个类型。")))
        if topic and len(named) != 1:
            row.problems.append(("topic", _("本县没有这个分类，或有几个同名的，请写成“一级 / 二级”。")))
        row.problems += _named(title) + _written(text)
        return row

    def store(self, context: Words, rows: Sequence[Checked], *, by: Actor, source: str) -> list[UUID]:  # noqa: ARG002
        """The templates."""
        return [save_template(by=by, **row.facts).id for row in rows]

    def touched(self, county: int, subjects: Sequence[UUID]) -> set[UUID]:  # noqa: ARG002 - answers keep their own text
        """None: what was written with a template does not need it any more."""
        return set()

    def remove(self, subjects: Sequence[UUID], *, by: Actor) -> set[UUID]:
        """The templates are gone."""
        rows = AnswerTemplate.objects.filter(county=by.county, id__in=subjects)
        audit.record(by=by, action="import_take_back", kind="casework.answertemplate", label=str(rows.count()))
        rows.delete()
        return set()

    def url(self, created: int) -> str:  # noqa: ARG002
        """The list."""
        return "/cases/settings/templates/"


def _named(title: str) -> list[tuple[str, Any]]:
    if not title or len(title) > NAME:
        return [("title", _("请写一个名称，最多 %(n)d 个字。") % {"n": NAME})]
    try:
        gate.check_name(title)
    except (Refused, ValidationError) as no:
        return [("title", str(no))]
    return []


def _written(text: str) -> list[tuple[str, Any]]:
    return [] if 0 < len(text) <= TEXT else [("text", _("请写文字，最多 %(n)d 个字。") % {"n": TEXT})]
