"""A daemon of one's own: install.sh --user, beside the system's."""

import shutil
from pathlib import Path

from harness import test, until
from installing import bringing, tree_with_other_units
from system import MEMBER, PROJECT, Done, run, show, succeed

HOME = Path("/home") / MEMBER
OWN = HOME / ".local/share/jarvisd"


def _as_member(*command: str) -> Done:
    uid = succeed("id", "-u", MEMBER).strip()
    environment = ("env", f"XDG_RUNTIME_DIR=/run/user/{uid}", f"HOME={HOME}", f"USER={MEMBER}")
    return run("runuser", "-u", MEMBER, "--", *environment, *command)


@test
def a_user_has_a_daemon_of_their_own() -> None:
    """install.sh --user installs, starts and removes a daemon without root."""
    succeed("loginctl", "enable-linger", MEMBER)
    until(lambda: show("ActiveState", f"user@{_uid()}.service") == "active", "the user's systemd")
    there = set(HOME.rglob("*"))
    _release_made_already()
    install = (str(PROJECT / "install.sh"), "--user", "--without-top")
    HOME.chmod(0o700)
    installed = _as_member(*install, "--wheels", str(PROJECT / "wheels/this"))
    assert installed.code == 0, installed
    assert "is ready" in installed.output, installed
    socket = Path(f"/run/user/{_uid()}/jarvisd/control.sock")
    assert socket.stat().st_mode & 0o777 == 0o600
    jarvisctl = str(HOME / ".local/bin/jarvisctl")
    said = _as_member(jarvisctl, "--socket", str(socket), "say", "Hello", "-o", "/tmp/own.wav")
    assert said.code == 0, said
    assert (HOME / ".local/state/jarvisd/jarvisd.sqlite3").exists()
    _a_failed_upgrade_is_taken_back()
    removed = _as_member(*install, "--uninstall", "--purge")
    assert removed.code == 0, removed
    left = {str(path.relative_to(HOME)) for path in HOME.rglob("*") if path not in there}
    # This test made the first two, and the daemon the third.
    assert left <= {".local", ".local/share", ".local/state"}, left
    succeed("loginctl", "disable-linger", MEMBER)
    for directory in (".local", ".config"):
        shutil.rmtree(HOME / directory, ignore_errors=True)


def _a_failed_upgrade_is_taken_back() -> None:
    """Files come back one by one; a home that is closed to others stays closed."""
    bringing.join()
    (OWN / "9.1.0").symlink_to("/opt/jarvisd/9.1.0")
    unit = HOME / ".config/systemd/user/jarvisd.service"
    before, former = unit.read_text(), (OWN / "current").readlink()
    failed = _as_member(
        *("env", "JARVISD_READY_TIMEOUT_S=15", str(tree_with_other_units() / "install.sh")),
        *("--user", "--without-top", "--wheels", str(PROJECT / "wheels/broken")),
    )
    assert failed.code == 1, failed
    assert f"{former} was restored" in failed.output, failed
    assert unit.read_text() == before
    assert (OWN / "current").readlink() == former
    assert HOME.stat().st_mode & 0o777 == 0o700
    assert not (OWN / "9.1.0").is_symlink()


def _uid() -> int:
    return HOME.stat().st_uid


def _release_made_already() -> None:
    """The release that the system runs, so that the guest need not make it twice."""
    release = Path("/opt/jarvisd/current").resolve()
    OWN.mkdir(parents=True)
    (OWN / release.name).symlink_to(release)
    succeed("chown", "--recursive", "--no-dereference", f"{MEMBER}:{MEMBER}", str(HOME))
