"""Measures the main pages, the residents' pages and the export at any size, in a scratch folder and database of its own."""

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import cycle
from pathlib import Path
from secrets import randbelow
from statistics import median
from time import perf_counter, process_time
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from gongyi.casework.queries import PAGE, types
from gongyi.casework.tasks import write_exports
from gongyi.core import attachments, boot, clock
from gongyi.core.access import system_actor
from gongyi.core.county import bind
from gongyi.core.figures import Period
from gongyi.core.management.county import InventedCommand
from gongyi.core.tracking import make_code
from gongyi.home.actions.bench import COUNTY, MATTERS, READER, REST, SPAN, WAY, exporter, fill_bench, sign_in_bench
from gongyi.home.queries import bare_rows, blank_form, told_cases, told_proposals
from gongyi.network.models import Unit
from gongyi.network.queries import counties, find_units
from gongyi.people.actions.exports import ask_export
from gongyi.reports.actions.paper import export_draft
from gongyi.reports.queries.board import last_whole
from gongyi.reports.queries.filled import asks_of, fill_file, read
from gongyi.reports.queries.filling import fill

MARK = "bench"  # the file that makes a folder ours; "filled" once the county in it is whole
OWN_SETTINGS = ("GONGYI_", "DATABASE_URL", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "HOST", "PORT")
LEAST = 100  # cases: below, none has a whole timeline
WARM_UP = 20
BARE = Template(
    "<!DOCTYPE html><title>bare</title><table>{% for r in rows %}<tr><td>{{ r.case__number }}<td>{{ r.case__title }}"
    "<td>{{ r.case__lead__name }}<td>{{ r.case__topic__full_name }}<td>{{ r.state }}<td>{{ r.recorded_at|date:'Y-m-d H:i' }}"
    "{% endfor %}</table>"
)
Visit = Callable[[], Callable[[], bytes]]  # makes one more visit ready; only what it returns is timed
EXPORTED = 10_000  # rows, as near as whole days come
FORMS = {"portal_submit": "home:portal_ask", "create": "casework:new"}
FEWER = {
    "create": 4,
    "export": 40,
    "dashboard_now": 4,
    "figures": 10,
    "report": 100,
    "fill_form": 20,
    "fill_counts": 20,
}  # one of so many rounds: a new case takes longer, a file much longer


