"""Which daemon is spoken to, and what is said where none answers."""

import grp
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvisctl import sockets
from jarvisctl.sockets import candidates, choose, explained, start_command
from jarvisd.wire import address
from jarvisd.wire.address import default_socket, own_socket, system_socket
from jarvisd.wire.client import DaemonUnreachableError
from tests.fakes.daemon import FakeDaemon
from tests.jarvisctl.conftest import Jarvisctl
from tests.support.daemon import running_daemon

SYSTEM = "/run/jarvisd/control.sock"
PERSON = 1_234  # a person who has no entry in the user database


def refused(path: str) -> str:
    """The hint for a socket where nobody answers."""
    return explained(DaemonUnreachableError("nobody"), [path]).hint


@pytest.fixture
def no_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host where jarvisd was never installed."""
    monkeypatch.setattr(sockets, "_installed", lambda _: False)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"XDG_RUNTIME_DIR": ""},
        {"XDG_RUNTIME_DIR": "/run/user/7"},
        {"JARVISD_SOCKET": "/a"},
        {"JARVISD__API__SOCKET": "/b"},
        {"JARVISD_SOCKET": "/a", "JARVISD__API__SOCKET": "/b"},
    ],
    ids=str,
)
@pytest.mark.parametrize("may_write", [True, False])
def test_a_client_looks_where_a_daemon_with_the_same_environment_listens(
    environ: dict[str, str], may_write: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address, "SYSTEM_DIRECTORY", tmp_path if may_write else Path("/nowhere"))
    listens = environ.get("JARVISD_SOCKET") or environ.get("JARVISD__API__SOCKET")
    assert (listens or str(default_socket(environ))) in candidates(None, environ)


async def test_a_daemon_is_found_without_a_run_time_directory(
    tmp_path: Path, jarvisctl: Jarvisctl
) -> None:
    socket = str(tmp_path / "control.sock")
    environ = {"JARVISD__API__SOCKET": socket, "JARVISD_SOCKET": "", "XDG_RUNTIME_DIR": ""}
    async with running_daemon(tmp_path):
        ran = jarvisctl.run("version", environ=environ)
    assert "not reachable" not in ran.text


def test_a_socket_that_only_the_configuration_names_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "jarvisd.toml"
    file.write_text('[api]\nsocket = "/tmp/named.sock"\n')
    monkeypatch.setattr("jarvisd.config.reader.configuration_file", lambda _: file)
    monkeypatch.setattr(address, "SYSTEM_DIRECTORY", Path("/nowhere"))
    assert candidates(None, {"XDG_RUNTIME_DIR": "/nowhere"})[0] == "/tmp/named.sock"
    file.write_text("not TOML")
    assert candidates(None, {"XDG_RUNTIME_DIR": "/nowhere"})[0] == "/nowhere/control.sock"


def test_sockets_are_tried_in_order(tmp_path: Path) -> None:
    runtime = {"XDG_RUNTIME_DIR": str(tmp_path)}
    own = f"{tmp_path}/jarvisd/control.sock"
    assert candidates("/a", runtime | {"JARVISD_SOCKET": "/b"}) == ["/a"]
    assert candidates(None, runtime | {"JARVISD_SOCKET": "/b"}) == ["/b"]
    assert candidates(None, runtime) == [SYSTEM, own]
    (tmp_path / "jarvisd").mkdir()
    Path(own).touch()
    assert choose([f"{tmp_path}/none", own]) == own
    assert choose([f"{tmp_path}/none", f"{tmp_path}/neither"]) == f"{tmp_path}/none"


def test_without_a_choice_both_sockets_are_named(jarvisctl: Jarvisctl) -> None:
    ran = jarvisctl.run("status", environ={"JARVISD_SOCKET": ""})
    assert f"{SYSTEM} or /nonexistent/jarvisd/control.sock" in ran.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize(
    ("owner", "group", "said"),
    [
        (0, "games", "sudo usermod -aG games $USER"),
        (0, "root", "sudo groupadd --system jarvis    (then start jarvisd again)"),
        (PERSON, "games", f"That is the daemon of user {PERSON}."),
    ],
)
def test_a_socket_that_is_closed_to_us_says_what_helps(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, owner: int, group: str, said: str
) -> None:
    daemon.path.parent.chmod(0o755)
    os.chown(daemon.path, owner, grp.getgrnam(group).gr_gid)
    daemon.path.chmod(0o660)
    script = (
        "import os; import jarvisctl.cli as c; import jarvisctl.commands.status; "
        "os.setgroups([]); os.setgid(65534); os.setuid(65534); c.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "status"],
        env=jarvisctl.environment(), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 5
    assert "permission denied" in done.stderr
    assert said in done.stderr
    assert ("usermod" in done.stderr) == ("usermod" in said)


@pytest.fixture
def pretender(tmp_path: Path) -> Iterator[str]:
    """A process that looks like a jarvisd of ours in /proc; gives the socket it listens at."""
    path = str(tmp_path / "elsewhere.sock")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        process = subprocess.Popen(
            ["/bin/sh", "-c", "echo; read x", "-m", "jarvisd", "--socket", path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        process.stdout.readline()  # from now on /proc shows its command line
        yield path
        process.communicate(b"\n")


def only(pretender: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other daemon of ours, which this host may run as well."""
    found = [one for one in sockets._running() if one[1] == pretender]
    assert len(found) == 1
    monkeypatch.setattr(sockets, "_running", lambda: iter(found))


