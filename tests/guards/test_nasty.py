"""The corpus of nasty inputs (reliability.md R6) against every page and form: an answer or a refusal, never a fault.

A page is asked with each input in every parameter that the source reads, and with each input in every word of its path;
a form is sent with each input in every field. Text is sent as bytes, as a hostile browser would.
"""

import re
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from gongyi.core import http
from tests.guards.pages import Form, encoded, forms_of
from tests.guards.world import NOBODY, OK, RESIDENT, Address, _arguments, holders, undone, visit

pytestmark = pytest.mark.django_db
CORPUS: dict[str, str | bytes] = {
    "nul": "a\x00b",
    "lone surrogate": "a\ud800b",
    "bad utf-8": b"a\xff\xfe\x80b",
    "cut utf-8": b"\xe4\xb8",
    "overlong utf-8": b"\xc0\xaf",
    "9 x 30": "9" * 30,
    "9 x 5000": "9" * 5000,
    "minus one": "-1",
    "minus 10^30": "-1" + "0" * 30,
    "nan": "NaN",
    "infinity": "1e999",
    "float": "1.5",
    "days": "999999999",
    "arabic digits": "٣٤٥",
    "full-width digits": "１２",
    "superscript": "²",
    "empty": "",
    "spaces": "   ",
    "date 30 feb": "2026-02-30",
    "date year 0": "0000-00-00",
    "date year 9999": "9999-12-31",
    "date year 10000": "10000-01-01",
    "date first day": "0001-01-01",
    "time": "2026-01-01T99:99:99+99:99",
    "edge of time": "0001-01-01T00:00:00+14:00_00000000-0000-8000-a000-000000000000",
    "cursor": "2026-01-01T00:00:00+00:00_x",
    "uuid nil": "00000000-0000-0000-0000-000000000000",
    "uuid foreign": "c56a4180-65aa-42ec-a945-5fd21dec0538",
    "uuid short": "00000000",
    "uuid braces": "{00000000-0000-0000-0000-000000000000}",
    "regex": "(",
    "like": "%_%",
    "sql": "' OR 1=1 --",
    "html": "<script>alert(1)</script>",
    "template": "{{ 7|add:7 }}{% load x %}",
    "format": "%(x)s %s {0}",
    "json list": "[1]",
    "json deep": "[" * 10_000,
    "null": "null",
    "path": "../../../../etc/passwd",
    "crlf": "a\r\nSet-Cookie: x=1",
    "rtl and zero width": "\u202e\u200b\u2066",
    "combining": "e" + "\u0301" * 2000,
    "astral": "\U0001f600\U0010ffff",
    "noncharacter": "\ufffe\uffff",
    "long": "长" * 60_000,
}
WORST = {
    "nul",
    "lone surrogate",
    "bad utf-8",
    "9 x 5000",
    "minus 10^30",
    "arabic digits",
    "json deep",
    "date year 9999",
}
URLENCODED = "application/x-www-form-urlencoded"
QUERY_READ = re.compile(r"""GET(?:\.get(?:list)?\(|\[)\s*["'](\w+)["']|QueryDict|request\.GET\.get\("(\w+)\"""")
BAD_QUERIES = [
    "%",
    "%zz",
    "&&&=&=",
    "a=1&a=2&unit=1&unit=2&page=1&page=2",
    "a[]=1&b[c]=2",
    "=" * 3000,
    "x" * 3000 + "=1",
]
BAD_HEADERS = [
    {"HTTP_COOKIE": "sessionid=\x00; csrftoken=%00; theme=<b>; django_language=../../x"},
    {"HTTP_COOKIE": "sessionid=" + "9" * 5000},
    {"HTTP_ACCEPT_LANGUAGE": "x" * 5000 + ",;q=999"},
    {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "\xff", "HTTP_HX_CURRENT_URL": "http://[::1"},
    {"HTTP_HOST": "evil.example"},
    {"HTTP_REFERER": "http://[bad"},
    {"HTTP_X_FORWARDED_FOR": "not an address, 1.2.3.4"},
    {"HTTP_USER_AGENT": "\xff" * 3000},
]


def parameters() -> list[str]:
    """Every query parameter that the source reads by name."""
    texts = (file.read_text(encoding="utf-8") for file in (settings.BASE / "gongyi").rglob("*.py"))
    return sorted({name for text in texts for found in QUERY_READ.findall(text) for name in found if name})


Visitor = tuple[Client, Address, str, set[str]]


