"""What the pages call messages: the kinds that people choose among, and why one did not go out."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CODE, TEST, DIGEST = "code", "test", "digest"  # a code for an address; a trial by a manager; the morning's digest


@dataclass(frozen=True)
class Kind:
    """A kind of message that somebody may want by some way. `first`: wanted as soon as an address is confirmed."""

    label: Promise
    events: frozenset[str]
    first: bool = False


KINDS: dict[str, Kind] = {
    "turn": Kind(
        _("轮到我或本单位的办件"),
        frozenset({
            "recorded", "assigned", "returned", "drafted", "extending", "calling", "redo", "handling",
            "remind", "supervise", "co", "assist", "recall", "import", "first",
        }),
        first=True,
    ),
    "word": Kind(
        _("诉求人说的话：回答、补充、评价、异议、撤回"),
        frozenset({"reply", "add", "settle", "unsolved", "rate", "withdraw"}),
    ),
    "proposal": Kind(
        _("提案：轮到我或本单位，提出人要知道的"),
        frozenset({
            "proposal.submitted", "proposal.sent_back", "proposal.filed", "proposal.returned", "proposal.assigned", "proposal.consulting",
            "proposal.reviewing", "proposal.auditing", "proposal.extending", "proposal.replied", "proposal.redo", "proposal.drafting",
            "proposal.told", "proposal.passed", "proposal.withdrawn", "proposal.co", "proposal.opinion", "proposal.rated",
            "proposal.remind", "proposal.supervise", "proposal.promise", "proposal.word", "comment.read",
        }),
        first=True,
    ),
    "due": Kind(_("快到期和超期的提醒"), frozenset({"due.soon", "due.late"}), first=True),
    "promise": Kind(
        _("承诺：新的、快到日子、等核对、做到没有"),
        frozenset({
            "promise.new", "promise.wake", "promise.due", "promise.late", "promise.reported", "promise.back", "promise.news",
        }),
        first=True,
    ),
    "text": Kind(_("公开答复、导出、报告和要的表"), frozenset({"publication", "export", "report", "asking"})),
    "post": Kind(
        _("账号、角色、岗位和交接"),
        frozenset({"account.reset", "grant.made", "grant.waiting", "post.fill", "handover.make"}),
    ),
    "digest": Kind(_("每天早上的小结"), frozenset({DIGEST}), first=True),
    "other": Kind(_("其他消息"), frozenset()),
}  # fmt: skip
_KIND = {event: name for name, kind in KINDS.items() for event in kind.events}


def kind_of(event: str) -> str:
    """The kind under which people choose about this event."""
    known = _KIND.get(event) or _KIND.get(f"{event.partition('.')[0]}.make")
    return known or "other"


# Why a delivery waits again, is parked or was dropped: what happened and what to do.
REASONS: dict[str, Promise] = {
    "away": _("连不上对方的服务器。会自己再试；一直这样，请检查网络和地址。"),
    "auth": _("对方不认我们的账号或密钥。请检查密码或密钥。"),
    "sender": _("邮件服务器不让用这个发件人。请系统运维检查 EMAIL_FROM 和发信的账号。"),
    "busy": _("对方说太忙，让过一会儿再送。会自己再试。"),
    "refused": _("对方拒收：地址、号码或群机器人不对，或者已经停用。请改好再送。"),
    "answer": _("对方的回答看不懂。会自己再试；一直这样，请问对方的技术人员。"),
    "cut_off": _("送的时候程序被中断了。会自己再试。"),
    "fault": _("程序出错，没有送出。会自己再试；一直这样，请看服务器的日志。"),
    "no_address": _("没有核对过的地址。"),
    "gone": _("收的人已经停用，或不在岗了。"),
    "no_right": _("收的人已经看不到这件事了。"),
    "no_duty": _("这件事已经不归收的人管了。"),
    "not_wanted": _("收的人不再要这一类消息。"),
    "no_consent": _("本人已经不同意发短信。"),
    "read": _("收的人已经在站内看过了。"),
    "old": _("过了三天还没有能送的通道。"),
    "by_hand": _("管理人员决定不送了。"),
}
