"""Kills the worker in the middle of sending, again and again, and counts what the other side received: nothing lost, how many twice."""

import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import connection, connections
from django.utils.translation import gettext as _

from gongyi.core.management.county import InventedCommand
from gongyi.core.models import Delivery
from gongyi.home.actions.bench import COUNTY
from gongyi.home.actions.measuring import fill_outbox_county, let_pass, put_messages, send_parked_again
from gongyi.home.management.commands.bench import OWN_SETTINGS, scratch_database

MARK = "measure-outbox"  # the file that makes a data folder the measurement's own
SOONEST, LATEST = 0.08, 0.25  # seconds from the worker's start to its death
MOST_ROUNDS = 200  # of sending what is left, once nobody is killed any more
_fork = multiprocessing.get_context("fork")


class Command(InventedCommand):
    help = "Kill the worker so many times while it sends, in a scratch database, and count what was lost and what came twice."
    invented = COUNTY

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--kills", type=int, default=300)
        parser.add_argument("--seed", type=int, default=20260301)
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *, kills: int, seed: int, json: bool, **options: Any) -> None:
        if kills < 1:
            raise CommandError(_("至少要中断 1 次。"), returncode=2)
        if (settings.GONGYI_DATA / MARK).exists():
            found = measure(kills, seed)
            self.stdout.write(_as_json(found) if json else _as_words(found))
            return
        with tempfile.TemporaryDirectory(prefix="gongyi-outbox-") as name, scratch_database() as database:
            self._there(
                Path(name), database, ["--kills", str(kills), "--seed", str(seed), *(["--json"] if json else [])]
            )

    def _there(self, folder: Path, database: str, words: list[str]) -> None:
        """Once more as a process whose settings know nothing but the scratch folder, the scratch database and our own gateway."""
        with gateway(folder / "received") as port:
            (folder / MARK).write_text(str(port))
            environment = {name: value for name, value in os.environ.items() if not name.startswith(OWN_SETTINGS)}
            environment |= {"GONGYI_DATA": str(folder), "GONGYI_SMS_HOSTS": f"http://127.0.0.1:{port}"}
            environment |= {"DATABASE_URL": database} if database else {}
            command = [sys.executable, str(settings.BASE / "manage.py"), "measure_outbox", *words]
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - our own words
        self.stdout.write(done.stdout, ending="")
        if done.returncode:
            raise CommandError(_("没有测完，原因见上面几行。"))


def _as_json(found: dict[str, Any]) -> str:
    return json.dumps(found)


def _as_words(found: dict[str, Any]) -> str:
    words = _(
        "中断 %(kills)d 次，%(messages)d 条消息：丢失 %(lost)d 条，送到两遍 %(duplicates)d 条。有 %(in_flight)d 次正好断在送的时候，送到两遍的都在里面；对方可以按编号认出第二遍。"
    )
    return words % found


# --- the other side ---------------------------------------------------------------------------------------------------


@contextmanager
def gateway(received: Path) -> Iterator[int]:
    """A gateway in a process of its own, which writes down the key of each text that comes; yields its port."""
    ours, theirs = _fork.Pipe()
    connections.close_all()
    process = _fork.Process(target=_listen, args=(received, theirs), daemon=True)
    process.start()
    try:
        yield int(ours.recv())
    finally:
        process.terminate()
        process.join()


def _listen(received: Path, tell: Any) -> None:
    with received.open("a", buffering=1) as file:

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                file.write(f"{self.headers['Idempotency-Key']}\n")
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            tell.send(server.server_port)
            server.serve_forever()


# --- ours -------------------------------------------------------------------------------------------------------------


def measure(kills: int, seed: int) -> dict[str, Any]:
    """Kill the worker so often, let it finish, and compare what it was to send with what came."""
    port = (settings.GONGYI_DATA / MARK).read_text()
    call_command("migrate", verbosity=0)
    people = fill_outbox_county(f"http://127.0.0.1:{port}/send")
    rng = random.Random(seed)  # noqa: S311 - repeatable, no secret
    _work_once()  # the jobs that ran never run first; they are not what is measured
    for _round in range(kills):
        put_messages(people, 2)
        let_pass()
        _kill_worker_after(rng.uniform(SOONEST, LATEST))
    parked = _finish()
    return _count(kills, seed, parked)


def _worker(*words: str) -> Any:
    connections.close_all()
    process = _fork.Process(target=call_command, args=("worker", *words))
    process.start()
    return process


def _kill_worker_after(seconds: float) -> None:
    process = _worker()
    time.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def _work_once() -> None:
    _worker("--once").join()


def _finish() -> Counter[str]:
    """Send whatever is left; returns the tries of those that a person had to send again because they were cut off five times."""
    parked = Counter[str]()
    for _round in range(MOST_ROUNDS):
        parked.update({str(key): tries for key, tries in send_parked_again().items()})
        if not Delivery.objects.filter(county=COUNTY).exclude(state=Delivery.State.SENT).exists():
            break
        let_pass()
        _work_once()
    else:  # workers that cannot run have lost nothing
        raise CommandError(_("没有测完，原因见上面几行。"))
    return parked


def _count(kills: int, seed: int, parked: Counter[str]) -> dict[str, Any]:
    came = Counter((settings.GONGYI_DATA / "received").read_text().split())
    tried = Delivery.objects.filter(county=COUNTY).values_list("id", "tries")
    rows = {str(key): tries + parked[str(key)] for key, tries in tried}
    sent = Delivery.objects.filter(county=COUNTY, state=Delivery.State.SENT).count()
    return {
        "kills": kills, "seed": seed, "engine": connection.vendor, "messages": len(rows), "sent": sent, "received": sum(came.values()),
        "lost": sum(1 for key in rows if not came[key]), "duplicates": sum(number - 1 for number in came.values()),
        # of each copy beyond the first, the worker was killed between sending and marking: it was claimed once more
        "in_flight": sum(tries - 1 for tries in rows.values()), "parked": len(parked),
        "unexplained": sum(1 for key, number in came.items() if number > rows.get(key, 0)),
    }  # fmt: skip
