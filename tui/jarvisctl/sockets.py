"""Which control socket to use, and why no daemon answers there.

Finding out never changes anything: it looks at files and at /proc, and names the next command. It
never sends anybody to another user's daemon, and names a unit only where it is installed.
"""

import grp
import os
import pwd
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from jarvisd.errors import JarvisError
from jarvisd.wire.address import asked_socket, own_socket, system_socket
from jarvisd.wire.client import DaemonDeniedError, DaemonUnreachableError

USUAL_GROUP = "jarvis"
UNIT = "jarvisd.service"
SYSTEM_UNITS = ("/etc/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system")
USER_UNITS = ("/etc/systemd/user", "/usr/local/lib/systemd/user", "/usr/lib/systemd/user")
# Users between these numbers are people; below are the system's, above is "nobody".
FIRST_PERSON, LAST_PERSON = 1_000, 65_533
# What a daemon of ours may have been told of its socket.
MAX_ENVIRON_BYTES = 262_144


def candidates(explicit: str | None, environ: Mapping[str, str]) -> list[str]:
    """The sockets to try in turn: the one asked for, else the system's, else the user's own.

    Where neither is there, also the one that the configuration names.
    """
    asked = explicit or asked_socket(environ)
    if asked:
        return [asked]
    usual = [str(system_socket()), str(own_socket(environ))]
    if any(map(_may_exist, usual)):
        return usual
    configured = _configured(environ)
    return [configured, *usual] if configured else usual


def choose(paths: list[str]) -> str:
    """The first socket that lets us in, else the first that is there, else the first."""
    there = [path for path in paths if _may_exist(path)]
    return next((path for path in there if os.access(path, os.W_OK)), (there or paths)[0])


def explained(error: JarvisError, paths: list[str]) -> JarvisError:
    """``error`` with what was found out on this host and the command to run next."""
    path = choose(paths)
    if isinstance(error, DaemonDeniedError):
        return DaemonDeniedError(f"{path}: permission denied", hint=_denied_hint(path))
    if not isinstance(error, DaemonUnreachableError):
        return error
    if error.code == "daemon.disconnected":
        error.hint = f"See why: {log_command(path)}"
    if error.code != DaemonUnreachableError.default_code:
        return error
    where = " or ".join(paths) if not _may_exist(path) else path
    return DaemonUnreachableError(f"no daemon answers at {where}", hint=_unreachable_hint(path))


def person_behind(path: str, group: str = "") -> str:
    """The person, other than us, whose socket this is; empty for the system's and our own."""
    uids = [_owner(path)]
    try:
        uids.append(pwd.getpwnam(group).pw_uid)  # a person's private group is called as they are
    except (KeyError, ValueError):
        uids.append(None)
    for uid in uids:
        if uid is not None and FIRST_PERSON <= uid <= LAST_PERSON and uid != os.getuid():
            try:
                return pwd.getpwuid(uid).pw_name
            except KeyError:
                return f"user {uid}"
    return ""


def unit_command(path: str, verb: str) -> str:
    """What has systemd do ``verb`` with the daemon at ``path``; empty where it has no unit."""
    if path == str(system_socket()) and _installed(SYSTEM_UNITS):
        return f"sudo systemctl {verb} jarvisd"
    units = (*USER_UNITS, Path("~/.config/systemd/user").expanduser())
    if path == str(own_socket(os.environ)) and _installed(units):
        return f"systemctl --user {verb} jarvisd"
    return ""


def log_command(path: str) -> str:
    """What shows the log of the daemon at ``path``; where systemd keeps it, also a dead one's."""
    unit = unit_command(path, "status")
    if not unit:
        return "jarvisctl logs"
    return f"journalctl {'--user ' if '--user' in unit else ''}-u {UNIT.partition('.')[0]} -n 50"


