"""Old proposals from a table: a row is checked and becomes a proposal with its history; one with a reply arrives as closed."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from gongyi.core import audit, clock, numbering, outbox, search
from gongyi.core.access import Actor
from gongyi.core.access import Permission as P
from gongyi.core.county import county_of, new_key
from gongyi.core.errors import Refused
from gongyi.core.imports import Checked, Column, Kind
from gongyi.core.models import RegisterLine
from gongyi.core.said import say
from gongyi.core.secrets import mask_name, mask_phone, mask_text
from gongyi.core.workflow import first_steps
from gongyi.documents.reading import clean, clean_line
from gongyi.documents.rows import both_languages, moment_of, no_earlier, numbers, short_texts
from gongyi.network.models import Unit
from gongyi.network.queries import bare_name, chain, units_by_word
from gongyi.people.actions.settings import may_edit
from gongyi.people.queries import holders
from gongyi.promises.models import Promise
from gongyi.proposals.actions.intake import MOST_AUTHORS, SERIES, AuthorFacts, author_of, desk_for
from gongyi.proposals.actions.moving import due_in, first_parts, next_turn
from gongyi.proposals.actions.settings import save_listed
from gongyi.proposals.models import Author, Category, Limits, Proposal, ProposalPart, ProposalStep, ResultClass, Session
from gongyi.proposals.models.proposal import Rating
from gongyi.proposals.queries.case import KIND
from gongyi.proposals.queries.limits import limits_of
from gongyi.proposals.workflow import STATES

LONGEST, TITLE = 20_000, 60
COLUMNS = (
    Column("title", gettext_lazy("案由"), ("提案案由", "题目", "标题", "提案题目", "提案名称", "建议名称", "建议题目", "议题", "title"), required=True),
    Column("analysis", gettext_lazy("情况分析"), ("内容", "提案内容", "建议内容", "主要内容", "情况", "问题", "存在问题", "现状", "背景", "事由", "analysis"), spread=True),
    Column("suggestions", gettext_lazy("具体建议"), ("建议", "意见建议", "对策建议", "办法", "解决办法", "建议意见", "suggestions"), spread=True),
    Column("number", gettext_lazy("案号"), ("提案号", "提案编号", "建议编号", "建议号", "编号", "号", "number", "id")),
    Column("external", gettext_lazy("原案号"), ("原编号", "上级案号")),
    Column("session", gettext_lazy("届次"), ("会议", "届别", "年度", "session")),
    Column("category", gettext_lazy("类别"), ("分类", "提案类别", "建议类别", "所属类别", "category")),
    Column("kind", gettext_lazy("提案形式"), ("形式", "提案类型", "提出形式")),
    Column("key", gettext_lazy("重点提案"), ("重点", "是否重点")),
    Column("recorded", gettext_lazy("登记时间"), ("提交时间", "提交日期", "提出时间", "提出日期", "登记日期", "收到时间", "日期", "date")),
    Column("filed", gettext_lazy("立案时间"), ("立案日期",)),
    Column("assigned", gettext_lazy("交办时间"), ("交办日期", "转办时间")),
    Column("due", gettext_lazy("办结期限"), ("答复期限", "办理期限", "期限")),
    Column("lead", gettext_lazy("主办单位"), ("承办单位", "办理单位", "主办", "答复单位")),
    Column("co", gettext_lazy("会办单位"), ("协办单位", "会办", "协办")),
    Column("supervisor", gettext_lazy("督办单位"), ("督办",)),
    Column("state", gettext_lazy("状态"), ("办理状态", "当前状态", "进度", "审查结果")),
    Column("opinion", gettext_lazy("审查意见"), ()),
    Column("cause", gettext_lazy("没有立案的理由"), ("不立案理由", "未立案理由", "不予立案理由")),
    Column("answer", gettext_lazy("答复内容"), ("答复", "答复意见", "办理情况", "办理答复", "回复", "回复内容", "answer", "reply"), spread=True),
    Column("replied", gettext_lazy("答复时间"), ("答复日期", "办复时间", "办复日期", "回复时间", "回复日期")),
    Column("reply_no", gettext_lazy("答复文号"), ("文号", "复函文号")),
    Column("result", gettext_lazy("办理结果"), ("办理结果类别", "结果", "办理类别", "答复类别", "办理等次")),
    Column("met", gettext_lazy("面商次数"), ("面商", "沟通次数")),
    Column("manner", gettext_lazy("办理态度"), ("对办理态度满意吗", "态度评价")),
    Column("rating", gettext_lazy("对办理结果满意吗"), ("满意度", "评价", "委员评价", "代表评价", "结果评价", "满意情况")),
    Column("closed", gettext_lazy("结束时间"), ("办结时间", "办结日期")),
    Column("extensions", gettext_lazy("延期次数"), ()),
    Column("returns", gettext_lazy("退办次数"), ()),
    Column("redos", gettext_lazy("重办次数"), ()),
    Column("name", gettext_lazy("提案者"), ("提案人", "提出人", "第一提案人", "领衔人", "委员", "代表", "提案委员", "建议人", "姓名", "name"), personal=True),
    Column("cosigners", gettext_lazy("联名人"), ("附议人", "联名委员", "联名代表", "联名"), personal=True),
    Column("organisation", gettext_lazy("提案单位"), ("集体提案单位", "单位", "提出单位")),
    Column("phone", gettext_lazy("电话"), ("联系电话", "手机", "手机号", "联系方式", "phone"), personal=True),
)  # fmt: skip
_MOMENTS = ("recorded", "filed", "assigned", "due", "replied", "closed")
_SHORT = {"number": 60, "external": 60, "reply_no": 40, "cause": 120, "opinion": 2000, "name": 40, "organisation": 60, "phone": 40}  # fmt: skip
_COUNTS = ("met", "extensions", "returns", "redos")
_ENDED = {"not_filed", "passed_on", "withdrawn", "closed", "archived"}
_YES = {"是", "有", "重点", "重点提案", "Yes", "yes", "Key", "1", "√"}


@dataclass
class Context:
    """What is read once for a file: the county's words and units, and what the rows brought up on the way."""

    by: Actor
    unit: Unit
    desk: Unit
    nobody: bool
    given: frozenset[str]
    now: datetime
    limits: Limits
    may_add: bool
    units: dict[str, Unit | None]
    listed: dict[str, dict[str, Any]]
    classes: list[ResultClass]
    words: dict[str, dict[str, str]]
    fresh: dict[str, Counter[str]] = field(default_factory=lambda: {"category": Counter(), "session": Counter()})
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)
    open_rows: int = 0
    followed: int = 0  # ended ones that were still to be followed up
    waiting: int = 0


