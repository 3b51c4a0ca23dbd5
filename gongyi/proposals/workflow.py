"""The states of a proposal and every move between them; buttons, docs and tests are drawn from this table."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongyi.core.access import Permission
from gongyi.core.access import Permission as P
from gongyi.core.workflow import Move, State, Table
from gongyi.publishing.workflow import publication_table

STATES = {
    "draft": State(_("撰写"), _("还在写"), "plain", "pencil-square"),
    "submitted": State(pgettext_lazy("状态", "提交"), _("已收到"), "waiting", "inbox"),
    "screening": State(pgettext_lazy("状态", "审查"), _("正在看"), "waiting", "eye"),
    "sent_back": State(pgettext_lazy("状态", "请提出人修改"), _("请您修改"), "soon", "reply"),
    "filed": State(pgettext_lazy("状态", "立案"), _("已立案"), "waiting", "check-lg"),
    "merged": State(pgettext_lazy("状态", "并案"), _("和另一件一起办"), "plain", "link-45deg", open=False),
    "not_filed": State(pgettext_lazy("状态", "不立案"), _("没有立案"), "plain", "x-circle", open=False),
    "passed_on": State(pgettext_lazy("状态", "转意见"), _("作为意见转给了有关单位"), "plain", "forward", open=False),
    "withdrawn": State(pgettext_lazy("状态", "撤案"), _("已撤回"), "plain", "x-circle", open=False),
    "assigned": State(pgettext_lazy("状态", "交办"), _("已交给承办单位"), "waiting", "send"),
    "signed": State(pgettext_lazy("状态", "签收"), _("承办单位已接手"), "waiting", "person-check"),
    "returned": State(pgettext_lazy("状态", "退办"), _("正在换单位"), "soon", "arrow-return-left"),
    "talking": State(_("沟通"), _("正在和您商量"), "waiting", "chat-square-text"),
    "consulting": State(_("会办"), _("几个单位正在会商"), "waiting", "people"),
    "extending": State(_("延期待批"), _("需要更久"), "soon", "hourglass-split"),
    "drafting": State(_("拟稿"), _("正在写答复"), "waiting", "pencil-square"),
    "reviewing": State(_("待签发"), _("正在写答复"), "waiting", "clipboard-check"),
    "auditing": State(_("督办待审"), _("正在写答复"), "waiting", "flag"),
    "replied": State(pgettext_lazy("状态", "答复"), _("有答复了，请您评价"), "done", "chat-left-text"),
    "redo": State(_("重办"), _("重新办理"), "soon", "arrow-repeat"),
    "following": State(_("跟踪办理"), _("答应的事正在落实"), "waiting", "hourglass-split"),
    "closed": State(_("办结"), _("已结束"), "done", "check-circle", open=False),
    "archived": State(pgettext_lazy("状态", "归档"), _("已结束"), "plain", "archive", open=False),
}

OPEN = tuple(name for name, state in STATES.items() if state.open)
ENDED = tuple(name for name, state in STATES.items() if not state.open)
WORKING = ("signed", "talking", "redo", "drafting")  # the lead unit goes on with it
HELD = ("assigned", *WORKING, "consulting", "extending", "reviewing", "auditing")
SCREENED = ("submitted", "screening")
ASKED = tuple(name for name in OPEN if name != "draft")  # while a proposer may say something more
_BEFORE = ("draft", *SCREENED, "sent_back", "filed", "returned")
_UNIT, _DESK, _LEAD, _SECOND, _WATCH = ("unit_id",), ("desk_id",), ("lead_id",), ("second_id",), ("supervisor_id",)
_NEAR = ("unit_id", "desk_id", "lead_id")

MOVES = (
    Move("submit", _("提交"), ("draft",), "submitted", P.PROPOSAL_RECORD, _UNIT, _("送去审查，审查的人会收到消息"), primary=True),
    Move("resubmit", _("改好再提交"), ("sent_back",), "submitted", P.PROPOSAL_RECORD, _UNIT, _("写上改过的内容，再送去审查"), ("analysis", "suggestions"), primary=True),
    Move("screen", _("开始审查"), ("submitted",), "screening", P.PROPOSAL_SCREEN, _DESK, _("提出人会看到正在审查")),
    Move("file", _("立案"), SCREENED, "filed", P.PROPOSAL_SCREEN, _DESK, _("可以办，下一步交给承办单位"), ("opinion",), primary=True),
    Move("merge", _("并入另一件"), (*SCREENED, "filed"), "merged", P.PROPOSAL_SCREEN, _DESK, _("说的是同一件事，一起办、一起答复；提出人和联名人都保留"), ("first",)),
    Move("unmerge", _("撤销并案"), ("merged",), "screening", P.PROPOSAL_SCREEN, _DESK, _("不是同一件事，回到审查")),
    Move("split", _("分出一件"), (*SCREENED, "filed"), None, P.PROPOSAL_SCREEN, _DESK, _("一件里说了两件事：分出来的另立一件，提出人和联名人都带过去"), ("title", "analysis", "suggestions")),
    Move("ask_change", _("请提出人修改"), SCREENED, "sent_back", P.PROPOSAL_SCREEN, _DESK, _("写明改哪里，改好了再交"), ("note",)),
    Move("refuse", _("不立案"), SCREENED, "not_filed", P.PROPOSAL_SCREEN, _DESK, _("写明理由和可以找谁，马上告诉提出人"), ("reason",)),
    Move("pass_on", _("转为意见"), SCREENED, "passed_on", P.PROPOSAL_SCREEN, _DESK, _("不立案，作为意见转给有关单位参考，马上告诉提出人"), ("reason", "to")),
    Move("withdraw", _("撤案"), (*_BEFORE, *HELD), "withdrawn", P.PROPOSAL_RECORD, ("unit_id", "desk_id"), _("提出人不再提了；到此结束"), ("note",), grave=True),
    Move("rescreen", _("重新审查"), ("not_filed", "passed_on", "withdrawn"), "screening", P.PROPOSAL_SCREEN, _DESK, _("提出人有不同意见，再审一次"), ("note",)),
    Move("assign", _("交办"), ("filed", "returned"), "assigned", P.PROPOSAL_ASSIGN, _DESK, _("交给主办单位，答复的期限从现在算起"), ("lead",), primary=True),
    Move("transfer", _("改交另一个单位"), HELD, "assigned", P.PROPOSAL_ASSIGN, _DESK, _("换主办单位或会办单位，编号和经过不变，期限不重算"), ("lead",)),
    Move("sign", _("签收"), ("assigned",), "signed", P.PROPOSAL_HANDLE, _LEAD, _("本单位接手，先和提出人沟通"), primary=True),
    Move("return", _("退办"), ("assigned", "signed"), "returned", P.PROPOSAL_HANDLE, _LEAD, _("写明依据和该由谁办，退回重新交办"), ("reason", "proposed")),
    Move("talk", _("记一次沟通"), (*WORKING, "consulting"), None, P.PROPOSAL_HANDLE, _LEAD, _("面商、走访、座谈或电话，写下说了什么"), ("kind", "on", "note"), primary=True),
    Move("log", _("记办理经过"), (*WORKING, "consulting", "following"), None, P.PROPOSAL_HANDLE, _LEAD, _("写下做了什么，下一步是什么"), ("note",)),
    Move("consult", _("请会办单位写意见"), WORKING, "consulting", P.PROPOSAL_HANDLE, _LEAD, _("会办、分办单位都写了意见，才能送审答复")),
    Move("opine", _("写会办意见"), ("assigned", *WORKING, "consulting"), None, P.PROPOSAL_HANDLE, ("helping",), _("本单位的意见，主办单位写答复时要用"), ("note",)),
    Move("save_draft", _("存答复草稿"), (*WORKING, "consulting"), None, P.PROPOSAL_HANDLE, _LEAD, _("先存着，谁也不通知"), ("draft",)),
    Move("answer", _("答复送审"), WORKING, "reviewing", P.PROPOSAL_HANDLE, _LEAD, _("写好答复，送另一个人签发"), ("answer", "result"), primary=True),
    Move("approve", _("签发"), ("reviewing",), "replied", P.PROPOSAL_APPROVE, _SECOND, _("有督办单位的再送它审，没有的马上答复提出人"), primary=True),
    Move("send_back", _("退回改答复"), ("reviewing",), "drafting", P.PROPOSAL_APPROVE, _SECOND, _("退给写的人改，写明改哪里"), ("note",)),
    Move("audit", _("督办审核通过"), ("auditing",), "replied", P.PROPOSAL_SUPERVISE, _WATCH, _("答复马上发给提出人"), primary=True),
    Move("audit_back", _("督办退回"), ("auditing",), "drafting", P.PROPOSAL_SUPERVISE, _WATCH, _("退给写的人改，写明改哪里"), ("note",)),
    Move("ask_extension", _("申请延期"), (*WORKING, "consulting"), "extending", P.PROPOSAL_HANDLE, _LEAD, _("先征得提出人同意，再由交办单位批准"), ("reason", "until", "agreed")),
    Move("approve_extension", _("同意延期"), ("extending",), "drafting", P.PROPOSAL_ASSIGN, _DESK, _("答复期限移到新日期"), primary=True),
    Move("refuse_extension", _("不同意延期"), ("extending",), "drafting", P.PROPOSAL_ASSIGN, _DESK, _("期限不变，写明理由"), ("note",)),
    Move("rate", _("记提出人评价"), ("replied",), "closed", P.PROPOSAL_RECORD, ("unit_id", "desk_id"), _("办理态度和办理结果分开评；不满意的重新办"), ("manner", "rating"), primary=True),
    Move("redo", _("要求重办"), ("replied", "following", "closed"), "redo", P.PROPOSAL_ASSIGN, _DESK, _("退回主办单位重新办理"), ("reason",)),
    Move("resume", _("再次答复"), ("following",), "drafting", P.PROPOSAL_HANDLE, _LEAD, _("答应的事有结果了，再给提出人一个答复"), primary=True),
    Move("archive", _("归档"), ("closed", "not_filed", "passed_on", "withdrawn"), "archived", P.PROPOSAL_ASSIGN, _DESK, _("收进档案，不再改动")),
    Move("correct", _("改文字"), _BEFORE, None, P.PROPOSAL_RECORD, _UNIT, _("改掉笔误，原来的文字留在经过里"), ("title", "analysis", "suggestions")),
    Move("cosign", _("加联名人"), (*_BEFORE, *HELD), None, P.PROPOSAL_RECORD, ("unit_id", "desk_id"), _("写上名字；本人签了字才算联名"), ("name",)),
    Move("confirm", _("记联名人答复"), (*_BEFORE, *HELD), None, P.PROPOSAL_RECORD, ("unit_id", "desk_id"), _("同意联名，还是不联名"), ("author", "agreed")),
    Move("attach", _("加附件"), OPEN, None, P.PROPOSAL_RECORD, (*_NEAR, "helping"), _("照片或文件，位置信息会去掉")),
    Move("remind", _("催办"), (*HELD, "following"), None, P.PROPOSAL_ASSIGN, _DESK, _("给主办单位发一条提醒"), ("note",)),
    Move("supervise", _("督办"), (*HELD, "following"), None, P.PROPOSAL_SUPERVISE, ("desk_id", "supervisor_id"), _("给主办和交办单位发督办提醒"), ("note",)),
    Move("conflict", _("我要回避"), OPEN, None, P.PROPOSAL_VIEW, (*_NEAR, "second_id", "supervisor_id"), _("这件事和我有关，之后由别人来办"), ("note",)),
    Move("ask", _("问提出人"), (*SCREENED, "filed", "returned", *HELD, "following"), None, P.PROPOSAL_CONTACT, (*_NEAR, "helping"), _("问题写在提出人的页面上，期限照走"), ("question",)),
    Move("reply", _("回答提问"), ASKED, None, P.ASKER, (), _("告诉正在办的单位"), ("note",)),
    Move("add", _("提出人补充"), ASKED, None, P.ASKER, (), _("再说一句或加一个文件")),
    Move("revise", _("提出人改好再交"), ("sent_back",), "submitted", P.ASKER, (), _("再送去审查"), ("title", "analysis", "suggestions")),
    Move("countersign", _("联名人答复"), (*SCREENED, "sent_back", "filed", "returned", *HELD), None, P.ASKER, (), _("本人确认联名，或者不联名"), ("agreed",)),
    Move("judge", _("提出人评价"), ("replied", "following", "closed"), "closed", P.ASKER, (), _("办理态度和办理结果分开评；不满意的重新办"), ("manner", "rating")),
    Move("take_back", _("提出人撤回"), (*SCREENED, "sent_back", "filed", "returned", *HELD), "withdrawn", P.ASKER, (), _("到此结束"), grave=True),
    Move("wish", _("提出人要求更正或删除信息"), tuple(STATES), None, P.ASKER, (), _("另立一件，有自己的时限"), ("note",)),
    Move("close_quiet", _("到期未评价"), ("replied",), "closed", P.SYSTEM, (), _("过了评价期限没有评价，照未评价计")),
    Move("reroute", _("换单位接着办"), ("submitted", "screening", "filed", "returned", "extending", "reviewing", "auditing"), None, P.SYSTEM, (), _("轮到的单位没有人能接这一步了，转给上一级")),
    Move("follow", _("随单位并入"), tuple(STATES), None, P.SYSTEM, (), _("单位并入另一个单位，提案跟着过去")),
    Move("recompute", _("重算时限"), OPEN, None, P.SYSTEM, (), _("日历改了，时限重新计算")),
)  # fmt: skip

PROPOSAL = Table(kind="proposals.proposal", label=_("提案"), states=STATES, moves=MOVES, start="draft")

# Which of the proposal's units has its turn in a state, and which permission the next step needs there. `helping` are several.
TURNS: dict[str, tuple[str, Permission]] = {
    "draft": ("unit_id", P.PROPOSAL_RECORD),
    "sent_back": ("unit_id", P.PROPOSAL_RECORD),
    "submitted": ("desk_id", P.PROPOSAL_SCREEN),
    "screening": ("desk_id", P.PROPOSAL_SCREEN),
    "filed": ("desk_id", P.PROPOSAL_ASSIGN),
    "returned": ("desk_id", P.PROPOSAL_ASSIGN),
    "extending": ("desk_id", P.PROPOSAL_ASSIGN),
    "assigned": ("lead_id", P.PROPOSAL_HANDLE),
    "signed": ("lead_id", P.PROPOSAL_HANDLE),
    "talking": ("lead_id", P.PROPOSAL_HANDLE),
    "drafting": ("lead_id", P.PROPOSAL_HANDLE),
    "redo": ("lead_id", P.PROPOSAL_HANDLE),
    "following": ("lead_id", P.PROPOSAL_HANDLE),
    "consulting": ("helping", P.PROPOSAL_HANDLE),
    "reviewing": ("second_id", P.PROPOSAL_APPROVE),
    "auditing": ("supervisor_id", P.PROPOSAL_SUPERVISE),
    "replied": ("unit_id", P.PROPOSAL_RECORD),
}

PUBLICATION = publication_table(
    "proposals.publication", _("公开提案"), write=Permission.PROPOSAL_RECORD, writers=("lead_id", "desk_id"),
    approve=Permission.PROPOSAL_APPROVE, take_down=Permission.PROPOSAL_RECORD, fields=("title", "analysis", "suggestions", "answer"),
    withdraw=_("提出人要求撤下"),
)  # fmt: skip

# --- calls ------------------------------------------------------------------------------------------------------------

CALL = Table(
    kind="proposals.call",
    label=_("征集"),
    states={
        "draft": State(_("起草"), _("还没有开始"), "plain", "pencil-square"),
        "open": State(_("征集中"), _("正在征集"), "waiting", "inbox"),
        "closed": State(pgettext_lazy("征集", "结束"), _("结束了，正在整理"), "soon", "hourglass-split"),
        "told": State(_("已公布结果"), _("有结果了"), "done", "check-circle", open=False),
        "dropped": State(_("不开了"), _("不开了"), "plain", "x-circle", open=False),
    },
    moves=(
        Move("edit", _("改内容"), ("draft",), None, P.PROPOSAL_SCREEN, _UNIT, _("公众还看不到"), ("title", "question", "invited", "since", "until", "use")),
        Move("open", _("开始征集"), ("draft",), "open", P.PROPOSAL_SCREEN, _UNIT, _("人人看得到，从写的那天起收建议"), primary=True),
        Move("drop", _("不开了"), ("draft",), "dropped", P.PROPOSAL_SCREEN, _UNIT, _("公众没有看到过；经过留着"), grave=True),
        Move("extend", _("改到哪天为止"), ("open",), None, P.PROPOSAL_SCREEN, _UNIT, _("原来的日子和原因公众看得到"), ("until", "reason")),
        Move("switch", _("开关评论和支持"), ("open", "closed", "told"), None, P.PROPOSAL_SCREEN, _UNIT, _("关了以后不再收，已有的照样看得到"), ("comments", "supports")),
        Move("close", _("提前结束"), ("open",), "closed", P.PROPOSAL_SCREEN, _UNIT, _("不再收建议；已经收到的照样办"), ("reason",)),
        Move("tell", _("公布结果"), ("open", "closed"), "told", P.PROPOSAL_SCREEN, _UNIT, _("说清用了哪些、没用哪些、为什么；提过建议的人会知道"), ("outcome",), primary=True),
        Move("amend", _("改结果"), ("told",), None, P.PROPOSAL_SCREEN, _UNIT, _("原来的文字和为什么改，公众看得到"), ("outcome", "reason")),
        Move("follow", _("随单位并入"), ("draft", "open", "closed", "told", "dropped"), None, P.SYSTEM, (), _("单位并入另一个单位，征集跟着过去")),
    ),
    start="draft",
)  # fmt: skip

# --- comments ---------------------------------------------------------------------------------------------------------

_JUDGES = ("second_id", "desk_id")
COMMENT = Table(
    kind="proposals.comment",
    label=_("评论"),
    states={
        "waiting": State(_("等着看"), _("有人看过就显示"), "waiting", "hourglass-split"),
        "shown": State(_("显示着"), _("显示着"), "done", "eye"),
        "declined": State(_("没有显示"), _("没有显示"), "plain", "eye-slash", open=False),
        "doubted": State(_("等复看"), _("显示着"), "soon", "flag"),
        "removed": State(_("已撤下"), _("撤下了"), "plain", "eye-slash", open=False),
        "withdrawn": State(pgettext_lazy("评论", "作者收回"), _("您收回了"), "plain", "x-circle", open=False),
    },
    moves=(
        Move("show", _("显示这条评论"), ("waiting",), "shown", P.PROPOSAL_SCREEN, _DESK, _("人人看得到，不显示是谁写的"), primary=True),
        Move("decline", _("不显示"), ("waiting",), "declined", P.PROPOSAL_SCREEN, _DESK, _("按标准选一条理由，写的人会看到"), ("reason",)),
        Move("doubt", _("提出撤下"), ("shown",), "doubted", P.PROPOSAL_SCREEN, _DESK, _("选一条理由；另一个人也同意才撤下，在那以前还显示着"), ("reason",)),
        Move("remove", _("同意撤下"), ("doubted",), "removed", P.PROPOSAL_SCREEN, _JUDGES, _("公众看不到了，写的人会看到理由"), primary=True, grave=True),
        Move("keep", _("不撤，继续显示"), ("doubted",), "shown", P.PROPOSAL_SCREEN, _JUDGES, _("还是显示着")),
        Move("reconsider", _("再看一次"), ("declined", "removed"), "waiting", P.PROPOSAL_SCREEN, _DESK, _("当时看错了，或者写的人说得有道理"), ("reason",)),
        Move("recant", _("写的人收回"), ("waiting", "shown", "doubted"), "withdrawn", P.ASKER, (), _("公众马上看不到了")),
        Move("follow", _("随单位并入"), ("waiting", "shown", "declined", "doubted", "removed", "withdrawn"), None, P.SYSTEM, (), _("单位并入另一个单位，评论跟着过去")),
    ),
    start="waiting",
)  # fmt: skip
