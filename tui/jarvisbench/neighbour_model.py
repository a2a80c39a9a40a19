"""A real llama-server for the benchmark, and somebody who keeps it writing.

The binary is the one that was named, or found on PATH, or in this checkout's cache; the model must
be named outside of a checkout.
"""

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from jarvisbench.rig import PartUnavailable
from jarvisbench.wire import EVENTS, Wire, WireError, post
from jarvisd.errors import UnavailableError

LOADING_S = 120.0
CACHE = Path(__file__).parents[3] / ".cache"
QUESTION = "Tell me everything that you know, at length and without an end."
# A model slows down as its context fills: short answers keep phases comparable.
ANSWER_TOKENS = 400
# Between two tokens of one answer; a longer gap is a new answer or its prompt.
GAP_S = 1.0


def find_binary(named: str) -> Path:
    """The llama-server to run. Raises ``PartUnavailable``."""
    cached = CACHE / "llama-server" / "llama-server"
    for candidate in (named, os.environ.get("JARVISD_TEST_LLAMA_SERVER"), str(cached)):
        if candidate and os.access(candidate, os.X_OK):
            return Path(candidate)
    if named or (found := shutil.which("llama-server")) is None:
        raise PartUnavailable(f"no llama-server{' at ' + named if named else ''}: --llama-server")
    return Path(found)


def find_model(named: str) -> Path:
    """The model to load. Raises ``PartUnavailable``."""
    cached = sorted((CACHE / "models").glob("endless-*.gguf"))
    path = Path(named) if named else next(iter(cached), None)
    if path is None or not path.is_file():
        raise PartUnavailable(f"no model{' at ' + named if named else ''}: --model PATH")
    return path


@contextmanager
def llama_server(
    binary: Path, model: Path, *, threads: int, log: Path, launcher: Sequence[str]
) -> Iterator[str]:
    """Run one on a free port; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    line = [
        *launcher,
        str(binary),
        "-m",
        str(model),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "-np",
        "1",
    ]
    line += ["-c", "8192", "-t", str(threads), "-tb", str(threads), "-b", "64", "--offline"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*line, "--sse-ping-interval", "1"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(url, process, log)
        yield url
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + LOADING_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5.0):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    tail = log.read_text(errors="replace")[-600:]
    raise UnavailableError("llama-server did not start", code="bench.model", hint=tail)


class Writing:
    """Asks for one long silent answer after the other, and notes when each token came."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ended = threading.Event()
        self._intervals: list[tuple[float, float]] = []  # (when a token came, since the one before)
        self.failure: WireError | None = None

    @contextmanager
    def going_on(self) -> "Iterator[Writing]":
        """Write in the background."""
        thread = threading.Thread(target=self._write, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            thread.join(10.0)

    def tokens_per_s(self, since: float, until: float) -> float:
        """The speed between two moments, without the pauses between answers."""
        taken = [gap for at, gap in self._intervals if since < at <= until and gap < GAP_S]
        if self.failure:
            raise self.failure
        if not taken:
            raise WireError("the model wrote nothing")
        return len(taken) / sum(taken)

    def _write(self) -> None:
        body: dict[str, object] = {"text": QUESTION, "speak": False, "max_tokens": ANSWER_TOKENS}
        try:
            while not self._ended.is_set():
                self._answer(body)
        except WireError as error:
            self.failure = None if self._ended.is_set() else error

    def _answer(self, body: dict[str, object]) -> None:
        with Wire(self._path) as wire:
            wire.send(post("/v1/replies", body, accept=EVENTS))
            before = 0.0
            for at, event in wire.events():
                if event["type"] == "token":
                    self._intervals.append((at, at - before))
                    before = at
                if self._ended.is_set():
                    return