class ProposalKind(Kind):
    """提案."""

    name, label, told_by = "proposals", gettext_lazy("提案"), gettext_lazy("案号")
    hint = gettext_lazy("往届的提案、建议：目录、办理情况表。有答复的按办结收进来，时间照表上的；没有答复的等审查。")
    columns, per_unit = COLUMNS, True

    def may(self, by: Actor, unit: UUID | None) -> bool:
        """Who may record proposals there."""
        return by.system or by.can(P.PROPOSAL_RECORD, unit)

    def prepare(self, by: Actor, unit: UUID, given: frozenset[str]) -> Context:
        """The county's categories, sessions, classes, units and words."""
        home = Unit.objects.get(county=by.county, id=unit)
        try:
            desk, nobody = desk_for(home), False
        except Refused:
            desk, nobody = chain(home)[-1], True
        listed: dict[str, dict[str, Any]] = {
            name: {row.name: row for row in model.objects.filter(county=by.county)} for name, model in _LISTED.items()
        }
        classes = list(ResultClass.objects.filter(county=by.county).order_by("-since"))
        return Context(
            by, home, desk, nobody, given, clock.now(), limits_of(by.county), may_edit(by=by), units_by_word(by.county), listed, classes, _words(),
        )  # fmt: skip

    def stamp(self, context: Context) -> str:
        """The county's words and units, where open ones go, and whether words may be added."""
        units = [(name, unit and unit.id) for name, unit in context.units.items()]
        listed = {name: sorted(rows) for name, rows in context.listed.items()}
        return repr((units, listed, [row.id for row in context.classes], context.desk.id, context.may_add))

    def check(self, context: Context, cells: Mapping[str, str]) -> Checked:
        """A row of a table as a proposal."""
        row = Checked()
        facts = row.facts
        for name in _MOMENTS:
            needed = _("没有写登记时间。") if name == "recorded" and name in context.given else ""
            facts[name] = moment_of(row, name, cells.get(name, ""), wanted=needed, ahead=name == "due")
        _texts(row, cells)
        short_texts(row, cells, _SHORT)
        numbers(row, cells, _COUNTS)
        facts["key"] = clean_line(cells.get("key", "")) in _YES
        facts["cosigners"] = _names(cells.get("cosigners", ""))[: MOST_AUTHORS - 1]
        _choices(row, context, cells)
        _history(row, context)
        row.key = _key(context, facts)
        row.shown = _shown(row, cells)
        return row

    def note(self, context: Context, row: Checked) -> None:
        """Its category and session where the county lacks them, and whether it goes to a desk."""
        facts = row.facts
        for name, counted in context.fresh.items():
            if facts[name] and facts[name] not in context.listed[name]:
                counted[facts[name]] += 1
        context.open_rows += facts["state"] == "submitted"
        context.followed += facts["state"] == "closed" and facts["was"] == "following"

    def notes(self, context: Context) -> list[str]:
        """New words, words that mean nothing here, where the open ones go."""
        said = []
        labels = {column.name: str(column.label) for column in COLUMNS}
        for name, counted in context.fresh.items():
            if counted:
                words = _("本县的%(column)s里没有、会添加：%(names)s") if context.may_add else _("本县的%(column)s里没有，这些行不带它：%(names)s")  # fmt: skip
                said.append(words % {"column": labels[name], "names": _("、").join([*counted][:30])})
        for (name, text), n in context.unknown.most_common(20):
            words = ngettext("%(column)s“%(text)s”在本县找不到，%(n)d 行不带它。", "%(column)s“%(text)s”在本县找不到，%(n)d 行不带它。", n)  # fmt: skip
            said.append(words % {"column": labels[name], "text": text[:20], "n": n})
        if context.open_rows:
            words = _("没有答复的 %(n)d 件放到%(desk)s，等审查。")
            if context.nobody:
                words = _(
                    "没有答复的 %(n)d 件放到%(desk)s；从%(unit)s到县里都还没有人审查提案，请账号管理员授予派单员角色。"
                )
            said.append(words % {"n": context.open_rows, "desk": context.desk.name, "unit": context.unit.name})
        if n := context.followed:
            words = ngettext("%(n)d 件还在跟踪办理，按办结收进来；答应的事不在表里，请另外记。", "%(n)d 件还在跟踪办理，按办结收进来；答应的事不在表里，请另外记。", n)  # fmt: skip
            said.append(words % {"n": n})
        if "recorded" not in context.given:
            said.append(_("没有登记时间这一列，都按现在登记。"))
        return said

    def begin(self, context: Context, *, by: Actor) -> list[UUID]:
        """The categories and sessions that the county lacks; they stay when the import is taken back."""
        for name, counted in context.fresh.items():
            for text in counted if context.may_add else ():
                if text not in context.listed[name]:
                    context.listed[name][text] = save_listed(by=by, model=_LISTED[name], name=text)
        return []

    def store(self, context: Context, rows: Sequence[Checked], *, by: Actor, source: str) -> list[UUID]:
        """The proposals with their authors, timelines and parts, in the caller's transaction."""
        made = [_proposal(context, row.facts) for row in rows]
        authors = [author for one, row in zip(made, rows, strict=True) for author in _authors(one, row.facts)]
        numbered = numbering.next_numbers(county=by.county, series=SERIES, subjects=[one.id for one in made])
        for one, number in zip(made, numbered, strict=True):
            one.number = number
            one.clean_fields(exclude=_CHOSEN)
        notes = [say(gettext_lazy("从“%(source)s”的表格导入，原编号：%(number)s"), source=source, number=row.facts["number"] or "—") for row in rows]  # fmt: skip
        with search.together():
            Proposal.objects.bulk_create(made)
            Author.objects.bulk_create(authors)
        first_steps(made, "import", by=by, step=ProposalStep, parent="proposal", notes=notes)
        helpers = [{unit.id: ProposalPart.Part.CO.value for unit in row.facts["co"]} for row in rows]
        first_parts(made, helpers)
        context.waiting += sum(one.state == "submitted" for one in made)
        return [one.id for one in made]

    def finish(self, context: Context, *, by: Actor, created: int) -> None:
        """Those who screen hear once for each batch that proposals wait for them."""
        if created and context.waiting:
            text = say(gettext_lazy("导入了 %(n)d 件提案，等您审查"), n=context.waiting)
            context.waiting = 0
            told = holders(P.PROPOSAL_SCREEN, {context.desk.id})[context.desk.id]
            outbox.tell(told, by=by, event="import", text=text, path="/proposals/?state=submitted")

    def touched(self, county: int, subjects: Sequence[UUID]) -> set[UUID]:
        """Proposals with which a person did something, into which another one was merged, or that made a promise."""
        found: set[UUID] = set()
        for start in range(0, len(subjects), 400):
            some = subjects[start : start + 400]
            by_people = ~Q(actor=None) | ~Q(action__in=_BY_ITSELF)
            steps = ProposalStep.objects.filter(by_people, county=county, proposal__in=some, seq__gt=1)
            found.update(steps.values_list("proposal", flat=True))
            found.update(Proposal.objects.filter(county=county, first__in=some).values_list("first", flat=True))
            found.update(
                Promise.objects.filter(county=county, kind=KIND, origin__in=some).values_list("origin", flat=True)
            )
        return found

    def remove(self, subjects: Sequence[UUID], *, by: Actor) -> set[UUID]:
        """The proposals are gone; their numbers stay, struck."""
        if subjects:
            county = county_of(subjects[0])
            why = _("导入撤回了")
            numbering.strike_all(county=county, subjects=list(subjects), fate=RegisterLine.Fate.VOID, why=why)
            number = Proposal.objects.filter(county=county, id__in=subjects).delete()[1].get("proposals.Proposal", 0)
            label = _("%(n)d 件") % {"n": number}
            audit.record(by=by, action="import_take_back", kind="proposals.proposal", label=label)
        return set()

    def url(self, created: int) -> str:  # noqa: ARG002 - the same list, however many
        """The list of proposals."""
        return "/proposals/"


