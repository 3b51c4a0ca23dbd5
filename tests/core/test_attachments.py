"""Uploads: what comes in clean, sixty ways in which it does not, and how files are kept and handed out."""

import io
import os
import re
import stat
import struct
import time
import zipfile
import zlib

import pillow_heif
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFile

from gongyi.core import attachments, gate
from gongyi.core.attachments import clean_name, clean_upload, papers, pictures, storage
from gongyi.core.errors import Refused

SECRET = b"SENTINEL-8F3A"
CONTENT_TYPES = "application/vnd.openxmlformats-officedocument."


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.GONGYI_DATA = tmp_path / "data"
    settings.GONGYI_UPLOAD_BYTES = 10 * 1024 * 1024
    return settings.GONGYI_DATA


def take(name, content):
    return clean_upload(name, io.BytesIO(content))


def refusal(name, content):
    with pytest.raises(Refused) as told:
        take(name, content)
    return told.value


# --- makers of files --------------------------------------------------------------------------------------------------


def drawing(size=(120, 80)):
    """Red above, blue below; so one sees which way up it is."""
    image = Image.new("RGB", size, "red")
    ImageDraw.Draw(image).rectangle((0, size[1] // 2, *size), fill="blue")
    return image


def gps(orientation=1):
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker " + SECRET.decode(), orientation
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (26.0, 35.0, 1.0), "E", (104.0, 50.0, 2.0)
    return exif.tobytes()  # bytes: only so does the HEIF encoder turn the picture as the note says


def picture(form, image=None, **more):
    out = io.BytesIO()
    (image or drawing()).save(out, form, **more)
    return out.getvalue()


FORMS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "heic": "HEIF"}


def package(parts, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, part in parts.items():
            file.writestr(name, part)
    return out.getvalue()


def types(main):
    return f'<?xml version="1.0"?><Types xmlns="t"><Override PartName="/a" ContentType="{main}"/></Types>'


def relations(kind, mode="External", target="https://example.com/a"):
    return f'<Relationships xmlns="r"><Relationship Id="a" Type="x/{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'


def office(kind="docx", **more):
    """A small docx or xlsx; further parts by name."""
    body = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}[kind]
    parts = {"[Content_Types].xml": types(papers.MAIN[kind]), "_rels/.rels": relations("officeDocument", "Internal")}
    return package({**parts, body: "<a>东湖镇</a>" * 20, **more})


def pdf(body=b""):
    return b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n" + body + b"trailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def png_claiming(width, height):
    def chunk(name, content):
        return struct.pack(">L", len(content)) + name + content + struct.pack(">L", zlib.crc32(name + content))

    head = struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


def jpeg_of_scans(count):
    plain = picture("JPEG", Image.new("RGB", (600, 400), "red"), progressive=True)
    at = plain.rfind(b"\xff\xda")
    return plain[:-2] + plain[at:-2] * count + b"\xff\xd9"


def changed_directory(content, field, value, form="<L"):
    """The package with one number of its first directory entry (offset in the entry) overwritten."""
    content = bytearray(content)
    at = content.find(b"PK\x01\x02")
    struct.pack_into(form, content, at + field, value)
    return bytes(content)


def lying_about_size():
    """A package whose directory and checksum describe only the first byte of what the entry inflates to."""
    content = package({"a": b"\0" * 5_000_000, "[Content_Types].xml": types(papers.MAIN["docx"])})
    content = changed_directory(content, 24, 1)
    return changed_directory(content, 16, zlib.crc32(b"\0"))


def renamed_inside(content, old, new):
    """The package with a name changed in the local header only."""
    return content.replace(old, new, 1)


def symlink():
    info = zipfile.ZipInfo("word/link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO(office())
    with zipfile.ZipFile(out, "a") as file:
        file.writestr(info, "/etc/passwd")
    return out.getvalue()


def twice():
    out = io.BytesIO(office())
    with zipfile.ZipFile(out, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("word/document.xml", "other")
    return out.getvalue()


def nested(depth):
    inner = office("xlsx")
    for _ in range(depth):
        inner = office("docx", **{"word/embeddings/a.xlsx": inner})
    return inner


HTML, SVG = b"<html><script>alert(1)</script></html>", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
ENTITIES = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
EXE = b"MZ" + b"\0" * 200

HOSTILE = {
    # not what it says
    "html as jpg": ("a.jpg", lambda: HTML, "file_broken"),
    "html as txt": ("a.txt", lambda: b"\n  " + HTML, "file_broken"),
    "html as pdf": ("a.pdf", lambda: HTML, "file_mismatch"),
    "html": ("a.html", lambda: HTML, "file_type"),
    "svg": ("a.svg", lambda: SVG, "file_type"),
    "svg as png": ("a.png", lambda: SVG, "file_broken"),
    "svg as txt": ("a.txt", lambda: b"\xef\xbb\xbf" + SVG, "file_broken"),
    "xml as txt": ("a.txt", lambda: b'<?xml version="1.0"?>' + SVG, "file_broken"),
    "gif": ("a.gif", lambda: picture("GIF"), "file_type"),
    "gif as png": ("a.png", lambda: picture("GIF"), "file_mismatch"),
    "tiff as jpg": ("a.jpg", lambda: picture("TIFF"), "file_mismatch"),
    "pixel flood as jpg": ("a.jpg", lambda: png_claiming(5000, 5000), "file_pixels"),
    "pdf as jpg": ("a.jpg", pdf, "file_mismatch"),
    "jpg as pdf": ("a.pdf", lambda: picture("JPEG"), "file_mismatch"),
    "pdf as txt": ("a.txt", pdf, "file_mismatch"),
    "program": ("a.exe", lambda: EXE, "file_type"),
    "program as jpg": ("a.jpg", lambda: EXE, "file_mismatch"),
    "program as docx": ("a.docx", lambda: EXE, "file_mismatch"),
    "program as txt": ("a.txt", lambda: EXE, "file_broken"),
    "program behind a bidi mark": ("a\u202egpj.exe", lambda: EXE, "file_type"),
    "program with two endings": ("a.jpg.exe", lambda: picture("JPEG"), "file_type"),
    "no ending": ("jpg", lambda: picture("JPEG"), "file_type"),
    "script": ("a.sh", lambda: b"#!/bin/sh\nrm -rf /\n", "file_type"),
    "empty": ("a.jpg", lambda: b"", "file_empty"),
    "noise as txt": ("a.txt", lambda: bytes(range(256)) * 4, "file_broken"),
    "noise as heic": ("a.heic", lambda: os.urandom(3000).replace(b"ftyp", b"xxxx"), "file_broken"),
    # pictures
    "pixel flood": ("a.png", lambda: png_claiming(5000, 5000), "file_pixels"),
    "great pixel flood": ("a.png", lambda: png_claiming(60_000, 60_000), "file_pixels"),
    "greatest pixel flood": ("a.png", lambda: png_claiming(2**31 - 1, 2**31 - 1), "file_pixels"),
    "a thousand scans": ("a.jpg", lambda: jpeg_of_scans(1000), "file_broken"),
    "short png": ("a.png", lambda: png_claiming(300, 300), "file_broken"),
    **{f"cut {kind}": (f"a.{kind}", lambda kind=kind: picture(FORMS[kind])[:-40], "file_broken") for kind in FORMS},
    **{f"head of {kind}": (f"a.{kind}", lambda kind=kind: picture(FORMS[kind])[:24], "file_broken") for kind in FORMS},
    # PDF
    "cut pdf": ("a.pdf", lambda: pdf()[:-9], "file_broken"),
    "pdf with a page in its head": ("a.pdf", lambda: b"%PDF-1.4\n<script>alert(1)</script>" + pdf(), "file_broken"),
    "pdf with a package behind": ("a.pdf", lambda: pdf() + office(), "file_broken"),
    "pdf with a page behind": ("a.pdf", lambda: pdf() + HTML, "file_broken"),
    "pdf that starts a program": ("a.pdf", lambda: pdf(b"<</S/Launch/F(cmd.exe)>>"), "file_active"),
    # virus marks
    "virus as txt": ("a.txt", lambda: b"X5O! $" + papers.EICAR + b"!$H+H*", "file_virus"),
    "virus in a picture": ("a.jpg", lambda: picture("JPEG", comment=papers.EICAR), "file_virus"),
    "virus in a document": ("a.docx", lambda: office(**{"word/media/a.txt": papers.EICAR}), "file_virus"),
    # Office
    "macros": ("a.docx", lambda: office(**{"word/vbaProject.bin": b"x"}), "file_active"),
    "macros by type": (
        "a.docx",
        lambda: office(**{"[Content_Types].xml": types("application/vnd.ms-word.document.macroEnabled.main+xml")}),
        "file_active",
    ),
    "macros under another name": (
        "a.docx",
        lambda: office(
            **{"word/a.bin": OLE, "word/embeddings/[Content_Types].xml": types("application/vnd.ms-office.vbaProject")}
        ),
        "file_active",
    ),
    "macro sheet": ("a.xlsx", lambda: office("xlsx", **{"xl/macrosheets/sheet1.xml": "<a/>"}), "file_active"),
    "control": ("a.docx", lambda: office(**{"word/activeX/activeX1.bin": b"x"}), "file_active"),
    "program in an object": (
        "a.docx",
        lambda: office(**{"word/embeddings/o.bin": OLE + "Ole10Native".encode("utf-16-le")}),
        "file_active",
    ),
    "macros in an inner table": (
        "a.docx",
        lambda: office(**{"word/embeddings/a.xlsx": office("xlsx", **{"xl/vbaProject.bin": b"x"})}),
        "file_active",
    ),
    "template elsewhere": (
        "a.docx",
        lambda: office(**{"word/_rels/s.rels": relations("attachedTemplate")}),
        "file_links",
    ),
    "picture elsewhere": ("a.docx", lambda: office(**{"word/_rels/d.rels": relations("image")}), "file_links"),
    "table elsewhere": (
        "a.xlsx",
        lambda: office("xlsx", **{"xl/_rels/e.rels": relations("externalLinkPath")}),
        "file_links",
    ),
    "template elsewhere in capitals": (
        "a.docx",
        lambda: office(**{"WORD/_RELS/S.RELS": relations("attachedTemplate", "EXTERNAL")}),
        "file_links",
    ),
    "endless relations": ("a.docx", lambda: office(**{"a.rels": os.urandom(550_000).hex()}), "file_bursting"),
    "entities": ("a.docx", lambda: office(**{"word/a.xml": ENTITIES}), "file_broken"),
    "entities in UTF-16": ("a.docx", lambda: office(**{"word/a.xml": ENTITIES.encode("utf-16")}), "file_broken"),
    "bomb": ("a.docx", lambda: office(**{"word/a.xml": b" " * 30_000_000}), "file_bursting"),
    "bomb in parts": (
        "a.docx",
        lambda: package({str(n): os.urandom(9000) * 110 for n in range(70)} | {"[Content_Types].xml": "<a/>"}),
        "file_bursting",
    ),
    "thousands of entries": ("a.xlsx", lambda: package({f"{n}": b"" for n in range(2500)}), "file_bursting"),
    "package three deep": ("a.docx", lambda: nested(2), "file_bursting"),
    "lies about its size": ("a.docx", lying_about_size, "file_broken"),
    "wrong checksum": ("a.docx", lambda: changed_directory(office(), 16, 7), "file_broken"),
    "locked": ("a.docx", lambda: changed_directory(office(), 8, 1, "<H"), "file_broken"),
    "strange packing": ("a.docx", lambda: changed_directory(office(), 10, 12, "<H"), "file_broken"),
    "two names": (
        "a.docx",
        lambda: renamed_inside(office(), b"word/document.xml", b"word/dokument.xml"),
        "file_broken",
    ),
    "the same name twice": ("a.docx", twice, "file_broken"),
    "way out": ("a.docx", lambda: office(**{"../../etc/cron.d/a": b"x"}), "file_broken"),
    "absolute way": ("a.docx", lambda: office(**{"/etc/passwd": b"x"}), "file_broken"),
    "way out by backslash": ("a.docx", lambda: office(**{"..\\\\a": b"x"}), "file_broken"),
    "symlink": ("a.docx", symlink, "file_broken"),
    "something before": ("a.docx", lambda: b"PK\x03\x04" + HTML + office(), "file_broken"),
    "something behind": ("a.docx", lambda: office() + HTML, "file_broken"),
    "cut": ("a.docx", lambda: office()[:-30], "file_broken"),
    "a plain zip": ("a.docx", lambda: package({"a.txt": "x"}), "file_broken"),
    "xlsx as docx": ("a.docx", lambda: office("xlsx"), "file_broken"),
    "zip": ("a.zip", lambda: package({"a.txt": "x"}), "file_type"),
    "zip as txt": ("a.txt", lambda: package({"a.txt": "x"}), "file_mismatch"),
    "document with a password": ("a.docx", lambda: OLE, "file_mismatch"),
    "old document": ("a.doc", lambda: OLE, "file_type"),
}


# --- refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", sorted(pictures.FORMATS))
@pytest.mark.parametrize("kind", sorted(pictures.FORMATS))
def test_upload_picture_counts_by_its_content_whatever_picture_it_is_called(kind, ending):
    clean = take(f"现场.{ending}", picture(pictures.FORMATS[kind]))
    assert (clean.name, clean.kind, clean.content[:3]) == ("现场.jpg", "jpg", b"\xff\xd8\xff")


@pytest.mark.parametrize("case", HOSTILE)
def test_upload_hostile_is_refused(case, data):
    name, make, code = HOSTILE[case]
    content = make()
    start = time.process_time()
    told = refusal(name, content)
    assert time.process_time() - start < 2
    assert (told.code, told.status) == (code, 409)
    assert told.sentence.endswith("。")
    assert told.todo.endswith("。")
    assert not data.exists()


def test_upload_hostile_are_sixty():
    assert len(HOSTILE) >= 60


GUARDS = [
    ("macros", papers, "_look", lambda *_: None),
    ("virus in a document", papers, "_look", lambda *_: None),
    ("entities", papers, "_look", lambda *_: None),
    ("template elsewhere", papers, "_leads_outside", lambda _node: False),
    ("bomb", papers._Budget, "take", lambda *_: None),
    ("package three deep", papers, "_walk", None),
    ("way out", papers, "_inflate", None),
    ("two names", papers, "_inflate", None),
    ("symlink", papers, "_inflate", None),
    ("virus in a picture", attachments, "EICAR", b"another line"),
    ("program with two endings", attachments, "_agreed", lambda *_: "jpg"),
    ("jpg as pdf", attachments, "_agreed", lambda *_: "jpg"),
    ("cut pdf", papers, "_PDF_END", re.compile(b"")),
    ("xml as txt", papers, "_MARKUP", re.compile(rb"(?!)")),
    ("a thousand scans", pictures, "SCANS", 10**6),
    ("cut jpg", ImageFile, "LOAD_TRUNCATED_IMAGES", True),
    ("cut png", ImageFile, "LOAD_TRUNCATED_IMAGES", True),
]


def _trusting_walk(content, _budget, _inside=""):
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        yield from ((info.filename.lower(), file.read(info)) for info in file.infolist())


def _trusting_inflate(content, entry):
    at = content.find(b"PK\x03\x04", entry.header_offset)
    data = at + 30 + sum(struct.unpack_from("<HH", content, at + 26))
    part = content[data : data + entry.compress_size]
    return zlib.decompress(part, -15) if entry.compress_type else part


@pytest.mark.parametrize(("case", "where", "guard", "off"), GUARDS, ids=[f"{guard[0]}: {guard[2]}" for guard in GUARDS])
def test_upload_hostile_gets_in_without_its_guard(case, where, guard, off, monkeypatch):
    name, make, _code = HOSTILE[case]
    content = make()
    monkeypatch.setattr(where, guard, off or {"_walk": _trusting_walk, "_inflate": _trusting_inflate}[guard])
    assert take(name, content).content


def test_upload_pixels_are_counted_before_decoding(monkeypatch):
    decoded = []
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda *_: decoded.append(1))
    assert refusal("a.png", png_claiming(5000, 5000)).code == "file_pixels"
    assert decoded == []
    monkeypatch.setitem(pictures.PIXELS, "png", 10**9)
    with pytest.raises(Exception):  # noqa: B017 - whatever comes of a load that does nothing
        take("a.png", png_claiming(5000, 5000))
    assert decoded


class Endless(io.RawIOBase):
    """Says nothing of its size and never ends."""

    given = 0

    def read(self, size=-1):
        self.given += size
        return b"a" * size


def test_upload_too_large_stops_reading(settings):
    settings.GONGYI_UPLOAD_BYTES = 1_000_000
    stream = Endless()
    with pytest.raises(Refused) as told:
        clean_upload("a.txt", stream)
    assert (told.value.code, told.value.status) == ("file_too_large", 413)
    assert stream.given < 1_100_000
    assert take("a.txt", b"a" * 1_000_000).kind == "txt"
    assert refusal("a.txt", b"a" * 1_000_001).status == 413


@pytest.mark.parametrize("ending", ["heic", "jpg", "jpeg", "png", "webp"])
def test_upload_broken_picture_says_what_to_do(ending):
    told = str(refusal(f"IMG_1.{ending.upper()}", b"\x01\x02 no picture at all"))
    assert told == f"这个文件是 .{ending} 照片但内容已损坏。 换一张，或发 .jpg。"


def test_upload_sentences_do_not_repeat_the_name():
    for name, make, _code in HOSTILE.values():
        assert "王小明" not in str(refusal("王小明" + name, make()))


def test_upload_refused_name(monkeypatch):
    assert refusal("少数民族党员名单.xlsx", office("xlsx")).code == "refused_name"
    monkeypatch.setattr(gate, "check_name", lambda *_: None)
    assert take("少数民族党员名单.xlsx", office("xlsx")).kind == "xlsx"


# --- accepted ---------------------------------------------------------------------------------------------------------


def traces(content):
    """What of the place, the device and the notes is left in a picture."""
    with Image.open(io.BytesIO(content)) as image:
        exif = image.getexif()
        found = {"gps"} if exif.get_ifd(0x8825) else set()
        return found | ({"exif"} if exif else set()) | ({"secret"} if SECRET in content else set())


@pytest.mark.parametrize("kind", FORMS)
def test_picture_loses_place_and_device(kind, monkeypatch):
    content = picture(FORMS[kind], exif=gps(), **({"comment": SECRET} if kind == "jpg" else {}))
    assert traces(content) >= {"gps", "exif"}
    clean = take(f"照片.{kind}", content)
    assert (clean.kind, clean.name) == ("jpg", "照片.jpg")
    assert traces(clean.content) == set()
    assert clean.content[:3] == b"\xff\xd8\xff"
    monkeypatch.setattr(attachments, "make_anew", lambda content, _kind: (content, 1, 1))
    assert "gps" in traces(take(f"照片.{kind}", content).content)


def test_picture_loses_notes_profiles_and_what_is_glued_behind():
    content = picture("JPEG", comment=SECRET, xmp=b"<x>" + SECRET + b"</x>", icc_profile=SECRET * 20) + HTML + SECRET
    assert content.count(SECRET) > 20
    assert SECRET not in take("a.jpg", content).content
    assert b"<script" not in take("a.jpg", content).content


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "heic"])
@pytest.mark.parametrize(
    ("orientation", "size", "top"), [(1, (120, 80), "red"), (3, (120, 80), "blue"), (6, (80, 120), None)]
)
def test_picture_stands_upright(kind, orientation, size, top):
    clean = take(f"a.{kind}", picture(FORMS[kind], exif=gps(orientation)))
    assert (clean.width, clean.height) == size
    with Image.open(io.BytesIO(clean.content)) as image:
        assert image.size == size
        red, _green, blue = image.getpixel((size[0] // 2, 8))
        if top:
            assert (red > 150) == (top == "red")
            assert (blue > 150) == (top == "blue")
        else:  # turned a quarter: what was above is now on the right
            assert image.getpixel((size[0] - 8, size[1] // 2))[0] > 150


def test_picture_with_damaged_orientation_is_kept(monkeypatch):
    def damaged(_image):
        raise SyntaxError("not a TIFF file")

    monkeypatch.setattr(pictures.ImageOps, "exif_transpose", damaged)
    assert take("a.jpg", picture("JPEG")).width == 120


@pytest.mark.parametrize(
    ("size", "out"), [((5120, 1000), (2560, 500)), ((1000, 5120), (500, 2560)), ((2560, 10), (2560, 10))]
)
@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_picture_is_at_most_2560(kind, size, out):
    clean = take(f"a.{kind}", picture(FORMS[kind], Image.new("RGB", size, "red")))
    assert (clean.width, clean.height) == out


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_picture_of_any_mode(mode):
    clean = take("a.png", picture("PNG", Image.new(mode, (40, 30), 1 if mode == "1" else None)))
    with Image.open(io.BytesIO(clean.content)) as image:
        assert (image.mode, image.size) == ("RGB", (40, 30))


def test_picture_see_through_becomes_white_and_deep_grey_stays_grey():
    clear = take("a.png", picture("PNG", Image.new("RGBA", (40, 30), (0, 0, 0, 0))))
    grey = take("a.png", picture("PNG", Image.new("I;16", (40, 30), 128 * 256)))
    for clean, value in ((clear, 255), (grey, 128)):
        with Image.open(io.BytesIO(clean.content)) as image:
            assert abs(image.getpixel((20, 15))[0] - value) <= 1


def test_picture_cmyk():
    clean = take("a.jpg", picture("JPEG", drawing().convert("CMYK")))
    with Image.open(io.BytesIO(clean.content)) as image:
        assert image.mode == "RGB"
        assert image.getpixel((60, 8))[0] > 150


@pytest.mark.parametrize("kind", ["png", "webp", "heic"])
def test_picture_that_moves_gives_its_first(kind):
    second = Image.new("RGB", (120, 80), "green")
    content = picture(FORMS[kind], save_all=True, append_images=[second, second])
    clean = take(f"a.{kind}", content)
    with Image.open(io.BytesIO(clean.content)) as image:
        assert getattr(image, "n_frames", 1) == 1
        assert image.getpixel((60, 8))[0] > 150


def test_picture_heif_thumbnails_and_brand():
    assert pillow_heif.get_file_mimetype(picture("HEIF")[:12]) == "image/heic"
    assert take("IMG_0001.HEIF", picture("HEIF")).name == "IMG_0001.jpg"


PAPERS = [
    ("a.pdf", pdf(), "pdf"),
    ("a.pdf", pdf() + b"\r\n\0\0", "pdf"),
    ("a.docx", office(), "docx"),
    ("a.xlsx", office("xlsx"), "xlsx"),
    ("a.docx", office(**{"word/_rels/d.rels": relations("hyperlink")}), "docx"),
    ("a.docx", nested(1), "docx"),  # a chart with its table
    ("a.docx", office(**{"word/media/a.jpg": picture("JPEG")}), "docx"),
    ("a.txt", "东湖镇\r\n李家村\t3 户".encode(), "txt"),
    ("a.txt", "东湖镇".encode("gb18030"), "txt"),
    ("a.txt", "\ufeff东湖镇".encode(), "txt"),
    ("a.txt", b"BMW < 5", "txt"),
]


@pytest.mark.parametrize(("name", "content", "kind"), PAPERS)
def test_paper_is_kept_byte_for_byte(name, content, kind):
    clean = clean_upload(name, SimpleUploadedFile(name, content, "text/html"))
    assert (clean.name, clean.kind, clean.content, clean.width, clean.height) == (name, kind, content, 0, 0)
    assert len(clean.sha256) == 64


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("照片.jpg", "照片.jpg"),
        ("/etc/照片.jpg", "照片.jpg"),
        ("C:\\桌面\\照片.jpg", "照片.jpg"),
        ("../../照片.jpg", "照片.jpg"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("a\0b\r\nc\u200b.jpg", "ab  c.jpg"),
        ('a"b<c>.jpg', "a_b_c_.jpg"),
        (".jpg", "附件.jpg"),
        ("", "附件"),
        ("...", "附件"),
        ("\ud800.jpg", "附件.jpg"),
        ("a . jpg ", "a.jpg"),
        ("王" * 300 + ".jpeg", "王" * 95 + ".jpeg"),
        ("a." + "b" * 300, "a." + "b" * 10),
        ("王" * 300, "王" * 100),
    ],
)
def test_clean_name(name, clean):
    assert clean_name(name) == clean
    assert len(clean_name(name)) <= 100
    assert clean_name(clean) == clean


# --- kept and handed out ----------------------------------------------------------------------------------------------


def test_store_open_remove(data):
    path = attachments.store(b"content")
    full = data / "files" / path
    assert (stat.S_IMODE(full.stat().st_mode), stat.S_IMODE(full.parent.stat().st_mode)) == (0o600, 0o700)
    assert full.parent.name == full.name[:2]
    with attachments.open_stored(path) as file:
        assert file.read() == b"content"
    assert attachments.store(b"content") != path  # the name tells nothing of the content
    attachments.remove(path)
    attachments.remove(path)
    attachments.remove("00/" + "0" * 32)
    with pytest.raises(FileNotFoundError):
        attachments.open_stored(path)


def test_store_is_durable(monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda handle: synced.append(stat.S_ISDIR(os.fstat(handle).st_mode)) or real(handle)
    )
    attachments.store(b"content")
    assert synced[0] is False  # the file, then the folders that hold its name
    assert synced.count(True) >= 2


def test_store_on_a_full_disk_leaves_nothing(data, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        attachments.store(b"content")
    assert [path for path in data.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "path", ["", "../settings.py", "/etc/passwd", "ab/../../keys/fields.key", "ab/" + "a" * 32, "aa/" + "A" * 32]
)
def test_stored_path_of_strangers_is_not_found(path, data, monkeypatch):
    for use in (attachments.open_stored, attachments.remove, lambda path: attachments.response(path, "a", "pdf")):
        with pytest.raises(FileNotFoundError):
            use(path)


def test_stored_path_guard_is_what_keeps_files_in(data, monkeypatch):
    (data / "keys").mkdir(parents=True)
    (data / "files").mkdir()
    (data / "keys" / "fields.key").write_bytes(b"key")
    monkeypatch.setattr(storage, "_PATH", re.compile(".*"))
    with attachments.open_stored("../keys/fields.key") as file:
        assert file.read() == b"key"


def test_stored_symlink_is_not_followed(data, tmp_path):
    path = attachments.store(b"content")
    full = data / "files" / path
    full.unlink()
    (tmp_path / "other").write_bytes(b"other")
    full.symlink_to(tmp_path / "other")
    with pytest.raises(OSError, match="symbolic"):
        attachments.open_stored(path)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "mime"), [("jpg", "image/jpeg"), ("txt", "text/plain"), ("else", "application/octet-stream")]
)
def test_response_is_a_download_that_runs_nothing(kind, mime):
    answer = attachments.response(attachments.store(b"content"), '李家村 "照片".jpg', kind)
    assert answer["Content-Type"] == mime
    assert answer["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E6%9D%8E%E5%AE%B6%E6%9D%91%20%22%E7%85%A7%E7%89%87%22.jpg"
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Length"] == "7"
    assert b"".join(answer.streaming_content) == b"content"
    answer.close()


def test_upload_to_download_keeps_nothing_of_the_sender(data):
    clean = take("王小明的家.jpg", picture("JPEG", exif=gps(), comment=SECRET))
    attachments.store(clean.content)
    files = [path for path in data.rglob("*") if path.is_file()]
    assert len(files) == 1
    assert "王" not in str(files[0])
    assert SECRET not in files[0].read_bytes()
