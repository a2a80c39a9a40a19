"""The command line itself: help, verbs, unreachable daemons, and how little it loads."""

import grp
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from jarvisctl import cli
from jarvisctl.sockets import SYSTEM_SOCKET, candidates, choose
from tests.fakes.daemon import FakeDaemon
from tests.jarvisctl.conftest import Jarvisctl

HELP = Path(__file__).parent / "help"
PAGES = [
    (),
    *((verb,) for verb in cli.VERBS),
    ("log", "level"),
    *(("config", verb) for verb in ("check", "path", "show")),
    *(("trace", verb) for verb in ("export", "list", "show")),
    *(("conversations", verb) for verb in ("delete", "list", "show")),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: "-".join(page) or "jarvisctl")
def test_help_reads_as_it_was_agreed(jarvisctl: Jarvisctl, page: tuple[str, ...]) -> None:
    """After a wanted change: JARVISCTL_WRITE_HELP=1 pytest tests/jarvisctl/test_cli.py."""
    ran = jarvisctl.run(*page, "--help")
    file = HELP / f"{'-'.join(page) or 'jarvisctl'}.txt"
    if os.environ.get("JARVISCTL_WRITE_HELP"):
        HELP.mkdir(exist_ok=True)
        file.write_bytes(ran.stdout)
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.text == file.read_text()
    assert max(map(len, ran.text.splitlines())) <= 80


@pytest.mark.parametrize("verb", cli.VERBS)
def test_the_overview_says_of_a_verb_what_its_own_help_says(verb: str) -> None:
    command = import_module(f"jarvisctl.commands.{verb}").command
    assert command.name == verb
    assert command.help.splitlines()[0] == cli.VERBS[verb]


def test_verbs_are_sorted() -> None:
    assert list(cli.VERBS) == sorted(cli.VERBS)


def test_unknown_verbs_are_corrected(jarvisctl: Jarvisctl) -> None:
    ran = jarvisctl.run("statsu")
    assert (ran.code, ran.stdout) == (2, b"")
    assert "There is no command 'statsu'. Did you mean 'status'?" in ran.stderr
    ran = jarvisctl.run("say", "--speeed", "1", "x")
    assert ran.code == 2
    assert "--speed" in ran.stderr


def test_a_daemon_that_is_not_there_is_explained(jarvisctl: Jarvisctl) -> None:
    ran = jarvisctl.run("status")
    assert (ran.code, ran.stdout) == (3, b"")
    first, *rest = ran.stderr.splitlines()
    assert first == f"jarvisctl: no daemon answers at {jarvisctl.socket}"
    assert rest
    assert jarvisctl.run("status", "--json").objects[0]["error"]["code"] == "daemon.unreachable"


def test_without_a_choice_both_sockets_are_named(jarvisctl: Jarvisctl) -> None:
    ran = jarvisctl.run("status", environ={"JARVISD_SOCKET": ""})
    assert f"{SYSTEM_SOCKET} or /nonexistent/jarvisd/control.sock" in ran.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize(
    ("group", "next_command"),
    [("games", "sudo usermod -aG games $USER"), ("root", "sudo groupadd --system jarvis && ")],
)
def test_a_socket_that_is_closed_to_us_names_the_group(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, group: str, next_command: str
) -> None:
    daemon.path.parent.chmod(0o755)
    os.chown(daemon.path, 0, grp.getgrnam(group).gr_gid)
    daemon.path.chmod(0o660)
    script = (
        "import os; import jarvisctl.cli as c; import jarvisctl.commands.status; "
        "os.setgroups([]); os.setgid(65534); os.setuid(65534); c.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "status"],
        env=jarvisctl.environment(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 5
    assert "permission denied" in done.stderr
    assert next_command in done.stderr


def test_a_daemon_that_runs_elsewhere_is_found(jarvisctl: Jarvisctl) -> None:
    """A process that looks like jarvisd in /proc is named, with the socket it listens at."""
    pretender = subprocess.Popen(
        ["/bin/sh", "-c", "read x", "-m", "jarvisd", "--socket", "/tmp/elsewhere.sock"],
        stdin=subprocess.PIPE,
    )
    try:
        assert "jarvisd runs as pid" in jarvisctl.run("status").stderr
    finally:
        pretender.communicate(b"\n")


def test_sockets_are_tried_in_order(tmp_path: Path) -> None:
    runtime = {"XDG_RUNTIME_DIR": str(tmp_path)}
    own = f"{tmp_path}/jarvisd/control.sock"
    assert candidates("/a", runtime | {"JARVISD_SOCKET": "/b"}) == ["/a"]
    assert candidates(None, runtime | {"JARVISD_SOCKET": "/b"}) == ["/b"]
    assert candidates(None, runtime) == [SYSTEM_SOCKET, own]
    assert candidates(None, {}) == [SYSTEM_SOCKET]
    (tmp_path / "jarvisd").mkdir()
    Path(own).touch()
    assert choose(["/nonexistent", own]) == own
    assert choose(["/nonexistent", "/neither"]) == "/nonexistent"


def test_status_loads_nothing_heavy(jarvisctl: Jarvisctl) -> None:
    script = (
        "import sys; from jarvisctl.cli import run; run(['status']); "
        "print('\\n'.join(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script],
        env=jarvisctl.environment(), capture_output=True, text=True, timeout=60, check=True,
    ).stdout.split()  # fmt: skip
    assert {"click", "msgspec"} <= set(loaded)
    heavy = {"httpx", "structlog", "uvicorn", "starlette", "numpy", "textual", "asyncio", "uvloop",
             "anyio", "sqlite3", "readline", "soxr", "tomllib", "wave"}  # fmt: skip
    assert heavy.isdisjoint(loaded)


def test_a_verb_loads_only_itself(jarvisctl: Jarvisctl) -> None:
    script = (
        "import sys; from jarvisctl.cli import run; run(['status']); "
        "print(*(name for name in sys.modules if name.startswith('jarvisctl.commands.')))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script],
        env=jarvisctl.environment(), capture_output=True, text=True, timeout=60, check=True,
    ).stdout.split()  # fmt: skip
    assert loaded == ["jarvisctl.commands.status"]


def test_an_answer_that_makes_no_sense_is_no_traceback(
    daemon: FakeDaemon, jarvisctl: Jarvisctl
) -> None:
    daemon.json("GET", "/v1/status", {"version": 1})
    ran = jarvisctl.run("status")
    assert ran.code == 1
    assert "not understood" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_full_disk_is_named(jarvisctl: Jarvisctl) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            jarvisctl.command("preview", "hello"), stdout=full, stderr=subprocess.PIPE,
            env=jarvisctl.environment(), timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert b"cannot write: No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_streams_that_the_shell_closed_are_no_trouble(jarvisctl: Jarvisctl, closed: str) -> None:
    line = f'exec {sys.executable} -c "from jarvisctl.cli import main; main()" preview hi {closed}'
    done = subprocess.run(
        ["/bin/sh", "-c", line], env=jarvisctl.environment(), capture_output=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
