"""Vendored front-end files are what their packages published, and a first visit stays small."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import django_htmx

GONGYI = Path(__file__).parents[2] / "gongyi"
STATIC, TEMPLATES = GONGYI / "static", GONGYI / "templates"
FILES = json.loads((STATIC / "vendor/MANIFEST.json").read_text())["files"]
MOST_KILOBYTES = 120 - 20  # 120 for a first visit, less the page itself


def wrong_digests(root: Path) -> list[str]:
    found = []
    for entry in FILES:
        data = (root / entry["file"]).read_bytes()
        if hashlib.sha256(data).hexdigest() != entry["sha256"]:
            found.append(entry["file"])
        published = data + entry.get("removed_at_end", "").encode()
        if "published_sha256" in entry and hashlib.sha256(published).hexdigest() != entry["published_sha256"]:
            found.append(entry["file"])
    return found


def unknown_icons(text: str) -> set[str]:
    known = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    named = set(re.findall(r"""\{% icon "([\w-]+)" """, text)) | set(re.findall(r"""<c-[^>]* icon="([\w-]+)" """, text))
    named |= set(re.findall(r"""\bicon"?(?:=|: )"([a-z][\w-]+)\"""", text))  # in Python: {"icon": "x"} and icon="x"
    return named - known


def test_vendored_files_match_their_digests():
    assert wrong_digests(STATIC) == []


def test_vendored_files_changed_byte_is_found(tmp_path):
    for entry in FILES:
        (tmp_path / entry["file"]).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / entry["file"]).write_bytes((STATIC / entry["file"]).read_bytes() + b" ")
    assert {entry["file"] for entry in FILES} == set(wrong_digests(tmp_path))


def test_vendored_files_are_all_listed():
    ours = {"MANIFEST.json", "README.md", "vendor.py"}
    there = {str(p.relative_to(STATIC)) for p in (STATIC / "vendor").rglob("*") if p.is_file() and p.suffix != ".pyc"}
    listed = {entry["file"] for entry in FILES}
    assert {p for p in there if Path(p).name not in ours} == {p for p in listed if p.startswith("vendor/")}
    assert all(entry["licence"] and entry["version"] for entry in FILES)


def test_icons_named_in_pages_are_in_the_sprite():
    texts = [p.read_text() for p in [*TEMPLATES.rglob("*.html"), *GONGYI.rglob("*.py")]]
    assert set().union(*(unknown_icons(text) for text in texts)) == set()
    for text in ('{% icon "no-such" %}', '<c-card icon="no-such" />', '{"icon": "no-such"}', 'Step(icon="no-such")'):
        assert unknown_icons(text) == {"no-such"}


def test_first_visit_is_small():
    htmx = Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js"
    own = [STATIC / "gongyi.css", STATIC / "icons.svg", *STATIC.glob("js/*.js"), *STATIC.glob("vendor/*/*.css")]
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in [htmx, *own]}
    assert len(sizes) >= 8
    assert sum(sizes.values()) <= MOST_KILOBYTES * 1024, sizes
