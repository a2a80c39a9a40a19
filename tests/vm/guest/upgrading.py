"""Upgrades while the daemon is in use, and a forced rollback."""

import shutil
from pathlib import Path

from harness import test, until
from installing import FORMER_PYTHON, RELEASES, bringing, install, tree_with_other_units
from system import PROJECT, as_installed, get, run, show, succeed
from tries import Tries


def _installed() -> str:
    return (RELEASES / "current").readlink().name


@test
def an_upgrade_refuses_nobody() -> None:
    """An upgrade puts the next version in force; the socket never refuses a connection."""
    as_installed()
    bringing.join()
    assert (RELEASES / "9.0.0/bin/jarvisd").exists()
    old = _installed()
    tries = Tries()
    with tries:
        environment = {"PYTHON": str(FORMER_PYTHON)}
        said = succeed(*install("next"), "--upgrade", environment=environment)
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
    unit = Path("/etc/systemd/system/jarvisd.service")
    before = unit.read_text()
    narrow = Path("/etc/systemd"), Path("/usr/local/share")
    for path in narrow:
        path.chmod(0o751)
    modes = {path: path.stat().st_mode for one in narrow for path in (one, *one.parents)}
    failed = run(
        *(tree_with_other_units() / "install.sh", "--without-top"),
        *("--wheels", PROJECT / "wheels/broken"),
        "--upgrade",
        environment={"JARVISD_READY_TIMEOUT_S": "15"},
    )
    assert failed.code == 1, failed
    assert "No module named" in failed.output, failed
    assert "9.0.0 was restored" in failed.output, failed
    assert _installed() == "9.0.0"
    until(lambda: show("ActiveState") == "active", "it runs")
    assert get("/v1/version")["version"] == "9.0.0"
    assert unit.read_text() == before, "the units of the failed version are still there"
    assert not (RELEASES / "9.1.0").exists()
    assert {path: path.stat().st_mode for path in modes} == modes
    for path in narrow:
        path.chmod(0o755)


@test
def an_interpreter_that_goes_away_is_mended_by_installing_again() -> None:
    """Where the interpreter is gone, the daemon cannot start; install.sh run again mends that."""
    broken = _installed()
    shutil.rmtree(FORMER_PYTHON.parent)
    assert run("systemctl", "restart", "jarvisd.service").code != 0
    assert show("ExecMainStatus") == "203"
    assert run("/bin/sh", "-c", "jarvisctl version").code == 127
    said = succeed(*install("next"))
    assert "is ready" in said, said
    assert _installed() != broken
    assert get("/v1/version")["version"] == "9.0.0"
    assert succeed("jarvisctl", "version")
    assert not (RELEASES / broken).exists()