def start_command(path: str) -> str:
    """What starts the daemon that listens at ``path``."""
    usual = path in (str(system_socket()), str(own_socket(os.environ)))
    return unit_command(path, "start") or ("jarvisd" if usual else f"jarvisd --socket {path}")


def _configured(environ: Mapping[str, str]) -> str:
    """The socket that the configuration names; empty for none, or where it cannot be read."""
    from jarvisd.config.reader import load  # noqa: PLC0415 - takes longer than asking a daemon

    try:
        return load(None, environ=environ).api.socket
    except JarvisError:
        return ""


def _may_exist(path: str) -> bool:
    try:
        Path(path).stat()
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return True


def _owner(path: str) -> int | None:
    """Who owns the socket, or the directory that hides it."""
    for place in (Path(path), *Path(path).parents):
        try:
            return place.stat().st_uid
        except (OSError, ValueError):
            continue
    return None


def _installed(folders: tuple[str | Path, ...]) -> bool:
    return any(Path(folder, UNIT).exists() for folder in folders)


def _denied_hint(path: str) -> str:
    group = _group_of(path)
    if person := person_behind(path, group):
        return f"That is the daemon of {person}. Start one of your own:\n  jarvisd"
    if group == "root":
        restart = unit_command(path, "restart jarvisd.socket")
        return (
            "The socket belongs to root alone: group jarvis did not exist when jarvisd started.\n"
            "  sudo groupadd --system jarvis"
            + (f" && {restart}" if restart else "    (then start jarvisd again)")
        )
    if _joined_since_login(group):
        return (
            f"You are in group {group}, but this session began before you were. Log in again, or:\n"
            f"  newgrp {group}"
        )
    return (
        f"Members of group {group} may use the daemon:\n"
        f"  sudo usermod -aG {group} $USER    (then log in again)"
    )


def _group_of(path: str) -> str:
    """The group that may use the socket; the usual one where its directory hides it."""
    try:
        return grp.getgrgid(Path(path).stat().st_gid).gr_name
    except (OSError, KeyError):
        return USUAL_GROUP


def _joined_since_login(group: str) -> bool:
    """Whether the user database knows us as a member, and the kernel does not yet."""
    try:
        found = grp.getgrnam(group)
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return False
    return name in found.gr_mem and found.gr_gid not in {*os.getgroups(), os.getegid()}


def _unreachable_hint(path: str) -> str:
    if person := person_behind(path):
        return f"That is the socket of {person}'s daemon. Start one of your own:\n  jarvisd"
    if _may_exist(path):
        return (
            f"The socket is there, but jarvisd is not running. Start it:\n  {start_command(path)}"
        )
    for pid, socket in _running():
        if socket and socket != path and _may_exist(socket):
            lead = f"Your jarvisd (pid {pid}) listens at another socket:"
            return f"{lead}\n  jarvisctl --socket {socket} status"
    return f"jarvisd is not running. Start it:\n  {start_command(path)}"


def _running() -> Iterator[tuple[int, str]]:
    """Process id and socket of every jarvisd of ours; the socket is empty where none was named."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if entry.stat().st_uid != os.getuid():
                continue
            words = entry.joinpath("cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            if _is_daemon(words):
                yield int(entry.name), _socket_of(entry, words)
        except OSError:
            continue  # it ended meanwhile


def _socket_of(process: Path, words: list[str]) -> str:
    if "--socket" in words[:-1]:
        return words[words.index("--socket") + 1]
    with process.joinpath("environ").open("rb") as file:
        lines = file.read(MAX_ENVIRON_BYTES).decode("utf-8", "replace").split("\0")
    environ = dict(line.split("=", 1) for line in lines if "=" in line)
    return asked_socket(environ) or str(own_socket(environ))


def _is_daemon(words: list[str]) -> bool:
    by_module = any(pair == ("-m", "jarvisd") for pair in pairwise(words))
    return by_module or any(Path(word).name == "jarvisd" for word in words[:2] if word)
