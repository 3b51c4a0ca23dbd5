"""Documents looked through before they are kept: nothing that runs, loads from elsewhere, bursts or hides.

An Office file is a ZIP package. Its directory is not believed: every entry is inflated here and compared with what the
directory says, so that a program that trusts the directory and one that does not see the same file.
"""

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from struct import error as StructError  # noqa: N812 - the library's own name says nothing
from struct import unpack_from
from xml.etree import ElementTree as ET

from django.utils.translation import gettext as _

from gongyi.core.errors import Refused

ENTRIES = 2_000
INFLATED_BYTES = 60 * 1024 * 1024
RATIO, RATIO_FROM = 150, 1024 * 1024
RELATIONS_BYTES = 1024 * 1024
PIECE = 1024 * 1024  # bytes inflated at a time
MAIN = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}
OPEN_SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"
# a filled row or cell that stands for thousands of the same; empty ones at the end of a sheet are usual
_REPEATED = re.compile(
    rb"""number-rows-repeated=["'][0-9]{5,}["'][^>]*>(?:(?!</[a-z]*:?table-row).){0,20000}?<[a-z]*:?p[ >/]"""
    rb"""|number-columns-repeated=["'][0-9]{4,}["'][^>]*>\s*<[a-z]*:?p[ >/]""", re.DOTALL,
)  # fmt: skip
# the harmless line by which a virus scanner shows that it is awake (in two parts, or it would find this file)
EICAR = b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE"
TYPES = "[content_types].xml"
_ACTIVE = re.compile(r"vbaproject|vbadata|macrosheet|macroenabled|activex", re.IGNORECASE)
_OLE_ACTIVE = ["Ole10Native".encode("utf-16-le"), "_VBA_PROJECT".encode("utf-16-le")]
_MARKUP = re.compile(rb"<\s*(?:!doctype|!entity|html|head|body|svg|script|iframe|\?xml)", re.IGNORECASE)
_CONTROL = re.compile(r"[\0-\x08\x0e-\x1f\x7f]")
_PDF_END = re.compile(rb"%%EOF[\s\0]*\Z")
_END = b"PK\x05\x06"
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ValueError,
    LookupError,
    NotImplementedError,
    OSError,
    StructError,
    ET.ParseError,
)


def check_pdf(content: bytes) -> None:
    """Raise Refused unless this is a whole PDF from its first byte to its last, and starts no program."""
    if not content.startswith(b"%PDF-") or _MARKUP.search(content[:1024]) or not _PDF_END.search(content[-1024:]):
        raise _broken("pdf")
    if b"/Launch" in content:
        raise _active()


