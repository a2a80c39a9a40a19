"""One worker of the pool: at most one utterance at a time, and what its reports mean for it.

Keeps the promise behind a cancel: ask first, and end the process when the native call has not
returned within the grace.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Literal

from jarvisd.errors import SpeechError
from jarvisd.speech import protocol
from jarvisd.speech.model import AudioPiece, SynthesisResult, WordMark, WorkerStatus
from jarvisd.speech.process import WorkerCommand, WorkerProcess
from jarvisd.speech.synthesis import Synthesis

CANCEL_GRACE_S = 0.04  # leaves the kernel 10 ms to end a process within 50 ms of the cancel
_STOP_GRACE_S = 0.5

WorkerState = Literal["starting", "idle", "busy", "cancelling", "ending"]
Outcome = Literal["spoken", "silent", "voice_failed", "failed", "cancelled"]


class PooledWorker:
    """``on_free(worker, synthesis, outcome, message)`` when it can take the next utterance,
    ``on_gone(worker, reason, expected)`` when its process has ended.
    """

    def __init__(
        self,
        number: int,
        command: WorkerCommand,
        *,
        on_free: Callable[["PooledWorker", Synthesis, Outcome, str], None],
        on_gone: Callable[["PooledWorker", str, bool], None],
    ) -> None:
        self.number = number
        self.state: WorkerState = "starting"
        self.voices: set[str] = set()
        self.rss_bytes = 0
        self.served = 0
        self.outgrown = False
        self.synthesis: Synthesis | None = None
        self._on_free = on_free
        self._on_gone = on_gone
        self._process = WorkerProcess(command, on_report=self._report, on_gone=self._gone)
        self._job = 0
        self._loading: asyncio.Future[None] | None = None
        self._grace: asyncio.TimerHandle | None = None

    @property
    def status(self) -> WorkerStatus:
        """For the status report."""
        return WorkerStatus(
            self.number,
            self._process.pid,
            self._process.command.engine,
            self.state,
            self.rss_bytes,
            self.served,
        )

    async def start(self, timeout_s: float, voice: str) -> None:
        """Start the process and have it prove ``voice``.

        Raises ``SpeechError``: ``speech.voice_failed`` leaves a usable worker, others none.
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self._process.start(timeout_s)
                await self._load(voice)
        except TimeoutError:
            self._process.kill("its voice was not ready in time")
            raise SpeechError(
                f"{voice} was not ready within {timeout_s:g} s", code="speech.worker_failed"
            ) from None
        self.state = "idle"

    async def _load(self, voice: str) -> None:
        self._loading = asyncio.get_running_loop().create_future()
        self._job += 1
        self._process.send(protocol.Load(self._job, voice))
        await self._loading

    def run(self, synthesis: Synthesis, voice: str) -> None:
        """Make an utterance; only while idle."""
        self._job += 1
        self.state, self.synthesis = "busy", synthesis
        synthesis.started(time.monotonic(), self.number)
        request = synthesis.request
        self._process.send(
            protocol.Synthesize(self._job, request.text, voice, request.speed, request.sample_rate)
        )

    def cancel(self) -> None:
        """Give the utterance up; the process ends if its native call does not return in time."""
        if self.state != "busy":
            return
        self.state = "cancelling"
        self._process.resume_reading()
        self._process.send(protocol.Cancel(self._job))
        self._grace = asyncio.get_running_loop().call_later(CANCEL_GRACE_S, self._out_of_patience)

    def flow(self, *, flowing: bool) -> None:
        """Hold the worker back, or let it go on."""
        if flowing:
            self._process.resume_reading()
        else:
            self._process.pause_reading()

    def end(self) -> None:
        """Ask the process to end, and make sure that it does."""
        self.state = "ending"
        self._process.send(protocol.Stop())
        self._timer(_STOP_GRACE_S, lambda: self._process.kill("it did not stop"))

    def kill(self, reason: str) -> None:
        """End the process now."""
        self.state = "ending"
        self._process.kill(reason)

    async def gone(self) -> None:
        """Wait for the process's end."""
        await self._process.gone()

    # --- reports --------------------------------------------------------------------------------

    def _report(self, report: protocol.Report) -> None:
        match report:
            case protocol.Piece(job=job):
                if job == self._job and self.synthesis:
                    self.synthesis.deliver(_audio(report), time.monotonic())
            case protocol.End(job=job):
                self.rss_bytes = report.rss_bytes
                if job == self._job and self.synthesis:
                    self.synthesis.complete(self._result(self.synthesis, report))
                    self._free("spoken", "")
            case protocol.Failure(job=job):
                self.rss_bytes = report.rss_bytes
                if job == self._job:
                    self._failed(report)
            case protocol.Loaded(job=job):
                self.rss_bytes = report.rss_bytes
                self.voices.add(report.voice)
                if self._loading and job == self._job and not self._loading.done():
                    self._loading.set_result(None)
            case _:
                self.rss_bytes = getattr(report, "rss_bytes", self.rss_bytes)

    def _failed(self, report: protocol.Failure) -> None:
        error = SpeechError(report.message, code=report.code)
        if self._loading and not self._loading.done():
            self._loading.set_exception(error)
        elif self.synthesis:
            outcome, public = _OUTCOMES[report.code]
            self.synthesis.fail(SpeechError(report.message, code=public))
            self._free(outcome, report.message)

    def _free(self, outcome: Outcome, message: str) -> None:
        synthesis, self.synthesis = self.synthesis, None
        assert synthesis is not None  # noqa: S101 - the callers looked
        self._no_timer()
        self.served += 1
        if self.state != "ending":
            self.state = "idle"
        if outcome == "spoken":
            self.voices.add(synthesis.request.voice.partition(":")[2])
        synthesis.release()
        self._on_free(self, synthesis, outcome, message)

    def _result(self, synthesis: Synthesis, end: protocol.End) -> SynthesisResult:
        return SynthesisResult(
            samples=end.samples,
            sample_rate=end.sample_rate,
            leading_silence_samples=end.leading_silence_samples,
            queued_at=synthesis.queued_at,
            started_at=synthesis.started_at,
            first_audio_at=synthesis.first_audio_at,
            finished_at=time.monotonic(),
            worker=self.number,
        )

    def _gone(self, reason: str) -> None:
        expected = self.state not in {"idle", "busy"}
        self.state = "ending"
        self._no_timer()
        error = SpeechError(f"the engine's worker ended: {reason}", code="speech.worker_died")
        if self._loading and not self._loading.done():
            self._loading.set_exception(error)
        if self.synthesis:
            self.synthesis.fail(error)
            self.synthesis.release()
            self.synthesis = None
        self._on_gone(self, reason, expected)

    # --- timers ---------------------------------------------------------------------------------

    def _out_of_patience(self) -> None:
        self._process.kill("its native call did not return after a cancel")

    def _timer(self, delay_s: float, action: Callable[[], None]) -> None:
        self._no_timer()
        self._grace = asyncio.get_running_loop().call_later(delay_s, action)

    def _no_timer(self) -> None:
        if self._grace:
            self._grace.cancel()
            self._grace = None


_OUTCOMES: dict[str, tuple[Outcome, str]] = {
    "speech.cancelled": ("cancelled", "speech.cancelled"),
    "speech.empty": ("silent", "speech.empty"),
    "speech.voice_failed": ("voice_failed", "speech.engine_failed"),
    "speech.engine_failed": ("failed", "speech.failed"),  # this text; three in a row: the engine
}


def _audio(piece: protocol.Piece) -> AudioPiece:
    return AudioPiece(piece.pcm, tuple(WordMark(*mark) for mark in piece.marks))
