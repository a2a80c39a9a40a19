import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest

from jarvisbench.synthetic_voice import Ballast, build_heavy, build_tiny
from jarvisd.speech.crew import CrewSettings
from jarvisd.speech.pool import EngineCommand, Pool
from jarvisd.speech.process import WorkerCommand

ESPEAK = EngineCommand(WorkerCommand("espeak"), voice="en-us+f5")


@pytest.fixture(scope="session")
def voices_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny voice, one without phoneme lengths, and one that takes seconds for a sentence."""
    folder = tmp_path_factory.mktemp("voices")
    build_tiny(folder)
    build_tiny(folder, "plain", alignments=False)
    build_heavy(folder, ballast=Ballast(channels=256, layers=4, passes=40, steps_per_id=32))
    return folder


def piper(voices_dir: Path, voice: str = "tiny") -> EngineCommand:
    return EngineCommand(WorkerCommand("piper", options={"voices_dir": str(voices_dir)}), voice)


OpenPool = Callable[..., Pool]


@pytest.fixture
async def open_pool() -> AsyncIterator[OpenPool]:
    """Pools that are stopped after the test, and have then left nothing behind."""
    async with AsyncExitStack() as stack:

        def open_(
            *engines: EngineCommand,
            slots: int = 2,
            spares: int = 0,
            idle_s: float = 900,
            max_rss_bytes: int = 1 << 30,
            start_timeout_s: float = 60,
            on_voice_failed: Callable[[str, str, str], None] = lambda *_: None,
        ) -> Pool:
            pool = Pool(
                engines or [ESPEAK],
                slots=slots,
                crew=CrewSettings(spares, start_timeout_s, idle_s, max_rss_bytes),
                on_voice_failed=on_voice_failed,
            )
            stack.push_async_callback(pool.stop)
            return pool

        yield open_


@asynccontextmanager
async def nothing_left() -> AsyncIterator[None]:
    """Fails if file descriptors or child processes are left that were not there before."""
    before = open_descriptors(), children()
    yield
    for _ in range(5):
        await asyncio.sleep(0)  # closed transports give their descriptor back a few turns later
    assert (open_descriptors(), children()) == before


async def until(condition: Callable[[], object]) -> None:
    """Wait for a state that other tasks and processes bring about."""
    while not condition():
        await asyncio.sleep(0.01)


def open_descriptors() -> int:
    """How many are open; uvloop keeps one of /dev/null once it had a child."""
    targets = (path.readlink() for path in Path("/proc/self/fd").iterdir() if path.is_symlink())
    return sum(1 for target in targets if str(target) != os.devnull)


def children() -> set[int]:
    return set(_children())


def _children() -> Iterator[int]:
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that has just ended
            yield from map(int, (task / "children").read_text().split())
