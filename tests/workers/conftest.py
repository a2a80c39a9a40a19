import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from jarvisd.speech.health import EngineHealth
from jarvisd.speech.model import SynthesisRequest
from jarvisd.speech.speech import RUNNER
from jarvisd.speech.synthesis import Synthesis
from jarvisd.workers.command import WorkerCommand
from jarvisd.workers.job import AnyJob
from jarvisd.workers.model import Limits
from jarvisd.workers.pool import EngineProgram, Pool
from tests.support.voices import build_voices


@pytest.fixture(scope="session")
def voices_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_voices(tmp_path_factory.mktemp("voices"))


def program(command: WorkerCommand) -> EngineProgram:
    def proof(voice: str) -> Synthesis:
        request = SynthesisRequest("One.", f"{command.engine}:{voice}")
        return Synthesis(request, NobodyListens(), now=time.monotonic())

    return EngineProgram(command, Limits(), EngineHealth(), proof)


class NobodyListens:
    def cancel(self, job: AnyJob) -> None: ...

    def flow(self, job: AnyJob, *, flowing: bool) -> None: ...


def piper(voices_dir: Path) -> EngineProgram:
    return program(
        WorkerCommand("piper", RUNNER, options=json.dumps({"voices_dir": str(voices_dir)}))
    )


def espeak(**options: str) -> EngineProgram:
    return program(WorkerCommand("espeak", RUNNER, options=json.dumps(options)))


class SpeakingPool(Pool):
    """A pool whose jobs are utterances."""

    def speak(self, request: SynthesisRequest) -> Synthesis:
        synthesis = Synthesis(request, self, now=time.monotonic())
        self.submit(synthesis)
        return synthesis


OpenPool = Callable[..., SpeakingPool]


@pytest.fixture
async def open_pool() -> AsyncIterator[OpenPool]:
    """Pools that are stopped after the test, and have then left nothing behind."""
    async with AsyncExitStack() as stack:

        def open_(
            *engines: EngineProgram,
            slots: int = 2,
            on_resource_failed: Callable[[str, str, str], None] = lambda *_: None,
            **limits: float,
        ) -> SpeakingPool:
            bounds = Limits(**({"spares": 0} | limits))  # type: ignore[arg-type]
            pool = SpeakingPool(
                [replace(engine, limits=bounds) for engine in engines or [espeak()]],
                slots=slots,
                on_change=lambda: None,
                on_resource_failed=on_resource_failed,
            )
            stack.push_async_callback(pool.stop)
            return pool

        yield open_
