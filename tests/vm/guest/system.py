"""What the tests look at and act with: units, processes, users, the control socket."""

import http.client
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness import PATIENCE_S, until

PROJECT = Path("/project")
SOCKET = Path("/run/jarvisd/control.sock")
CGROUPS = Path("/sys/fs/cgroup")
DROP_INS = Path("/run/systemd/system")
MEMBER, STRANGER = "member", "stranger"


class Done:
    """What a command said and how it ended."""

    def __init__(self, code: int, output: str) -> None:
        self.code = code
        self.output = output

    def __str__(self) -> str:
        return f"exit {self.code}: {self.output}"


def run(
    *command: str | Path, environment: dict[str, str] | None = None, limit_s: float = 1500
) -> Done:
    """Run a command; what it prints goes to the log, too, and how long it took."""
    print("$", *command, flush=True)
    begun = time.monotonic()
    ended = subprocess.run(
        [str(word) for word in command],
        check=False,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=limit_s,
        env={**os.environ, **(environment or {})},
    )
    print(ended.stdout, f"({time.monotonic() - begun:.1f} s)", flush=True)
    return Done(ended.returncode, ended.stdout)


def succeed(*command: str | Path, **options: Any) -> str:
    """Run a command that must succeed; returns what it printed."""
    done = run(*command, **options)
    assert done.code == 0, f"{command}: {done}"
    return done.output


def run_as(user: str, *command: str) -> Done:
    """Run a command as somebody else, with a fresh set of groups."""
    return run("runuser", "-u", user, "--", *command)


# --- units ----------------------------------------------------------------------------------------


def show(name: str, unit: str = "jarvisd.service") -> str:
    """One property of a unit."""
    return succeed("systemctl", "show", "--value", "-p", name, unit).strip()


def main_pid() -> int:
    return int(show("MainPID"))


def restarts() -> int:
    return int(show("NRestarts"))


def until_running() -> None:
    """Wait until the daemon is ready and answers."""
    until(lambda: show("ActiveState") == "active" and show("SubState") == "running", "it runs")
    assert api("/v1/live")[0] == 200


def until_restarted(before: int, why: str) -> None:
    """Wait until the daemon runs as another process than ``before``."""
    until(lambda: main_pid() not in (0, before), f"it was restarted: {why}")
    until_running()


def journal(unit: str = "jarvisd.service") -> str:
    return succeed("journalctl", "-b", "-u", unit, "-o", "cat", "--no-pager")


class _Daemon:
    """Whether the daemon that runs was started with what is there now."""

    stale = False


@contextmanager
def drop_in(text: str, *, unit: str = "jarvisd.service", name: str = "test") -> Iterator[None]:
    """Refine a unit for a while; the caller restarts it as needed."""
    directory = DROP_INS / f"{unit}.d"
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{name}.conf").write_text(text)
    succeed("systemctl", "daemon-reload")
    try:
        yield
    finally:
        (directory / f"{name}.conf").unlink()
        directory.rmdir()
        succeed("systemctl", "daemon-reload")
        _Daemon.stale = True


@contextmanager
def configuration(text: str) -> Iterator[None]:
    """Settings on top of the installed file, for a while; the caller reloads or restarts."""
    directory = Path("/etc/jarvisd/jarvisd.toml.d")
    directory.mkdir()
    (directory / "test.toml").write_text(text)
    try:
        yield
    finally:
        (directory / "test.toml").unlink()
        directory.rmdir()
        _Daemon.stale = True


def restart() -> None:
    """Start the daemon with what is there now."""
    _Daemon.stale = False
    succeed("systemctl", "reset-failed", "jarvisd.service", "jarvisd.socket")
    succeed("systemctl", "start", "jarvisd.socket")
    succeed("systemctl", "restart", "jarvisd.service")
    until_running()


def as_installed() -> None:
    """For tests that want the daemon as an owner has it: undo what tests before may have left."""
    if _Daemon.stale:
        restart()


# --- the control socket --------------------------------------------------------------------------


class _Connection(http.client.HTTPConnection):
    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE_S)
        self.sock.connect(str(SOCKET))


def api(path: str, body: object = None) -> tuple[int, str]:
    """Ask the daemon; status and body."""
    connection = _Connection("jarvisd")
    try:
        headers = {"Content-Type": "application/json"}
        content = None if body is None else json.dumps(body)
        connection.request("POST" if content else "GET", path, content, headers)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def get(path: str) -> Any:
    status, body = api(path)
    assert status == 200, f"{path}: {status} {body}"
    return json.loads(body)


def events(path: str, body: object) -> list[dict[str, Any]]:
    """All events of a reply."""
    status, text = api(path, body)
    assert status == 200, f"{path}: {status} {text}"
    return [json.loads(line) for line in text.splitlines()]


# --- control groups and files --------------------------------------------------------------------


def control_group(unit: str = "jarvisd.service") -> Path:
    return CGROUPS / show("ControlGroup", unit).lstrip("/")


@contextmanager
def burning(group: Path) -> Iterator[None]:
    """A process below ``group`` that takes all the CPU that it can get."""
    process = subprocess.Popen(["/usr/bin/python3", "-c", "while True: pass"])
    own = group / "burning"
    own.mkdir()
    try:
        (own / "cgroup.procs").write_text(str(process.pid))
        yield
    finally:
        process.kill()
        process.wait()
        own.rmdir()


def figures(path: Path) -> dict[str, int]:
    """A flat keyed file of a control group, such as cpu.stat."""
    pairs: Sequence[Sequence[str]] = [line.split() for line in path.read_text().splitlines()]
    return {key: int(value) for key, value in pairs}


def every_file(*, but: Sequence[str]) -> set[str]:
    """Every path of the root file system outside of ``but``."""
    found: set[str] = set()
    for directory, names, files in os.walk("/"):
        here = directory.rstrip("/")
        names[:] = [name for name in names if not f"{here}/{name}".startswith(tuple(but))]
        found.update(f"{here}/{name}" for name in (*names, *files))
    return {path for path in found if not path.startswith(tuple(but))}
