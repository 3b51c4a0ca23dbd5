"""The checklist beside an answer before it goes out: six lines, each with what was found and what may be missing."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.utils.translation import gettext as _

from gongyi.casework.models import Case
from gongyi.core import clock
from gongyi.core.secrets import mask_text
from gongyi.language import quality
from gongyi.language.promises import undated
from gongyi.language.quality import Quality

ALLOWANCE = timedelta(days=30)  # the day that the example names


@dataclass(frozen=True)
class Point:
    """One line: `tone` is done, plain (compare), soon (a hint) or late (the answer cannot go out), its words, and what it was read from."""

    tone: str
    words: str
    quotes: list[str] = field(default_factory=list)

    @property
    def icon(self) -> str:
        """The picture of the tone."""
        return {"done": "check-circle", "late": "exclamation-triangle"}.get(self.tone, "info-circle")

    @property
    def sign(self) -> str:
        """The word of the tone."""
        return {"done": _("写到了"), "late": _("要改"), "plain": _("对一对")}.get(self.tone) or _("看一眼")


def checklist(case: Case, answer: str) -> list[Point]:
    """What somebody looks at before an answer goes out; nothing for an empty one. Private numbers are masked."""
    if not answer.strip():
        return []
    found = quality.check(case.title, mask_text(case.content), answer)
    points = [*_asked(found), _who(found), _contact(found), *_promised(found), *_basis(found), *_private(found)]
    return sorted(points, key=lambda point: ["late", "soon", "plain", "done"].index(point.tone))


def promise_without_date(answer: str) -> str:
    """The sentence for whoever sends an answer that promises something without a day; '' where all is well."""
    return _refusal(open_) if (open_ := [one.sentence for one in undated(answer)]) else ""


def _refusal(said: list[str]) -> str:
    day = clock.today() + ALLOWANCE
    told = {"sentence": "”“".join(mask_text(one[-60:]) for one in said), "month": day.month, "day": day.day}
    return _("这里答应了要做，没有写哪一天：“%(sentence)s”。请在这句里写上最晚哪一天，例如“最晚 %(month)d 月 %(day)d 日”；日子定不下来的，写哪天前告诉诉求人进展。") % told  # fmt: skip


def _asked(found: Quality) -> list[Point]:
    missing = [ask.words for ask in found.asks if not ask.sentence and not ask.lacks]
    open_ = (
        Point("soon", _("问了这些，答复里几乎没有回答"), missing)
        if found.thin
        else Point("plain", _("这几句没有找到字面对应的回答，请对一对"), missing)
    )
    points = [open_] if missing else []
    if late := [ask.words for ask in found.asks if ask.lacks == "when"]:
        points.append(Point("soon", _("问的是什么时候，答复里没有写时间"), late))
    if unsaid := [ask.words for ask in found.asks if ask.lacks == "how_much"]:
        points.append(Point("plain", _("问的是多少，答的那句里没有写数"), unsaid))
    if unlike := [ask.words for ask in found.asks if ask.lacks == "likeness"]:
        points.append(Point("plain", _("这几句，答复用的是别的话，程序比不出来，请自己看"), unlike))
    if met := [f"{ask.words} → {mask_text(ask.sentence[:60])}" for ask in found.asks if ask.sentence and not ask.lacks]:
        points.append(Point("done", _("问的这些，有话回答"), met))
    return points


def _who(found: Quality) -> Point:
    return Point("done", _("写了是哪个单位")) if found.who else Point("soon", _("没有写是哪个单位在答复、谁来办"))


def _contact(found: Quality) -> Point:
    return Point("done", _("写了找谁问")) if found.contact else Point("soon", _("没有写还有问题找谁：电话，或者到哪里"))


def _promised(found: Quality) -> list[Point]:
    barred = [one.sentence for one in found.promises if one.plain and not one.dated]
    points = [Point("late", _refusal(barred))] if barred else []
    if unsure := [mask_text(one.sentence[-60:]) for one in found.promises if not one.plain and not one.dated]:
        points.append(Point("soon", _("像是答应了什么，没有写时间"), unsure))
    if kept := [mask_text(one.sentence[-60:]) for one in found.promises if one.dated]:
        points.append(Point("done", _("答应的事写了时间"), kept))
    return points


def _basis(found: Quality) -> list[Point]:
    points = [Point("done", _("写了依据"), list(found.basis[:4]))] if found.basis else []
    if found.vague:
        points.append(Point("soon", _("提到规定，没有写是哪一份、哪一条"), list(found.vague[:4])))
    return points


def _private(found: Quality) -> list[Point]:
    if not found.private:
        return []
    return [Point("soon", _("里面有手机号或证件号、卡号，是可以告诉诉求人的吗"), list(found.private))]
