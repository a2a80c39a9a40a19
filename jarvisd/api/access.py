"""Which user opened a connection, and what that user may do.

Responsible for turning peer credentials into a role. Roles are ordered: each may do all that the
lower ones may. Never looks at a request's content, and never grants more because a look-up failed.
"""

import errno
import grp
import os
import pwd
import socket
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from jarvisd.config.settings import ApiSettings
from jarvisd.errors import AccessError

# Linux' number for "the peer's supplementary groups"; Python has no name for it.
SO_PEERGROUPS = 59
# The longest option value that Python reads: 256 groups of four bytes.
_GROUPS_BUFFER = 1024


class Role(IntEnum):
    """What a peer may do; a higher role includes the lower ones."""

    NONE = 0
    OBSERVER = 1
    OPERATOR = 2
    ADMIN = 3

    @property
    def label(self) -> str:
        """The role's name as the API shows it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Peer:
    """The process at the other end as the kernel recorded it when it connected."""

    pid: int
    uid: int
    gid: int
    groups: frozenset[int]


class SocketOptions(Protocol):
    """What reading credentials needs of a socket; asyncio's and uvloop's both have it."""

    def getsockopt(self, level: int, option: int, length: int, /) -> bytes:
        """Return the option's raw value."""
        ...


def read_peer(connection: SocketOptions | socket.socket) -> Peer:
    """Read pid, uid, gid and supplementary groups of the process that connected.

    Raises OSError when the kernel does not tell, for instance on a socket that is not local.
    """
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    pid, uid, gid = struct.unpack("=iII", raw)
    return Peer(pid, uid, gid, frozenset(_groups(connection, uid, gid)) | {gid})


def _groups(connection: SocketOptions | socket.socket, uid: int, gid: int) -> list[int]:
    try:
        raw = connection.getsockopt(socket.SOL_SOCKET, SO_PEERGROUPS, _GROUPS_BUFFER)
    except OSError as error:
        # ERANGE: more groups than Python can read. ENOPROTOOPT: a kernel before 4.13. The user
        # database knows them too; /proc/PID would be a race against a reused pid.
        if error.errno not in (errno.ERANGE, errno.ENOPROTOOPT):
            raise
        return _groups_of_user(uid, gid)
    return list(struct.unpack(f"={len(raw) // 4}I", raw))


def _groups_of_user(uid: int, gid: int) -> list[int]:
    try:
        return os.getgrouplist(pwd.getpwuid(uid).pw_name, gid)
    except KeyError:
        return []


def group_id(name: str) -> int | None:
    """The number of group ``name``, or ``None`` where no such group exists."""
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        return None


def user_name(uid: int) -> str:
    """The name of user ``uid``, or its number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


class AccessPolicy:
    """Decides roles. The operators' group is looked up once: name services may be slow."""

    def __init__(self, settings: ApiSettings, *, owner: int | None = None) -> None:
        self._group_name = settings.socket_group
        self._group = group_id(settings.socket_group) if settings.socket_group else None
        self._others_may_read = settings.others_may_read
        self._owner = os.geteuid() if owner is None else owner

    def role_of(self, peer: Peer) -> Role:
        """The role of ``peer``: root and the daemon's own user administer."""
        if peer.uid in (0, self._owner):
            return Role.ADMIN
        if self._group is not None and self._group in peer.groups:
            return Role.OPERATOR
        return Role.OBSERVER if self._others_may_read else Role.NONE

    def require(self, peer: Peer, needed: Role) -> Role:
        """Return the peer's role, or raise AccessError ``access.denied`` with the way out."""
        role = self.role_of(peer)
        if role >= needed:
            return role
        raise AccessError(
            f"user {user_name(peer.uid)} has the role {role.label}; "
            f"this needs the role {needed.label}",
            hint=self._hint(peer, needed),
        )

    def _hint(self, peer: Peer, needed: Role) -> str:
        if needed is Role.ADMIN:
            return "Run the command as root or as the daemon's own user."
        if self._group is None:
            return (
                f"The group {self._group_name!r} does not exist: create it (sudo groupadd "
                f"{self._group_name}), restart jarvisd, and add yourself to it."
            )
        name = user_name(peer.uid)
        return (
            "Add yourself to the group: "
            f"sudo usermod -aG {self._group_name} {name}, then log in again."
        )