@pytest.fixture(scope="module")
def visitors(world, addresses) -> list[tuple[Client, Address, str]]:
    """One person per view (of a case's moves: per move) who may open it: browser, address, method."""
    browsers: dict[str, Client] = {}
    found, seen = [], set()
    for address, method in addresses:
        if address.entrance.name in seen and address.entrance.name != "casework:move":
            continue
        for who in sorted(holders(address.entrance), key=lambda who: who in {NOBODY, RESIDENT}):
            browser = browsers.setdefault(who, world.client(who))
            if visit(browser, address.url, method).status_code in OK:
                seen.add(address.entrance.name)
                found.append((browser, address, method))
                break
    return found


@pytest.fixture(scope="module")
def readers(visitors) -> list[Visitor]:
    """The visitors of those views that read their query at all, with the parameters of the page's own forms."""
    found: dict[str, Visitor] = {}
    for browser, address, method in visitors:
        page = visit(browser, f"{address.path}?x=1", method)
        if "GET" in vars(page.wsgi_request):
            forms = forms_of(page.body, address.url)
            named = {name for form in forms if form.method == "get" for name in form.fields}
            found.setdefault(address.entrance.name, (browser, address, method, named))
    return list(found.values())


@pytest.fixture(scope="module")
def all_forms(visitors) -> list[tuple[Client, Form]]:
    """Every form that somebody can send, once per shape."""
    kept: dict[tuple[object, ...], tuple[Client, Form]] = {}
    for browser, address, method in visitors:
        for form in forms_of(visit(browser, address.url, method).body, address.url):
            if form.method == "post":
                shape = re.sub(r"[0-9a-f-]{36}", "·", form.path)
                kept.setdefault((shape, *sorted(form.fields)), (browser, form))
    return list(kept.values())


def faults(answer, what: str) -> list[str]:
    """What is wrong with an answer to a nasty input."""
    if answer.status_code >= 500 or b"Traceback (most recent" in getattr(answer, "content", b""):
        return [f"{answer.status_code} {what}"]
    return []


def ask_all(readers: list[Visitor], corpus=CORPUS) -> list[str]:
    """Every page that reads its query, with every input in all its parameters."""
    found = []
    for browser, address, method, named in readers:
        names = sorted(named | set(parameters()))
        for title, nasty in corpus.items():
            query = encoded([(name, nasty) for name in names])[:60_000]
            found += faults(visit(browser, f"{address.path}?{query}", method), f"{address.url}?{title}")
    return found


@pytest.mark.slow(minutes=2)
def test_r6_queries(readers):
    assert ask_all(readers) == []


def test_r6_queries_with_the_worst(readers):
    assert len(parameters()) > 5
    assert "casework:list" in {address.entrance.name for _b, address, _m, _named in readers}
    assert ask_all(readers, {title: CORPUS[title] for title in WORST}) == []


def test_r6_broken_queries_and_headers(readers):
    found, stranger = [], Client(raise_request_exception=False)
    for browser, address, method, _named in readers:
        for query in BAD_QUERIES:
            found += faults(visit(browser, f"{address.path}?{query}", method), f"{address.url}?{query[:20]}")
        for headers in BAD_HEADERS:
            who = stranger if "HTTP_COOKIE" in headers else browser
            found += faults(visit(who, address.url, method, **headers), f"{address.url} {headers}")

    assert found == []


def test_r6_words_of_the_path(visitors):
    """Keys are refused by their shape; every other word of a path gets every input."""
    found, tried = [], 0
    for browser, address, method in {
        address.entrance.name: (browser, address, method) for browser, address, method in visitors
    }.values():
        words = [name for kind, name in _arguments.findall(address.entrance.route) if kind != "uuid"]
        for name in words:
            value = dict(address.kwargs)[name]
            for title, nasty in CORPUS.items():
                raw = nasty if isinstance(nasty, bytes) else nasty.encode("utf-8", "surrogatepass")
                path = address.url.replace(f"/{value}/", f"/{quote(raw[:2000], safe='')}/")
                found += faults(visit(browser, path, method), f"{address.url} {name}={title}")
                tried += 1

    assert tried > len(CORPUS)
    assert found == []


def send_all(all_forms: list[tuple[Client, Form]], corpus=CORPUS) -> list[str]:
    """Every form with every input in its texts (the rest plausible), and with the worst in all its fields and its key."""
    found = []
    for browser, form in all_forms:
        plausible = form.filled()
        free = [name for name in form.fields if name not in {"_key", "csrfmiddlewaretoken"}]
        texts = [name for name in free if not form.fields[name].offers]
        bodies = [(f"texts={title}", dict.fromkeys(texts, nasty)) for title, nasty in corpus.items() if texts]
        bodies += [(f"all={title}", dict.fromkeys(free, corpus[title])) for title in WORST & corpus.keys() if free]
        if "_key" in form.fields:
            bodies += [(f"key={title}", {"_key": corpus[title]}) for title in WORST & corpus.keys()]
        for how, values in bodies:
            with undone():
                answer = browser.post(form.path, encoded(plausible | values), content_type=URLENCODED)
                found += faults(answer, f"{form.path} {how}")
    return found


