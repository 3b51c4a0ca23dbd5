"""How long an import takes, and that nobody else waits long for it, be it undone or killed; nothing of a killed one stays."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[2]
MIGRATED = {"DJANGO_SETTINGS_MODULE": "tests.migrated_settings"}


def measured(tmp_path: Path, rows: int, kills: int) -> dict:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GONGYI_", "DATABASE_URL"))}
    command = [
        sys.executable,
        str(BASE / "manage.py"),
        "measure_import",
        f"--rows={rows}",
        f"--kills={kills}",
        "--json",
    ]
    done = subprocess.run(
        command,
        env=kept | MIGRATED | {"GONGYI_DATA": str(tmp_path / "own")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def holds(found: dict, rows: int, kills: int) -> None:
    assert (found["rows"], found["kills"], found["left"]) == (rows, kills, 0)
    assert found["write_max_ms"] <= 500
    assert found["undo_max_ms"] <= 500
    assert found["kills_max_ms"] <= 500
    assert found["peak_mb"] <= 300


def test_a_short_import_is_measured(tmp_path):
    found = measured(tmp_path, 40, 1)
    assert (found["rows"], found["kills"], found["left"]) == (40, 1, 0)
    assert found["peak_mb"] <= 300
    assert found["writes"] >= 3


@pytest.mark.slow
def test_ten_thousand_rows_keep_nobody_waiting(tmp_path):
    found = measured(tmp_path, 10_000, 10)
    holds(found, 10_000, 10)
    assert found["seconds"] <= 60
