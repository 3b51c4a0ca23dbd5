"""Small grey likenesses of pictures, by which one is known again after another program saved it smaller or as JPEG."""

import zlib
from base64 import b64decode, b64encode
from io import BytesIO

from PIL import Image, ImageChops, UnidentifiedImageError

SIZE = (384, 216)
FAR, FEW = 80, 20  # points are unlike from so many of 255 steps; up to so many of them are the grain of another program
MOST_PIXELS = 40_000_000


def sketch(content: bytes) -> str:
    """The picture's likeness; of what is no picture that can be read, nothing."""
    try:
        with Image.open(BytesIO(content)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return ""
            whole = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return ""
    paper = Image.new("RGBA", whole.size, "white")
    grey = Image.alpha_composite(paper, whole).convert("L").resize(SIZE, Image.Resampling.BOX)
    return b64encode(zlib.compress(grey.tobytes(), 9)).decode()


def alike(one: str, other: str) -> bool:
    """Whether two likenesses show the same."""
    if not one or not other:
        return one == other
    between = ImageChops.difference(_grey(one), _grey(other)).histogram()
    return sum(between[FAR:]) <= FEW


def _grey(text: str) -> Image.Image:
    return Image.frombytes("L", SIZE, zlib.decompress(b64decode(text)))
