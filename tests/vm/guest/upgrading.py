"""Upgrades while the daemon is in use, a forced rollback, and the end of it all."""

import json
import shutil
from pathlib import Path

from harness import test, until
from installing import ELSEWHERE, before
from supervising import _Tries
from system import PROJECT, SOCKET, every_file, get, main_pid, run, show, succeed

RELEASES = Path("/opt/jarvisd")
KEPT = ("/var/lib/jarvisd", "/etc/jarvisd")


def _install(wheels: str, *options: str) -> tuple[object, ...]:
    return (PROJECT / "install.sh", "--wheels", PROJECT / "wheels" / wheels, *options)


def _installed() -> str:
    return (RELEASES / "current").readlink().name


def _version() -> str:
    return str(json.loads(succeed("jarvisctl", "version", "--json"))["daemon"]["version"])


@test
def an_upgrade_refuses_nobody() -> None:
    """An upgrade puts the next version in force; the socket never refuses a connection."""
    old = _installed()
    tries = _Tries()
    with tries:
        said = succeed(*_install("next", "--upgrade"))
    assert f"Upgrading jarvisd {old} to 9.0.0" in said, said
    assert tries.refused == [], tries.refused
    assert tries.served > 10, tries.served
    assert (_installed(), get("/v1/version")["version"]) == ("9.0.0", "9.0.0")
    assert (RELEASES / old).is_dir(), "nothing to go back to"


@test
def an_upgrade_keeps_conversations() -> None:
    """Conversations outlive the upgrade."""
    roles = [m["role"] for m in get("/v1/conversations/evening")["messages"]]
    assert roles == ["user", "assistant"]


@test
def a_version_that_does_not_start_is_taken_back() -> None:
    """A version that does not start is replaced by the former one, and install.sh says so."""
    unit = Path("/etc/systemd/system/jarvisd.service").read_text()
    failed = run(*_install("broken", "--upgrade"), environment={"JARVISD_READY_TIMEOUT_S": "15"})
    assert failed.code == 1, failed
    assert "broken on purpose" in failed.output, failed
    assert "9.0.0 is back in force" in failed.output, failed
    assert _installed() == "9.0.0"
    until(lambda: show("ActiveState") == "active", "it runs")
    assert get("/v1/version")["version"] == "9.0.0"
    assert Path("/etc/systemd/system/jarvisd.service").read_text() == unit
    assert not (RELEASES / "9.1.0").exists()


@test
def removing_leaves_data_alone() -> None:
    """install.sh --uninstall leaves nothing but data and settings."""
    pid = main_pid()
    succeed(PROJECT / "install.sh", "--uninstall")
    left = every_file(but=ELSEWHERE) - before
    others = {path for path in left if not path.startswith(KEPT)}
    assert not others, others
    assert {p for p in left if p.endswith(".sqlite3")}, "the conversations are gone"
    assert not Path(f"/proc/{pid}").exists()
    assert not SOCKET.exists()
    assert "jarvisd" not in run("systemctl", "list-unit-files", "--no-pager").output


@test
def removing_twice_is_no_error() -> None:
    """install.sh --uninstall once more has nothing to do."""
    succeed(PROJECT / "install.sh", "--uninstall")


@test
def purging_leaves_nothing() -> None:
    """install.sh --uninstall --purge leaves nothing: no file, no user, no group."""
    succeed(PROJECT / "install.sh", "--uninstall", "--purge")
    assert every_file(but=ELSEWHERE) - before == set()
    assert run("id", "jarvis").code != 0
    assert run("getent", "group", "jarvis").code != 0
    shutil.rmtree("/home/member/.cache", ignore_errors=True)