_LISTED: dict[str, Any] = {"category": Category, "session": Session}
_BY_ITSELF = ("import", "close_quiet", "recompute", "follow", "reroute")
_CHOSEN = ["id", "unit", "desk", "lead", "supervisor", "turn_unit", "category", "session", "result", "first", "parent"]


# --- what a row says --------------------------------------------------------------------------------------------------


def _texts(row: Checked, cells: Mapping[str, str]) -> None:
    """The texts; a title too long is kept whole in the analysis, which the title stands for where there is none."""
    facts = row.facts
    for name in ("analysis", "suggestions", "answer"):
        facts[name] = clean(cells.get(name, ""))
        if len(facts[name]) > LONGEST:
            row.problems.append((name, _("超过 %(n)d 个字，请分成两件或缩短。") % {"n": LONGEST}))
    title = clean_line(cells.get("title", ""))
    if not title:
        row.problems.append(("title", _("没有写案由。")))
    if len(title) > TITLE and title not in facts["analysis"]:
        facts["analysis"] = f"{title}\n{facts['analysis']}".strip()
    facts["analysis"] = facts["analysis"] or title
    facts["meeting"] = clean_line(cells.get("session", ""))
    facts["title"] = mask_text(title if len(title) <= TITLE else title[: TITLE - 1] + "…")[:TITLE]


