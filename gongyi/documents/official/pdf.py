"""The PDF of an official document, through typst: tagged for screen readers, its texts handed over as data."""

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import typst

from gongyi.documents.official import measures as M  # noqa: N812 - numbers
from gongyi.documents.official.blocks import FANG, HEI, MARK, SONG, Grid, Image, Laid, Line, Top
from gongyi.documents.official.elements import Document
from gongyi.documents.official.fonts import NAMES, Substitute, faces, installed, others
from gongyi.documents.official.layout import lay_out
from gongyi.documents.official.pictures import lettered

FORM = Path(__file__).with_name("official.typ")


@cache
def _form() -> bytes:
    return FORM.read_bytes()


def write_pdf(document: Document) -> bytes:
    """The document as tagged PDF. Raises Refused `no_chinese_font` without a Chinese font, `picture_…` for a bad picture."""
    fonts = installed()
    found = faces(fonts.families())
    behind = others(fonts.families())
    laid = asdict(lay_out(document))
    for block in laid["blocks"]:
        if block["type"] == "image":
            block["svg"] = lettered(block["svg"])
    data: dict[str, Any] = {
        "laid": laid,
        "fonts": {
            role: {"families": list(dict.fromkeys([face.family, *behind])), "weight": face.weight}
            for role, face in found.items()
        },
        "measures": {name.lower(): value for name, value in vars(M).items() if name.isupper()},
    }
    compiler = typst.Compiler(
        _form(), root=FORM.parent, font_paths=fonts, sys_inputs={"data": json.dumps(data, ensure_ascii=False)}
    )
    made = compiler.compile(format="pdf", pdf_standards="ua-1" if laid["title"] else [])
    assert isinstance(made, bytes)
    return made


def substitutes(document: Document) -> list[Substitute]:
    """The fonts that this document names and this machine lacks, with what its PDF shows instead. Raises Refused as `write_pdf`."""
    found = faces(installed().families())
    return [Substitute(NAMES[role], found[role].family) for role in _roles(lay_out(document)) if not found[role].true]


def _roles(laid: Laid) -> list[str]:
    """The fonts that a document uses, in the order of the list of names; every page has its number."""
    used = {FANG, SONG}
    if laid.letter:
        used.add(MARK)
    for block in (*laid.blocks, *laid.imprint):
        lines = (*block.lines, block.mark) if isinstance(block, Top) else (block,)
        for line in lines:
            if isinstance(line, Line):
                used |= {piece.font for piece in (*line.pieces, *line.label, *line.across)}
            elif isinstance(line, Grid | Image):
                used.add(HEI)
    return [role for role in NAMES if role in used]
