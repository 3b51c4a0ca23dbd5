"""The packed list of administrative divisions (2023 edition of the statistics bureau's list, product.md fact 7).

Rows are `code,name`; the length of a code tells the level: 2 province, 4 city, 6 county, 9 township, 12 village. Every county,
also the cities without counties (东莞 441900), the counties under a province (仙桃 429004), those of the four municipalities and of the
production corps (石河子 659001), and the development zones kept for statistics (…71 to …79), has six digits and its townships below.
"""

import lzma
import re
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _

from gongyi.core.errors import Refused

EDITION = 2023
_FILE = Path(__file__).resolve().parent.parent / "divisions.csv.xz"
_COUNTY, _CITY = 6, 4
_OUTSIDE = ("71", "81", "82")
_SHOWN = 12


def county_rows(code: str) -> list[tuple[str, str]]:
    """(code, official name) of a county and all below it, the county first, townships before villages.

    Raises `Refused("county_code")` for anything but a county's six digits, naming the counties that may be meant.
    """
    code = code.strip()
    if not re.fullmatch(r"[0-9]{6}", code) or code.startswith(_OUTSIDE):
        raise _refused(code)
    rows = _rows(code)
    if not rows:
        raise _refused(code)
    return rows


def is_zone(code: str) -> bool:
    """Whether the code is a development zone or farm that the list keeps for statistics and that is no county by law."""
    return 70 < int(code[4:6]) < 80  # noqa: PLR2004 - GB/T 2260 leaves 71 to 79 to the statistics bureau


def _rows(prefix: str) -> list[tuple[str, str]]:
    found = re.findall(rf"^({prefix}[0-9]*),(.+)$", _text(), re.MULTILINE)
    return sorted(found, key=lambda row: (len(row[0]), row[0]))


@cache
def _text() -> str:
    """The whole list; 22 MB, read in a quarter of a second, kept for the length of a command."""
    return lzma.open(_FILE).read().decode()


def _refused(code: str) -> Refused:
    return Refused("county_code", _why(code), _todo(code))


def _why(code: str) -> str:
    shown = {"code": code[:20]}
    if not re.fullmatch(r"[0-9]{2,12}", code):
        return _("“%(code)s”不是区划代码：县级代码是六位数字，例如 431123。") % shown
    if code.startswith(_OUTSIDE):
        return _("区划名录里没有台湾、香港、澳门的乡镇和村，不能装入 %(code)s。") % shown
    if len(code) > _COUNTY:
        return _("%(code)s 是乡镇或村的代码，县级代码是它的前六位。") % shown
    place = next((name for one, name in _places(code) if one == _trimmed(code)), "")
    if place:
        return _("%(code)s 在名录里是“%(name)s”这一级，县在它下面。") % {**shown, "name": place}
    return _("%(edition)d 年版区划名录里没有 %(code)s 这个县。") % {**shown, "edition": EDITION}


def _todo(code: str) -> str:
    counties = [f"{one} {name}" for one, name in _places(code) if len(one) == _COUNTY]
    if not counties:
        return _("请核对六位县级代码。")
    shown = _("、").join(counties[:_SHOWN])
    return _("请选其中一个：%(counties)s%(more)s。") % {
        "counties": shown,
        "more": "……" if len(counties) > _SHOWN else "",
    }


def _trimmed(code: str) -> str:
    """The code without the zeros that fill it up: 431100 -> 4311, 430000 -> 43."""
    return re.sub(r"(00)+$", "", code) if len(code) in (_CITY, _COUNTY) else code


def _places(code: str) -> list[tuple[str, str]]:
    """Provinces, cities and counties that a wrong code may mean: below it, or beside it in the same city."""
    if not code.isdigit() or code.startswith(_OUTSIDE):
        return []
    prefix = _trimmed(code)[:_CITY] if len(code) <= _COUNTY else code[:_COUNTY]
    found = re.findall(rf"^({prefix}[0-9]{{0,{_COUNTY - len(prefix)}}}),(.+)$", _text(), re.MULTILINE)
    return sorted(found)
