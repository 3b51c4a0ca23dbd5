"""Why a place of a form stays empty, in plain words."""

from django.utils.translation import gettext as _

from gongyi.language.asked.ask import Ask


def reason_of(ask: Ask) -> str:
    """The sentence for what is left; `about` is quoted from the form."""
    told = {"about": ask.about[:40]}
    sentences = {
        "formula": _("表里有公式，自己会算。"),
        "hidden": _("这一格是隐藏的，不填。"),
        "locked": _("发表的人锁住了这一格，不填。"),
        "refused": _("“%(about)s”属于本平台不收集的信息，空着，也请不要手填到系统里。"),
        "person": _("“%(about)s”是诉求人的个人信息，不往别人的表里填。"),
        "hand": _("“%(about)s”由您手填或签字。") if ask.about else _("这里由您手填。"),
        "free": _("这里要写一段话，由您来写。"),
        "address": _("这是称呼，不用填。"),
        "intake_target": _("“%(about)s”给收到的件数定目标、算分或排名。来了多少件不是成绩，这一格留给您手填。"),
        "target": _("“%(about)s”是目标、得分或排名，本平台不算，留给您手填。"),
        "not_held": _("“%(about)s”本平台没有记录，没有依据可填。"),
        "no_figure": _("“%(about)s”还没有口径，没有依据可填。"),
        "no_stock": _("“%(about)s”问的是期末还有多少，本平台没有数这个存量，不拿期间的件数顶替。"),
        "no_rate": _("“%(about)s”这个比率没有口径，没有依据可填。"),
        "no_part": _("“%(about)s”在本县的分类里没有，请选它相当于哪几类。"),
        "no_unit": _("“%(about)s”不是下面的单位，请选是哪一个。"),
        "unclear": _("看不明白“%(about)s”问的是什么，请选一下。") if ask.about else _("看不明白这里问的是什么，请选一下。"),
    }  # fmt: skip
    return sentences.get(ask.word, sentences["unclear"]) % told
