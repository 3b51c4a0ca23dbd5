"""Cases from a table: a row is checked and becomes a request with its history; one with a reply arrives as closed."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from gongyi.casework import queries
from gongyi.casework.actions.imports import known, taking
from gongyi.casework.actions.intake import desk_for, short_title
from gongyi.casework.models import CaseType, Topic
from gongyi.casework.workflow import STATES
from gongyi.core import clock
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.deadlines import Calendar
from gongyi.core.errors import Refused
from gongyi.core.imports import Checked, Column, Kind, Layout, Sheet
from gongyi.core.secrets import mask_address, mask_name, mask_phone, mask_text
from gongyi.documents.reading import clean, clean_line
from gongyi.documents.rows import moment_of, no_earlier, numbers, short_texts
from gongyi.network.models import Unit
from gongyi.network.queries import bare_name, calendar_of, chain, units_by_word
from gongyi.people.actions.settings import may_edit

LONGEST = 20_000
TITLE = 60
COLUMNS = (
    Column("content", gettext_lazy("诉求内容"), ("内容", "留言详情", "留言内容", "详情", "详细内容", "反映内容", "反映问题", "反映情况", "问题描述", "诉求描述", "情况描述", "问题内容", "事项内容", "事件描述", "来信内容", "来电内容", "投诉内容", "举报内容", "咨询内容", "建议内容", "工单内容", "主要内容", "具体内容", "信访事项", "信访内容", "诉求事项", "反映事项", "反映的问题", "反映的主要问题", "主要诉求", "群众诉求", "来访内容", "来访事由", "事由", "接待内容", "意见建议", "content"), required=True, spread=True),
    Column("title", gettext_lazy("标题"), ("主题", "留言主题", "留言标题", "诉求标题", "诉求主题", "事项标题", "事项名称", "信件标题", "来信标题", "工单标题", "问题标题", "title", "subject")),
    Column("recorded", gettext_lazy("登记时间"), ("登记日期", "留言时间", "留言日期", "来电时间", "来信时间", "来访时间", "来信日期", "受理时间", "受理日期", "诉求时间", "提交时间", "反映时间", "发生时间", "创建时间", "录入时间", "写信时间", "信访日期", "信访时间", "来访日期", "来电日期", "反映日期", "接待日期", "接待时间", "走访日期", "走访时间", "收件日期", "收件时间", "收文日期", "日期", "时间", "date")),
    Column("number", gettext_lazy("工单编号"), ("编号", "留言编号", "诉求编号", "工单号", "受理编号", "受理号", "信件编号", "来信编号", "来电编号", "事项编号", "案件编号", "办件编号", "投诉编号", "问题编号", "登记编号", "登记号", "流水号", "单号", "信访编号", "信访件编号", "热线编号", "交办编号", "任务编号", "工单id", "留言id", "number", "id")),
    Column("external", gettext_lazy("外部工单号"), ("上级工单号", "12345工单号", "热线工单号", "平台工单号", "原编号")),
    Column("topic1", gettext_lazy("一级分类"), ("一级事项", "一级类别", "一级标签")),
    Column("topic2", gettext_lazy("二级分类"), ("二级事项", "二级类别", "二级标签")),
    Column("topic3", gettext_lazy("三级分类"), ("三级事项", "三级类别", "三级标签")),
    Column("topic", gettext_lazy("事项分类"), ("分类", "类别", "问题分类", "问题类别", "事项类别", "诉求分类", "内容分类")),
    Column("type", gettext_lazy("诉求类型"), ("类型", "诉求性质", "信件类型", "来电类型")),
    Column("area", gettext_lazy("所属区划"), ("所属村", "所在村", "村居", "村社区", "所属村社区", "所属社区", "行政村", "村名", "所属区域", "诉求区域", "属地")),
    Column("channel", gettext_lazy("来源渠道"), ("渠道", "来源", "诉求来源", "受理渠道", "来源方式")),
    Column("urgency", gettext_lazy("急不急"), ("紧急程度",)),
    Column("state", gettext_lazy("状态"), ("办理状态", "工单状态", "当前状态", "办件状态")),
    Column("lead", gettext_lazy("主办单位"), ("承办单位", "办理单位", "责任单位", "答复单位", "回复单位", "承办部门", "办理部门")),
    Column("answer", gettext_lazy("答复内容"), ("答复意见", "答复", "回复内容", "回复意见", "回复", "办理答复", "办理意见", "处理意见", "处理结果", "处理情况", "办理情况", "答复情况", "反馈内容", "反馈意见", "反馈情况", "answer", "reply"), spread=True),
    Column("answered", gettext_lazy("答复时间"), ("答复日期", "回复时间", "回复日期", "办理时间", "处理时间", "反馈时间", "反馈日期")),
    Column("closed", gettext_lazy("办结时间"), ("办结日期", "结案时间", "结案日期", "完成时间")),
    Column("outcome", gettext_lazy("办理结果"), ("结果",)),
    Column("call_result", gettext_lazy("回访结果"), ()),
    Column("rating", gettext_lazy("满意度"), ("评价", "满意情况", "满意度评价")),
    Column("assigned", gettext_lazy("派单时间"), ("交办时间", "转办时间")),
    Column("signed", gettext_lazy("签收时间"), ()),
    Column("contacted", gettext_lazy("首次联系时间"), ("联系时间",)),
    Column("returns", gettext_lazy("退单次数"), ()),
    Column("redos", gettext_lazy("重办次数"), ()),
    Column("name", gettext_lazy("姓名"), ("诉求人", "诉求人姓名", "来电人", "来信人", "来访人", "来访人姓名", "来电人姓名", "反映人", "反映人姓名", "留言人", "投诉人", "投诉人姓名", "申请人", "联系人", "联系人姓名", "群众姓名", "信访人", "信访人姓名", "来信人姓名", "留言人姓名", "申请人姓名", "name"), personal=True),
    Column("phone", gettext_lazy("电话"), ("联系电话", "电话号码", "手机", "手机号", "手机号码", "联系方式", "来电号码", "来电电话", "诉求人电话", "联系人电话", "群众电话", "信访人电话", "来访人电话", "反映人电话", "phone", "mobile"), personal=True),
    Column("address", gettext_lazy("住址"), ("地址", "家庭住址", "家庭地址", "联系地址", "居住地址", "详细地址", "address"), personal=True),
)  # fmt: skip
_MOMENTS = ("recorded", "answered", "closed", "assigned", "signed", "contacted")
_SHORT = {"number": 60, "external": 60, "name": 40, "phone": 40, "address": 120}
_NUMBERS = ("number", "external")
_ROUNDED = re.compile(
    r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{2}"
)  # 2.02603E+17: a long number that a table program took for an amount
_MASKS = {"name": mask_name, "phone": mask_phone, "address": mask_address}


@dataclass
class Context:
    """What is read once for a file: the county's words and units, and what the rows brought up on the way."""

    by: Actor
    unit: Unit
    desk: Unit
    nobody: bool
    given: frozenset[str]
    now: datetime
    calendar: Calendar
    types: dict[str, CaseType]
    default: CaseType
    topics: dict[tuple[str, ...], Topic]
    may_add: bool
    units: dict[str, Unit | None]
    words: dict[str, dict[str, str]]
    fresh_topics: Counter[tuple[str, ...]] = field(default_factory=Counter)
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)
    open_rows: int = 0
    begun_anew: int = 0  # open ones that were further on where they come from
    blurred: int = 0  # numbers that a table program had rounded
    undated: int = 0  # replies without a time in a table without such a column
    waiting: int = 0  # open ones that were stored and not told yet
    built: "taking.Built | None" = None  # the next rows, made ready for the transaction