def _names(text: str) -> list[str]:
    """Names as people list them."""
    return [name[:40] for name in re.split(r"[、，,;；\s/]+", clean(text)) if name]


def _choices(row: Checked, context: Context, cells: Mapping[str, str]) -> None:
    """Words that must be one of the county's or the product's own; an unknown one is left out and said."""
    known: dict[str, Mapping[str, Any]] = {**context.words, "lead": context.units, "supervisor": context.units}
    for name, values in known.items():
        text = clean_line(cells.get(name, ""))
        row.facts[name] = found = values.get(bare_name(text) if values is context.units else text)
        if text and not found:
            context.unknown[name, text] += 1
    row.facts["co"] = []
    for text in _names(cells.get("co", "")):
        if unit := context.units.get(bare_name(text)):
            row.facts["co"].append(unit)
        else:
            context.unknown["co", text] += 1
    for name in _LISTED:
        text = clean_line(cells.get(name, ""))[:40]
        row.facts[name] = text if text in context.listed[name] or context.may_add else ""
        if text and not row.facts[name]:
            context.unknown[name, text] += 1
    row.facts["result"] = _class(context, clean_line(cells.get("result", "")), row.facts["replied"])


def _class(context: Context, text: str, at: datetime | None) -> ResultClass | None:
    """The result class by its words or its code: the one that was in use on the day of the answer, else the newest."""
    if not text:
        return None
    code = re.sub(r"类$", "", text)
    named = [row for row in context.classes if text in {str(row), row.name} or code.upper() == row.code.upper()]
    if not named:
        context.unknown["result", text] += 1
        return None
    day = timezone.localdate(at) if at else clock.today()
    return next((row for row in named if row.since <= day and (row.until is None or day <= row.until)), named[0])