class Command(InventedCommand):
    help = "Measure the main pages with so many cases in a scratch database; the real one is never touched."
    invented = COUNTY

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--cases", type=int, default=10_000)
        parser.add_argument("--proposals", type=int, default=-1, help="default: a tenth of the cases")
        parser.add_argument("--rounds", type=int, default=200)
        parser.add_argument("--keep", type=Path, help="a folder in which the filled databases stay for the next time")
        parser.add_argument("--json", action="store_true", help="one JSON line per scenario")

    def handle(self, *, cases: int, proposals: int, rounds: int, keep: Path | None, json: bool, **options: Any) -> None:
        if (settings.GONGYI_DATA / MARK).exists():
            return self._measure(cases, proposals, rounds, json=json)
        proposals = cases // 10 if proposals < 0 else proposals
        if cases < LEAST or rounds < 1:
            raise CommandError(_("至少要 %(n)d 件、1 轮。") % {"n": LEAST})
        words = [
            "--cases",
            str(cases),
            "--proposals",
            str(proposals),
            "--rounds",
            str(rounds),
            *(["--json"] if json else []),
        ]
        with scratch_folder(keep, f"{cases}-{proposals}") as folder, scratch_database() as url:
            return self._measure_there(folder, url, words)

    def _measure_there(self, folder: Path, url: str, words: list[str]) -> None:
        """Run this command once more as a process whose settings know nothing but the scratch folder and database."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(OWN_SETTINGS)}
        environment |= {"GONGYI_DATA": str(folder)} | ({"DATABASE_URL": url} if url else {})
        command = [sys.executable, str(settings.BASE / "manage.py"), "prepare", "bench", *words]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 - our own words
            for line in child.stdout or ():
                self.stdout.write(line, ending="")
        if child.returncode:
            raise CommandError(_("没有测完，原因见上面几行。"))

    def _measure(self, cases: int, proposals: int, rounds: int, *, json: bool) -> None:
        fill_once(cases, proposals)
        if not json:
            self.stdout.write(_("%(n)d 件，%(engine)s；时间单位毫秒。") % {"n": cases, "engine": connection.vendor})
        for line in measure(cases, rounds):
            self.stdout.write(_as_json(cases, line) if json else _as_words(line))
            self.stdout.flush()


def _as_json(cases: int, line: dict[str, Any]) -> str:
    return json.dumps({"cases": cases, **line})


def _as_words(line: dict[str, Any]) -> str:
    names = {
        "list": _("清单"), "today": _("今日"), "filter": _("筛选"), "detail": _("一件"), "portal_track": _("查进度"), "export": _("导出"),
        "portal_submit": _("我要反映"), "create": _("登记"), "search": _("搜索"), "similar": _("相似的在办件"),
        "dashboard": _("看板"), "dashboard_now": _("看板，还没过完的月"), "figures": _("数字"), "report": _("年报"),
        "fill_form": _("填表"), "fill_counts": _("填表，只数数"),
        "proposals": _("提案清单"), "proposals_filter": _("提案，按状态筛选"), "proposal": _("一件提案"), "suggestions": _("公开的建议"), "suggestion": _("公开的一件建议"),
    }  # fmt: skip
    words = _(
        "%(name)s：中位 %(p50_ms).1f，95%% 在 %(p95_ms).1f 以内，处理器 %(cpu_ms).1f，语句 %(sql)d 条，网页压缩后 %(kb).1f KB；是最简清单（%(bare_p50_ms).1f）的 %(times).1f 倍"
    )
    times = line["p50_ms"] / line["bare_p50_ms"]
    return words % {**line, "name": names[line["scenario"]], "kb": line["bytes_gzip"] / 1024, "times": times}


# --- a place of its own -----------------------------------------------------------------------------------------------


@contextmanager
def scratch_folder(keep: Path | None, size: str) -> Iterator[Path]:
    """A marked data folder: below `keep`, one for each size, or a temporary one. Raises CommandError for one that is not ours."""
    parent = keep.resolve() if keep else Path(tempfile.mkdtemp(prefix="gongyi-bench-"))
    folder = parent / size
    mark = folder / MARK
    if settings.GONGYI_DATA in folder.parents or (folder.exists() and not mark.exists()):
        raise CommandError(_("%(path)s 里有别的数据，没有动它。请换一个文件夹。") % {"path": folder})
    try:
        if mark.exists() and mark.read_text() != "filled":
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        mark.touch()
        yield folder
    finally:
        if not keep:
            shutil.rmtree(parent)


@contextmanager
def scratch_database() -> Iterator[str]:
    """The address of a new PostgreSQL database, dropped afterwards; '' on SQLite, whose file lies in the scratch folder."""
    if connection.vendor != "postgresql":
        yield ""
        return
    name = f"gongyi_bench_{uuid4().hex[:12]}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


def fill_once(cases: int, proposals: int) -> None:
    """Fill the scratch database unless it is; nothing is ever added to a database that holds a county."""
    mark = settings.GONGYI_DATA / MARK
    if not counties():
        boot.say(_("正在造 %(n)d 件虚构的办件……") % {"n": cases})
        fill_bench(cases=cases, proposals=proposals)
        mark.write_text("filled")
    elif mark.read_text() != "filled":
        raise CommandError(_("数据库里已经有县了，只在空的数据库里测。"))


# --- measuring --------------------------------------------------------------------------------------------------------


def measure(cases: int, rounds: int) -> Iterator[dict[str, Any]]:
    """One line per scenario; the page and the bare list are timed in turn, so that a busy machine slows both."""
    home = find_units(COUNTY, f"{COUNTY}001", limit=1)[0].id
    clerk = Browser(sign_in_bench())
    for name, visit in _scenarios(clerk, home, cases).items():
        times = max(rounds // FEWER.get(name, 1), 1)
        yield {"scenario": name, **_times(visit, home, times), **_weight(clerk, name, visit)}


def _scenarios(clerk: "Browser", home: UUID, cases: int) -> dict[str, Visit]:
    """What is visited: the list; one unit, one state, one month; one case after the other; what residents send; a long export."""
    reader = Browser(sign_in_bench(READER))
    address, new, ask = reverse("casework:list"), reverse("casework:new"), reverse("home:portal_ask")
    month = clock.today().replace(day=1) - timedelta(days=180)
    wanted = {"unit": str(home), "state": "filed", "since": f"{month - timedelta(days=30)}", "until": f"{month}"}
    sought, typed = cycle(["路灯", "停水", "002号村", "电动车", "水泥路裂", "还没有人来"]), cycle(MATTERS)
    told = cycle(told_cases(COUNTY, home, len(WAY), 100))
    form = {
        "content": REST,
        "type": str(types(COUNTY)[0].id),
        "unit": str(home),
        "channel": "phone",
        "urgency": "normal",
    }
    whole = last_whole(clock.today())
    return {
        "list": lambda: clerk.get(address),
        "today": lambda: clerk.get(reverse("home:today")),
        "filter": lambda: clerk.get(address, wanted),
        "detail": lambda: clerk.get(reverse("casework:detail", args=[next(told)[0]])),
        "search": lambda: clerk.get(reverse("home:search"), {"q": next(sought)}),
        "similar": lambda: clerk.post(reverse("casework:similar"), {"content": f"{next(typed)}。{REST}"}, ("200",)),
        "dashboard": lambda: reader.get(reverse("reports:dashboard")),
        "dashboard_now": lambda: reader.get(reverse("reports:dashboard"), {"month": f"{clock.today():%Y-%m}"}),
        "figures": lambda: reader.get(reverse("reports:figures"), {"from": str(whole.first), "to": str(whole.last)}),
        "report": lambda: _reported,
        "fill_form": lambda: _filled,
        "fill_counts": _counted,
        "portal_track": lambda: _tracked(*next(told)),
        "export": lambda: _exported(SPAN * min(EXPORTED / cases, 1)),
        **_of_proposals(clerk, home),
        "portal_submit": lambda: Browser().post(ask, {"content": REST}),
        "create": lambda: clerk.post(new, form | {"asker_phone": f"199{randbelow(10**8):08d}"}),
    }


def _of_proposals(clerk: "Browser", home: UUID) -> dict[str, Visit]:
    """The list and page of proposals in the office and in public; none where there is no proposal."""
    keys, slugs = told_proposals(COUNTY, home, len(WAY), 100)
    if not keys:
        return {}
    address, public = reverse("proposals:list"), reverse("home:suggestions")
    told, shown = cycle(keys), cycle(slugs)
    return {
        "proposals": lambda: clerk.get(address),
        "proposals_filter": lambda: clerk.get(address, {"state": "closed"}),
        "proposal": lambda: clerk.get(reverse("proposals:detail", args=[next(told)])),
        "suggestions": lambda: Browser().get(public),
        "suggestion": lambda: Browser().get(reverse("home:suggestion", args=[next(shown)])),
    }


def _tracked(key: UUID, number: str) -> Callable[[], bytes]:
    """Number and code are sent by a browser never seen before, then the case is read."""
    resident = Browser()
    sent = resident.post(reverse("home:portal_track"), {"number": number, "code": make_code(key)})

    def followed() -> bytes:
        sent()
        return resident.get(reverse("home:portal_case"))()  # made now: it carries the cookie

    return followed


def _exported(lately: timedelta) -> Callable[[], bytes]:
    """The cases of late are asked for; then the worker's task writes the file."""
    with bind(COUNTY):
        export = ask_export(by=exporter(), kind="xlsx", query=f"since={clock.today() - lately}", words="")

    def written() -> bytes:
        write_exports()
        export.refresh_from_db()
        with attachments.open_stored(export.path) as file:
            return file.read()

    return written