class CaseKind(Kind):
    """办件."""

    name, label = "cases", gettext_lazy("办件")
    hint = gettext_lazy("群众说的事：登记簿、热线导出的表、留言记录。有答复的按办结收进来，时间照表上的。")
    columns, per_unit = COLUMNS, True

    def may(self, by: Actor, unit: UUID | None) -> bool:
        """Who may record there."""
        return by.system or by.can(P.CASE_RECORD, unit)

    def prepare(self, by: Actor, unit: UUID, given: frozenset[str]) -> Context:
        """The county's types, topics, units and words. Raises Refused `no_types` in a county without types."""
        home = Unit.objects.get(county=by.county, id=unit)
        types = list(queries.types(by.county))
        if not types:
            raise Refused(
                "no_types", _("本县还没有诉求类型。"), _("请先在“设置”里添加，或运行 setup_county。"), status=422
            )
        try:
            desk, nobody = desk_for(home), False
        except Refused:
            desk, nobody = chain(home)[-1], True
        return Context(
            by, home, desk, nobody, given, clock.now(), calendar_of(None, by.county), {row.name: row for row in types},
            next((row for row in types if not row.hides_asker), types[0]), taking.topics_of(by.county), may_edit(by=by), units_by_word(by.county), known.words(),
        )  # fmt: skip

    def stamp(self, context: Context) -> str:
        """The county's types, topics and units, where open cases go, and whether topics may be added."""
        types = [(name, row.id, row.hides_asker) for name, row in context.types.items()]
        units = [(name, unit and unit.id) for name, unit in context.units.items()]
        return repr((types, sorted(context.topics), units, context.desk.id, context.nobody, context.may_add))

    def settle(self, sheet: Sheet, layout: Layout) -> None:
        """办理结果 with whole sentences under it is the reply, where no other column is."""
        at = next((at for at, name in layout.fields.items() if name == "outcome"), None)
        if at is None or "answer" in layout.fields.values() or layout.how.get(at) == "remembered":
            return
        cells = [text for row in sheet.rows[layout.head + 1 :] if at < len(row) and (text := clean_line(row[at]))]
        outcomes = known.words()["outcome"]
        if sum(text not in outcomes for text in cells) * 2 > len(cells):
            layout.fields[at], layout.how[at] = "answer", "like"

    def told_apart(self, context: Context, rows: Mapping[UUID, Checked]) -> set[UUID]:
        """Cases that were recorded at another moment with another title and other words."""
        return taking.told_apart(context, rows) if "recorded" in context.given else set()

    def check(self, context: Context, cells: Mapping[str, str]) -> Checked:
        """A row of a table as a case."""
        row = Checked()
        facts = row.facts
        for name in _MOMENTS:
            needed = _("没有写登记时间。") if name == "recorded" and name in context.given else ""
            facts[name] = moment_of(row, name, cells.get(name, ""), wanted=needed)
        facts["content"], facts["answer"] = clean(cells.get("content", "")), clean(cells.get("answer", ""))
        _titled(row, clean_line(cells.get("title", "")))
        short_texts(row, cells, _SHORT)
        for name in _NUMBERS:
            if _ROUNDED.fullmatch(facts[name]):
                facts[name], facts["blurred"] = "", True
        _texts(row)
        _choices(row, context, cells)
        _history(row, context)
        facts["topic"] = _topic(context, cells)
        row.key = _key(context, facts)
        row.shown = _shown(row, cells)
        return row

    def note(self, context: Context, row: Checked) -> None:
        """Its topic where the county lacks it, and whether it goes to a desk."""
        _count(context, row.facts)

    def notes(self, context: Context) -> list[str]:
        """New topics, words that mean nothing here, and where the open ones go."""
        said = []
        lacking = [path for path in context.fresh_topics if path not in context.topics]
        if lacking:
            names = _("、").join(" / ".join(path) for path in lacking[:30])
            words = (
                _("本县的事项分类里没有、会添加：%(names)s")
                if context.may_add
                else _("本县的事项分类里没有，这些行不带分类：%(names)s")
            )
            said.append(words % {"names": names})
        for (name, text), number in context.unknown.most_common(20):
            label = next(str(column.label) for column in COLUMNS if column.name == name)
            said.append(ngettext("%(column)s“%(text)s”在本县找不到，%(n)d 行不带它。", "%(column)s“%(text)s”在本县找不到，%(n)d 行不带它。", number) % {"column": label, "text": text[:20], "n": number})  # fmt: skip
        if context.open_rows:
            words = _("没有答复的 %(n)d 件放到%(desk)s，等派单。")
            if context.nobody:
                words = _("没有答复的 %(n)d 件放到%(desk)s；从%(unit)s到县里都还没有派单员，请账号管理员授予这个角色。")
            said.append(words % {"n": context.open_rows, "desk": context.desk.name, "unit": context.unit.name})
        if n := context.begun_anew:
            words = ngettext("%(n)d 件在表里已经派出去、还没有办完：到了这里从“登记”重新开始，要再派一次单。", "%(n)d 件在表里已经派出去、还没有办完：到了这里从“登记”重新开始，要再派一次单。", n)  # fmt: skip
            said.append(words % {"n": n})
        if n := context.blurred:
            words = ngettext("%(n)d 行的编号被表格程序写成了 2.02603E+17 这样，认不出是几号：存了内容，没有存编号。请对方把这一列设成文本，再导出一次。", "%(n)d 行的编号被表格程序写成了 2.02603E+17 这样，认不出是几号：存了内容，没有存编号。请对方把这一列设成文本，再导出一次。", n)  # fmt: skip
            said.append(words % {"n": n})
        if n := context.undated:
            words = ngettext("没有答复时间这一列：%(n)d 件有答复的，按登记那天办结算，用了多久看不出来。", "没有答复时间这一列：%(n)d 件有答复的，按登记那天办结算，用了多久看不出来。", n)  # fmt: skip
            said.append(words % {"n": n})
        if "recorded" not in context.given:
            said.append(_("没有登记时间这一列，都按现在登记。"))
        return said

    def begin(self, context: Context, *, by: Actor) -> list[UUID]:
        """The topics that the county lacks."""
        return taking.add_topics(context, by=by)

    @contextmanager
    def ahead(self, context: Context, rows: Sequence[Checked], *, by: Actor) -> Iterator[None]:  # noqa: ARG002 - stands in the context
        """The cases in memory, checked, and how they will be found."""
        context.built = taking.build(context, rows)
        with context.built.ahead():
            yield

    def store(self, context: Context, rows: Sequence[Checked], *, by: Actor, source: str) -> list[UUID]:
        """The cases with their askers, timelines and parts."""
        return taking.store_rows(context, rows, by=by, source=source)

    def finish(self, context: Context, *, by: Actor, created: int) -> None:
        """Those who assign hear once for each batch that cases wait for them."""
        if created and context.waiting:
            taking.tell_desk(context, by=by)

    def touched(self, county: int, subjects: Sequence[UUID]) -> set[UUID]:
        """Cases with which a person did something."""
        return taking.touched(county, subjects)

    def remove(self, subjects: Sequence[UUID], *, by: Actor) -> set[UUID]:
        """The cases are gone; their numbers stay, struck, and topics that other cases have."""
        return taking.remove_rows(subjects, by=by)

    def url(self, created: int) -> str:  # noqa: ARG002 - the same list, however many
        """The list of cases."""
        return "/cases/"


