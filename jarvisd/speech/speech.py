"""The interface of the room: list voices, choose one for a reply, speak an utterance.

Starting never waits: voices are found and the first workers started in the background; until then
the built-in voice is available. ``choose`` uses what is known and never blocks.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
import structlog

from jarvisd.config.settings import SpeechSettings
from jarvisd.errors import SpeechError
from jarvisd.speech import catalogue, choice
from jarvisd.speech.engines import ENGINES, EngineSettings
from jarvisd.speech.health import EngineHealth
from jarvisd.speech.model import (
    EngineStatus,
    SynthesisRequest,
    VoiceChoice,
    VoiceInfo,
    WorkerStatus,
)
from jarvisd.speech.synthesis import Synthesis
from jarvisd.workers.backoff import Backoff
from jarvisd.workers.command import WorkerCommand, WorkerPlacement
from jarvisd.workers.model import EngineState, Limits
from jarvisd.workers.pool import EngineProgram, Pool

# Reading a directory takes milliseconds; beyond this the built-in voice speaks.
DISCOVERY_S = 2.0
RUNNER = "jarvisd.speech.speak:open_runner"

_log = structlog.get_logger("jarvisd.speech")


class Speech:
    """Everything that can speak. Belongs to the event loop's thread.

    ``on_change`` is called when a worker, an engine's health or a voice changed.
    """

    def __init__(
        self,
        settings: SpeechSettings,
        *,
        state_dir: Path,
        placement: WorkerPlacement | None = None,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._on_change = on_change
        self._settings = settings
        self._state_dir = state_dir
        self._catalogue = catalogue.guess(settings, self._engines())
        self._pool = Pool(
            [self._program(name, own, placement) for name, own in self._engines().items()],
            slots=settings.slots,
            on_change=self._changed,
            on_resource_failed=self._voice_failed,
        )
        self._discovery: asyncio.Task[None] | None = None
        self._looked = asyncio.Event()

    async def start(self) -> None:
        """Look for voices and start workers for the default one, in the background."""
        self._discovery = asyncio.get_running_loop().create_task(self._discover())

    def apply(self, settings: SpeechSettings) -> None:
        """New settings: slots at once, the default voice after the disk was read again."""
        if settings.slots != self._settings.slots:
            self.set_slots(settings.slots)
        self._settings = settings
        if self._discovery:
            self._discovery.cancel()
        self._looked.clear()
        self._discovery = asyncio.get_running_loop().create_task(self._discover())

    async def stop(self) -> None:
        """Cancel all syntheses and end every worker."""
        if self._discovery:
            self._discovery.cancel()
            await asyncio.gather(self._discovery, return_exceptions=True)
        await self._pool.stop()

    async def discovered(self) -> None:
        """Wait until the voices on disk are known, or until a time limit."""
        with suppress(TimeoutError):
            async with asyncio.timeout(DISCOVERY_S):
                await self._looked.wait()

    def voices(self) -> list[VoiceInfo]:
        """Every voice, the default first."""
        return self._catalogue.voices()

    def choose(
        self, voice: str = "default", *, excluding: frozenset[str] = frozenset()
    ) -> VoiceChoice:
        """Choose the voice for a reply that asked for ``voice``, an id or a name.

        ``excluding``: engines or voice ids that failed already. Raises ``SpeechError``:
        ``speech.voice_unknown``, ``speech.no_engine``.
        """
        wanted = self._catalogue.find(voice)
        candidates = choice.Candidates(self._catalogue.voices(), self._unusable())
        return choice.choose(wanted, candidates, excluding)

    def synthesize(self, request: SynthesisRequest) -> Synthesis:
        """Queue one utterance; ``request.voice`` is the id of a chosen voice. Never raises."""
        synthesis = Synthesis(request, self._pool, now=time.monotonic())
        if request.text.strip():
            self._pool.submit(synthesis)
        else:
            synthesis.fail(SpeechError("there is nothing to say", code="speech.empty"))
            synthesis.release()
        return synthesis

    def workers(self) -> list[WorkerStatus]:
        """Every worker process."""
        return self._pool.workers()

    def engine_states(self) -> dict[str, EngineStatus]:
        """The state of every engine, why, and what helps."""
        states = {name: _status(state) for name, state in self._pool.engine_states().items()}
        return {**states, **self._catalogue.absent}

    def worker_deaths(self) -> dict[str, int]:
        """How many workers of each engine ended unexpectedly."""
        return self._pool.deaths()

    @property
    def slots(self) -> int:
        """How many utterances may be made at the same time."""
        return self._pool.slots

    @property
    def slots_in_use(self) -> int:
        """How many are being made, or are not freed yet after a cancel."""
        return self._pool.slots_in_use

    @property
    def waiting(self) -> int:
        """Utterances that wait for a worker."""
        return self._pool.waiting

    @property
    def steps(self) -> int:
        """Grows with every action on workers and utterances."""
        return self._pool.steps

    @property
    def expects_progress(self) -> bool:
        """Whether ``steps`` must grow soon."""
        return self._pool.expects_progress

    def set_slots(self, slots: int) -> None:
        """Allow more or fewer; at least one."""
        self._pool.set_slots(slots)

    def replace_worker(self, pid: int, reason: str) -> None:
        """Replace this process after its utterance."""
        self._pool.replace_worker(pid, reason)

    # --- inside ---------------------------------------------------------------------------------

    def _engines(self) -> dict[str, EngineSettings]:
        """Every engine's settings, with the daemon's directories filled in."""
        return {name: self._settings.engine(name).resolved(self._state_dir) for name in ENGINES}

    def _program(
        self, name: str, own: EngineSettings, placement: WorkerPlacement | None
    ) -> EngineProgram:
        settings = self._settings
        command = WorkerCommand(
            name,
            runner=RUNNER,
            python=own.python,
            nice=settings.worker_nice,
            options=msgspec.json.encode(own).decode(),
            placement=placement,
            readable=own.readable() if own.sandbox else None,
        )
        limits = Limits(
            spares=settings.spares,
            start_timeout_s=own.start_timeout_s or settings.worker_start_timeout_s,
            idle_s=settings.worker_idle_s,
            hang_timeout_s=settings.hang_timeout_s,
            max_rss_bytes=(own.max_rss_mb or settings.worker_max_rss_mb) * 1_048_576,
            slots=own.slots,
        )
        return EngineProgram(
            command, limits, EngineHealth(), proof=lambda voice: self._proof(f"{name}:{voice}")
        )

    def _proof(self, voice: str) -> Synthesis:
        """A test utterance for an engine that failed."""
        return Synthesis(SynthesisRequest("One.", voice), self._pool, now=time.monotonic())

    async def _discover(self) -> None:
        """Read the disk; repeat it while there is a temporary problem."""
        backoff = Backoff(first_s=0.5)
        while True:
            if not await self._look():
                return
            await asyncio.sleep(backoff.failed())

    async def _look(self) -> bool:
        """Read the disk once; true if it should be repeated soon."""
        try:
            found = await asyncio.to_thread(catalogue.read, self._settings, self._engines())
        except RuntimeError:  # no thread to be had
            return True
        self._catalogue = found.keeping(self._catalogue)
        _log.info("voices.found", voices=len(self.voices()), again=found.passing)
        self._looked.set()
        self._warm_default()
        self._changed()
        return found.passing

    def _changed(self) -> None:
        self._on_change()

    def _warm_default(self) -> None:
        """Start workers for the voice that the next reply will probably use."""
        try:
            voice = self.choose().voice
        except SpeechError as error:
            _log.warning("speech.no_voice", reason=error.message)
        else:
            self._pool.warm(voice.engine, voice.name)

    def _unusable(self) -> Mapping[str, str]:
        states = self.engine_states()
        return {
            engine: status.reason
            for engine, status in states.items()
            if status.state in {"failed", "absent"}
        }

    def _voice_failed(self, engine: str, voice: str, reason: str) -> None:
        self._catalogue.mark_broken(f"{engine}:{voice}", reason)
        self._warm_default()


def _status(state: EngineState) -> EngineStatus:
    """An engine's state in words."""
    match state.activity:
        case "failed":
            return EngineStatus("failed", state.reason, "It is retried automatically.")
        case "idle":
            return EngineStatus("idle", "its workers start when there is something to say")
        case activity:
            return EngineStatus(activity)