def _reported() -> bytes:
    """The year's report of the whole county as .docx, drafted anew."""
    with bind(COUNTY):
        county, year = Unit.objects.get(county=COUNTY, tier=Unit.Tier.COUNTY), Period.year(clock.today().year)
        return export_draft(by=system_actor("bench", COUNTY), unit=county, period=year, kind="summary")[0]


def _form() -> tuple[bytes, Unit, Period]:
    """A blank form with a row for each township, for the whole county and the last whole month."""
    county = Unit.objects.get(county=COUNTY, tier=Unit.Tier.COUNTY)
    towns = Unit.objects.filter(county=COUNTY, tier=Unit.Tier.TOWNSHIP).order_by("code")
    return blank_form(town.name for town in towns), county, last_whole(clock.today())


def _filled() -> bytes:
    """The form read, understood, counted and written."""
    with bind(COUNTY):
        content, county, period = _form()
        return fill_file(content, "form.xlsx", unit=county, period=period, by=None).content


def _counted() -> Callable[[], bytes]:
    """The same numbers alone, by the same queries: what is left is the file."""
    with bind(COUNTY):
        content, county, period = _form()
        opened = read(content, "form.xlsx")
        asks = asks_of(opened, {}, county, period)

    def counted() -> bytes:
        with bind(COUNTY):
            return repr([line.value for line in fill(opened.slots, asks, unit=county, period=period, by=None)]).encode()

    return counted