# --- what a row says --------------------------------------------------------------------------------------------------


def _titled(row: Checked, title: str) -> None:
    """Content from the title where it is all there is; a title too long is kept whole in the content."""
    facts = row.facts
    if not facts["content"]:
        facts["content"] = title
    if len(title) > TITLE and title not in facts["content"]:
        facts["content"] = f"{title}\n{facts['content']}"
    short = title if len(title) <= TITLE else title[: TITLE - 1] + "…"
    facts["title"] = mask_text(short or short_title(facts["content"]))[:TITLE]


def _texts(row: Checked) -> None:
    facts = row.facts
    if not facts["content"]:
        row.problems.append(("content", _("没有写诉求内容。")))
    for name in ("content", "answer"):
        if len(facts[name]) > LONGEST:
            row.problems.append((name, _("超过 %(n)d 个字，请分成两件或缩短。") % {"n": LONGEST}))


def _choices(row: Checked, context: Context, cells: Mapping[str, str]) -> None:
    """Words that must be one of the county's or the product's own; an unknown one is left out and said."""
    tables: dict[str, Mapping[str, Any]] = {
        **context.words, "area": context.units, "lead": context.units, "type": context.types
    }  # fmt: skip
    for name, values in tables.items():
        text = clean_line(cells.get(name, ""))
        row.facts[name] = found = values.get(bare_name(text) if values is context.units else text)
        if text and not found:
            context.unknown[name, text] += 1
    row.facts["type"] = row.facts["type"] or context.default
    numbers(row, cells, ("returns", "redos"))