def _history(row: Checked, context: Context) -> None:
    """Where the proposal stands: ended where the row says so or holds a reply, else waiting to be screened."""
    facts = row.facts
    if "recorded" not in context.given:
        facts["recorded"] = context.now
    said = facts["was"] = facts["state"] or ""
    facts["state"] = (
        said if said in _ENDED else "closed" if facts["answer"] else "not_filed" if facts["cause"] else "submitted"
    )
    if facts["state"] == "submitted":
        facts |= {"replied": None, "closed": None}
        return
    if facts["answer"]:
        facts["replied"] = facts["replied"] or facts["closed"]
        if facts["replied"] is None and "replied" not in {name for name, _why in row.problems}:
            row.problems.append(("replied", _("有答复，没有写答复时间。")))
    no_earlier(row, ("filed", "assigned", "replied", "closed"), facts["recorded"], _("早于登记时间。"))


def _shown(row: Checked, cells: Mapping[str, str]) -> dict[str, str]:
    """The row in words, as it will be stored; who proposed is masked."""
    facts = row.facts
    shown = {name: str(facts[name] or "") for name in ("title", "number", "category", "session", "analysis", "suggestions", "answer", "cause")}  # fmt: skip
    shown |= {name: f"{timezone.localtime(at):%Y-%m-%d}" for name in _MOMENTS if (at := facts[name])}
    shown |= {"name": mask_name(facts["name"]), "phone": mask_phone(facts["phone"])}
    shown |= {"cosigners": _("、").join(map(mask_name, facts["cosigners"])), "state": str(STATES[facts["state"]].label)}
    shown |= {name: clean_line(cells.get(name, "")) for name in ("lead", "result", "rating", "kind") if facts[name]}
    return {name: text for name, text in shown.items() if text}


