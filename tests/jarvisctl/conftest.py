"""A scripted daemon on a real socket, and jarvisctl run against it in a process of its own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
import pytest

from tests.fakes.daemon import FakeDaemon

# What a session at a plain terminal has; nothing of the developer's own surroundings.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "TERM": "xterm",
    "COLUMNS": "80",
    "TZ": "UTC",
    "XDG_RUNTIME_DIR": "/nonexistent",
}

# Tests that run in the background of a script have Ctrl-C ignored, and whatever they start, too.
HEEDING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "


@dataclass(frozen=True)
class Ran:
    """How one run of jarvisctl ended."""

    code: int
    stdout: bytes
    stderr: str

    @property
    def text(self) -> str:
        return self.stdout.decode()

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The JSON lines on stdout."""
        return [msgspec.json.decode(line) for line in self.stdout.splitlines()]


@dataclass(frozen=True)
class Jarvisctl:
    """Runs jarvisctl against one socket."""

    socket: Path

    def environment(self, **more: str) -> dict[str, str]:
        home = str(self.socket.parent)
        return ENVIRONMENT | {"JARVISD_SOCKET": str(self.socket), "HOME": home} | more

    def command(self, *arguments: str) -> list[str]:
        return [
            sys.executable,
            "-c",
            HEEDING + "from jarvisctl.cli import main; main()",
            *arguments,
        ]

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        options.setdefault("env", self.environment())
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen(
            self.command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
        )

    def run(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        environ: Mapping[str, str] = MappingProxyType({}),
    ) -> Ran:
        given: dict[str, Any]
        given = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
        done: subprocess.CompletedProcess[bytes] = subprocess.run(
            self.command(*arguments),
            **given,
            capture_output=True,
            env=self.environment(**environ),
            timeout=300,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr.decode())


@pytest.fixture
def socket_path() -> Iterator[Path]:
    """A path short enough for a Unix socket, whatever the temporary directory is called."""
    with tempfile.TemporaryDirectory(prefix="j-", dir="/tmp") as folder:
        yield Path(folder) / "s"


@pytest.fixture
def daemon(socket_path: Path) -> Iterator[FakeDaemon]:
    with FakeDaemon(socket_path) as fake:
        yield fake


@pytest.fixture
def jarvisctl(socket_path: Path) -> Jarvisctl:
    """Against ``daemon`` where the test has one, else against a socket that does not exist."""
    return Jarvisctl(socket_path)


@pytest.fixture
def player(tmp_path: Path) -> dict[str, str]:
    """Environment in which a player exists: it writes what it is given to ``played``."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "paplay"
    script.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\nexec cat > {tmp_path}/played\n'
    )
    script.chmod(0o755)
    return {"PATH": f"{folder}:{os.defpath}", "PULSE_SERVER": "unix:/nonexistent"}
