"""One turn of the assistant as its clients have it: to read, to listen to, to hold and to stop.

Its run makes it, its life says where it stands, its record what is remembered of it. After an
interrupt nothing of it is sent.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import structlog

from jarvisd.llm.model import LlmEvent
from jarvisd.reply.delivery import Delivery
from jarvisd.reply.life import ReplyLife
from jarvisd.reply.record import HasName
from jarvisd.reply.run import ReplyParts, ReplyRun
from jarvisd.reply.vitals import ReplyVitals
from jarvisd.store import Receipt
from jarvisd.wire import InterruptResponse, OnDisconnect, ReplyEvent, ReplyInfo, ReplyState

log = structlog.get_logger("jarvisd.reply")


class Reply:
    """One reply. ``delivery`` is ``None`` where it is not to be spoken."""

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
        """``on_disconnect``: what becomes of it when the client that asked for it hangs up."""
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
        """Return when nothing of this reply runs any more."""
        await self._run.settled()

    # --- what it is -----------------------------------------------------------------------------

    @property
    def sample_rate(self) -> int:
        """Hertz of its audio (signed 16-bit mono); 0 where it has none."""
        return self._speaker.track.sample_rate if self._speaker else 0

    @property
    def audio_bytes(self) -> int:
        """Memory that its audio takes."""
        return self._speaker.track.timeline.samples * 2 if self._speaker else 0

    @property
    def voice_id(self) -> str:
        """The voice that speaks it now; empty where nobody does."""
        return self._speaker.voice_id if self._speaker else ""

    @property
    def state(self) -> ReplyState:
        """The state as clients see it."""
        return self._now.state

    @property
    def over(self) -> bool:
        """Whether nothing of it is made any more, and its end was told."""
        return not self._life.untold

    @property
    def audible(self) -> bool:
        """Whether it is being made, or should still be playing at the client."""
        return not self._now.over

    @property
    def active(self) -> bool:
        """Whether anything of it still runs, be it only its end."""
        return self._run.active

    @property
    def heard_by_now(self) -> str | None:
        """What those who listen heard so far; ``None`` where nobody ever did."""
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
        """Its life, which time moves as well: at some moment everything was heard."""
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
        """Stop everything now, and return when what was heard is on disk, within reason.

        With ``wait`` native synthesis has ended by then, too. ``played`` is the position that the
        client had come to. Interrupting what has ended and was played changes nothing.
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
        """End it here, unless all of it was made and heard; says whether that changed anything."""
        unheard = self._speaker is not None and self._speaker.track.position.unheard
        if self._life.interrupted or not (self._life.untold or unheard):
            return False
        self._run.stop()
        return True

    def abandoned(self, told: bool) -> None:
        """The client that asked for this reply went away: it stops, unless it was to go on.

        Who was not ``told`` which reply it is can never come back to it: it stops in any case.
        """
        goes_on = told and self._on_disconnect == "continue"
        if not goes_on and self.stop():
            log.info("reply.abandoned", reply=self.id)

    def forget(self) -> None:
        """Its conversation is deleted: it ends here, and nothing more of it is remembered."""
        self._record.forget()
        self._events.log.forget_words()
        self.stop()

    def pause(self) -> ReplyInfo:
        """Stand still; what is made meanwhile is bounded by the look-ahead."""
        if self._now.pause() and self._speaker is not None:
            self._speaker.track.hold(paused=True)
        return self.info()

    def resume(self) -> ReplyInfo:
        """Go on from where it stood still."""
        if self._now.resume() and self._speaker is not None:
            self._speaker.track.hold(paused=False)
        return self.info()

    def played(self, samples: int, ended: bool = False) -> ReplyInfo:
        """The client has played ``samples``, and with ``ended`` will play no more."""
        if self._speaker is not None:
            self._speaker.track.acknowledge(samples)
            if (
                ended
                and self._speaker.track.position.played() < self._speaker.track.timeline.samples
            ):
                self.stop()
            self._record.correct()
        return self.info()