def _key(context: Context, facts: Mapping[str, Any]) -> str:
    """What tells the proposal from every other one of its sender: session and number, else what was said, when and by whom."""
    if facts["number"]:
        return f"no:{facts['meeting']}:{facts['number']}"
    told = [facts[name] for name in ("title", "analysis", "suggestions", "name", "organisation")]
    return f"as:{told}{facts['recorded'] if 'recorded' in context.given else ''}"


def _words() -> dict[str, dict[str, str]]:
    """Field -> word in either language -> value."""
    tables: dict[str, Iterable[tuple[str, Any]]] = {
        "kind": Proposal.Kind.choices, "manner": Rating.choices, "rating": Rating.choices,
        "state": [(name, state.label) for name, state in STATES.items()],
    }  # fmt: skip
    return both_languages(tables)


# --- as it will be stored ---------------------------------------------------------------------------------------------


def _proposal(context: Context, facts: Mapping[str, Any]) -> Proposal:
    """A proposal in memory, as it stands today."""
    at, ended = facts["recorded"], facts["state"] != "submitted"
    kinds = Proposal.Kind
    kind = facts["kind"] or (
        kinds.JOINT if facts["cosigners"] else kinds.COLLECTIVE if facts["organisation"] else kinds.SINGLE
    )
    one = Proposal(
        id=new_key(context.by.county), county=context.by.county, state=facts["state"], changed_at=context.now, recorded_at=at,
        recorded_by=context.by.id, submitted_at=at if ended else context.now, unit=context.unit, desk=context.desk, kind=kind, title=facts["title"],
        external_no=facts["external"] or facts["number"], analysis=facts["analysis"], suggestions=facts["suggestions"], key=facts["key"],
        category=context.listed["category"].get(facts["category"]), session=context.listed["session"].get(facts["session"]),
        opinion=facts["opinion"], cause=facts["cause"], **{name: facts[name] for name in _COUNTS},
    )  # fmt: skip
    if ended:
        _end(context, one, facts)
    else:
        one.draft = facts["answer"]
    if one.state in {"not_filed", "passed_on"} and not one.cause:
        one.cause = _("原来的表里没有写理由")
    for name, value in next_turn(one, set()).items():
        setattr(one, name, value)
    return one


def _end(context: Context, one: Proposal, facts: Mapping[str, Any]) -> None:
    """What an ended proposal holds: who answered and when, how, and what its proposer said."""
    one.talks, replied = facts["met"], facts["replied"]
    one.closed_at = facts["closed"] or replied or one.recorded_at
    one.lead, one.supervisor = facts["lead"] or (context.unit if facts["answer"] else None), facts["supervisor"]
    one.filed_at = facts["filed"] or (facts["assigned"] or one.recorded_at if facts["answer"] else None)
    one.assigned_at = facts["assigned"]
    if one.assigned_at:
        one.span, one.unit_from = context.limits.answer_span, one.assigned_at
        one.unit_due = facts["due"] or due_in(one, one.span, one.assigned_at, one.lead)
    if not facts["answer"]:
        return
    one.answer, one.reply_no, one.result = facts["answer"], facts["reply_no"], facts["result"]
    one.replied_at = one.first_at = replied
    one.first_due = one.unit_due
    one.manner, one.rating = facts["manner"] or "", facts["rating"] or ""
    if one.rating or one.manner:
        one.rated_at = one.closed_at


def _authors(one: Proposal, facts: Mapping[str, Any]) -> list[Author]:
    """Who stands behind it; names in an old list count as confirmed."""
    first = AuthorFacts(facts["name"], facts["phone"], facts["organisation"])
    named = [first, *(AuthorFacts(name, signed=Author.Signed.YES) for name in facts["cosigners"])]
    return [author_of(one, person, place) for place, person in enumerate(filter(None, named))]