def check_text(content: bytes) -> None:
    """Raise Refused unless this is plain text in UTF-8 or GB 18030 that no browser could take for a page."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    if "\ufffd" in text or _CONTROL.search(text) or _MARKUP.search(content[:4096]):
        raise _broken("txt")


def check_office(content: bytes, kind: str, inflated: int = INFLATED_BYTES) -> None:
    """Raise Refused unless this is a whole docx or xlsx, as `kind` says, within the limits and without active parts."""
    outside, types = False, dict[str, set[str]]()
    try:
        for name, part in _walk(content, _Budget(size=inflated)):
            if name.endswith((".rels", TYPES)):
                nodes = list(ET.fromstring(part))  # noqa: S314 - no entity gets past _look
                outside |= any(_leads_outside(node) for node in nodes)
                types[name] = {node.get("ContentType", "") for node in nodes}
    except _BROKEN as error:
        raise _broken(kind) from error
    if any(_ACTIVE.search(each) for each in set().union(*types.values())):
        raise _active()
    if MAIN[kind] not in types.get(TYPES, ()):
        raise _broken(kind)
    if outside:
        raise Refused(
            "file_links",
            _("这个文件会从别处取内容（外部图片、模板或表格）。"),
            _("请断开链接、把图片存进文件后再发，或另存为 .pdf。"),
        )


def check_open(content: bytes, inflated: int = INFLATED_BYTES) -> None:
    """Raise Refused unless this is a whole OpenDocument spreadsheet within the limits and without programs."""
    parts: dict[str, bytes] = {}
    try:
        for name, part in _walk(content, _Budget(size=inflated)):
            parts[name] = part[:100]
            if name == "content.xml" and _REPEATED.search(part):
                raise _too_big()
    except _BROKEN as error:
        raise _broken("ods") from error
    if any(name.startswith(("basic/", "scripts/")) for name in parts):
        raise _active()
    if parts.get("mimetype") != OPEN_SPREADSHEET or "content.xml" not in parts:
        raise _broken("ods")


def check_legacy(content: bytes) -> None:
    """Raise Refused for an old Office file that holds a program."""
    if any(mark in content for mark in _OLE_ACTIVE):
        raise _active()


@dataclass
class _Budget:
    """What a package and the packages inside it may use together."""

    entries: int = ENTRIES
    size: int = INFLATED_BYTES

    def take(self, entry: zipfile.ZipInfo) -> None:
        self.entries -= 1
        self.size -= entry.file_size
        bursting = entry.file_size > max(RATIO_FROM, RATIO * entry.compress_size)
        if self.entries < 0 or self.size < 0 or bursting:
            raise _too_big()


def _walk(content: bytes, budget: _Budget, inside: str = "") -> Iterator[tuple[str, bytes]]:
    """Names and bytes of all entries, also of a package inside the package (a chart's table), not of a third one."""
    end = len(content) - 22
    entries, size, start = unpack_from("<HLL", content, end + 10)
    if content[end : end + 4] != _END or start + size != end or not content.startswith(b"PK\x03\x04"):
        raise zipfile.BadZipFile  # something before, after or between; or made for sizes that we do not take
    if entries > ENTRIES or size > ENTRIES * 512:
        raise _too_big()
    names = set[str]()
    with zipfile.ZipFile(BytesIO(content)) as package:
        for entry in package.infolist():
            budget.take(entry)
            part = _inflate(content, entry)
            name = entry.filename.lower()  # as Office does
            if name in names:
                raise zipfile.BadZipFile
            names.add(name)
            _look(name, part)
            yield inside + name, part
            if part.startswith(b"PK\x03\x04"):
                if inside:
                    raise _too_big()
                yield from _walk(part, budget, f"{name}/")


def _inflate(content: bytes, entry: zipfile.ZipInfo) -> bytes:
    """The entry's bytes, where local header, directory and data agree. Raises BadZipFile or zlib.error."""
    at = entry.header_offset
    raw_name = entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437")
    name_length, extra_length = unpack_from("<HH", content, at + 26)
    data = at + 30 + name_length + extra_length
    foreign = content[at : at + 4] != b"PK\x03\x04" or content[at + 30 : at + 30 + name_length] != raw_name
    if foreign or _odd(entry) or entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise zipfile.BadZipFile
    packed = memoryview(content)[data : data + entry.compress_size]
    part = bytes(packed) if entry.compress_type == zipfile.ZIP_STORED else _unpacked(packed, entry.file_size)
    if len(part) != entry.file_size or zlib.crc32(part) != entry.CRC:
        raise zipfile.BadZipFile
    return part


def _unpacked(packed: memoryview, size: int) -> bytes:
    """Inflated into one place of this size, as a long table's part is too large to be held twice."""
    machine, part = zlib.decompressobj(-zlib.MAX_WBITS), BytesIO()
    for at in range(0, len(packed), PIECE):
        part.write(machine.decompress(packed[at : at + PIECE], size + 1 - part.tell()))
        if machine.unconsumed_tail or part.tell() > size:
            raise zipfile.BadZipFile
    if not machine.eof or machine.unused_data:
        raise zipfile.BadZipFile
    return part.getvalue()


def _odd(entry: zipfile.ZipInfo) -> bool:
    """Encrypted, a link, or named so that it would land outside its folder."""
    name = entry.orig_filename
    linked = stat.S_ISLNK(entry.external_attr >> 16)
    outside = name.startswith("/") or ".." in name.split("/") or bool(re.search(r"[\\:\0-\x1f]", name))
    return bool(entry.flag_bits & 1) or linked or outside


def _look(name: str, part: bytes) -> None:
    """Raise Refused for a part that could run, or carries a virus; BadZipFile for XML that defines entities."""
    if _ACTIVE.search(name) or any(mark in part for mark in _OLE_ACTIVE):
        raise _active()
    if EICAR in part:
        raise virus()
    if name.endswith((".xml", ".rels", ".vml")):
        flat = part.replace(b"\0", b"")  # also when written in UTF-16
        if b"<!DOCTYPE" in flat or b"<!ENTITY" in flat:
            raise zipfile.BadZipFile
    if name.endswith((".rels", TYPES)) and len(part) > RELATIONS_BYTES:
        raise _too_big()


def _leads_outside(node: ET.Element) -> bool:
    """Whether a relation fetches something from elsewhere when the file is opened; a link to click on does not."""
    return node.get("TargetMode", "").lower() == "external" and not node.get("Type", "").endswith("/hyperlink")


def virus() -> Refused:
    """The refusal of a file that shows a virus scanner's mark."""
    return Refused("file_virus", _("这个文件带有病毒特征，没有收下。"), _("请先杀毒，或换一个文件。"))


def _active() -> Refused:
    return Refused(
        "file_active", _("这个文件里有宏或可以运行的内容。"), _("请另存为不带宏的 .docx、.xlsx 或 .pdf 再发。")
    )


def _too_big() -> Refused:
    return Refused("file_bursting", _("这个文件展开以后太大。"), _("请拆成几份，或另存为 .pdf 再发。"))


def _broken(kind: str) -> Refused:
    sentence = _("这个 .%(kind)s 文件打不开，可能没有传完，或夹带了别的内容。") % {"kind": kind}
    return Refused("file_broken", sentence, _("请用原来的软件重新保存后再发。"))
