"""The configuration, the daemon, and whether this user gets at it."""

from collections.abc import Iterator

from jarvisctl.doctor.findings import Finding, fail, ok, skip, warn
from jarvisctl.doctor.probe import Probe, SocketFile
from jarvisd import __version__
from jarvisd.config.settings import Settings
from jarvisd.errors import ConfigError, JarvisError

EVERYBODY = 0o006


def checks(probe: Probe) -> Iterator[Finding]:
    """Configuration, socket, group, daemon, versions."""
    yield _configuration(probe.settings())
    settings = probe.in_force()
    group = settings.api.socket_group if isinstance(settings, Settings) else "jarvis"
    open_to_all = isinstance(settings, Settings) and settings.api.others_may_read
    yield _socket(probe, group, open_to_all=open_to_all)
    yield _group(probe, group)
    yield _daemon(probe)
    yield _versions(probe)


def _configuration(settings: Settings | JarvisError) -> Finding:
    check = "configuration"
    if isinstance(settings, Settings):
        return ok(check, "valid")
    problems = settings.problems if isinstance(settings, ConfigError) else [settings.message]
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return fail(check, f"{problems[0]}{more}", "jarvisctl config check")


def _socket(probe: Probe, group: str, *, open_to_all: bool) -> Finding:
    check, found = "socket", probe.socket_file()
    if found is None:
        message = f"there is none at {probe.socket_path}"
        return fail(check, message, f"Start it: {probe.start_command()}")
    if found.person:
        message = f"{probe.socket_path} belongs to {found.person}"
        return warn(check, message, "Start a daemon of your own: jarvisd")
    if found.hidden:
        return skip(check, f"{probe.socket_path} cannot be looked at: permission denied")
    return _rights(probe, found, group, open_to_all=open_to_all)


def _rights(probe: Probe, found: SocketFile, group: str, *, open_to_all: bool) -> Finding:
    check = "socket"
    if found.mode & EVERYBODY and not open_to_all:
        message = f"{probe.socket_path} is open to every user (mode {found.mode:04o})"
        return warn(check, message, f"sudo chmod 0660 {probe.socket_path}")
    if probe.group_exists(group) and found.group != group:
        message = f"{probe.socket_path} belongs to group {found.group}, not {group}"
        return warn(check, message, f"sudo chgrp {group} {probe.socket_path}")
    return ok(check, f"{probe.socket_path} (mode {found.mode:04o}, group {found.group})")


def _group(probe: Probe, group: str) -> Finding:
    check, user, found = "group", probe.user(), probe.socket_file()
    if found is not None and found.person:
        return skip(check, f"the daemon belongs to {found.person}")
    if not group:
        return skip(check, "api.socket_group is empty: only root and the daemon's user may")
    if not probe.group_exists(group):
        return _no_group(group, own=found is None or found.own)
    if user.is_root or group in user.groups:
        return ok(check, f"{user.name} may use the daemon")
    if group in user.listed_groups:
        message = f"{user.name} is in group {group}, but not yet in this session"
        return warn(check, message, "Log out and in again.")
    return warn(check, f"{user.name} is not in group {group}", f"sudo usermod -aG {group} $USER")


def _no_group(group: str, *, own: bool) -> Finding:
    if own:
        return skip("group", f"there is no group {group}; a daemon of your own needs none")
    message = f"there is no group {group}: only root and the daemon's own user may"
    return warn("group", message, f"sudo groupadd --system {group}, then restart jarvisd")


def _daemon(probe: Probe) -> Finding:
    status = probe.status()
    if isinstance(status, JarvisError):
        fix = " ".join(status.hint.split()) or f"Start it: {probe.start_command()}"
        return fail("daemon", status.message, fix)
    return ok("daemon", f"{status.state}, pid {status.pid}")


def _versions(probe: Probe) -> Finding:
    check, status = "versions", probe.status()
    oldest = min(filter(None, (probe.python, probe.daemon_python())), key=_numbers)
    if _numbers(oldest) < (3, 11):
        return fail(check, f"Python {oldest} is too old", "Install Python 3.11 or newer.")
    systemd = probe.systemd_version()
    if not isinstance(status, JarvisError) and status.version != __version__:
        message = f"jarvisd is {status.version}, jarvisctl {__version__}"
        return warn(check, message, probe.unit_command("restart") or "Start jarvisd again.")
    if systemd is not None and systemd < 252:
        return warn(check, f"systemd {systemd} is older than 252", "Upgrade the system.")
    shown = f"systemd {systemd}" if systemd is not None else "no systemd"
    return ok(check, f"jarvisctl {__version__}, Python {oldest}, {shown}")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
