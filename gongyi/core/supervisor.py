"""The web server and the worker as two forked children, kept alive together and stopped together.

Forked, not spawned: the children have Django loaded already, which halves the time to the first page. That is why
this process starts no thread and closes its database connections before.
"""

import http.client
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from multiprocessing.connection import wait

from django.core.management import call_command
from django.db import connections
from django.utils.translation import gettext as _

from gongyi.core.boot import say

PATIENCE = 2.5  # seconds from the wish to stop until whatever still runs is killed
SERVER_PATIENCE = 2  # seconds of them that granian waits for a request that hangs
LONGEST_PAUSE = 60.0  # before a dead worker is started again; one that lived longer starts at once
THREADS = max(4, min(8, 2 * (os.cpu_count() or 1)))
OPEN_CONNECTIONS = 512  # idle ones hold a place for half a minute; more wait in the kernel's queue

_fork = multiprocessing.get_context("fork")


class Child:
    """A process in a process group of its own: Ctrl-C reaches it only through us, and it dies when we die."""

    def __init__(self, run: Callable[[], object], lifeline: tuple[int, int]) -> None:
        self._run, self._lifeline = run, lifeline
        self.start()

    def start(self) -> None:
        self.process = _fork.Process(target=self._inside)
        self.process.start()
        self.born = time.monotonic()

    def _inside(self) -> None:
        os.setpgid(0, 0)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        ours, parents = self._lifeline
        os.close(parents)
        threading.Thread(target=_die_at_end_of, args=(ours,), daemon=True).start()
        self._run()

    def kill(self) -> None:
        """Kill it with all its own children, whichever are left."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid or 0, signal.SIGKILL)


def _die_at_end_of(pipe: int) -> None:
    os.read(pipe, 1)  # nobody writes: it ends when the supervisor is gone, even by kill -9
    os.killpg(0, signal.SIGKILL)


class Supervisor:
    """Serves at a numeric address and port until SIGINT, SIGTERM or SIGHUP, or until the web server dies."""

    def __init__(self, address: str, port: int, announce: Callable[[], None]) -> None:
        self.address, self.port, self.announce = address, port, announce
        self.wishes = 0
        self.pause = 1.0
        self.restart_at: float | None = None

    def run(self) -> int:
        """Serve; returns the exit status: 0 when asked to stop, otherwise the web server's own (never 0)."""
        connections.close_all()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._wish)
        lifeline = os.pipe()
        self.server = Child(lambda: _serve(self.address, self.port), lifeline)
        self.worker = Child(lambda: call_command("worker"), lifeline)
        announced = False
        while not self.wishes and self.server.process.is_alive():
            announced = announced or self._announce_when_it_answers()
            self._keep_worker()
            wait([self.server.process.sentinel], timeout=0.2)
        code = 0 if self.wishes else abs(self.server.process.exitcode or 1)
        if code:
            say(_("网页服务自己停了，原因见上面；后台任务也随之停止。"))
        self._end()
        return code

    def _wish(self, *_: object) -> None:
        self.wishes += 1

    def _announce_when_it_answers(self) -> bool:
        # A server that listens on every address is asked on this machine's own.
        address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.address, self.address)  # noqa: S104
        with closing(http.client.HTTPConnection(address, self.port, timeout=2)) as client:
            try:
                client.request("GET", "/healthz")
                client.getresponse()
            except (OSError, http.client.HTTPException):
                return False
        self.announce()
        return True

    def _keep_worker(self) -> None:
        now = time.monotonic()
        if self.worker.process.is_alive():
            return
        if self.restart_at is None:
            self.pause = 1.0 if now - self.worker.born > LONGEST_PAUSE else min(self.pause * 2, LONGEST_PAUSE)
            self.restart_at = now + self.pause
        if now >= self.restart_at:
            self.restart_at = None
            self.worker.start()

    def _end(self) -> None:
        deadline, asked = time.monotonic() + PATIENCE, self.wishes
        children = [self.server, self.worker]
        for child in children:
            child.process.terminate()
        while left := [c.process.sentinel for c in children if c.process.is_alive()]:
            # A second Ctrl-C means: now.
            if time.monotonic() > deadline or self.wishes > max(asked, 1):
                break
            wait(left, timeout=0.2)
        for child in children:
            child.kill()
            child.process.join()


def _serve(address: str, port: int) -> None:
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    Granian(
        "gongyi.wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=1,
        blocking_threads=THREADS,
        backpressure=OPEN_CONNECTIONS,
        workers_kill_timeout=SERVER_PATIENCE,
        log_access=False,
        log_level=LogLevels.error,
        log_dictconfig={
            "handlers": {key: {"class": "logging.StreamHandler"} for key in ("console", "access")}
        },  # to stderr
    ).serve()
