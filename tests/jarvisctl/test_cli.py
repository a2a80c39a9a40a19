"""The command line itself: help, verbs, unreachable daemons, and how little it loads."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from jarvisctl import cli
from tests.fakes.daemon import FakeDaemon
from tests.jarvisctl.conftest import Jarvisctl

HELP = Path(__file__).parent / "help"
# The overview is tested by what it must hold: a new verb changes its own page alone.
PAGES = [
    *((verb,) for verb in cli.VERBS),
    ("log", "level"),
    *(("config", verb) for verb in ("check", "path", "show")),
    *(("trace", verb) for verb in ("export", "list", "show")),
    *(("conversations", verb) for verb in ("delete", "list", "show")),
]


@pytest.mark.parametrize("page", PAGES, ids="-".join)
def test_help_reads_as_it_was_agreed(jarvisctl: Jarvisctl, page: tuple[str, ...]) -> None:
    """After a wanted change: JARVISCTL_WRITE_HELP=1 pytest tests/jarvisctl/test_cli.py."""
    ran = jarvisctl.run(*page, "--help")
    file = HELP / f"{'-'.join(page)}.txt"
    if os.environ.get("JARVISCTL_WRITE_HELP"):
        HELP.mkdir(exist_ok=True)
        file.write_bytes(ran.stdout)
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.text == file.read_text()
    assert max(map(len, ran.text.splitlines())) <= 80


@pytest.mark.parametrize("verb", cli.VERBS)
def test_the_overview_says_of_a_verb_what_its_own_help_says(verb: str) -> None:
    command = import_module(cli.MODULES.get(verb, f"jarvisctl.commands.{verb}")).command
    assert command.name == verb
    assert command.help.splitlines()[0] == cli.VERBS[verb]


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


def test_status_loads_nothing_heavy(jarvisctl: Jarvisctl) -> None:
    script = (
        "import sys; from jarvisctl.cli import run; run(['status']); "
        "print('\\n'.join(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script],
        env=jarvisctl.environment(), capture_output=True, text=True, timeout=300, check=True,
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
        env=jarvisctl.environment(), capture_output=True, text=True, timeout=300, check=True,
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
            env=jarvisctl.environment(), timeout=300, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert b"cannot write: No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_streams_that_the_shell_closed_are_no_trouble(jarvisctl: Jarvisctl, closed: str) -> None:
    line = f'exec {sys.executable} -c "from jarvisctl.cli import main; main()" preview hi {closed}'
    done = subprocess.run(
        ["/bin/sh", "-c", line], env=jarvisctl.environment(), capture_output=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
