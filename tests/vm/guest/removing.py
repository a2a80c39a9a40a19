"""The end of it all: what is left after removing, and after purging."""

from pathlib import Path

from harness import test
from installing import ELSEWHERE, before
from system import PROJECT, SOCKET, every_file, main_pid, run, succeed

# What systemd keeps for itself once somebody used what it belongs to.
MADE_BY_SYSTEMD = {"/etc/systemd/system.control"}
KEPT = ("/var/lib/jarvisd", "/etc/jarvisd")


@test
def removing_leaves_data_alone() -> None:
    """install.sh --uninstall leaves nothing but data and settings."""
    pid = main_pid()
    succeed(PROJECT / "install.sh", "--uninstall")
    left = every_file(but=ELSEWHERE) - before - MADE_BY_SYSTEMD
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
    left = every_file(but=ELSEWHERE) - before - MADE_BY_SYSTEMD
    assert not left, left
    assert run("id", "jarvis").code != 0
    assert run("getent", "group", "jarvis").code != 0
