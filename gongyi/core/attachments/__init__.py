"""Files that people send: taken in only clean, kept under names of our own, handed out so that nothing in them runs.

Pictures are made anew, so that only the picture remains: no place, no device, no hidden part (`pictures.py`). Documents
are looked through and kept as they are (`papers.py`). Limits come before parsing; the type is what the bytes say.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import filetype
import pillow_heif
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from gongyi.core import gate
from gongyi.core.attachments.papers import EICAR, MAIN, check_office, check_pdf, check_text, virus
from gongyi.core.attachments.pictures import broken_picture, make_anew
from gongyi.core.attachments.storage import download, open_stored, remove, response, store
from gongyi.core.errors import Refused

__all__ = [
    "ACCEPT",
    "CleanFile",
    "clean_name",
    "clean_upload",
    "download",
    "open_stored",
    "remove",
    "response",
    "store",
]

# the types we take, and the endings under which each may come
ENDINGS = {
    "jpg": {"jpg", "jpeg", "jpe", "jfif"},
    "png": {"png"},
    "webp": {"webp"},
    "heic": {"heic", "heif"},
    "pdf": {"pdf"},
    "docx": {"docx"},
    "xlsx": {"xlsx"},
    "txt": {"txt"},
}
PICTURES = ("jpg", "png", "webp", "heic")
PAPERS: dict[str, Callable[[bytes], None]] = {
    "pdf": check_pdf,
    "txt": check_text,
    "docx": lambda content: check_office(content, "docx"),
    "xlsx": lambda content: check_office(content, "xlsx"),
}
ACCEPT = ",".join(sorted("." + ending for endings in ENDINGS.values() for ending in endings))
NAME_LENGTH, ENDING_LENGTH = 100, 10
CHUNK = 64 * 1024
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


@dataclass(frozen=True, slots=True)
class CleanFile:
    """A file fit to keep: its shown name, kind ("jpg", "pdf", "docx", "xlsx", "txt"), bytes and their SHA-256 in hex.

    Width and height are a picture's pixels, else 0.
    """

    name: str
    kind: str
    content: bytes
    sha256: str
    width: int = 0
    height: int = 0


def clean_upload(name: str, stream: "BinaryIO | UploadedFile[Any]") -> CleanFile:
    """Take in a file that somebody sent, or raise Refused with a sentence for that person (413 too large, else 409).

    Pictures come back as JPEG of at most 2560 pixels a side, upright, without metadata; documents byte for byte.
    """
    content = _read(stream)
    name = clean_name(name)
    ending = PurePosixPath(name).suffix[1:].lower()
    kind = _agreed(ending, _sniff(content))
    if EICAR in content:
        raise virus()
    gate.check_name(name)
    if kind not in PICTURES:
        PAPERS[kind](content)
        return CleanFile(name, kind, content, hashlib.sha256(content).hexdigest())
    content, width, height = make_anew(content, kind)
    name = name.removesuffix(PurePosixPath(name).suffix) + ".jpg"
    return CleanFile(name, "jpg", content, hashlib.sha256(content).hexdigest(), width, height)


def clean_name(name: str) -> str:
    """The last part of a path, without control, bidi and invisible characters, at most 100 long with its ending kept."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(" " if char.isspace() else char for char in name)
    name = "".join(char for char in name if unicodedata.category(char) not in UNSEEN)
    name = re.sub(r'[<>:"|?*]', "_", name).strip().rstrip(" .")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        return name[:NAME_LENGTH].rstrip() or _("附件")
    ending = ending.strip()[:ENDING_LENGTH]
    return (stem.strip(" .") or _("附件"))[: NAME_LENGTH - 1 - len(ending)].rstrip(" .") + "." + ending


def _read(stream: "BinaryIO | UploadedFile[Any]") -> bytes:
    """All bytes, stopping as soon as there are too many: what the sender says about the size is not believed."""
    limit, parts, size = settings.GONGYI_UPLOAD_BYTES, list[bytes](), 0
    while part := stream.read(CHUNK):
        size += len(part)
        if size > limit:
            told = {"limit": limit // 1024 // 1024 or 1}
            raise Refused(
                "file_too_large",
                _("这个文件超过 %(limit)s 兆，没有收下。") % told,
                _("请压缩图片、拆成几份，或只发要紧的几页。"),
                status=413,
            )
        parts.append(part)
    if not size:
        raise Refused("file_empty", _("这个文件是空的。"), _("可能没有传完，请重新选择文件。"))
    return b"".join(parts)


def _sniff(content: bytes) -> str:
    """What the bytes say they are: a key of ENDINGS, "package" (some Office file), another type, or "" for unknown."""
    if content.startswith(b"PK\x03\x04"):
        return "package"
    if pillow_heif.get_file_mimetype(content[:12]).startswith("image/hei"):
        return "heic"  # also the ten-bit ones that filetype does not know
    guess = filetype.guess_extension(content) or ""
    return {"apng": "png"}.get(guess, guess)


def _agreed(ending: str, found: str) -> str:
    """The kind, where ending and content agree; which of the Office types a package is, is read later.

    Phones and chat programs often name any picture .jpg: of a picture called by another picture's ending the content counts.
    """
    claimed = next((kind for kind, endings in ENDINGS.items() if ending in endings), "")
    if not claimed:
        raise Refused(
            "file_type",
            _("不收这类文件。"),
            _("请发照片（.jpg .png）、.pdf、.docx、.xlsx 或 .txt；旧的 .doc、.xls 请另存为新格式。"),
        )
    if found == claimed or (claimed in MAIN if found == "package" else claimed == "txt" and found not in ENDINGS):
        return claimed
    if claimed in PICTURES and found in PICTURES:
        return found
    told = {"claimed": ending, "found": found}
    if found in ENDINGS:
        raise Refused(
            "file_mismatch",
            _("这个文件叫 .%(claimed)s，内容却是 .%(found)s。") % told,
            _("把名字的结尾改成 .%(found)s 再发。") % told,
        )
    if claimed in PICTURES and not found:
        raise broken_picture(ending)
    raise Refused("file_mismatch", _("这个文件叫 .%(claimed)s，内容却不是。") % told, _("请去掉密码，重新保存后再发。"))
