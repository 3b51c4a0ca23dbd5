"""R13: the worker is killed while it sends; nothing is lost, and twice comes only what was being sent when it was killed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[2]
MIGRATED = {"DJANGO_SETTINGS_MODULE": "tests.migrated_settings"}


def measured(tmp_path: Path, kills: int) -> dict:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("GONGYI_", "DATABASE_URL"))
    }
    command = [sys.executable, str(BASE / "manage.py"), "measure_outbox", "--kills", str(kills), "--json"]
    done = subprocess.run(
        command,
        env=environment | MIGRATED | {"GONGYI_DATA": str(tmp_path / "own")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def holds(found: dict, kills: int) -> None:
    assert (found["kills"], found["messages"]) == (kills, kills * 10)
    assert (found["lost"], found["unexplained"]) == (0, 0)
    assert found["sent"] == found["messages"]
    assert found["received"] == found["messages"] + found["duplicates"]
    assert found["duplicates"] <= found["in_flight"]


def test_r13_three_kills_lose_nothing(tmp_path):
    holds(measured(tmp_path, 3), 3)


@pytest.mark.slow
def test_r13_three_hundred_kills_lose_nothing(tmp_path):
    holds(measured(tmp_path, 300), 300)
