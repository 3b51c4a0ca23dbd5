"""What every change of the tree asks first. Each check raises `Refused` with a sentence; none writes."""

import re
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from gongyi.core import clock, gate
from gongyi.core.access import Actor
from gongyi.core.errors import Refused
from gongyi.core.http import STAYS_ON_FORM
from gongyi.network import rules
from gongyi.network.models import Unit

T = Unit.Tier
# Which tier may stand directly under which.
ABOVE: dict[str, tuple[str, ...]] = {
    T.COUNTY: (),
    T.TOWNSHIP: (T.COUNTY,),
    T.VILLAGE: (T.TOWNSHIP,),
    T.DEPARTMENT: (T.COUNTY, T.TOWNSHIP),
    T.TEAM: (T.TOWNSHIP, T.VILLAGE, T.DEPARTMENT),
}
LETTERS: dict[str, str] = {T.TOWNSHIP: "X", T.VILLAGE: "V", T.DEPARTMENT: "D", T.TEAM: "T"}
_OFFICIAL_LENGTH = {T.TOWNSHIP: 9, T.VILLAGE: 12}


def stays(code: str, sentence: str, todo: str = "") -> Refused:
    """A refusal that is shown in the form that caused it."""
    return Refused(code, sentence, todo, status=STAYS_ON_FORM)


def fresh(by: Actor, *units: Unit) -> list[Unit]:
    """The units as they stand now, with the county's tree locked against other changes until the transaction ends.

    One lock for the whole tree: two moves that are harmless alone cannot close a circle together. Raises PermissionDenied for
    a unit that the actor may not change (another county's too).
    """
    list(Unit.objects.select_for_update().filter(county=by.county, tier=T.COUNTY))
    found = {unit.id: unit for unit in Unit.objects.filter(id__in=[unit.id for unit in units]).select_related("parent")}
    for unit in units:
        if unit.id not in found or not rules.can_edit_unit(by, found[unit.id]):
            raise PermissionDenied
    return [found[unit.id] for unit in units]


def check_working(unit: Unit) -> None:
    """Refuse what only a unit that is not closed can do."""
    if unit.status == Unit.Status.CLOSED:
        raise Refused(
            "unit_closed", _("%(unit)s已经停用。") % {"unit": unit.name}, _("请先恢复它，或改到现在的单位上办。")
        )


def check_not_county(unit: Unit) -> None:
    """Refuse what would take away the top of the tree."""
    if unit.tier == T.COUNTY:
        raise Refused(
            "county_stays", _("%(unit)s是最上面的一级，不能这样改。") % {"unit": unit.name}, _("只能给它更名。")
        )


def check_place(unit: Unit, parent: Unit) -> None:
    """Refuse a parent that is closed, of another county, of the wrong tier, or below the unit itself."""
    shown = {"unit": unit.name, "tier": unit.get_tier_display(), "parent": parent.name}
    if parent.county != unit.county:
        raise Refused("other_county", _("%(parent)s不在本县，不能把%(unit)s放到它下面。") % shown)
    if parent.path.startswith(unit.path):
        raise stays("circle", _("%(parent)s在%(unit)s里面，不能反过来做它的上级。") % shown)
    if parent.tier not in ABOVE[unit.tier]:
        tiers = _("、").join(str(T(tier).label) for tier in ABOVE[unit.tier])
        why = _("%(tier)s只能放在这些层级下面：%(tiers)s；%(parent)s不是。") % {**shown, "tiers": tiers}
        raise stays("wrong_tier", why, _("请换一个上级单位。"))
    check_working(parent)


def check_name(name: str, parent: Unit | None, *, besides: Unit | None = None) -> str:
    """The name without spaces around it; refused if it is a value about persons or taken among its brothers and sisters."""
    name = " ".join(name.split())
    gate.check_dictionary([name])
    others = Unit.objects.filter(parent=parent, name=name).exclude(status=Unit.Status.CLOSED)
    others = others.exclude(id=besides.id) if besides else others
    if parent and others.exists():
        raise stays(
            "name_taken",
            _("%(parent)s下面已经有“%(name)s”了。") % {"parent": parent.name, "name": name},
            _("请换一个名称，或直接用那个单位。"),
        )
    return name


def check_date(on: date | None, unit: Unit) -> date:
    """The day on which a change takes effect: today unless said, not in the future, not before the unit's last change."""
    on = on or clock.today()
    last = unit.changes.order_by("-on").values_list("on", flat=True).first()
    earliest = last or unit.since
    if on > clock.today():
        raise ValidationError({"on": _("生效日期不能晚于今天。到那天再来办。")})
    if earliest and on < earliest <= clock.today():
        raise ValidationError({"on": _("生效日期不能早于这个单位上一次变动（%(day)s）。") % {"day": earliest}})
    return on


def checked_code(code: str, tier: str, parent: Unit) -> str:
    """The code typed, or the next free one of the county's own (431123-D01) if none was typed."""
    code = code.strip().upper()
    own = f"{parent.county:06d}-"
    if not code:
        return _next_code(own + LETTERS[tier])
    length = _OFFICIAL_LENGTH.get(T(tier))
    official = code.isdigit() and len(code) == length and code.startswith(parent.code)
    if not official and not re.fullmatch(own + "[0-9A-Z]{1,12}", code):
        hint = _("区划代码要以上级代码开头（乡镇 9 位、村 12 位），自编代码写成 %(own)s 加字母数字；不填就自动编。")
        raise ValidationError({"code": hint % {"own": own}})
    if Unit.objects.filter(code=code).exists():
        raise ValidationError({"code": _("这个代码已经用在别的单位上了。")})
    return code


def _next_code(prefix: str) -> str:
    taken = Unit.objects.filter(code__startswith=prefix).values_list("code", flat=True)
    numbers = [int(found[1]) for code in taken if (found := re.fullmatch(re.escape(prefix) + "([0-9]+)", code))]
    return f"{prefix}{max(numbers, default=0) + 1:02d}"
