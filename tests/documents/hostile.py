"""Sixty files that mean harm or break: name -> (file name, bytes). Made here, so that none lies in the repository."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable

from xlsxwriter import Workbook

from gongyi.core.attachments.papers import EICAR

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"


def good(rows: Iterable[Iterable[str]] = (("标题", "内容"), ("路灯", "坏了")), sheets: int = 1) -> bytes:
    """An ordinary xlsx."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        for _number in range(sheets):
            page = book.add_worksheet()
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    page.write_string(at, column, cell)
    return out.getvalue()


def parts(content: bytes) -> dict[str, bytes]:
    """The entries of a package."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def pack(entries: dict[str, bytes] | list[tuple[str | zipfile.ZipInfo, bytes]], *, level: int = 6) -> bytes:
    """A package of these entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as package:
        for name, body in entries.items() if isinstance(entries, dict) else entries:
            package.writestr(name, body)
    return out.getvalue()


def changed(**bodies: bytes) -> bytes:
    """The ordinary xlsx with its sheet, or other entries (`__` for `/`), exchanged or added."""
    named = {"sheet": SHEET, "strings": "xl/sharedStrings.xml", "book": "xl/workbook.xml"}
    return pack(parts(good()) | {named.get(name, name.replace("__", "/")): body for name, body in bodies.items()})


def cells(*where: str) -> bytes:
    """A sheet with a number in each of these cells."""
    rows = "".join(f'<row r="{"".join(filter(str.isdigit, at))}"><c r="{at}"><v>1</v></c></row>' for at in where)
    return f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def linked(kind: str, target: str) -> bytes:
    """The ordinary xlsx with a relation that leads outside."""
    body = parts(good())
    rels = body["xl/_rels/workbook.xml.rels"].decode()
    more = f'<Relationship Id="rId99" Type="http://x/{kind}" Target="{target}" TargetMode="External"/></Relationships>'
    return pack(body | {"xl/_rels/workbook.xml.rels": rels.replace("</Relationships>", more).encode()})


def lying() -> bytes:
    """A package whose directory says that the sheet is small."""
    content, size = bytearray(changed(sheet=b"A" * 300_000)), struct.pack("<L", 300_000)
    while (at := content.find(size)) >= 0:
        content[at : at + 4] = struct.pack("<L", 3000)
    return bytes(content)


def bad_sum() -> bytes:
    body = b"<worksheet/>"
    return changed(sheet=body).replace(struct.pack("<L", zlib.crc32(body)), b"\0\0\0\0")


def entry(name: str, mode: int = 0, flag: int = 0) -> list[tuple[str | zipfile.ZipInfo, bytes]]:
    """The ordinary entries and one of this name and mode."""
    info = zipfile.ZipInfo(name)
    info.external_attr, info.flag_bits = mode << 16, flag
    return [*parts(good()).items(), (info, b"x")]


def encrypted() -> bytes:
    content = bytearray(good())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        content[at + offset] |= 1
    return bytes(content)


