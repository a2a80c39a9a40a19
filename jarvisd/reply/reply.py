"""One turn of the assistant: text comes in, is cut and spoken, and can be stopped at any word.

Owns the reply's state and its end. The writer writes it, the speaker speaks it, the delivery hands
its audio to readers, the announcer says what happens. After an interrupt nothing of it is sent.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

import structlog

from jarvisd.errors import JarvisError
from jarvisd.llm.model import LlmEvent
from jarvisd.reply.announcing import Announcer
from jarvisd.reply.delivery import Delivery
from jarvisd.reply.ordering import Totals
from jarvisd.reply.speaking import Speaker
from jarvisd.reply.voice import ReplyVoice
from jarvisd.reply.writing import Writer
from jarvisd.speech import Synthesis
from jarvisd.store import Receipt
from jarvisd.wire import InterruptResponse, OnDisconnect, ReplyEvent, ReplyInfo, ReplyState

# How long a reply's beginning and its end wait for the disk before they say that it is not kept.
# Its beginning is where the audio is fetched from, so that it cannot wait for long.
BEGIN_KEPT_S = 0.25
END_KEPT_S = 1.0

log = structlog.get_logger(__name__)


class HasName(Protocol):
    """Who writes a reply; the name is final once it has begun to answer."""

    @property
    def name(self) -> str:
        """As shown to users."""
        ...


@dataclass(frozen=True, slots=True)
class Named:
    """A writer that is nothing but its name: a given text."""

    name: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a reply came to, for the store: ``heard`` is ``None`` where nothing was spoken, and
    ``failed`` the code of the error that ended it.
    """

    text: str
    heard: str | None
    interrupted: bool
    model: str
    tokens: int
    failed: str = ""


class Recorder(Protocol):
    """Who remembers what became of a reply."""

    def ended(self, reply: "Reply", outcome: Outcome) -> Receipt:
        """Remember the outcome at once; the receipt tells when it is on disk."""
        ...

    def heard(self, reply: "Reply", heard: str) -> Receipt:
        """Correct the outcome: the listener stopped after ``heard``."""
        ...


class Forgetful:
    """Remembers nothing."""

    def ended(self, reply: "Reply", outcome: Outcome) -> Receipt:
        """Let go."""
        return Receipt.settled()

    def heard(self, reply: "Reply", heard: str) -> Receipt:
        """Let go."""
        return Receipt.settled()


