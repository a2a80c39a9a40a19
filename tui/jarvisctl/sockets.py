"""Which control socket to use, and why nobody answers there.

Finding out never changes anything: it looks at files and at /proc, and names the next command.
"""

import grp
import os
import pwd
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from jarvisd.errors import JarvisError
from jarvisd.wire.client import DaemonDeniedError, DaemonUnreachableError

SYSTEM_SOCKET = "/run/jarvisd/control.sock"
USUAL_GROUP = "jarvis"


def candidates(explicit: str | None, environ: Mapping[str, str]) -> list[str]:
    """The sockets to try in turn: the one asked for, else the system's, else the user's own."""
    asked = explicit or environ.get("JARVISD_SOCKET")
    if asked:
        return [asked]
    runtime = environ.get("XDG_RUNTIME_DIR")
    return [SYSTEM_SOCKET] + ([f"{runtime}/jarvisd/control.sock"] if runtime else [])


def choose(paths: list[str]) -> str:
    """The first socket that exists (or is hidden from us), else the first."""
    return next((path for path in paths if _may_exist(path)), paths[0])


def explained(error: JarvisError, paths: list[str]) -> JarvisError:
    """``error`` with what was found out on this host and the command to run next."""
    path = choose(paths)
    if isinstance(error, DaemonDeniedError):
        return DaemonDeniedError(f"{path}: permission denied", hint=_denied_hint(path))
    if (
        not isinstance(error, DaemonUnreachableError)
        or error.code != DaemonUnreachableError.default_code
    ):
        return error
    where = " or ".join(paths) if not _may_exist(path) else path
    return DaemonUnreachableError(f"no daemon answers at {where}", hint=_unreachable_hint(path))


def _may_exist(path: str) -> bool:
    try:
        Path(path).stat()
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def _denied_hint(path: str) -> str:
    group = _group_of(path)
    if group == "root":
        return (
            "The socket belongs to root alone: group jarvis did not exist when jarvisd started.\n"
            "  sudo groupadd --system jarvis && sudo systemctl restart jarvisd.socket jarvisd"
        )
    if _joined_since_login(group):
        return (
            f"You are in group {group}, but this session began before you were. Log in again, or:\n"
            f"  newgrp {group}"
        )
    return (
        f"Members of group {group} may operate the daemon:\n"
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
    running = list(_running())
    if running:
        pid, socket = running[0]
        where = f"; it listens at {socket}" if socket else ""
        lead = f"jarvisd runs as pid {pid}{where}."
        command = f"jarvisctl --socket {socket} status" if socket else "systemctl status jarvisd"
    elif _may_exist(path):
        lead = "The socket is there, but jarvisd is not running."
        command = "systemctl status jarvisd"
    elif Path("/etc/systemd/system/jarvisd.service").exists() or any(
        Path(folder, "jarvisd.service").exists() for folder in ("/usr/lib/systemd/system",)
    ):
        lead = "jarvisd is not running."
        command = "sudo systemctl start jarvisd"
    else:
        lead = "jarvisd is not running here. Start one in another terminal:"
        command = "jarvisd"
    return f"{lead}\n  {command}"


def _running() -> Iterator[tuple[int, str]]:
    """Process id and ``--socket`` argument of every jarvisd whose command line we may read."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = entry.joinpath("cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        except OSError:
            continue
        if _is_daemon(words):
            socket = words[words.index("--socket") + 1] if "--socket" in words[:-1] else ""
            yield int(entry.name), socket


def _is_daemon(words: list[str]) -> bool:
    by_module = any(pair == ("-m", "jarvisd") for pair in pairwise(words))
    return by_module or any(Path(word).name == "jarvisd" for word in words[:2] if word)
