"""Runs a real llama-server for one test or for many.

    with llama_server(tiny_model()) as server:  # tiny_model: tests.support.tiny_model
        ... LlamaServer(LlmSettings(url=server.url)) ...

Where it truly cannot be had, tests that need it are skipped loudly, and fail in CI.
"""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.get_llama_server import NoLlamaServerError, get_llama_server

READY_WITHIN_S = 300.0
# As the daemon's documentation advises, on one thread: the tests share the machine.
ARGUMENTS = ("-np", "1", "-c", "2048", "-t", "1", "-tb", "1", "-b", "64", "--offline")


@dataclass
class RunningServer:
    """A llama-server process; ``url`` is what ``llm.url`` takes."""

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path
    socket: Path | None = None
    port: int = 0

    def get(self, path: str) -> tuple[int, bytes]:
        """One plain GET, independent of the code under test: (status, body)."""
        connection = _Connection(self.port, self.socket)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def busy(self) -> bool:
        """Whether every slot is generating right now."""
        return self.get("/slots?fail_on_no_slot=1")[0] == 503

    def wait_until_idle(self) -> None:
        """Return once a slot is free; a test's own time limit ends a wait that never does."""
        while self.busy():
            time.sleep(0.005)

    def wait_until_asleep(self) -> None:
        """Return once the model was unloaded for idleness (``--sleep-idle-seconds``)."""
        while b'"is_sleeping":true' not in self.get("/props")[1]:
            time.sleep(0.05)

    def wait_until_listening(self) -> int:
        """Return once it answers at all: 503 while it is loading, 200 when it is ready."""
        while True:
            with suppress(OSError, HTTPException):
                return self.get("/health")[0]
            time.sleep(0.002)

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def stop(self) -> None:
        """End the process, whatever state it is in."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        self.process.wait(timeout=300)


class _Connection(HTTPConnection):
    """HTTP over a port of this machine or a Unix socket."""

    def __init__(self, port: int, path: Path | None) -> None:
        super().__init__("127.0.0.1", port or 80, timeout=300)
        self._path = path

    def connect(self) -> None:
        if self._path is None:
            super().connect()
            return
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(300)
        self.sock.connect(str(self._path))


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def llama_server(
    model: Path,
    *,
    port: int = 0,
    uds: Path | None = None,
    extra_args: Sequence[str] = (),
    wait: bool = True,
) -> Iterator[RunningServer]:
    """A llama-server that serves ``model`` on ``port`` (0: a free one) or the socket ``uds``.

    ``wait=False`` returns while it is still starting. The log is shown when it does not start.
    """
    binary = required_llama_server()
    port = 0 if uds else port or free_port()
    address = ["--host", str(uds)] if uds else ["--host", "127.0.0.1", "--port", str(port)]
    with TemporaryDirectory(prefix="llama-server-") as directory:
        log = Path(directory) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [binary, "-m", model, *address, *ARGUMENTS, *extra_args],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=_environment(),
            )
        url = f"unix:{uds}" if uds else f"http://127.0.0.1:{port}"
        server = RunningServer(url, process, log, uds, port)
        try:
            if wait:
                wait_until_ready(server)
            yield server
        finally:
            server.stop()
            if uds:
                uds.unlink(missing_ok=True)


def _environment() -> dict[str, str]:
    """Without anything that would configure llama-server, its threads or its proxy."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LLAMA_", "OMP_", "GGML_"))
    }


def wait_until_ready(server: RunningServer) -> None:
    """Return once the model is loaded; fail with the log if that does not happen."""
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline and server.process.poll() is None:
        with suppress(OSError, HTTPException):
            if server.get("/health")[0] == 200:
                return
        time.sleep(0.02)
    pytest.fail(f"llama-server did not start:\n{server.log.read_text(errors='replace')[-4000:]}")


def required_llama_server() -> Path:
    """The binary; without one the test is skipped loudly, or fails where CI is set."""
    try:
        return get_llama_server()
    except NoLlamaServerError as error:
        message = f"!!!!!!!! NO REAL LLAMA-SERVER, nothing is proved against it: {error} !!!!!!!!"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)  # shown in the summary: the project's pytest runs with -ra
