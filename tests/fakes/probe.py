"""A host as the doctor sees it, in perfect health until a test changes something."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jarvisctl.doctor.probe import HttpAnswer, SocketFile, User
from jarvisd import __version__
from jarvisd.config import Settings
from jarvisd.errors import JarvisError
from jarvisd.wire import Component, StatusResponse
from tests.fakes.services import status

GROUP = "/jarvis.slice/jarvisd.service"
CPU0 = "/sys/devices/system/cpu/cpu0/cpufreq"
PROPS = '{"default_generation_settings":{"n_ctx":4096},"total_slots":1,"endpoint_slots":true}'
ADVISED = (
    "llama-server -m m.gguf -np 1 -c 4096 -t 7 -tb 8 -b 64 --sse-ping-interval 1 "
    "--cache-ram 512 --metrics --offline --no-kv-unified"
)

SOCKET = SocketFile(0o660, "jarvis")
ADA = User("ada", False, frozenset({"jarvis"}), frozenset({"jarvis"}))


def healthy_status() -> StatusResponse:
    found = status()
    found.version = __version__
    found.pid = 42
    found.components = [
        Component(name="llm", state="ready"),
        Component(name="voice", state="ready", reason="piper:amy"),
    ]
    return found


@dataclass
class FakeProbe:
    """Answers from its attributes."""

    socket_path: str = "/run/jarvisd/control.sock"
    environ: Mapping[str, str] = field(default_factory=lambda: {"HOME": "/home/ada"})
    cpus: int = 8
    python: str = "3.11.2"
    unit: bool = True
    its_python: str = "3.11.2"
    its_settings: Settings | JarvisError = field(default_factory=Settings)
    its_status: StatusResponse | JarvisError = field(default_factory=healthy_status)
    socket: SocketFile | None = SOCKET
    its_user: User = ADA
    groups: frozenset[str] = frozenset({"jarvis"})
    free: int | None = 50_000_000_000
    systemd: int | None = 252
    its_player: str = "pw-play"
    routes: dict[str, HttpAnswer] = field(
        default_factory=lambda: {"/props": HttpAnswer(200, PROPS), "/metrics": HttpAnswer(200, "")}
    )
    llama_line: str | None = ADVISED
    files: dict[str, str] = field(
        default_factory=lambda: {
            "/sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory pids\n",
            f"/sys/fs/cgroup{GROUP}/cgroup.subtree_control": "cpu memory\n",
            "/proc/42/cgroup": f"0::{GROUP}/daemon\n",
            "/proc/self/mountinfo": "26 22 0:24 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
            "/proc/pressure/cpu": "some avg10=1.50 avg60=0.00 avg300=0.00 total=1\n",
            f"{CPU0}/scaling_governor": "schedutil\n",
            f"{CPU0}/scaling_driver": "acpi-cpufreq\n",
        }
    )

    def settings(self) -> Settings | JarvisError:
        return self.its_settings

    def in_force(self) -> Settings | JarvisError:
        return self.its_settings

    def unit_command(self, verb: str) -> str:
        return f"sudo systemctl {verb} jarvisd" if self.unit else ""

    def start_command(self) -> str:
        return self.unit_command("start") or "jarvisd"

    def status(self) -> StatusResponse | JarvisError:
        return self.its_status

    def daemon_python(self) -> str:
        return self.its_python

    def socket_file(self) -> SocketFile | None:
        return self.socket

    def user(self) -> User:
        return self.its_user

    def group_exists(self, name: str) -> bool:
        return name in self.groups

    def read(self, path: str) -> str | None:
        return self.files.get(path)

    def matching(self, pattern: str) -> Sequence[str]:
        return [path for path in self.files if path.endswith("scaling_governor")]

    def free_bytes(self, path: str) -> int | None:
        return self.free

    def systemd_version(self) -> int | None:
        return self.systemd

    def player(self) -> str:
        return self.its_player

    def llama(self, path: str) -> HttpAnswer:
        return self.routes.get(path, HttpAnswer(404, ""))

    def llama_command(self) -> Sequence[str] | None:
        return None if self.llama_line is None else self.llama_line.split()
