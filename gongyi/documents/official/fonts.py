"""Which fonts the standard names, and which of this machine stand in for them in a PDF.

A .docx holds names alone: the reader's program takes its own fonts. A PDF holds the letters themselves, so they must be here.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

import typst
from django.utils.translation import gettext as _

from gongyi.core.errors import Refused
from gongyi.documents.official.blocks import FANG, HEI, KAI, MARK, SONG

PACKAGE = "fonts-noto-cjk"
# 5.2.2, 7.2.4, 7.3.1, 7.3.3, 7.5: the names as they are written into .docx
NAMES = {FANG: "仿宋", KAI: "楷体", HEI: "黑体", SONG: "宋体", MARK: "方正小标宋简体"}
# The fonts themselves, under the names their makers gave them.
_TRUE = {
    FANG: ("FangSong", "仿宋", "FangSong_GB2312", "仿宋_GB2312", "STFangsong", "FZFangSong-Z02"),
    KAI: ("KaiTi", "楷体", "KaiTi_GB2312", "楷体_GB2312", "STKaiti", "FZKai-Z03"),
    HEI: ("SimHei", "黑体", "STHeiti", "FZHei-B01"),
    SONG: ("SimSun", "宋体", "NSimSun", "STSong", "FZShuSong-Z01"),
    MARK: ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", "方正小标宋_GBK", "FZXiaoBiaoSong-B05S-U"),
}
# Simplified Chinese only: the Japanese variant of Noto draws 骨 直 角 its own way.
_SERIF = (
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Serif SC",
    "Source Han Serif CN",
    "FandolSong",
    "AR PL UMing CN",
)
_SANS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "Source Han Sans CN",
    "FandolHei",
    "WenQuanYi Zen Hei",
)
_ALIKE = {
    FANG: ("FandolFang R", "FandolFang", *_SERIF, *_SANS),
    KAI: ("FandolKai", "LXGW WenKai", "AR PL UKai CN", *_SERIF, *_SANS),
    HEI: (*_SANS, *_SERIF),
    SONG: (*_SERIF, *_SANS),
    MARK: (*_SERIF, *_SANS),
}
REGULAR, BOLD = 400, 700


@dataclass(frozen=True)
class Face:
    """A family of this machine and the weight it is used with; `true` if it is the one the standard names."""

    family: str
    weight: int
    true: bool


@dataclass(frozen=True)
class Substitute:
    """A font that the standard names and this machine lacks, with what the PDF shows instead; empty if nothing can."""

    name: str
    instead: str


@cache
def _installed() -> typst.Fonts:
    return typst.Fonts(include_embedded_fonts=False)


def installed() -> typst.Fonts:
    """The fonts of this machine, read once; read again as long as none of them is Chinese."""
    fonts = _installed()
    if not any(family in fonts.families() for family in (*_SERIF, *_SANS)):
        _installed.cache_clear()
    return fonts


def faces(families: Collection[str]) -> dict[str, Face]:
    """For each of the standard's fonts the one to print with. Raises Refused `no_chinese_font` if one has none."""
    found = {}
    known = {family.casefold(): family for family in families}
    for role, true in _TRUE.items():
        best = next((known[name.casefold()] for name in (*true, *_ALIKE[role]) if name.casefold() in known), "")
        if not best:
            raise Refused(
                "no_chinese_font",
                _("这台服务器上没有中文字体，印不出 PDF。"),
                _("请管理员执行 apt install %(package)s 后再试；现在可以先下载 .docx。") % {"package": PACKAGE},
            )
        named = best.casefold() in {name.casefold() for name in true}
        # A heavy Song is nearest to 小标宋, which is heavy by itself.
        found[role] = Face(best, BOLD if role == MARK and not named else REGULAR, named)
    return found


def others(families: Collection[str]) -> list[str]:
    """Where a character is looked for that the chosen font lacks (䶮, 𠮷): Simplified Chinese first."""
    return [family for family in (*_SERIF, *_SANS) if family in families]
