"""A picture made anew: decoded within limits, made smaller, turned upright, written as a plain JPEG without metadata."""

import zlib
from contextlib import suppress
from io import BytesIO
from struct import error as StructError  # noqa: N812 - the library's own name says nothing

import pillow_heif
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from gongyi.core.errors import Refused

pillow_heif.register_heif_opener(thumbnails=False)

FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "heic": "HEIF"}
SIDE = 2560
QUALITY = 85
# a JPEG is decoded at reduced size; the others need all pixels at once, a WebP three times over
PIXELS = {"jpg": 50_000_000, "heic": 25_000_000, "png": 16_000_000, "webp": 16_000_000}
SCANS = 32  # an honest progressive JPEG has about ten; each scan costs a pass over the whole picture
_BROKEN = (
    OSError, ValueError, SyntaxError, EOFError, RuntimeError, TypeError, LookupError, ArithmeticError, StructError,
    zlib.error, Warning,
)  # fmt: skip


def make_anew(content: bytes, kind: str) -> tuple[bytes, int, int]:
    """JPEG bytes, width and height of the picture (the first one if it moves), at most 2560 pixels a side.

    `kind` is a key of FORMATS; no other decoder is tried. Raises Refused: too many pixels, or broken.
    """
    if kind == "jpg" and content.count(b"\xff\xda") > SCANS:
        raise broken_picture(kind)
    try:
        with Image.open(BytesIO(content), formats=[FORMATS[kind]]) as image:
            if image.width * image.height > PIXELS[kind]:
                raise _too_many(kind)
            image.draft("RGB", (SIDE, SIDE))
            image.load()
            clean = _redraw(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many(kind) from error
    except _BROKEN as error:
        raise broken_picture(kind) from error
    out = BytesIO()
    clean.save(out, "JPEG", quality=QUALITY)
    return out.getvalue(), clean.width, clean.height


def _redraw(image: Image.Image) -> Image.Image:
    """A new picture that takes over nothing from the old one but its pixels; what is see-through becomes white."""
    if image.mode.startswith("I"):  # a 16-bit scan: convert() alone would turn every value above 255 white
        image = image.point(lambda value: value / 256).convert("L")
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if image.mode != mode:
        image = image.convert(mode)
    image.thumbnail((SIDE, SIDE))
    with suppress(*_BROKEN):  # a damaged note about the orientation does not spoil the picture
        image = ImageOps.exif_transpose(image)
    clean = Image.new("RGB", image.size, "white")
    clean.paste(image, mask=image.getchannel("A") if mode == "RGBA" else None)
    return clean


def _too_many(kind: str) -> Refused:
    told = {"limit": PIXELS[kind] // 10_000}
    return Refused("file_pixels", _("这张照片超过 %(limit)s 万像素。") % told, _("请用手机的普通画质再拍，或发截图。"))


def broken_picture(kind: str) -> Refused:
    """The refusal of a picture that nothing can be made of; `kind` is the ending that the person knows."""
    return Refused(
        "file_broken", _("这个文件是 .%(kind)s 照片但内容已损坏。") % {"kind": kind}, _("换一张，或发 .jpg。")
    )
