"""The test rig: a temporary folder with synthetic voices, private daemons, and the floor's server.

Everything that a measurement starts comes from here and is gone when the rig is closed. It decides
how many samples are taken; what they mean is the measurements' business.
"""

import asyncio
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

from jarvisbench.paced_server import PacedServer, paced
from jarvisbench.wire import Wire, WireError, get
from jarvisctl.private_daemon import PrivateDaemon
from jarvisd.errors import UnavailableError

TINY, HEAVY, EMBEDDED = "piper:tiny", "piper:heavy", "espeak:en-us+f5"
INSTALL = "pip install 'jarvisd[bench]'"
WARM_S = 60.0
POLL_S = 0.02
STATUS = get("/v1/status")


class PartUnavailable(Exception):  # noqa: N818 - not an error: the row says why it is empty
    """Something that a measurement needs is not installed. Says what, and the command."""


class Rig:
    """``quick`` takes fewer samples; ``say`` is told what is being done, for a person who waits."""

    def __init__(
        self, *, quick: bool, say: Callable[[str], None], llama_server: str = "", model: str = ""
    ) -> None:
        self.quick = quick
        self.llama_server = llama_server
        self.model = model
        self.say = say
        self._stack = ExitStack()
        self._folder = Path(
            self._stack.enter_context(tempfile.TemporaryDirectory(prefix="jarvis-bench-"))
        )
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def samples(self, full: int, quick: int) -> int:
        """How many samples to take."""
        return quick if self.quick else full

    def path(self, suffix: str) -> Path:
        """A new path in the rig's folder; short, because socket paths end at 107 bytes."""
        self._count += 1
        return self._folder / f"{self._count}{suffix}"

    @cached_property
    def voices(self) -> Path:
        """The folder with the synthetic voices ``tiny`` and ``heavy``, built when first needed.

        Raises ``PartUnavailable``.
        """
        missing = [name for name in ("onnx", "onnxruntime", "piper") if find_spec(name) is None]
        if missing:
            raise PartUnavailable(f"{' and '.join(missing)} not installed: {INSTALL}")
        from jarvisbench import synthetic_voice  # noqa: PLC0415 - imports onnx

        self.say("building synthetic voices")
        folder = self._folder / "voices"
        synthetic_voice.build_tiny(folder)
        synthetic_voice.build_heavy(folder)
        return folder

    @contextmanager
    def daemon(
        self,
        *,
        voice: str = EMBEDDED,
        llm_url: str = "",
        worker_idle_s: float = 900.0,
        slots: int = 0,
        more: str = "",
    ) -> Iterator[PrivateDaemon]:
        """A daemon whose default is ``voice``, with its workers warm; ``more`` is further TOML."""
        config = self.path(".toml")
        settings = self.config(
            voice=voice, llm_url=llm_url, worker_idle_s=worker_idle_s, slots=slots
        )
        config.write_text(settings + more)
        with self.running(config, voice=voice) as daemon:
            yield daemon

    @contextmanager
    def running(
        self, config: Path, *, voice: str, launcher: Sequence[str] = ()
    ) -> Iterator[PrivateDaemon]:
        """A daemon with this configuration, its workers warm."""
        with PrivateDaemon(config=config, launcher=launcher) as daemon:
            _wait_until_warm(daemon.socket, engine=voice.partition(":")[0])
            yield daemon

    def config(
        self, *, voice: str, llm_url: str = "", worker_idle_s: float = 900.0, slots: int = 0
    ) -> str:
        """Settings of a private daemon, as TOML; ``slots`` 0 leaves them to the governor."""
        provider = "llama-server" if llm_url else "builtin"
        lines = ["[llm]", f'provider = "{provider}"']
        if llm_url:
            lines.append(f'url = "{llm_url}"')
        lines += ["[speech]", f'voice = "{voice}"', f"worker_idle_s = {worker_idle_s}"]
        if voice != EMBEDDED:
            lines += ["[speech.piper]", f'voices_dir = "{self.voices}"']
        if slots:
            lines += ["[governor]", f"slots = {slots}"]
        return "\n".join([*lines, ""])

    @contextmanager
    def bare_server(self) -> Iterator[Path]:
        """The floor's server, answering; yields its socket."""
        path = self.path(".sock")
        with spawned("jarvisbench.bare_server", str(path)) as process:
            wait_until_live(path, process)
            yield path

    @contextmanager
    def paced(self, text: str, tokens_per_second: float) -> Iterator[PacedServer]:
        """A language model that writes ``text`` at an exact rate, in a thread of its own.

        Its ``text`` and ``tokens_per_second`` may be changed between two requests.
        """
        started: threading.Event = threading.Event()
        server: list[PacedServer] = []
        loop = asyncio.new_event_loop()
        stopping = asyncio.Event()

        async def serve() -> None:
            async with paced(text, tokens_per_second) as one:
                server.append(one)
                started.set()
                await stopping.wait()

        thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
        thread.start()
        try:
            if not started.wait(10.0):
                raise UnavailableError("the paced server did not start", code="bench.paced")
            yield server[0]
        finally:
            loop.call_soon_threadsafe(stopping.set)
            thread.join(10.0)
            loop.close()


@contextmanager
def spawned(module: str, *arguments: str) -> "Iterator[subprocess.Popen[bytes]]":
    """``python -m module``, ended with SIGTERM, or SIGKILL where that does not help."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_live(
    path: Path, process: "subprocess.Popen[bytes]", *, poll_s: float = POLL_S
) -> float:
    """Return the monotonic second at which ``/v1/live`` was answered for the first time."""
    deadline = time.monotonic() + WARM_S
    while True:
        try:
            with Wire(path) as wire:
                wire.answer(get("/v1/live"))
                return time.monotonic()
        except WireError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise UnavailableError("it did not start", code="bench.start") from None
        time.sleep(poll_s)


def workers(wire: Wire) -> list[dict[str, Any]]:
    """The daemon's engine workers now."""
    found: list[dict[str, Any]] = wire.json(STATUS)["workers"]
    return found


def count_workers(wire: Wire, state: str) -> int:
    """How many workers are in ``state``."""
    return sum(1 for one in workers(wire) if one["state"] == state)


def wait_for_workers(wire: Wire, enough: Callable[[list[dict[str, Any]]], bool]) -> None:
    """Ask until the workers are as wanted. Raises ``UnavailableError`` when that never happens."""
    deadline = time.monotonic() + WARM_S
    while not enough(workers(wire)):
        if time.monotonic() > deadline:
            raise UnavailableError(
                f"the daemon's workers did not settle within {WARM_S:.0f} s", code="bench.workers"
            )
        time.sleep(POLL_S)


def _wait_until_warm(socket: Path, *, engine: str) -> None:
    """Two workers of the engine idle, and none starting: the state of a daemon in daily use."""

    def warm(found: list[dict[str, Any]]) -> bool:
        idle = sum(1 for one in found if one["engine"] == engine and one["state"] == "idle")
        return idle >= 2 and all(one["state"] == "idle" for one in found)

    with Wire(socket) as wire:
        wait_for_workers(wire, warm)
