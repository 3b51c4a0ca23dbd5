"""What the words of a table mean here: the product's own choices as other programs write them."""

from collections.abc import Iterable
from typing import Any

from gongyi.casework.models import Case
from gongyi.casework.workflow import STATES
from gongyi.documents.rows import both_languages

# What other programs and registers write for them.
_ALSO = {
    "state": {
        "recorded": "待受理 待派单 未受理", "assigned": "已派单 待签收 已转办 已交办", "signed": "已签收",
        "handling": "办理中 处理中 正在办理 在办 待办 待办理 未办结 未办 未完成 跟进中 待答复 未答复", "parked": "已挂账",
        "calling": "待回访", "closed": "已办结 已结案 结案 已完成 完成 已办 已办理 办理完毕 已处理 已答复 已回复 已反馈", "filed": "已归档",
        "declined": "不受理 未予受理", "void": "已作废",
    },
    "outcome": {"solved": "已解决 解决了 已办理", "partly": "部分已解决 解决一部分", "explained": "解释说明 已解释 解释答复 政策解释"},
    "rating": {"very": "很满意", "fair": "较满意 比较满意", "bad": "很不满意 非常不满意"},
    "urgency": {"normal": "普通 普通件 正常", "urgent": "急 紧急 加急 急件"},
    "channel": {
        "counter": "上门 窗口 接待", "phone": "来电 热线 12345 12345热线", "visit": "入户 下访 巡查", "letter": "信件 信函 书信",
        "chat": "网络 网上 互联网 网站 微信 公众号 信箱 领导信箱 留言",
    },
}  # fmt: skip


def words() -> dict[str, dict[str, str]]:
    """Field -> word in either language -> value."""
    tables: dict[str, Iterable[tuple[str, Any]]] = {
        "channel": Case.Channel.choices, "urgency": Case.Urgency.choices, "outcome": Case.Outcome.choices,
        "call_result": Case.CallResult.choices, "rating": Case.Rating.choices,
        "state": [(name, state.label) for name, state in STATES.items()],
    }  # fmt: skip
    also = {
        name: [(value, word) for value, words in _ALSO.get(name, {}).items() for word in words.split()]
        for name in tables
    }
    return both_languages({name: [*also[name], *pairs] for name, pairs in tables.items()})
