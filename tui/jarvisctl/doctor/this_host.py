"""The real probe: this host, through files, the daemon's API and llama-server's.

Every answer is bounded in size and time, and the daemon and llama-server are asked once each.
"""

import glob
import grp
import http.client
import os
import platform
import pwd
import shutil
import socket
import stat
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from jarvisctl.doctor.probe import HttpAnswer, SocketFile, User
from jarvisctl.players import find_player
from jarvisctl.sockets import explained, person_behind, start_command, unit_command
from jarvisd.config import Settings, load
from jarvisd.config.tree import build, leaves
from jarvisd.errors import JarvisError
from jarvisd.wire import ConfigResponse, StatusResponse, VersionResponse
from jarvisd.wire.client import ApiClient

LIMIT_S = 3.0
MAX_FILE_BYTES = 262_144
MAX_ANSWER_BYTES = 4_194_304
# Slept through by a model that sleeps: these routes do not wake it.
LLAMA = "llama-server"


class ThisHost:
    """What the checks ask about; ``sockets`` are those the daemon may listen at."""

    def __init__(self, client: ApiClient, sockets: list[str], environ: Mapping[str, str]) -> None:
        self._client = client
        self._sockets = sockets
        self.socket_path = client.socket_path
        self.environ = environ
        self.cpus = os.cpu_count() or 1
        self.python = platform.python_version()

    # --- the daemon -----------------------------------------------------------------------------

    def settings(self) -> Settings | JarvisError:
        """The configuration as read here and now."""
        return self._settings

    def status(self) -> StatusResponse | JarvisError:
        """What the daemon says of itself."""
        return self._status

    def in_force(self) -> Settings | JarvisError:
        """The settings of the daemon, or those read here where it does not tell."""
        return self._in_force

    def unit_command(self, verb: str) -> str:
        """What has systemd do this with the daemon; empty where no unit is installed."""
        return unit_command(self.socket_path, verb)

    def start_command(self) -> str:
        """What starts the daemon."""
        return start_command(self.socket_path)

    def daemon_python(self) -> str:
        """The version of the daemon's Python."""
        if isinstance(self._status, JarvisError):
            return ""
        try:
            return self._client.get("/v1/version", VersionResponse).python
        except JarvisError:
            return ""

    @cached_property
    def _settings(self) -> Settings | JarvisError:
        try:
            return load(None, environ=self.environ)
        except JarvisError as error:
            return error

    @cached_property
    def _in_force(self) -> Settings | JarvisError:
        try:
            told = self._client.get("/v1/config", ConfigResponse).settings
            return build(
                {
                    one.path: msgspec.convert(one.value, leaves()[one.path].type)
                    for one in told
                    if one.path in leaves()
                }
            )
        except (JarvisError, msgspec.MsgspecError):
            return self._settings

    @cached_property
    def _status(self) -> StatusResponse | JarvisError:
        try:
            return self._client.get("/v1/status", StatusResponse)
        except JarvisError as error:
            return explained(error, self._sockets)

    def socket_file(self) -> SocketFile | None:
        """The control socket."""
        try:
            found = Path(self.socket_path).stat()
        except PermissionError:
            return SocketFile(0, "", person_behind(self.socket_path), hidden=True)
        except (OSError, ValueError):
            return None
        if not stat.S_ISSOCK(found.st_mode):
            return None
        group = _group_name(found.st_gid)
        person = person_behind(self.socket_path, group)
        own = found.st_uid == os.geteuid() != 0
        return SocketFile(stat.S_IMODE(found.st_mode), group, person, own=own)

    # --- the host -------------------------------------------------------------------------------

    def user(self) -> User:
        """Who runs this."""
        uid = os.geteuid()
        try:
            entry = pwd.getpwuid(uid)
            name, listed = entry.pw_name, os.getgrouplist(entry.pw_name, entry.pw_gid)
        except KeyError:
            name, listed = str(uid), []
        now = frozenset(map(_group_name, [*os.getgroups(), os.getegid()]))
        return User(name, uid == 0, now, frozenset(map(_group_name, listed)))

    def group_exists(self, name: str) -> bool:
        """Whether the user database has this group."""
        try:
            grp.getgrnam(name)
        except KeyError:
            return False
        return True

    def read(self, path: str) -> str | None:
        """A file's text."""
        try:
            with Path(path).open("rb") as file:
                return file.read(MAX_FILE_BYTES).decode(errors="replace")
        except OSError:
            return None

    def matching(self, pattern: str) -> Sequence[str]:
        """Paths that match an absolute glob pattern, sorted."""
        return sorted(glob.glob(pattern))  # noqa: PTH207 - an absolute pattern

    def free_bytes(self, path: str) -> int | None:
        """Free space where ``path`` is or would be."""
        here = Path(path)
        for place in (here, *here.parents):
            try:
                return shutil.disk_usage(place).free
            except FileNotFoundError:
                continue
            except OSError:
                return None
        return None

    def systemd_version(self) -> int | None:
        """The number on the first line of ``systemctl --version``."""
        try:
            shown = subprocess.run(
                ["systemctl", "--version"], capture_output=True, timeout=LIMIT_S, check=False
            ).stdout.split()
        except (OSError, subprocess.TimeoutExpired):
            return None
        return int(shown[1]) if len(shown) > 1 and shown[1].isdigit() else None

    def player(self) -> str:
        """The program that would play sound here."""
        found = find_player(self.environ)
        return found.name if found else ""

    # --- llama-server ---------------------------------------------------------------------------

    def llama(self, path: str) -> HttpAnswer:
        """What llama-server answers to ``GET path``."""
        if isinstance(self._in_force, JarvisError):
            return HttpAnswer(0, self._in_force.message)
        connection = _connection(self._in_force.llm.url)
        try:
            connection.request("GET", path, headers=_authorization(self._in_force))
            response = connection.getresponse()
            return HttpAnswer(
                response.status, response.read(MAX_ANSWER_BYTES).decode("utf-8", "replace")
            )
        except (OSError, http.client.HTTPException) as error:
            return HttpAnswer(0, getattr(error, "strerror", None) or str(error) or "no answer")
        finally:
            connection.close()

    def llama_command(self) -> Sequence[str] | None:
        """The command line of the one llama-server here, or of the one on the configured port."""
        if isinstance(self._in_force, JarvisError):
            return None
        found = list(_commands())
        port = str(urlsplit(self._in_force.llm.url).port or 8080)
        on_port = [words for words in found if port in words] or found
        return on_port[0] if len(on_port) == 1 else None


def _commands() -> Iterator[list[str]]:
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = entry.joinpath("cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if Path(words[0]).name == LLAMA:
            yield [word for word in words if word]


def _connection(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return _UnixHttp(parts.path)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=LIMIT_S)


class _UnixHttp(http.client.HTTPConnection):
    """HTTP over llama-server's Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__(LLAMA, timeout=LIMIT_S)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket instead of a port."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(LIMIT_S)
        self.sock.connect(self._path)


def _authorization(settings: Settings) -> dict[str, str]:
    if not settings.llm.api_key_file:
        return {}
    try:
        key = Path(settings.llm.api_key_file).read_text(encoding="ascii").strip()
    except (OSError, UnicodeError):
        return {}
    return {"Authorization": f"Bearer {key}"}


@cache
def _group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
