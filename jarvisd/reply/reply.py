"""One turn of the assistant, as its clients use it: read, listen, pause, stop.

Its run makes it, its life has its state, its record what is remembered of it. After an interrupt
nothing of it is sent.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import msgspec
import structlog

from jarvisd.llm.model import LlmEvent
from jarvisd.reply.delivery import Delivery
from jarvisd.reply.life import ReplyLife
from jarvisd.reply.record import HasName
from jarvisd.reply.run import ReplyParts, ReplyRun
from jarvisd.reply.vitals import ReplyVitals
from jarvisd.store import Receipt
from jarvisd.wire import (
    InterruptResponse,
    OnDisconnect,
    PlayedResponse,
    ReplyEvent,
    ReplyInfo,
    ReplyState,
)

log = structlog.get_logger("jarvisd.reply")


class Reply:
    """One reply. ``delivery`` is ``None`` if it is not spoken."""

    def __init__(
        self,
        id_: str,
        conversation: str,
        *,
        parts: ReplyParts,
        run: ReplyRun,
        delivery: Delivery | None,
        on_disconnect: OnDisconnect,
    ) -> None:
        """``on_disconnect``: what happens when the client that asked for it disconnects."""
        self.id = id_
        self.conversation = conversation
        self._life, self._speaker = parts.life, parts.speaker
        self._events, self._record = parts.events, parts.record
        self._run = run
        self._delivery = delivery
        self._on_disconnect = on_disconnect
        self.vitals = ReplyVitals(
            id_, self._life, writer=parts.writer, speaker=parts.speaker, events=parts.events
        )

    def start(
        self,
        source: AsyncGenerator[LlmEvent, None],
        *,
        provider: HasName,
        question: Receipt | None = None,
    ) -> None:
        """Begin to write and speak what ``source`` generates, in answer to ``question`` if any."""
        if question is not None:
            self._events.stopwatch.mark("request")
        choice = self._speaker.choice if self._speaker else None
        self._events.started(self.conversation, provider.name, choice)
        self._run.start(source, question)

    async def settled(self) -> None:
        """Return when no task of this reply runs any more."""
        await self._run.settled()

    # --- what it is -----------------------------------------------------------------------------

    @property
    def sample_rate(self) -> int:
        """Sample rate of its audio (signed 16-bit mono); 0 without audio."""
        return self._speaker.track.sample_rate if self._speaker else 0

    @property
    def audio_bytes(self) -> int:
        """Memory that its audio takes."""
        return self._speaker.track.timeline.samples * 2 if self._speaker else 0

    @property
    def voice_id(self) -> str:
        """The voice that speaks it now; empty if none does."""
        return self._speaker.voice_id if self._speaker else ""

    @property
    def state(self) -> ReplyState:
        """The state as clients see it."""
        return self._now.state

    @property
    def over(self) -> bool:
        """Whether it is no longer being made and its last event was published."""
        return not self._life.untold

    @property
    def audible(self) -> bool:
        """Whether it is being made, or still playing at a client."""
        return not self._now.over

    @property
    def active(self) -> bool:
        """Whether any task of it still runs, even if only the last one."""
        return self._run.active

    @property
    def heard_by_now(self) -> str | None:
        """What its listeners heard so far; ``None`` if it never had any."""
        listened = self._speaker is not None and self._speaker.track.position.listened
        return self._record.heard if listened else None

    def info(self) -> ReplyInfo:
        """Where it stands."""
        position = self._speaker.track.position if self._speaker else None
        return ReplyInfo(
            reply=self.id,
            conversation=self.conversation,
            state=self.state,
            engine=self.voice_id.partition(":")[0],
            voice=self.voice_id,
            fallback=self._events.fallback,
            written_samples=position.written if position else 0,
            played_samples=position.played() if position else 0,
            sample_rate=self.sample_rate,
        )

    @property
    def _now(self) -> ReplyLife:
        """Its state, updated for the time that has passed."""
        self._life.follow(
            playing=self._speaker is not None and self._speaker.track.position.playing
        )
        return self._life

    # --- reading it -----------------------------------------------------------------------------

    def events(self, since: int = 0) -> AsyncIterator[ReplyEvent]:
        """Its events from number ``since`` on; ends after the terminal one."""
        return self._events.log.read(since)

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
            self._record.correct()  # who left will not hear the rest; who came back may have

    # --- controlling it -------------------------------------------------------------------------

    async def interrupt(
        self, *, played: int | None = None, wait: bool = False
    ) -> InterruptResponse:
        """Stop everything now; return when what was heard is on disk, or after a short time limit.

        With ``wait``, return after native synthesis has ended, too. ``played`` is the client's
        position. Interrupting a reply that was played to its end changes nothing.
        """
        if self._speaker is not None and played is not None:
            self._speaker.track.acknowledge(played)
        self.stop()
        freed_ms = await self._run.freed() if wait else None
        unkept = await self._record.unkept()
        heard = self._record.heard
        return InterruptResponse(
            reply=self.id,
            state=self.state,
            heard=heard,
            heard_chars=len(heard),
            played_samples=self.info().played_samples,
            freed_ms=freed_ms,
            kept=not unkept,
            kept_reason=unkept,
        )

    def stop(self) -> bool:
        """Stop it, unless all of it was made and heard; returns whether that changed anything."""
        unheard = self._speaker is not None and self._speaker.track.position.unheard
        if self._life.interrupted or not (self._life.untold or unheard):
            return False
        self._run.stop()
        return True

    def abandoned(self, told: bool) -> None:
        """The client that asked for this reply disconnected: stop it, unless it should go on.

        Who was not ``told`` which reply it is can never come back to it: it stops in any case.
        """
        goes_on = told and self._on_disconnect == "continue"
        if not goes_on and self.stop():
            log.info("reply.abandoned", reply=self.id)

    def forget(self) -> None:
        """Its conversation is deleted: stop it and remember nothing more of it."""
        self._record.forget()
        self._events.log.forget_words()
        self.stop()

    def pause(self) -> ReplyInfo:
        """Pause playback; the audio made meanwhile is limited by the look-ahead."""
        if self._now.pause() and self._speaker is not None:
            self._speaker.track.hold(paused=True)
        return self.info()

    def resume(self) -> ReplyInfo:
        """Resume playback."""
        if self._now.resume() and self._speaker is not None:
            self._speaker.track.hold(paused=False)
        return self.info()

    async def played(self, samples: int, ended: bool = False) -> PlayedResponse:
        """The client has played ``samples``; with ``ended`` it plays no more.

        Takes effect at once; with ``ended`` it returns when what was heard is on disk, or after a
        bounded time.
        """
        if self._speaker is not None:
            self._speaker.track.acknowledge(samples)
            if (
                ended
                and self._speaker.track.position.played() < self._speaker.track.timeline.samples
            ):
                self.stop()
            self._record.correct()
        unkept = await self._record.unkept() if ended else ""
        return PlayedResponse(
            **msgspec.structs.asdict(self.info()), kept=not unkept, kept_reason=unkept
        )
