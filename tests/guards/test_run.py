"""`./run` as its users meet it: on a bare machine, behind a broken network, with a server that hangs or is killed."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[2]
TOOLS = ["sh", "dirname", "cat", "cmp", "rm", "cp", "ls", "tee", "sed", "grep", "tail", "flock", "mktemp"]

# A stand-in for python3 and for the environment's python: it makes environments and installs nothing, but keeps a diary.
PYTHON = """#!/bin/sh
case "$*" in
*version_info*) exit "${FAKE_OLD:-0}" ;;
*ensurepip,*) exit "${FAKE_BARE:-0}" ;;
--version) echo "Python 3.9.2" ;;
"-m venv"*)
    for folder; do :; done
    echo "venv" >>"$DIARY"
    /bin/rm -rf "$folder"
    /bin/mkdir -p "$folder/bin"
    : >"$folder/pyvenv.cfg"
    /bin/cp "$0" "$folder/bin/python"
    ;;
"-m pip install"*)
    echo "install" >>"$DIARY"
    echo "Collecting django==5.2.1"
    [ -z "${FAKE_PIP:-}" ] || { echo "ERROR: $FAKE_PIP"; exit 1; }
    ;;
*manage.py*) shift; echo "manage.py $*" ;;
esac
"""


class Machine:
    """A machine with only POSIX tools, a stand-in for python3, and a copy of the product."""

    def __init__(self, folder):
        self.home, self.tools, self.diary = folder / "共议 office", folder / "tools", folder / "diary"
        self.tools.mkdir()
        self.home.mkdir()
        for name in TOOLS:
            (self.tools / name).symlink_to(shutil.which(name))
        self.python = self.tools / "python3"
        self.python.write_text(PYTHON)
        self.python.chmod(0o755)
        for name in ("run", "requirements.txt", "requirements-dev.txt"):
            shutil.copy(BASE / name, self.home)

    def run(self, *args, **env):
        env = {"PATH": str(self.tools), "DIARY": str(self.diary), **env}
        return subprocess.run([self.home / "run", *args], env=env, capture_output=True, text=True, check=False)

    def did(self):
        text = self.diary.read_text() if self.diary.exists() else ""
        self.diary.unlink(missing_ok=True)
        return text.split()


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_run_is_posix_shell():
    assert (BASE / "run").read_text().startswith("#!/bin/sh\n")
    subprocess.run(["sh", "-n", BASE / "run"], check=True)
    subprocess.run(["bash", "-n", BASE / ".ci" / "run"], check=True)


def test_first_start_installs_by_hash_and_the_second_does_nothing(machine):
    first = machine.run()
    assert (first.returncode, first.stdout) == (0, "manage.py serve\n")
    assert "正在准备运行环境" in first.stderr
    assert "· django\n" in first.stderr
    assert machine.did() == ["venv", "install"]
    second = machine.run()
    assert (second.stdout, second.stderr, machine.did()) == ("manage.py serve\n", "", [])


def test_install_demands_hashes(machine):
    machine.python.write_text(PYTHON.replace('echo "install"', 'echo "$*"'))
    machine.run()
    assert "--require-hashes" in machine.did()


def test_changed_requirements_are_installed_again(machine):
    machine.run()
    machine.did()
    with (machine.home / "requirements.txt").open("a") as file:
        file.write("# newer\n")
    machine.run()
    assert machine.did() == ["install"]


def test_development_set_leaves_the_plain_one_ready(machine):
    machine.run("lint")
    assert machine.did() == ["venv", "install"]
    machine.run()
    machine.run("lint")
    assert machine.did() == []


def test_manage_keeps_stdout_for_the_command(machine):
    done = machine.run("manage", "dump", "--all", "a b")
    assert done.stdout == "manage.py prepare dump --all a b\n"


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("Connection to the index timed out", "网络慢或中断"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "校验值不符"),
        ("No space left on device", "磁盘已满"),
    ],
)
def test_broken_install_says_what_to_do_and_is_remade(machine, fault, sentence):
    broken = machine.run(FAKE_PIP=fault)
    assert (broken.returncode, broken.stdout) == (2, "")
    assert sentence in broken.stderr
    assert fault in broken.stderr
    assert machine.did() == ["venv", "install"]
    assert machine.run().stdout == "manage.py serve\n"
    assert machine.did() == ["venv", "install"]  # not the half-made one


def test_half_made_environment_without_python_is_remade(machine):
    (machine.home / ".venv" / "bin").mkdir(parents=True)
    assert machine.run().returncode == 0
    assert machine.did() == ["venv", "install"]


def test_environment_whose_python_went_away_is_remade(machine):
    machine.run()
    machine.did()
    (machine.home / ".venv" / "bin" / "python").unlink()
    assert machine.run().stdout == "manage.py serve\n"
    assert machine.did() == ["venv", "install"]


def test_machine_without_python_is_told(machine):
    machine.python.unlink()
    done = machine.run()
    assert done.returncode == 2
    assert "apt install python3 python3-venv" in done.stderr


def test_machine_with_an_old_python_is_told(machine):
    done = machine.run(FAKE_OLD="1")
    assert done.returncode == 2
    assert "需要 Python 3.11" in done.stderr
    assert "3.9.2" in done.stderr


def test_machine_without_venv_is_told(machine):
    done = machine.run(FAKE_BARE="1")
    assert done.returncode == 2
    assert "需要 python3-venv：apt install python3-venv" in done.stderr


def test_another_folder_is_not_emptied(machine, tmp_path):
    precious = tmp_path / "home" / "letter.txt"
    precious.parent.mkdir()
    precious.write_text("kept")
    done = machine.run(GONGYI_VENV=str(precious.parent))
    assert done.returncode == 2
    assert "没有动它" in done.stderr
    assert precious.read_text() == "kept"
    assert machine.did() == []


def with_stub(machine, name, script):
    (machine.tools / name).write_text(f"#!/bin/sh\n{script}\n")
    (machine.tools / name).chmod(0o755)


def test_full_tests_without_root_name_the_missing_packages(machine):
    with_stub(machine, "dpkg", '[ "$2" != postgresql ]')
    with_stub(machine, "id", "echo 1000")
    done = machine.run("test", "--full")
    assert done.returncode == 2
    assert "这些系统包： postgresql。" in done.stderr


def test_full_tests_say_when_packages_cannot_be_installed(machine):
    with_stub(machine, "dpkg", "exit 1")
    with_stub(machine, "id", "echo 0")
    with_stub(machine, "apt-get", 'echo "apt-get $*" >>"$DIARY"; echo "Temporary failure resolving"; exit 100')
    done = machine.run("test", "--full")
    assert done.returncode == 2
    assert "Temporary failure resolving" in done.stderr
    assert "检查网络和 apt" in done.stderr
    assert machine.did()[-3:] == ["apt-get", "update", "-qq"]  # nothing is installed from a stale list


SLOW = """
import pytest
@pytest.mark.slow(minutes=3)
def test_long(): pass
@pytest.mark.slow
def test_short(): pass
"""


@pytest.mark.parametrize(("deadline", "ran"), [("0", 1), ("99999999999", 2)])
def test_slow_proofs_without_time_are_named(tmp_path, deadline, ran):
    (tmp_path / "test_slow.py").write_text(SLOW)
    options = ["-p", "no:randomly", "-p", "tests.deadline", "-p", "no:cacheprovider", "-c", BASE / "pyproject.toml"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"--rootdir={tmp_path}", "-m", "slow", tmp_path],
        env=os.environ | {"GONGYI_TEST_DEADLINE": deadline}, cwd=BASE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    *_, last = done.stdout.splitlines()
    assert f"{ran} passed" in last  # pytest's own closing line
    assert ("test_slow.py::test_long" in done.stdout) is (ran == 1)


def test_unknown_word_shows_the_usage(machine):
    done = machine.run("serv")
    assert (done.returncode, done.stdout) == (2, "")
    assert "./run manage" in done.stderr
    assert machine.run("--help").stdout == done.stderr


# --- real servers -----------------------------------------------------------------------------------------------------


def free_port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def family(pid):
    """The process and all its descendants that live."""
    with suppress(FileNotFoundError):
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *(p for child in below for p in family(int(child)))]
    return []


def gone(pid):
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True


def waited(condition, seconds):
    """How long it took until the condition held; fails after so many seconds."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, "not in time"
        time.sleep(0.02)
    return time.monotonic() - begun