def _history(row: Checked, context: Context) -> None:
    """Where the case stands: ended where the row says so or holds a reply, else recorded."""
    facts = row.facts
    if "recorded" not in context.given:
        facts["recorded"] = context.now
    said = facts["was"] = facts["state"] or "recorded"
    ended = said in _ENDED or (facts["answer"] and (said in _REPLIED or not facts["state"]))
    if not ended:
        facts |= {"state": "recorded", "answered": None, "closed": None}
        return
    facts["state"] = said if said in _ENDED else "closed"
    if facts["state"] in {"closed", "filed"}:
        _ended(row, context)
    no_earlier(row, ("answered", "closed"), facts["recorded"], _("早于登记时间。"))


def _ended(row: Checked, context: Context) -> None:
    """A case that is closed has the time of its reply, or of its end where there was none."""
    facts, name = row.facts, "answered" if row.facts["answer"] else "closed"
    facts[name] = facts[name] or facts["closed" if name == "answered" else "answered"]
    if facts[name] is None and context.given.isdisjoint({"answered", "closed"}):
        facts[name], facts["undated"] = facts["recorded"], True
    elif facts[name] is None and name not in {field for field, _why in row.problems}:
        words = _("有答复，没有写答复时间。") if name == "answered" else _("已经办结，没有写办结时间。")
        row.problems.append((name, words))