def _times(visit: Visit, unit: UUID, rounds: int) -> dict[str, float]:
    plain = RequestFactory().get("/")
    pages, bares, cpu = [], [], 0.0
    for turn in range(-min(WARM_UP, rounds), rounds):
        visited = visit()
        used, began = process_time(), perf_counter()
        visited()
        between, used = perf_counter(), process_time() - used
        bare(plain, unit)
        if turn >= 0:
            pages.append((between - began) * 1000)
            bares.append((perf_counter() - between) * 1000)
            cpu += used * 1000
    p95 = sorted(pages)[int(len(pages) * 0.95)]
    return {
        "p50_ms": round(median(pages), 2),
        "p95_ms": round(p95, 2),
        "cpu_ms": round(cpu / rounds, 2),
        "bare_p50_ms": round(median(bares), 2),
    }


def _weight(clerk: "Browser", name: str, visit: Visit) -> dict[str, int]:
    """Statements of one visit, also those that begin and end transactions, and the page or file as it travels (of what is sent its form)."""
    visited = visit()
    with CaptureQueriesContext(connection) as seen:
        body = visited()
    statements = len(seen)  # the next visit empties the record
    if name in FORMS:
        body = clerk.get(reverse(FORMS[name]))()
    return {"sql": statements, "bytes_gzip": len(gzip.compress(body, 6))}


def bare(_request: HttpRequest, unit: UUID) -> HttpResponse:
    """The fixed measure: no middleware, one query for the newest rows by the list's index, one plain template."""
    return HttpResponse(BARE.render(Context({"rows": bare_rows(COUNTY, unit, PAGE)})))


class Browser:
    """Somebody before the whole product as the web server calls it, signed in or not; keeps cookies."""

    def __init__(self, session: str = "") -> None:
        from gongyi.wsgi import application

        home = ".".join(str(randbelow(256)) for _part in range(4))  # so that no limit for one address is met
        self.application, self.factory = application, RequestFactory(SERVER_NAME="127.0.0.1", REMOTE_ADDR=home)
        self.factory.cookies[settings.CSRF_COOKIE_NAME] = self.secret = get_random_string(32)
        if session:
            self.factory.cookies[settings.SESSION_COOKIE_NAME] = session
        self.status = ""

    def get(self, path: str, query: dict[str, str] | None = None) -> Callable[[], bytes]:
        """A visit: gives the page, or raises CommandError for anything else."""
        return partial(self._open, dict(self.factory.get(path, query or {}).environ), "200")

    def post(
        self, path: str, form: dict[str, str], wanted: tuple[str, ...] = ("302 Found /cases/", "302 Found /portal/")
    ) -> Callable[[], bytes]:
        """A form that is sent with a key of its own: raises CommandError for anything but the way on."""
        form = form | {"csrfmiddlewaretoken": self.secret, "_key": str(uuid4())}
        return partial(self._open, dict(self.factory.post(path, form).environ), wanted)

    def _open(self, environ: dict[str, Any], wanted: str | tuple[str, ...]) -> bytes:
        answer = self.application(environ, self._begin)  # type: ignore[arg-type]
        try:
            body = b"".join(answer)
        finally:
            answer.close()
        if not self.status.startswith(wanted):
            raise CommandError(f"{environ['PATH_INFO']}: {self.status}")
        return body

    def _begin(self, status: str, headers: list[tuple[str, str]], *_rest: Any) -> None:
        self.status = f"{status} {dict(headers).get('Location', '')}"
        for name, value in headers:
            if name == "Set-Cookie":
                self.factory.cookies.load(value)