SERVE = """
import django
django.setup()
from django.core.management import call_command
from gongyi.core import supervisor
{}
call_command("serve")
"""


class Server:
    """What `./run` starts, on a folder without the demo county; `unguarded` is code that takes a guard away first."""

    def __init__(self, data, unguarded="", **env):
        self.port = free_port()
        env = {"GONGYI_DATA": str(data), "GONGYI_DEMO": "0", "PORT": str(self.port), **env}
        kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "GONGYI_KEYS", "HOST"}}
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE.format(unguarded)], cwd=BASE, env=kept | env, stderr=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, start_new_session=True,
        )  # fmt: skip

    def status(self, path="/healthz"):
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            client.request("GET", path)
            return client.getresponse().status
        except OSError:
            return None
        finally:
            client.close()

    def up(self):
        waited(lambda: self.status() is not None or self.process.poll() is not None, 60)
        assert self.process.poll() is None, self.process.stderr.read()
        waited(lambda: len(family(self.process.pid)) == 4, 10)  # us, granian and its worker, the job worker
        return self

    def members(self):
        """Process ids: granian, its worker, the job worker."""
        _us, *rest = family(self.process.pid)
        assert len(rest) == 3
        return rest


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("served")


@pytest.fixture
def server(data):
    started = []

    def start(unguarded="", **env):
        started.append(Server(data, unguarded, **env))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.communicate()


