"""Who speaks when: slots shared by all engines, given to the most urgent utterance that can start.

A slot is taken from the moment a worker gets an utterance until its native call has returned or
its process is gone. Driven by events only; nothing here waits, polls or touches audio.
"""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from jarvisd.errors import SpeechError
from jarvisd.speech.crew import Crew, CrewSettings
from jarvisd.speech.model import EngineStatus, SynthesisRequest, WorkerStatus
from jarvisd.speech.process import WorkerCommand
from jarvisd.speech.synthesis import Synthesis
from jarvisd.speech.waiting import WaitingLine


@dataclass(frozen=True, slots=True)
class EngineCommand:
    """How to run an engine, and the voice its workers prove themselves with."""

    command: WorkerCommand
    voice: str


class Pool:
    """Every engine's workers behind one line. All methods belong to the event loop's thread."""

    def __init__(
        self,
        engines: Iterable[EngineCommand],
        *,
        slots: int,
        crew: CrewSettings,
        on_voice_failed: Callable[[str, str, str], None],
    ) -> None:
        self.slots = slots
        self._line: WaitingLine[Synthesis] = WaitingLine()
        self._deadlines: dict[Synthesis, asyncio.TimerHandle] = {}
        self._stopping = False
        self.steps = 0
        self.on_change: Callable[[], None] = lambda: None
        numbers = itertools.count(1)
        self._crews: Mapping[str, Crew] = {
            engine.command.engine: Crew(
                engine.command,
                engine.voice,
                crew,
                number=lambda: next(numbers),
                on_change=self._changed,
                on_voice_failed=_with_engine(engine.command.engine, on_voice_failed),
            )
            for engine in engines
        }

    @property
    def slots_in_use(self) -> int:
        """Utterances that occupy a worker, cancelled ones included until they are really over."""
        return sum(crew.in_use for crew in self._crews.values())

    @property
    def waiting(self) -> int:
        """Utterances without a worker."""
        return len(self._line)

    @property
    def expects_progress(self) -> bool:
        """Whether something must happen soon: utterances wait or are made, or workers start."""
        return bool(self._line or self._deadlines) or any(
            crew.starting for crew in self._crews.values()
        )

    def workers(self) -> list[WorkerStatus]:
        """Every worker process."""
        return [status for crew in self._crews.values() for status in crew.statuses()]

    def engine_states(self) -> dict[str, EngineStatus]:
        """Every engine's state."""
        return {name: crew.status() for name, crew in self._crews.items()}

    def deaths(self) -> dict[str, int]:
        """How many workers of each engine ended without having been told to."""
        return {name: crew.deaths for name, crew in self._crews.items()}

    def set_slots(self, slots: int) -> None:
        """Allow so many syntheses at once; those running are not touched."""
        self.slots = max(1, slots)
        self._dispatch()

    def replace_worker(self, pid: int, reason: str) -> None:
        """Have a new process instead of this one, once its utterance is over."""
        for crew in self._crews.values():
            crew.replace(pid, reason)
        self._dispatch()

    def warm(self, engine: str, voice: str) -> None:
        """Have workers of ``engine`` ready before anybody asks."""
        self._crews[engine].wake(voice)
        self._dispatch()

    def submit(self, request: SynthesisRequest) -> Synthesis:
        """Queue an utterance. Never raises: what is wrong comes out of the synthesis."""
        engine, _, voice = request.voice.partition(":")
        synthesis = Synthesis(
            request, engine, now=time.monotonic(), on_cancel=self._cancel, on_flow=self._flow
        )
        try:
            self._admit(synthesis, voice)
        except SpeechError as error:
            synthesis.fail(error)
            synthesis.release()
        else:
            self._dispatch()
        return synthesis

    async def stop(self) -> None:
        """Cancel everything and wait until no worker is left."""
        self._stopping = True
        for synthesis in [*self._line, *self._deadlines]:
            synthesis.cancel()
        await asyncio.gather(*(crew.stop() for crew in self._crews.values()))

    # --- inside ---------------------------------------------------------------------------------

    def _admit(self, synthesis: Synthesis, voice: str) -> None:
        crew = self._crews.get(synthesis.engine)
        if self._stopping or crew is None:
            raise SpeechError(
                f"there is no engine {synthesis.engine!r}", code="speech.engine_failed"
            )
        if not synthesis.request.text.strip():
            raise SpeechError("there is nothing to say", code="speech.empty")
        if crew.health.failed:
            raise _engine_failed(crew)
        self._line.add(synthesis, synthesis.request.priority)
        crew.wake(voice)

    def _changed(self) -> None:
        self._dispatch()
        self.on_change()

    def _dispatch(self) -> None:
        """Give free slots away, and let every engine have the workers it needs."""
        if self._stopping:
            return
        self._forget_ended()
        self._give_up_on_failed()
        while self.slots_in_use < self.slots and (synthesis := self._line.take(self._can_start)):
            self._start(synthesis)
        for name, crew in self._crews.items():
            waiting = sum(1 for synthesis in self._line if synthesis.engine == name)
            free = max(0, self.slots - self.slots_in_use)
            crew.balance(waiting=waiting, slots=self.slots, free_slots=free)
            if not waiting:
                crew.rest()

    def _can_start(self, synthesis: Synthesis) -> bool:
        return self._crews[synthesis.engine].idle_worker(_voice(synthesis)) is not None

    def _start(self, synthesis: Synthesis) -> None:
        voice = _voice(synthesis)
        worker = self._crews[synthesis.engine].idle_worker(voice)
        assert worker is not None  # noqa: S101 - _can_start was true a moment ago
        worker.run(synthesis, voice)
        self._deadlines[synthesis] = asyncio.get_running_loop().call_later(
            synthesis.request.deadline_s, self._expire, synthesis
        )

    def _expire(self, synthesis: Synthesis) -> None:
        synthesis.fail(
            SpeechError(
                f"not ready within {synthesis.request.deadline_s:g} s", code="speech.deadline"
            )
        )
        self._cancel(synthesis)

    def _cancel(self, synthesis: Synthesis) -> None:
        """Called once a synthesis failed on the listener's side: take its worker away from it."""
        if self._line.remove(synthesis):
            synthesis.release()
        elif worker := self._crews[synthesis.engine].holding(synthesis):
            worker.cancel()
        self._forget_ended()

    def _flow(self, synthesis: Synthesis, flowing: bool) -> None:
        if worker := self._crews[synthesis.engine].holding(synthesis):
            worker.flow(flowing=flowing)

    def _forget_ended(self) -> None:
        self.steps += 1
        for synthesis in [one for one in self._deadlines if one.ended]:
            self._deadlines.pop(synthesis).cancel()

    def _give_up_on_failed(self) -> None:
        """Nobody waits for an engine that failed: its utterances fail with its reason."""
        for synthesis in self._line.remove_all(lambda one: self._crews[one.engine].health.failed):
            synthesis.fail(_engine_failed(self._crews[synthesis.engine]))
            synthesis.release()


def _voice(synthesis: Synthesis) -> str:
    return synthesis.request.voice.partition(":")[2]


def _engine_failed(crew: Crew) -> SpeechError:
    return SpeechError(
        f"{crew.engine} does not work: {crew.health.reason}", code="speech.engine_failed"
    )


def _with_engine(
    engine: str, on_voice_failed: Callable[[str, str, str], None]
) -> Callable[[str, str], None]:
    return lambda voice, reason: on_voice_failed(engine, voice, reason)