class Reply:
    """One reply. ``speaker`` and ``delivery`` are ``None`` where it is not to be spoken."""

    def __init__(
        self,
        id_: str,
        conversation: str,
        provider: HasName,
        *,
        writer: Writer,
        voice: ReplyVoice,
        speaker: Speaker | None,
        delivery: Delivery | None,
        announcer: Announcer,
        recorder: Recorder,
        on_made: Callable[[], object],
        on_disconnect: OnDisconnect = "stop",
    ) -> None:
        """``on_made`` is called once, as soon as nothing of it is made any more and what it came
        to is remembered; ``on_disconnect``: what becomes of it when its client hangs up.
        """
        self.id = id_
        self.conversation = conversation
        self.provider = provider
        self.state: ReplyState = "running"
        self._writer = writer
        self._voice = voice
        self._speaker = speaker
        self._delivery = delivery
        self._announcer = announcer
        self._recorder = recorder
        self._on_made = on_made
        self._on_disconnect = on_disconnect
        self._recorded = False
        self._receipt = Receipt.settled()
        self._showing: asyncio.Task[None] | None = None
        self._remembered: str | None = None
        self._freeing: list[Synthesis] = []
        self._task: asyncio.Task[None] | None = None
        # How long freeing takes is measured; nothing waits for it.
        self._telling: asyncio.Task[None] | None = None

    # --- what it is -----------------------------------------------------------------------------

    @property
    def sample_rate(self) -> int:
        """Hertz of its audio (signed 16-bit mono); 0 where it has none."""
        return self._speaker.sample_rate if self._speaker else 0

    @property
    def voice_id(self) -> str:
        """The voice that speaks it now; empty where nobody does."""
        choice = self._voice.current if self._speaker else None
        return choice.voice.id if choice else ""

    @property
    def over(self) -> bool:
        """Whether nothing of it is being made any more."""
        return self.state not in ("running", "paused")

    @property
    def audible(self) -> bool:
        """Whether it is being made, or should still be playing at the client."""
        if not self.over:
            return True
        playing = self._speaker is not None and self._speaker.position.playing
        return self.state in ("done", "failed") and playing

    @property
    def _stoppable(self) -> bool:
        """Whether stopping it changes anything: it is being made, or not all of it was heard."""
        if not self.over:
            return True
        unheard = self._speaker is not None and self._speaker.position.unheard
        return self.state in ("done", "failed") and unheard

    @property
    def active(self) -> bool:
        """Whether anything of it still runs, be it only its end."""
        return self._task is not None and not self._task.done()

    @property
    def steps(self) -> int:
        """Grows with everything that is written, said and made."""
        samples = self._speaker.timeline.samples if self._speaker else 0
        return self._writer.steps + self._announcer.log.next_seq + samples

    @property
    def expects_progress(self) -> bool:
        """Whether ``steps`` must grow soon.

        Not while it is paused or far ahead of its listener, nor while it is the workers' turn.
        """
        if self.over or self._speaker is None:
            return True
        waits = self._speaker.with_workers or not self._speaker.position.wants_more()
        return self.state == "running" and not waits

    @property
    def writing(self) -> bool:
        """Whether a language model is at work on it."""
        return not self.over and self._writer.at_work

    @property
    def awaited(self) -> bool:
        """Whether its first utterance has yet to be made."""
        if self._speaker is None or self.over:
            return False
        return self._totals.spoken + self._totals.skipped == 0

    @property
    def made_s(self) -> float:
        """Seconds of audio that are made."""
        if self._speaker is None:
            return 0.0
        return self._speaker.timeline.samples / self._speaker.sample_rate

    @property
    def slack_s(self) -> float:
        """Seconds of audio that are made and not yet heard."""
        if self._speaker is None:
            return 0.0
        unheard = self._speaker.timeline.samples - self._speaker.position.played()
        return max(0, unheard) / self._speaker.sample_rate

    @property
    def audio_bytes(self) -> int:
        """Memory that its audio takes."""
        return self._speaker.timeline.samples * 2 if self._speaker else 0

    def info(self) -> ReplyInfo:
        """Where it stands."""
        position = self._speaker.position if self._speaker else None
        return ReplyInfo(
            reply=self.id,
            conversation=self.conversation,
            state=self.state,
            engine=self.voice_id.partition(":")[0],
            voice=self.voice_id,
            fallback=self._announcer.fallback,
            written_samples=position.written if position else 0,
            played_samples=position.played() if position else 0,
            sample_rate=self.sample_rate,
        )

    # --- making it ------------------------------------------------------------------------------

    def start(
        self, source: AsyncGenerator[LlmEvent, None], *, question: Receipt | None = None
    ) -> None:
        """Begin to write and speak what ``source`` generates, in answer to ``question`` if any.

        The model is asked at once; what it says is told when the question is on disk.
        """
        if question is not None:
            self._announcer.stopwatch.mark("request")
        choice = self._voice.current if self._speaker else None
        self._announcer.started(self.conversation, self.provider.name, choice)
        if question is not None and question.open:
            self._showing = asyncio.create_task(self._show_when_kept(question))
        else:
            self._announcer.question_kept(question.reason if question else "")
        self._task = asyncio.create_task(self._run(source), name=f"reply {self.id}")

    async def settled(self) -> None:
        """Return when nothing of this reply runs any more."""
        while self._task is not None and not self._task.done():
            await asyncio.wait({self._task})

    async def _run(self, source: AsyncGenerator[LlmEvent, None]) -> None:
        structlog.contextvars.bind_contextvars(reply=self.id)  # for all that is logged on its way
        failure: JarvisError | None = None
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._writer.run(source))
                if self._speaker is not None:
                    group.create_task(self._speaker.run(self._writer.utterances()))
        except* Exception as bugs:
            log.exception("reply.bug", reply=self.id, exc_info=bugs)
            failure = JarvisError("This reply hit a bug in the daemon; its log has the details.")
        await self._finish(failure or self._writer.failure)

    async def _show_when_kept(self, question: Receipt) -> None:
        await question.kept(BEGIN_KEPT_S)
        self._announcer.question_kept(question.reason)

    async def _finish(self, failure: JarvisError | None) -> None:
        """Remember the outcome, then say that it ended, and whether that is safe on disk."""
        failed = failure.code if failure else ""
        self._record(self._heard_at_end(), interrupted=False, failed=failed)
        unkept = await self._unkept()
        if failure is None:
            self.state = "done"
            samples = self._speaker.timeline.samples if self._speaker else 0
            self._announcer.done(
                self._totals, self._writer.completion, samples=samples, unkept=unkept
            )
            return
        self.state = "failed"
        log.warning("reply.failed", reply=self.id, code=failure.code, reason=failure.message)
        if self._speaker is not None:
            self._speaker.interrupt()
        self._announcer.failed(
            self._totals,
            self._writer.completion,
            text=self._writer.text,
            failure=failure,
            unkept=unkept,
        )

    async def _unkept(self) -> str:
        """Why the outcome is not on disk, once it is known or has taken too long; else empty."""
        if self._showing is not None:
            await asyncio.wait({self._showing})
        await self._receipt.kept(END_KEPT_S)
        return self._receipt.reason

    def _record(self, heard: str | None, *, interrupted: bool, failed: str = "") -> None:
        self._recorded = True
        self._remembered = heard
        self._receipt = self._recorder.ended(
            self,
            Outcome(
                text=self._writer.text,
                heard=heard,
                interrupted=interrupted,
                model=self._writer.completion.model,
                tokens=self._writer.completion.completion_tokens,
                failed=failed,
            ),
        )
        self._on_made()

    # --- reading it -----------------------------------------------------------------------------

    def events(self, since: int = 0) -> AsyncIterator[ReplyEvent]:
        """Its events from number ``since`` on; ends after the terminal one."""
        return self._announcer.log.read(since)

    async def audio(self, *, paced: bool = False, start: int = 0) -> AsyncIterator[bytes]:
        """PCM (s16le, mono) from sample ``start``: as it is made, or in real time when paced."""
        if self._delivery is None:
            return
        reading = self._delivery.paced(start) if paced else self._delivery.unpaced(start)
        try:
            async with aclosing(reading):
                async for data in reading:
                    yield data
        finally:
            self._listener_left()

    def _listener_left(self) -> None:
        """Who stopped listening will not hear the rest; who came back may have."""
        if self._recorded and self.state != "interrupted":
            self._correct(self._heard_at_end())

    def _correct(self, heard: str | None) -> None:
        if heard is not None and heard != self._remembered:
            self._remembered = heard
            self._receipt = self._recorder.heard(self, heard)

    # --- controlling it -------------------------------------------------------------------------

    async def interrupt(
        self, *, played: int | None = None, wait: bool = False
    ) -> InterruptResponse:
        """Stop everything now, and return when what was heard is on disk, within reason.

        With ``wait`` native synthesis has ended by then, too. ``played`` is the position that the
        client had come to. Interrupting what has ended and was played changes nothing.
        """
        if self._speaker is not None and played is not None:
            self._speaker.position.acknowledge(played)
        if self._stoppable:
            self._stop()
        freed_ms = await _freed(self._freeing) if wait else None
        kept = await self._receipt.kept(END_KEPT_S)
        heard = self._heard()
        return InterruptResponse(
            reply=self.id,
            state=self.state,
            heard=heard,
            heard_chars=len(heard),
            played_samples=self.info().played_samples,
            freed_ms=freed_ms,
            kept=kept,
            kept_reason="" if kept else self._receipt.reason,
        )

    def abandoned(self) -> None:
        """The client that asked for this reply went away: it stops, unless it was to go on."""
        if self._on_disconnect == "stop" and self._stoppable:
            log.info("reply.abandoned", reply=self.id)
            self._stop()

    def cut(self) -> None:
        """It ends here, for whatever reason of ours."""
        if self.audible:
            self._stop()

    def forget(self) -> None:
        """Its conversation is deleted: it ends here, and nothing more of it is remembered."""
        self._recorder = Forgetful()
        self._announcer.log.forget_words()
        self.cut()

    def pause(self) -> ReplyInfo:
        """Stand still; what is made meanwhile is bounded by the look-ahead."""
        if self.state == "running":
            self.state = "paused"
        return self._hold(paused=True)

    def resume(self) -> ReplyInfo:
        """Go on from where it stood still."""
        if self.state == "paused":
            self.state = "running"
        return self._hold(paused=False)

    def played(self, samples: int, ended: bool = False) -> ReplyInfo:
        """The client has played ``samples``, and with ``ended`` will play no more."""
        if self._speaker is not None:
            self._speaker.position.acknowledge(samples)
            self._speaker.changed.notify()
            unheard = self._speaker.position.played() < self._speaker.timeline.samples
            if ended and unheard and self._stoppable:
                self._stop()
        return self.info()

    def _hold(self, *, paused: bool) -> ReplyInfo:
        if self._delivery is not None and self._speaker is not None:
            self._delivery.paused = paused
            if paused:
                self._speaker.position.pause()
            else:
                self._speaker.position.resume()
            self._speaker.changed.notify()
        return self.info()

    # --- stopping it ----------------------------------------------------------------------------

    def _stop(self) -> None:
        """Cut the reply at this instant; notes the native calls that have yet to end."""
        if self._delivery is not None:
            self._delivery.stopped = True
        self._writer.stopped = True
        self._announcer.interrupting()
        if self._speaker is not None:
            self._speaker.position.stop()
        heard = self._heard()
        self._freeing = self._speaker.interrupt() if self._speaker else []
        self.state = "interrupted"
        if self._recorded:
            self._receipt = self._recorder.heard(self, heard)
        else:
            self._record(heard if self._speaker else None, interrupted=True)
        if self._announcer.ended or self._task is None:
            return
        self._task.cancel()
        self._telling = asyncio.create_task(self._tell_when_freed(self._freeing))
        cut = self._after_interrupt(self._task, heard, self.info().played_samples)
        self._task = asyncio.create_task(cut)

    async def _after_interrupt(
        self, cancelled: asyncio.Task[None], heard: str, played: int
    ) -> None:
        await asyncio.wait({cancelled})
        unkept = await self._unkept()
        self._announcer.interrupted(
            self._totals, self._writer.completion, heard=heard, played=played, unkept=unkept
        )

    async def _tell_when_freed(self, running: list[Synthesis]) -> None:
        await _freed(running)
        self._announcer.freed()

    # --- what it came to ------------------------------------------------------------------------

    @property
    def _totals(self) -> Totals:
        return self._speaker.totals if self._speaker else Totals()

    def _heard(self) -> str:
        if self._speaker is None:
            return ""
        return self._speaker.heard()

    @property
    def heard_by_now(self) -> str | None:
        """What those who listen heard so far; ``None`` where nobody ever did."""
        if self._speaker is None or not self._speaker.position.listened:
            return None
        return self._speaker.heard()

    def _heard_at_end(self) -> str | None:
        """Everything that was spoken will be heard; ``None`` where nothing could be spoken."""
        if self._speaker is None or self._totals.spoken == 0:
            return None
        return self._speaker.expected()


async def _freed(running: list[Synthesis]) -> float:
    """Milliseconds until the last native call had ended."""
    started = time.monotonic()  # the loop's own clock counts whole milliseconds
    for synthesis in running:
        await synthesis.freed()
    return round((time.monotonic() - started) * 1000, 3)