def ods(content: str, mimetype: bytes = b"application/vnd.oasis.opendocument.spreadsheet", **more: bytes) -> bytes:
    """An OpenDocument spreadsheet with this table."""
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    body = (
        f'<office:document-content xmlns:office="{office}office:1.0" xmlns:table="{office}table:1.0" xmlns:text="{office}text:1.0">'
        f"<office:body><office:spreadsheet>{content}</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(zipfile.ZipInfo("mimetype"), mimetype)
        manifest = f'<manifest:manifest xmlns:manifest="{office}manifest:1.0"/>'.encode()
        for name, part in {"content.xml": body.encode(), "META-INF/manifest.xml": manifest, **more}.items():
            package.writestr(name.replace("__", "/"), part)
    return out.getvalue()


def _ods_cell(text: str, columns: int = 1, rows: int = 1) -> str:
    cell = f'<table:table-cell office:value-type="string" table:number-columns-repeated="{columns}"><text:p>{text}</text:p></table:table-cell>'
    row = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    return f'<table:table table:name="表">{row}</table:table>'


_BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
_XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'
_2003 = '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>'
_HTML = b"<html><table><tr><td>a</td></tr></table></html>"
_NO_SHEETS = f'<workbook xmlns="{_MAIN}"><sheets/></workbook>'.encode()
Make = Callable[[], bytes]

QUICK: dict[str, tuple[str, Make]] = {
    "57 MB in 260 KB": ("a.xlsx", lambda: changed(sheet=b"<c>" * 19_000_000)),
    "many parts, together too much": ("a.xlsx", lambda: pack(parts(good()) | {f"m{n}.bin": bytes(1_000_000) for n in range(140)})),
    "thousands of entries": ("a.xlsx", lambda: pack(parts(good()) | {f"m{n}": b"" for n in range(2_500)})),
    "up and out": ("a.xlsx", lambda: pack(entry("../../evil.xml"))),
    "from the root": ("a.xlsx", lambda: pack(entry("/etc/cron.d/evil"))),
    "backwards strokes": ("a.xlsx", lambda: pack(entry("..\\evil.xml"))),
    "a link": ("a.xlsx", lambda: pack(entry("xl/link.xml", stat.S_IFLNK | 0o777))),
    "packages in packages": ("a.xlsx", lambda: changed(xl__a=pack({"b": pack({"c": pack({"d": b"x"})})}))),
    "encrypted": ("a.xlsx", encrypted),
    "the same name twice": ("a.xlsx", lambda: pack([*parts(good()).items(), (SHEET.upper(), b"<worksheet/>")])),
    "a directory that lies": ("a.xlsx", lying),
    "a wrong sum": ("a.xlsx", bad_sum),
    "more behind": ("a.xlsx", lambda: good() + b"#!/bin/sh\n"),
    "more before": ("a.xlsx", lambda: b"PK\x03\x04MZ" + good()),
    "macros": ("a.xlsx", lambda: changed(xl__vbaProject_bin=b"x", **{"xl__vbaProject.bin": b"x"})),
    "a macro sheet": ("a.xlsx", lambda: changed(**{"xl__macrosheets__s.xml": b"<x/>"})),
    "a table of elsewhere": ("a.xlsx", lambda: linked("externalLink", "file:///c:/secret.xlsx")),
    "a picture of elsewhere": ("a.xlsx", lambda: linked("image", "http://example.com/x.png")),
    "entities": ("a.xlsx", lambda: changed(sheet=_BOMB.encode())),
    "a file of the server": ("a.xlsx", lambda: changed(strings=_XXE.encode())),
    "entities in UTF-16": ("a.xlsx", lambda: changed(sheet=_BOMB.encode("utf-16"))),
    "a virus in a part": ("a.xlsx", lambda: changed(xl__a=b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + EICAR)),
    "a virus in a text": ("a.csv", lambda: b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + EICAR),
    "half a file": ("a.xlsx", lambda: good()[:-600]),
    "no file": ("a.xlsx", lambda: b""),
    "chance": ("a.xlsx", lambda: bytes((n * n * 31 + 7) % 251 for n in range(9000))),
    "a page as xls": ("a.xls", lambda: _HTML),
    "a page as csv": ("a.csv", lambda: _HTML),
    "a page behind a mark": ("a.csv", lambda: b"\xef\xbb\xbf" + _HTML),
    "a drawing as xlsx": ("a.xlsx", lambda: b"<svg onload='alert(1)'/>"),
    "a table of 2003": ("a.xls", _2003.encode),
    "a picture as xlsx": ("a.xlsx", lambda: b"\x89PNG\r\n\x1a\n" + bytes(100)),
    "a PDF as xls": ("a.xls", lambda: b"%PDF-1.4\n%%EOF"),
    "a letter as xlsx": ("a.xlsx", lambda: pack({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>"})),
    "a program": ("a.exe", lambda: b"MZ"),
    "no ending": ("table", good),
    "a package": ("a.zip", good),
    "a package as csv": ("a.csv", good),
    "gzip as xlsx": ("a.xlsx", lambda: b"\x1f\x8b\x08\x00" + bytes(50)),
    "an old file with a program": ("a.xls", lambda: _OLE + bytes(600) + "_VBA_PROJECT".encode("utf-16-le")),
    "ods with a program": ("a.ods", lambda: ods(_ods_cell("a"), **{"Basic__Standard__x.xml": b"<x/>"})),
    "ods that is a letter": ("a.ods", lambda: ods(_ods_cell("a"), b"application/vnd.oasis.opendocument.text")),
    "half an ods": ("a.ods", lambda: ods(_ods_cell("a"))[:-40]),
    "entities in ods": ("a.ods", lambda: ods(_ods_cell("a"), **{"meta.xml": _BOMB.encode()})),
    "too large": ("a.csv", lambda: b"a,b\n" * (8 * 1024 * 1024)),
}  # fmt: skip
CHILD: dict[str, tuple[str, Make]] = {
    "one cell at the very end": ("a.xlsx", lambda: changed(sheet=cells("XFD1048576"))),
    "two cells, a world apart": ("a.xlsx", lambda: changed(sheet=cells("A1", "XFD1048576"))),
    "two cells, a million rows apart": ("a.xlsx", lambda: changed(sheet=cells("A1", "A1048576"))),
    "101 columns": ("a.xlsx", lambda: good([[f"c{n}" for n in range(101)]])),
    "too many rows": ("a.xlsx", lambda: good([["a"]] * 100_100)),
    "too many sheets": ("a.xlsx", lambda: good(sheets=31)),
    "broken XML": ("a.xlsx", lambda: changed(sheet=b"<worksheet><sheetData><row></sheetData>")),
    "a text that is not there": ("a.xlsx", lambda: changed(sheet=cells("A1").replace(b'r="A1"', b'r="A1" t="s"'), strings=b"<sst/>")),
    "no sheet": ("a.xlsx", lambda: changed(book=_NO_SHEETS)),
    "a hundred thousand deep": ("a.xlsx", lambda: changed(sheet=b"<a>" * 100_000)),
    "nothing in it": ("a.xlsx", lambda: good([])),
    "rows without end in ods": ("a.ods", lambda: ods(_ods_cell("a", 16_384, 1_048_576))),
    "rows without end, one column": ("a.ods", lambda: ods(_ods_cell("a" * 500, 1, 1_048_576))),
    "an old file of nothing": ("a.xls", lambda: _OLE + b"\xff" * 4096),
    "an old file in a circle": ("a.xls", lambda: _OLE + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + bytes(4000)),
    "NUL in a text": ("a.csv", "编号,内容\n1,坏\0了\n".encode),
    "chance as a text": ("a.csv", lambda: bytes((n * 7919 + n // 3) % 256 for n in range(6000))),
    "a cell of 50,000 characters": ("a.csv", lambda: b"a,b\n" + b"x" * 50_000),
    "a quote without end": ("a.csv", lambda: b'a,b\n"' + b"x,\n" * 300_000),
    "101 columns of text": ("a.csv", lambda: b",".join([b"x"] * 101)),
    "too many lines": ("a.csv", lambda: b"a,b\n" * 100_100),
    "far below": ("a.csv", lambda: b"a,b\n" + b"\n" * 300_000 + b"c,d\n"),
    "half a character": ("a.csv", lambda: b"\xff\xfe" + "内容".encode("utf-16-le") + b"\xd8"),
}  # fmt: skip