@pytest.mark.slow(minutes=4)
def test_r6_forms(all_forms):
    assert len(all_forms) > 20
    assert send_all(all_forms) == []


def test_r6_forms_with_the_worst(all_forms):
    assert send_all(all_forms, {title: CORPUS[title] for title in ("nul", "lone surrogate")}) == []


def test_r6_forms_of_a_broken_kind(all_forms):
    found, bodies = [], [
        ("application/json", b'{"text": "\\ud800"}'),
        ("application/json", b"[" * 10_000),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("multipart/form-data", b"no boundary"),
        ("application/x-www-form-urlencoded; charset=nonsense", b"a=1"),
        ("text/plain", b"\xff\xfe"),
        (URLENCODED, b"&".join(b"f%d=1" % n for n in range(600))),
        ("", b""),
    ]  # fmt: skip
    for browser, form in all_forms:
        for kind, body in bodies:
            with undone():
                answer = browser.generic("POST", form.path, body, content_type=kind)
                found += faults(answer, f"{form.path} {kind} {body[:20]}")

    assert found == []


def with_file(form: Form, name: bytes, content: bytes) -> bytes:
    """A multipart body with a file of this name, written byte by byte."""
    parts = []
    for key, field in form.fields.items():
        head = b'--x\r\nContent-Disposition: form-data; name="%s"' % key.encode()
        if field.kind == "file":
            parts.append(head + b'; filename="%s"\r\nContent-Type: image/png\r\n\r\n%s\r\n' % (name, content))
        else:
            parts.append(head + b"\r\n\r\n%s\r\n" % form.filled()[key].encode())
    return b"".join(parts) + b"--x--\r\n"


def test_r6_files(all_forms):
    found, forms = [], [(b, f) for b, f in all_forms if any(field.kind == "file" for field in f.fields.values())]
    names = [
        b"a\x00.png",
        b"../../x.png",
        "长".encode() * 300 + b".png",
        b"",
        b".",
        b"a\xed\xa0\x80.png",
        b"x.svg",
        b"\xff.png",
    ]
    assert forms
    for browser, form in forms:
        for name in names:
            for content in (b"", b"\x89PNG\r\n\x1a\n", b"<svg onload=alert(1)>", b"\x00" * 5000):
                with undone():
                    body = with_file(form, name, content)
                    answer = browser.generic("POST", form.path, body, content_type="multipart/form-data; boundary=x")
                    found += faults(answer, f"{form.path} {name[:20]!r} {content[:8]!r}")

    assert found == []


def test_r6_a_fault_is_seen(readers, monkeypatch):
    """The negative control: a page that takes a text for a number."""
    from gongyi.network.views import units

    monkeypatch.setattr(units.queries, "unit_hits", lambda _county, text, **_: [] if not text else int(text))

    assert any("500 /network/pick/" in line for line in ask_all(readers, {"sql": CORPUS["sql"]}))


@pytest.mark.parametrize("where", ["/network/pick/?q=a%00b", "/accounts/invite/a%00b/"])
def test_r6_nul_in_an_address_is_refused(world, where):
    answer = visit(world.client("clerk"), where)

    assert answer.status_code == 400
    assert "保存不了的字符" in answer.body


def test_r6_nul_in_a_form_is_refused_and_reaches_the_page_without_the_guard(world, monkeypatch):
    browser, sent = world.client("clerk"), {"asker_phone": "1\x002"}
    assert visit(browser, "/cases/new/same/", "post", sent).status_code == 400

    monkeypatch.setattr(http, "_holds_nul", lambda *_: False)
    assert connection.vendor == "postgresql" or visit(browser, "/cases/new/same/", "post", sent).status_code == 200


def test_r6_a_fault_in_a_form_is_seen(all_forms, monkeypatch):
    monkeypatch.setattr(http, "_claim", lambda request: int(request.POST["text" if "text" in request.POST else "_key"]))

    assert send_all(all_forms[:40], {"sql": CORPUS["sql"]})


def test_r6_a_trace_is_seen():
    assert faults(HttpResponse(b"Traceback (most recent call last)"), "x") == ["200 x"]
