"""The control socket on disk: who may connect, and who removes it.

Binds our own Unix socket, or takes over those that systemd bound. Never removes a socket that a
process answers on, that systemd owns, or that is no longer the file we made.
"""

import errno
import grp
import os
import socket
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from jarvisd.config.settings import ApiSettings
from jarvisd.errors import UnavailableError
from jarvisd.wire.address import default_socket

BACKLOG = 128
# systemd passes descriptors from this number on.
FIRST_INHERITED = 3
MODE = 0o660
MODE_OTHERS_MAY_READ = 0o666

log = structlog.get_logger("jarvisd.host")


class SocketError(UnavailableError):
    """The control socket cannot be used."""

    default_code = "daemon.socket_in_use"


@dataclass(slots=True)
class ControlSocket:
    """A listening socket and its file (``None`` if we must not remove it)."""

    socket: socket.socket
    path: Path
    inode: tuple[int, int] | None = None

    @property
    def inherited(self) -> bool:
        """Whether systemd bound it; then it stays when we go."""
        return self.inode is None

    def close(self) -> None:
        """Stop listening, and remove the file if it is still the one we made."""
        if self.inode is not None and _inode(self.path) == self.inode:
            self.path.unlink(missing_ok=True)
        self.inode = None
        self.socket.close()


def listen(
    settings: ApiSettings, *, environ: Mapping[str, str] | None = None
) -> list[ControlSocket]:
    """The sockets to serve: those inherited from systemd, else one that is bound now.

    Raises SocketError ``daemon.socket_in_use`` when another process answers on the path, or
    ``daemon.socket_failed`` when it cannot be bound.
    """
    environ = os.environ if environ is None else environ
    passed = inherited(environ)
    if passed:
        return passed
    path = Path(settings.socket) if settings.socket else default_socket(environ)
    mode = MODE_OTHERS_MAY_READ if settings.others_may_read else MODE
    return [bind(path, mode=mode, group=settings.socket_group)]


def bind(path: Path, *, mode: int = MODE, group: str = "") -> ControlSocket:
    """Bind ``path`` with exactly ``mode``, owned by ``group`` where it exists and we may."""
    try:
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        _remove_stale(path)
        listening = _bound(path, mode)
    except OSError as error:
        raise SocketError(
            f"cannot bind {path}: {error.strerror or error}",
            code="daemon.socket_failed",
            hint="Choose another path: jarvisd --socket PATH",
        ) from error
    _give_to_group(path, group)
    return ControlSocket(listening, path, _inode(path))


def inherited(environ: Mapping[str, str]) -> list[ControlSocket]:
    """The listening Unix sockets that systemd passed to this very process, in its order."""
    if environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    names = environ.get("LISTEN_FDNAMES", "").split(":")
    found = []
    for index in range(int(environ.get("LISTEN_FDS", "0"))):
        descriptor = FIRST_INHERITED + index
        os.set_inheritable(descriptor, False)
        passed = socket.socket(fileno=descriptor)
        name = names[index] if index < len(names) else ""
        if passed.family != socket.AF_UNIX or passed.type != socket.SOCK_STREAM:
            log.warning("socket.ignored", name=name, reason="it is not a Unix stream socket")
            passed.detach()
            continue
        log.info("socket.inherited", name=name, path=passed.getsockname())
        found.append(ControlSocket(passed, Path(str(passed.getsockname()))))
    return found


def _bound(path: Path, mode: int) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # The file must never be more open than asked for, not even between bind and chmod.
        previous = os.umask(0o777 & ~mode)
        try:
            listening.bind(str(path))
        finally:
            os.umask(previous)
        path.chmod(mode)
        listening.listen(BACKLOG)
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    return listening


def _remove_stale(path: Path) -> None:
    """Remove a socket file on which no process answers; refuse one in use, and other files."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise SocketError(
                f"{path} exists and is not a socket",
                code="daemon.socket_failed",
                hint="Move it away, or choose another path: jarvisd --socket PATH",
            )
    except FileNotFoundError:
        return
    if _answers(path):
        raise SocketError(
            f"another process answers on {path}",
            hint="Stop it, or choose another path: jarvisd --socket PATH",
        )
    path.unlink(missing_ok=True)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        # A full accept queue means somebody is there; waiting for it would not tell us more.
        probe.setblocking(False)
        try:
            probe.connect(str(path))
        except OSError as error:
            return error.errno not in (errno.ECONNREFUSED, errno.ENOENT)
    return True


def _give_to_group(path: Path, group: str) -> None:
    """Best effort: a user's own daemon may have no such group, and needs none."""
    if not group:
        return
    try:
        os.chown(path, -1, grp.getgrnam(group).gr_gid)
    except KeyError:
        log.info("socket.group", group=group, reason="there is no such group")
    except PermissionError as error:
        log.info("socket.group", group=group, reason=f"not permitted: {error.strerror}")


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino)