def stopped(one, number):
    members, begun = family(one.process.pid), time.monotonic()
    one.process.send_signal(number)
    code = one.process.wait(20)
    took = time.monotonic() - begun
    assert all(gone(pid) for pid in members)
    assert one.status() is None
    return took, code


@pytest.mark.slow(minutes=1)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_server_answers_and_stops_when_asked(server, number):
    one = server().up()
    assert one.status("/") in {200, 302}
    assert any(f"http://127.0.0.1:{one.port}/" in line for line in one.process.stderr)
    took, code = stopped(one, number)
    assert code == 0
    assert took < 5
    assert one.process.stdout.read() == ""


@pytest.mark.slow(minutes=1)
def test_second_start_answers_within_three_seconds(server):
    stopped(server().up(), signal.SIGTERM)
    one = server()
    assert waited(lambda: one.status("/") is not None, 20) < 3


@pytest.mark.slow(minutes=1)
@pytest.mark.parametrize("which", [0, 1, 2, slice(None)])
def test_server_that_hangs_is_stopped_within_five_seconds(server, which):
    one = server().up()
    hanging = one.members()[which]
    for pid in hanging if isinstance(hanging, list) else [hanging]:
        os.kill(pid, signal.SIGSTOP)
    took, code = stopped(one, signal.SIGTERM)
    assert took < 5
    assert code == 0


@pytest.mark.slow(minutes=1)
def test_server_that_hangs_is_stopped_late_without_patience_ending(server):
    one = server("supervisor.PATIENCE = 6").up()
    os.kill(one.members()[0], signal.SIGSTOP)
    took, _code = stopped(one, signal.SIGTERM)
    assert took > 5


@pytest.mark.slow(minutes=1)
def test_nothing_outlives_a_killed_supervisor(server):
    one = server().up()
    members = one.members()
    one.process.kill()
    assert waited(lambda: all(gone(pid) for pid in members), 5) < 2
    assert one.status() is None


@pytest.mark.slow(minutes=1)
def test_children_outlive_a_killed_supervisor_without_the_lifeline(server):
    one = server("supervisor._die_at_end_of = lambda pipe: None").up()
    members = one.members()
    one.process.kill()
    one.process.wait()
    time.sleep(2)
    left = [pid for pid in members if not gone(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert len(left) == 3


@pytest.mark.slow(minutes=1)
def test_dead_worker_is_started_again(server):
    one = server().up()
    *serving, worker = one.members()
    os.kill(worker, signal.SIGKILL)
    waited(lambda: len(family(one.process.pid)) == 4 and worker not in family(one.process.pid), 10)
    assert one.members()[:2] == serving
    assert one.status() is not None


@pytest.mark.slow(minutes=1)
@pytest.mark.parametrize("which", [0, 1])
def test_dead_server_ends_everything_with_a_failure(server, which):
    one = server().up()
    members = one.members()
    os.kill(members[which], signal.SIGKILL)
    assert one.process.wait(10) not in {0, None}
    assert waited(lambda: all(gone(pid) for pid in members), 2) < 2
    out, err = one.process.communicate()
    assert out == ""
    assert "网页服务自己停了" in err


@pytest.mark.slow(minutes=1)
def test_taken_port_is_named(server):
    one = server().up()
    two = server(PORT=str(one.port))
    _out, err = two.process.communicate(timeout=20)
    assert two.process.returncode == 2
    assert f"{one.port} 端口" in err
    assert f"PORT={one.port + 1} ./run" in err


@pytest.mark.slow(minutes=1)
@pytest.mark.parametrize(
    ("env", "word"),
    [({"PORT": "http"}, "PORT"), ({"GONGYI_DEMO": "no"}, "GONGYI_DEMO"), ({"HOST": "no.such.invalid"}, "HOST")],
)
def test_senseless_setting_is_named(server, env, word):
    one = server(**env)
    _out, err = one.process.communicate(timeout=20)
    assert one.process.returncode == 2
    assert "Traceback" not in err
    assert word in err or env[word] in err


@pytest.mark.slow(minutes=1)
def test_manage_prints_only_what_the_command_prints(data):
    env = os.environ | {"GONGYI_DATA": str(data / "new")}
    done = subprocess.run(
        [sys.executable, BASE / "manage.py", "prepare", "showmigrations", "core", "--plan", "--skip-checks"],
        env=env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert lines
    assert all(line.startswith("[X]") for line in lines)
    assert not (data / "new" / "demo").exists()


@pytest.mark.slow(minutes=1)
def test_starting_leaves_the_work_tree_clean(server):
    def tree():
        return {
            p
            for p in BASE.rglob("*")
            if not {".git", ".venv", "data", "__pycache__"} & set(p.parts) and p.name[0] != "."
        }

    before = tree()
    stopped(server().up(), signal.SIGTERM)
    assert tree() == before
