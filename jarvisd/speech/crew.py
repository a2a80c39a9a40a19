"""The workers of one engine: enough of them ready, replaced when they die or grow, ended when idle.

Starts one worker at a time, waits longer after every failure until something was spoken, and knows
whether the engine is healthy. Which utterance goes to which worker is the pool's business.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from jarvisd.errors import SpeechError
from jarvisd.speech.backoff import Backoff
from jarvisd.speech.health import EngineHealth
from jarvisd.speech.model import EngineStatus, WorkerStatus
from jarvisd.speech.pooled_worker import Outcome, PooledWorker
from jarvisd.speech.process import WorkerCommand
from jarvisd.speech.synthesis import Synthesis

_ABLE = frozenset({"idle", "busy", "cancelling"})
_log = structlog.get_logger("jarvisd.speech")


@dataclass(frozen=True, slots=True)
class CrewSettings:
    """Bounds of one engine's workers; see ``SpeechSettings`` for each."""

    spares: int
    start_timeout_s: float
    idle_s: float
    max_rss_bytes: int


class Crew:
    """``on_change`` is called whenever a worker became free, ready or lost, or health changed;
    ``on_voice_failed(voice, reason)`` when a voice cannot be loaded.
    """

    def __init__(
        self,
        command: WorkerCommand,
        voice: str,
        settings: CrewSettings,
        *,
        number: Callable[[], int],
        on_change: Callable[[], None],
        on_voice_failed: Callable[[str, str], None],
    ) -> None:
        self.engine = command.engine
        self.health = EngineHealth()
        # Workers that ended without having been told to, since the daemon started.
        self.deaths = 0
        self._command = command
        self._voice = voice
        self._settings = settings
        self._number = number
        self._on_change = on_change
        self._on_voice_failed = on_voice_failed
        self._workers: list[PooledWorker] = []
        self._backoff = Backoff()
        self._active = False
        self._starting: asyncio.Task[None] | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._idle: asyncio.TimerHandle | None = None

    # --- what the pool asks ---------------------------------------------------------------------

    @property
    def in_use(self) -> int:
        """Workers whose slot is taken: speaking, or not yet free after a cancel."""
        return sum(1 for worker in self._workers if worker.synthesis is not None)

    @property
    def starting(self) -> bool:
        """Whether a worker is being started."""
        return self._starting is not None

    def idle_worker(self, voice: str) -> PooledWorker | None:
        """A worker that can speak now, if possible one that has the voice loaded."""
        idle = [worker for worker in self._workers if worker.state == "idle"]
        return next(
            (worker for worker in idle if voice in worker.voices), idle[0] if idle else None
        )

    def holding(self, synthesis: Synthesis) -> PooledWorker | None:
        """The worker that makes ``synthesis``."""
        return next((worker for worker in self._workers if worker.synthesis is synthesis), None)

    def statuses(self) -> list[WorkerStatus]:
        """Every worker of the engine."""
        return [worker.status for worker in self._workers]

    def status(self) -> EngineStatus:
        """The engine's state and, where it failed, why."""
        if self.health.failed:
            return EngineStatus("failed", self.health.reason, "It is tried again by itself.")
        if any(worker.state in _ABLE for worker in self._workers):
            return EngineStatus("ready")
        if self._starting:
            return EngineStatus("starting")
        return EngineStatus("idle", "its workers start when something is to be said")

    def wake(self, voice: str) -> None:
        """Somebody will speak: have workers ready with ``voice``."""
        self._active, self._voice = True, voice
        self._stop_idle_timer()

    def balance(self, *, waiting: int, slots: int, free_slots: int) -> None:
        """Start the next missing worker, unless one is starting or a failure is too recent."""
        if not self._active or self._starting or self._retry or self.health.failed:
            return
        wanted = max(1, self.in_use + min(waiting, free_slots)) + self._settings.spares
        alive = sum(1 for worker in self._workers if worker.state != "ending")
        if alive < min(wanted, slots + self._settings.spares):
            self._begin_start()

    def rest(self) -> None:
        """Nobody waits for this engine: count down to ending its workers."""
        if self._active and not self.in_use and not self.health.failed and self._idle is None:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self._settings.idle_s, self._end_idle)

    def replace(self, pid: int, reason: str) -> None:
        """End the worker with this pid, now if it is idle, else after its utterance."""
        for worker in self._workers:
            if worker.status.pid == pid and not worker.outgrown:
                worker.outgrown = True
                _log.info("worker.outgrown", engine=self.engine, pid=pid, reason=reason)
                if worker.state == "idle":
                    worker.end()

    async def stop(self) -> None:
        """End every worker and wait until they are gone."""
        self._active = False
        self._stop_idle_timer()
        if self._retry:
            self._retry.cancel()
            self._retry = None
        workers = list(self._workers)
        for worker in workers:
            worker.kill("the daemon stops")
        if self._starting:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        for worker in workers:
            await worker.gone()

    # --- starting -------------------------------------------------------------------------------

    def _begin_start(self) -> None:
        worker = PooledWorker(self._number(), self._command, on_free=self._free, on_gone=self._gone)
        self._workers.append(worker)
        self._starting = asyncio.get_running_loop().create_task(self._start(worker))

    async def _start(self, worker: PooledWorker) -> None:
        voice = self._voice
        try:
            await worker.start(self._settings.start_timeout_s, voice)
        except SpeechError as error:
            if error.code == "speech.voice_failed":
                worker.state = "idle"
                self._voice_failed(voice, error.message)
            else:
                worker.kill(error.message)
                self._start_failed(error.message)
        else:
            self.health.proved()
            if not self._active:
                worker.end()  # everybody went to rest while it started
            _log.info("worker.ready", engine=self.engine, worker=worker.number, voice=voice)
        finally:
            self._starting = None
        self._on_change()

    def _start_failed(self, reason: str) -> None:
        """Nobody left to speak: the engine failed. While others can, it is one worker's death."""
        if any(worker.state in _ABLE for worker in self._workers):
            self._died(reason)
        else:
            self.health.start_failed(reason)
            self._distrust_workers()

    def _wait_before_retry(self) -> None:
        if self._retry is None:
            delay = self._backoff.failed()
            self._retry = asyncio.get_running_loop().call_later(delay, self._try_again)

    def _try_again(self) -> None:
        self._retry = None
        if self.health.failed and self._active and not self._starting:
            self._begin_start()  # the probe: it must start and make a sound
        else:
            self._on_change()

    # --- what workers report --------------------------------------------------------------------

    def _free(self, worker: PooledWorker, synthesis: Synthesis, outcome: Outcome, why: str) -> None:
        match outcome:
            case "spoken":
                self.health.spoke()
                self._backoff.succeeded()
            case "silent" if any(letter.isalnum() for letter in synthesis.request.text):
                self.health.made_nothing("came out silent")
            case "failed":
                self.health.made_nothing(why)
        if self.health.failed:
            self._distrust_workers()
        elif worker.outgrown or worker.rss_bytes > self._settings.max_rss_bytes:
            _log.info("worker.recycled", engine=self.engine, rss_bytes=worker.rss_bytes)
            worker.end()
        if outcome == "voice_failed":
            self._voice_failed(synthesis.request.voice.partition(":")[2], why)
        self._on_change()

    def _gone(self, worker: PooledWorker, reason: str, expected: bool) -> None:
        if worker in self._workers:
            self._workers.remove(worker)
        if not expected:
            self._died(reason)
        self._on_change()

    def _died(self, reason: str) -> None:
        self.deaths += 1
        _log.warning("worker.died", engine=self.engine, reason=reason)
        self.health.died(time.monotonic(), reason)
        self._wait_before_retry()
        if self.health.failed:
            self._distrust_workers()

    def _voice_failed(self, voice: str, reason: str) -> None:
        _log.error("voice.failed", engine=self.engine, voice=voice, reason=reason)
        self._on_voice_failed(voice, reason)

    def _distrust_workers(self) -> None:
        """The engine failed: only a fresh worker can prove it well again."""
        _log.error("engine.failed", engine=self.engine, reason=self.health.reason)
        for worker in self._workers:
            if worker.state == "idle":
                worker.end()
        self._wait_before_retry()

    # --- idling ---------------------------------------------------------------------------------

    def _end_idle(self) -> None:
        self._idle = None
        if self.health.failed:
            return  # it goes on being probed
        self._active = False
        for worker in self._workers:
            if worker.state == "idle":
                worker.end()

    def _stop_idle_timer(self) -> None:
        if self._idle:
            self._idle.cancel()
            self._idle = None