_ENDED = {"declined", "void", "closed", "filed"}
_REPLIED = {"answered", "calling"}  # open, but for a return call; in any other open state a reply was not the last word


def _topic(context: Context, cells: Mapping[str, str]) -> tuple[str, ...]:
    """The way down to the topic, as far as the row tells it; () for none."""
    levels = [clean_line(cells.get(f"topic{level}", "")) for level in (1, 2, 3)]
    path = tuple(name for name in levels if name) if levels[0] else ()
    text = clean_line(cells.get("topic", ""))
    if not path and text:
        path = _named_topic(context, text)
    path = tuple(name[:40] for name in path[: Topic.LEVELS])
    return path if path in context.topics or context.may_add or not path else _nearest(context, path)


def _named_topic(context: Context, text: str) -> tuple[str, ...]:
    """A path as an export writes it, else the only topic of this name, else a new one of the first level."""
    path = tuple(part.strip() for part in text.split("/") if part.strip())
    if len(path) == 1:
        named = [known for known in context.topics if known[-1] == path[0]]
        return named[0] if len(named) == 1 else path
    return path


def _nearest(context: Context, path: tuple[str, ...]) -> tuple[str, ...]:
    """What of it the county has, for somebody who may not add topics; the lacking one is told."""
    context.fresh_topics[path] += 1
    return next((path[:n] for n in range(len(path), 0, -1) if path[:n] in context.topics), ())


def _count(context: Context, facts: Mapping[str, Any]) -> None:
    path = facts["topic"]
    if path and path not in context.topics:
        context.fresh_topics[path] += 1
    context.blurred += facts.get("blurred", False)
    context.undated += facts.get("undated", False)
    context.open_rows += facts["state"] == "recorded"
    context.begun_anew += facts["state"] == "recorded" != facts["was"]


def _shown(row: Checked, cells: Mapping[str, str]) -> dict[str, str]:
    """The row in words, as it will be stored; who asked is masked."""
    facts = row.facts
    shown = {name: str(facts.get(name) or "") for name in ("number", "external", "title", "content", "answer")}
    shown |= {name: f"{timezone.localtime(at):%Y-%m-%d %H:%M}" for name in _MOMENTS if (at := facts[name])}
    shown |= {name: mask(facts[name]) for name, mask in _MASKS.items()}
    shown |= {"topic": " / ".join(facts["topic"]), "state": str(STATES[facts["state"]].label)}
    shown |= {
        name: clean_line(cells.get(name, ""))
        for name in ("area", "lead", "channel", "outcome", "rating")
        if facts[name]
    }
    shown["type"] = facts["type"].name
    return {name: text for name, text in shown.items() if text}


def _key(context: Context, facts: Mapping[str, Any]) -> str:
    """What tells the request from every other one of its sender: its number, else what was said, when and by whom."""
    if facts["number"]:
        return f"no:{facts['number']}"
    told = [facts[name] for name in ("title", "content", "name", "phone", "address")]
    return f"as:{told}{facts['recorded'] if 'recorded' in context.given else ''}"
