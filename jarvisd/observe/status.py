"""The status of the daemon, from memory, and the status line.

Reads every part and changes none. Many requests at once cost very little.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import jarvisd
from jarvisd.errors import SpeechError
from jarvisd.host.processes import own_rss_bytes
from jarvisd.observe.health import ComponentHealth, is_problem
from jarvisd.observe.status_line import describe
from jarvisd.reply.replies import Replies
from jarvisd.speech import Speech
from jarvisd.speech.model import VoiceChoice
from jarvisd.telemetry.counters import Counters
from jarvisd.telemetry.loop_lag import LoopLag
from jarvisd.wire import Component, StatusResponse, WorkerInfo

# A status shows components and workers no older than this.
LOOK_S = 0.02


@dataclass(frozen=True, slots=True)
class _Look:
    """Values that are costly to read, at the monotonic second ``at``."""

    at: float
    choice: VoiceChoice | SpeechError
    components: list[Component]
    workers: list[WorkerInfo]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFigures:
    """Figures of the process, as functions that take microseconds."""

    state: Callable[[], str]
    uptime_s: Callable[[], float]
    connections: Callable[[], int]


class StatusReport:
    """Builds the status."""

    def __init__(
        self,
        process: ProcessFigures,
        *,
        health: ComponentHealth,
        replies: Replies,
        speech: Speech,
        counters: Counters,
        lag: LoopLag,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._process = process
        self._health = health
        self._replies = replies
        self._speech = speech
        self._counters = counters
        self._lag = lag
        self._clock = clock
        self._last_look: _Look | None = None

    def status(self) -> StatusResponse:
        """Everything, from memory; components and workers up to 20 ms old."""
        look = self._look()
        choice = None if isinstance(look.choice, SpeechError) else look.choice
        return StatusResponse(
            version=jarvisd.__version__,
            pid=os.getpid(),
            uptime_s=round(self._process.uptime_s(), 3),
            state=self._process.state(),
            provider=self._health.provider,
            voice=choice.voice.id if choice else "",
            fallback=choice.fallback if choice else False,
            components=look.components,
            replies=[reply.info() for reply in self._replies.active()],
            workers=look.workers,
            slots=self._speech.slots,
            slots_in_use=self._speech.slots_in_use,
            connections=self._process.connections(),
            rss_bytes=own_rss_bytes(),
            loop_lag_ms=round(self._lag.recent_ms(), 3),
            replies_total=self._replies.total,
            utterances_total=self._counters.spoken,
            skipped_total=self._counters.skipped,
            fallback_share=round(self._counters.fallback_share, 4),
        )

    def line(self) -> str:
        """The daemon in one sentence; the model as of its last check."""
        choice, llm = self._health.voice(), self._health.llm
        llm_ready = llm.state in ("ready", "idle", "degraded")
        return describe(
            self._process.state(),
            replies=len(self._replies.running()),
            answers=f"{self._health.provider} answers" if llm_ready else f"llm: {llm.reason}",
            speaks="" if isinstance(choice, SpeechError) else f"{choice.voice.id} speaks",
            problems=[found.reason for found in self._health.components() if is_problem(found)],
        )

    def _look(self) -> _Look:
        """One reading is used for all requests within ``LOOK_S``."""
        now = self._clock()
        if self._last_look is None or now - self._last_look.at > LOOK_S:
            self._last_look = _Look(
                now, self._health.voice(), self._health.components(), self._workers()
            )
        return self._last_look

    def _workers(self) -> list[WorkerInfo]:
        return [
            WorkerInfo(
                worker=worker.worker,
                pid=worker.pid,
                engine=worker.engine,
                state=worker.state,
                rss_bytes=worker.rss_bytes,
                served=worker.served,
            )
            for worker in self._speech.workers()
        ]
