"""A PostgreSQL cluster of our own: `own_postgres.py COMMAND…` runs COMMAND with DATABASE_URL pointing to it.

It lives in a temporary folder, on a free port of this machine, under an account without rights, and is gone afterwards.
The one at 127.0.0.1:5432, should there be one, is never touched.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


class NoPostgres(Exception):  # noqa: N818
    """PostgreSQL is not installed or did not start; the text says which."""


@dataclass(frozen=True)
class Cluster:
    """A running cluster: where its programs and data are, and how to reach it."""

    programs: Path
    folder: Path
    port: int
    url: str

    def call(self, program: str, *args: str) -> str:
        """Run one of PostgreSQL's programs as the cluster's owner; returns what it printed. Raises NoPostgres."""
        drop = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        done = subprocess.run(
            [*drop, self.programs / program, *args],
            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        )  # fmt: skip
        if done.returncode:
            raise NoPostgres(done.stdout.strip() or f"{program} failed")
        return done.stdout

    def start(self) -> None:
        """Start the postmaster and wait until it answers."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        self.call("pg_ctl", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-w", "-o", options, "start")

    def stop(self) -> None:
        """Stop at once; fine when it is not running."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self.call("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "-w", "stop")


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        raise NoPostgres("PostgreSQL is not installed (apt install postgresql)")
    return (found[-1] if found else Path(on_path or "")).parent


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A fresh, running cluster for the block. Raises NoPostgres."""
    programs, port, password = _programs(), _free_port(), secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="gongyi-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        secret = folder / "password"
        secret.write_text(password)
        if os.geteuid() == 0:
            for path in (folder, secret):
                shutil.chown(path, "postgres", "postgres")
        made = Cluster(programs, folder, port, f"postgres://gongyi:{password}@127.0.0.1:{port}/gongyi")
        made.call(
            "initdb", "-D", f"{folder}/data", "-U", "gongyi", "-A", "scram-sha-256", f"--pwfile={secret}",
            "-E", "UTF8", "--locale=C.UTF-8",
        )  # fmt: skip
        try:
            made.start()
            yield made
        finally:
            made.stop()


def main(command: list[str]) -> int:
    """Run the command on a cluster of its own; returns its exit status, 3 when there is no PostgreSQL."""
    try:
        with cluster() as made:
            return subprocess.run(command, env={**os.environ, "DATABASE_URL": made.url}, check=False).returncode
    except NoPostgres as why:
        sys.stderr.write(f"PostgreSQL 没有启动，第二遍没有测 not tested on PostgreSQL: {why}\n")
        return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
