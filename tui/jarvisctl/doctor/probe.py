"""What checks may ask of the host. Asking changes nothing, takes seconds at most, never raises."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from jarvisd.config.settings import Settings
from jarvisd.errors import JarvisError
from jarvisd.wire import StatusResponse


class SocketFile(NamedTuple):
    """A socket in the file system: its permission bits, the group that owns it, and the person
    whose daemon it is where that is neither the system's nor ours.

    ``own``: it is of this very user, who is not root. ``hidden``: we may not look at it.
    """

    mode: int
    group: str
    person: str = ""
    own: bool = False
    hidden: bool = False


class User(NamedTuple):
    """Who runs this: groups in force in this session, and those that the user database lists."""

    name: str
    is_root: bool
    groups: frozenset[str]
    listed_groups: frozenset[str]


class HttpAnswer(NamedTuple):
    """An answer of llama-server; ``status`` 0: there was none, and ``body`` says why."""

    status: int
    body: str


class Probe(Protocol):
    """This host, as far as the checks are concerned."""

    socket_path: str
    environ: Mapping[str, str]
    cpus: int
    python: str

    def settings(self) -> Settings | JarvisError:
        """The configuration as read here and now."""
        ...

    def in_force(self) -> Settings | JarvisError:
        """The settings of the daemon, or those read here where it does not tell."""
        ...

    def status(self) -> StatusResponse | JarvisError:
        """What the daemon says of itself."""
        ...

    def daemon_python(self) -> str:
        """The version of the daemon's Python; empty where it does not answer."""
        ...

    def socket_file(self) -> SocketFile | None:
        """The control socket; ``None`` where there is none or it cannot be seen."""
        ...

    def unit_command(self, verb: str) -> str:
        """What has systemd do this with the daemon; empty where no unit is installed."""
        ...

    def start_command(self) -> str:
        """What starts the daemon."""
        ...

    def user(self) -> User:
        """Who runs this."""
        ...

    def group_exists(self, name: str) -> bool:
        """Whether the user database has this group."""
        ...

    def read(self, path: str) -> str | None:
        """A file's text, ``None`` where it cannot be read."""
        ...

    def matching(self, pattern: str) -> Sequence[str]:
        """Paths that match an absolute glob pattern, sorted."""
        ...

    def free_bytes(self, path: str) -> int | None:
        """Free space where ``path`` is or would be; ``None`` where that cannot be known."""
        ...

    def systemd_version(self) -> int | None:
        """Version of systemd; ``None`` where it is not installed."""
        ...

    def player(self) -> str:
        """The program that would play sound here; empty where there is none."""
        ...

    def llama(self, path: str) -> HttpAnswer:
        """What llama-server answers to ``GET path``."""
        ...

    def llama_command(self) -> Sequence[str] | None:
        """Its command line, ``None`` where its process cannot be found or seen."""
        ...