def test_our_own_daemon_at_another_socket_is_found(
    pretender: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(pretender, monkeypatch)
    assert f"jarvisctl --socket {pretender} status" in refused("/nonexistent/s")


@pytest.mark.usefixtures("no_units")
def test_a_daemon_of_another_user_is_never_named(
    pretender: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pretender in [path for _, path in sockets._running()]
    monkeypatch.setattr(os, "getuid", lambda: PERSON)
    assert list(sockets._running()) == []
    assert refused("/nonexistent/s").endswith("jarvisd --socket /nonexistent/s")


@pytest.mark.parametrize(
    ("installed", "path", "command"),
    [
        (False, str(system_socket()), "jarvisd"),
        (False, str(own_socket(os.environ)), "jarvisd"),
        (True, str(system_socket()), "sudo systemctl start jarvisd"),
        (True, str(own_socket(os.environ)), "systemctl --user start jarvisd"),
        (True, "/tmp/x.sock", "jarvisd --socket /tmp/x.sock"),
    ],
)
def test_only_a_unit_that_is_installed_is_started(
    monkeypatch: pytest.MonkeyPatch, installed: bool, path: str, command: str
) -> None:
    monkeypatch.setattr(sockets, "_installed", lambda _: installed)
    assert start_command(path) == command


@pytest.mark.parametrize(
    ("installed", "path", "command"),
    [
        (True, SYSTEM, "journalctl -u jarvisd -n 50"),
        (True, str(own_socket(os.environ)), "journalctl --user -u jarvisd -n 50"),
        (False, SYSTEM, "jarvisctl logs"),
        (True, "/tmp/j.sock", "jarvisctl logs"),
    ],
)
def test_the_journal_is_named_only_where_the_unit_is_installed(
    monkeypatch: pytest.MonkeyPatch, installed: bool, path: str, command: str
) -> None:
    monkeypatch.setattr(sockets, "_installed", lambda _: installed)
    assert sockets.log_command(path) == command
    went = DaemonUnreachableError("gone", code="daemon.disconnected")
    assert sockets.explained(went, [path]).hint == f"See why: {command}"


@pytest.mark.usefixtures("no_units")
def test_a_socket_that_nobody_serves_names_no_unit(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    path.touch()
    assert refused(str(path)).endswith(f"jarvisd --socket {path}")
    assert "systemctl" not in refused(str(path))
