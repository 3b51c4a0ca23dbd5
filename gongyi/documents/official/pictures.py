"""Charts in SVG for paper: checked that they need nothing from outside, lettered in Chinese, turned into PNG for Word."""

import re
from xml.etree import ElementTree as ET

import resvg_py
from django.utils.translation import gettext as _

from gongyi.core.errors import Refused
from gongyi.documents.official.blocks import HEI
from gongyi.documents.official.fonts import faces, installed

DOTS_PER_MM = 12
MOST_CHARACTERS = 2_000_000
_SVG = "{http://www.w3.org/2000/svg}"
_OUTSIDE = re.compile(r"url\(\s*['\"]?(?!#|['\"]?#)|@import", re.IGNORECASE)


def lettered(svg: str) -> str:
    """The picture with its letters in this machine's Chinese font. Raises Refused `picture_…`, `no_chinese_font`."""
    family = faces(installed().families())[HEI].family
    root = _parsed(svg)
    for node in root.iter():
        node.attrib.pop("font-family", None)
        if style := node.get("style"):
            node.set("style", re.sub(r"font-family\s*:[^;]*;?|(?<![-\w])font\s*:[^;]*;?", "", style))
    root.set("font-family", family)
    return ET.tostring(root, encoding="unicode")


def _parsed(svg: str) -> ET.Element:
    """The tree of a picture that is whole and loads nothing."""
    if len(svg) > MOST_CHARACTERS or "<!" in svg.replace("<!--", ""):
        raise _refused()
    try:
        root = ET.fromstring(svg)  # noqa: S314 - nothing is declared in it
    except ET.ParseError:
        raise _refused() from None
    if root.tag != f"{_SVG}svg":
        raise _refused()
    for node in root.iter():
        links = [value for key, value in node.attrib.items() if key.rpartition("}")[2] == "href"]
        loads = any(not link.startswith(("#", "data:image/png", "data:image/jpeg")) for link in links)
        texts = [node.text or "", *node.attrib.values()] if node.tag == f"{_SVG}style" else list(node.attrib.values())
        if loads or any(_OUTSIDE.search(each) for each in texts):
            raise _refused()
    return root


def _refused() -> Refused:
    return Refused("picture_unsafe", _("这张图不完整，或要从别处取内容，没有放进文件。"), _("请重新生成这张图。"))


def png(svg: str, width_mm: float) -> bytes:
    """The picture as PNG, so many millimetres wide at 300 dots per inch. Raises Refused as `lettered`."""
    family = faces(installed().families())[HEI].family
    try:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=lettered(svg), width=round(width_mm * DOTS_PER_MM), background="white",
                font_family=family, sans_serif_family=family, serif_family=family, languages=["zh-Hans"],
            )
        )  # fmt: skip
    except ValueError:
        raise _refused() from None
