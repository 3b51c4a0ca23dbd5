"""The bench measures in a place of its own and never touches the real data."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from gongyi.casework.models import Case, CasePart, CaseStep
from gongyi.core.county import current_county
from gongyi.home.actions.bench import COUNTY, fill_bench
from gongyi.home.management.commands import bench
from tests.factories import make_county

MIGRATED = {"DJANGO_SETTINGS_MODULE": "tests.migrated_settings"}
KEYS = {"cases", "scenario", "p50_ms", "p95_ms", "cpu_ms", "sql", "bare_p50_ms", "bytes_gzip"}


def databases() -> list[str]:
    """The databases of the server, where there is one."""
    if connection.vendor == "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]


def this_database() -> dict[str, str]:
    """The test's own database as another process finds it; the one in the environment need not exist."""
    if connection.vendor == "sqlite":
        return {}
    name = connection.settings_dict["NAME"]
    return {"DATABASE_URL": urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))}


@pytest.fixture
def keep(tmp_path_factory) -> Path:
    """A folder besides the test's data folder."""
    return tmp_path_factory.mktemp("keep")


@pytest.mark.django_db(transaction=True)
def test_tiny_run_prints_a_line_each_and_leaves_the_real_data_alone(tmp_path):
    real = tmp_path / "real"
    real.mkdir()
    (real / "gongyi.sqlite3").write_bytes(b"the office's own")
    before = databases()
    done = subprocess.run(
        [sys.executable, settings.BASE / "manage.py", "bench", "--cases", "300", "--rounds", "2", "--json"],
        env={**os.environ, **this_database(), **MIGRATED, "GONGYI_DATA": str(real), "TMPDIR": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["scenario"] for line in lines] == [
        "list",
        "today",
        "filter",
        "detail",
        "search",
        "similar",
        "dashboard",
        "dashboard_now",
        "figures",
        "report",
        "fill_form",
        "fill_counts",
        "portal_track",
        "export",
        "proposals",
        "proposals_filter",
        "proposal",
        "suggestions",
        "suggestion",
        "portal_submit",
        "create",
    ]
    assert all(line.keys() == KEYS and line["cases"] == 300 for line in lines)
    assert all(line["p50_ms"] > 0 and line["bare_p50_ms"] > 0 and line["sql"] > 0 for line in lines)
    assert all(line["bytes_gzip"] > 1000 for line in lines if line["scenario"] not in {"similar", "fill_counts"})
    assert (real / "gongyi.sqlite3").read_bytes() == b"the office's own"
    assert not list(tmp_path.glob("gongyi-bench-*"))
    assert databases() == before


def test_folder_with_other_data_is_refused_and_stays(keep):
    mine = keep / "300" / "gongyi.sqlite3"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(CommandError, match="没有动它"), bench.scratch_folder(keep, "300"):
        pass
    assert mine.read_text() == "mine"
    mine.with_name(bench.MARK).touch()  # with the mark it is a fill that was cut off, and is begun anew
    with bench.scratch_folder(keep, "300") as folder:
        assert not (folder / "gongyi.sqlite3").exists()


def test_real_data_folder_is_refused(keep, settings):
    settings.GONGYI_DATA = keep / "office"
    with pytest.raises(CommandError), bench.scratch_folder(settings.GONGYI_DATA, "300"):
        pass
    with bench.scratch_folder(keep, "300") as folder:
        assert folder == keep / "300"


def test_kept_folder_is_used_again(keep):
    with bench.scratch_folder(keep, "300") as folder:
        (folder / "gongyi.sqlite3").write_text("a million cases")
        (folder / bench.MARK).write_text("filled")
    with bench.scratch_folder(keep, "300") as folder:
        assert (folder / "gongyi.sqlite3").exists()


@pytest.mark.django_db
def test_database_that_holds_a_county_is_never_filled(monkeypatch):
    filled = []
    monkeypatch.setattr(bench, "fill_bench", lambda *, cases, proposals: filled.append(cases + proposals))
    (settings.GONGYI_DATA / bench.MARK).touch()
    make_county(110101)
    with pytest.raises(CommandError, match="已经有县"):
        bench.fill_once(270, 30)
    assert not filled
    monkeypatch.setattr(bench, "counties", list)
    bench.fill_once(270, 30)
    assert filled == [300]


def test_too_few_cases_are_refused():
    with pytest.raises(CommandError, match="至少"):
        call_command("bench", cases=10, stdout=StringIO())


@pytest.mark.django_db
def test_fill_spreads_cases_over_units_months_and_states():
    fill_bench(cases=400)
    cases = Case.objects.filter(county=COUNTY)
    assert cases.count() == 400
    assert len({case.recorded_at.strftime("%Y-%m") for case in cases}) >= 24
    assert len(set(cases.values_list("state", flat=True))) >= 6
    assert len(set(cases.values_list("area", flat=True))) > 100
    assert 2 <= CasePart.objects.filter(county=COUNTY).count() / 400 <= 3
    long_ones = cases.filter(version=len(bench.WAY))
    assert long_ones.count() == 40
    assert CaseStep.objects.filter(case__in=long_ones).count() == 400
    with pytest.raises(LookupError):
        current_county()


def test_scratch_process_knows_nothing_of_the_real_one(monkeypatch, tmp_path):
    asked = {}

    class Child:
        stdout, returncode = (), 0

        def __init__(self, command, *, env, **_kwargs) -> None:
            asked.update(env)

        def __enter__(self):
            return self

        def __exit__(self, *_error) -> None: ...

    for name in ("GONGYI_DATA", "GONGYI_KEYS", "DATABASE_URL", "SECRET_KEY"):
        monkeypatch.setenv(name, "the office's own")
    monkeypatch.setattr(bench.subprocess, "Popen", Child)
    bench.Command()._measure_there(Path(tmp_path), "", [])
    assert asked["GONGYI_DATA"] == str(tmp_path)
    assert "the office's own" not in asked.values()
    assert asked["PATH"] == os.environ["PATH"]
