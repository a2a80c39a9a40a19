"""The end of it all: what is left after removing, and after purging."""

from pathlib import Path

from harness import test
from installing import BEFORE, ELSEWHERE
from system import PROJECT, SOCKET, every_file, main_pid, run, succeed

# What systemd keeps for itself once somebody used what it belongs to.
MADE_BY_SYSTEMD = {"/etc/systemd/system.control"}
KEPT = ("/var/lib/jarvisd", "/etc/jarvisd")


@test
def removing_leaves_data_alone() -> None:
    """install.sh --uninstall leaves nothing but data and settings."""
    pid = main_pid()
    succeed(PROJECT / "install.sh", "--uninstall")
    left, missing = _changed()
    others = {path for path in left if not path.startswith(KEPT)}
    assert not others, others
    assert not missing, missing
    assert {p for p in left if p.endswith(".sqlite3")}, "the conversations are gone"
    assert not Path(f"/proc/{pid}").exists()
    assert not SOCKET.exists()
    assert "jarvisd" not in run("systemctl", "list-unit-files", "--no-pager").output
    assert run("systemctl", "is-active", "jarvis.slice").output.strip() == "inactive"


def _changed() -> tuple[set[str], set[str]]:
    """What is there now and was not before, and what is not there any more."""
    before, now = set(BEFORE.read_text().splitlines()), every_file(but=ELSEWHERE)
    return now - before - MADE_BY_SYSTEMD, before - now


@test
def removing_twice_is_no_error() -> None:
    """install.sh --uninstall once more has nothing to do."""
    succeed(PROJECT / "install.sh", "--uninstall")


@test
def purging_leaves_nothing() -> None:
    """install.sh --uninstall --purge leaves nothing: no file, no user, no group."""
    said = succeed(PROJECT / "install.sh", "--uninstall", "--purge")
    assert "not removed" not in said, said
    assert "does not exist" not in said, said
    assert _changed() == (set(), set())
    assert run("id", "jarvis").code != 0
    assert run("getent", "group", "jarvis").code != 0
