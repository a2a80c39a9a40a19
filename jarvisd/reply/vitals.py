"""What others watch of one reply: its progress, its audio, and how much of that is not heard yet.

Read by the watchdog, the governor and the series. It must never change anything.
"""

from jarvisd.reply.life import ReplyLife
from jarvisd.reply.reply_events import ReplyEvents
from jarvisd.reply.speaking import Speaker
from jarvisd.reply.writing import TextWriter


class ReplyVitals:
    """The vital signs of the reply ``id_``; ``speaker`` is ``None`` where it is not spoken."""

    def __init__(
        self,
        id_: str,
        life: ReplyLife,
        *,
        writer: TextWriter,
        speaker: Speaker | None,
        events: ReplyEvents,
    ) -> None:
        self.id = id_
        self._life = life
        self._writer = writer
        self._speaker = speaker
        self._events = events

    @property
    def steps(self) -> int:
        """Grows with everything that is written, published, made and played."""
        steps = self._writer.steps + self._events.log.next_seq
        if self._speaker is None:
            return steps
        return (
            steps + self._speaker.track.timeline.samples + self._speaker.track.position.consumed()
        )

    @property
    def expects_progress(self) -> bool:
        """Whether ``steps`` must grow soon.

        Not while it is paused, not while workers have it, and not while enough audio is ready for a
        listener, who decides how fast that is used. Without a listener, a clock stands in for one.
        """
        if self._speaker is None or not self._life.making:
            return True
        if self._life.paused or self._speaker.with_workers:
            return False
        return (
            self._speaker.track.position.wants_more() or not self._speaker.track.position.attended
        )

    @property
    def making(self) -> bool:
        """Whether it is being made."""
        return self._life.making

    @property
    def writing(self) -> bool:
        """Whether a language model is writing it."""
        return self._life.making and self._writer.at_work

    @property
    def awaited(self) -> bool:
        """Whether its first utterance is still to be made."""
        if self._speaker is None or not self._life.making:
            return False
        return self._speaker.track.counts.spoken + self._speaker.track.counts.skipped == 0

    @property
    def made_s(self) -> float:
        """Seconds of audio that are made."""
        if self._speaker is None:
            return 0.0
        return self._speaker.track.timeline.samples / self._speaker.track.sample_rate

    @property
    def slack_s(self) -> float:
        """Seconds of audio that are made and not yet heard."""
        if self._speaker is None:
            return 0.0
        unheard = self._speaker.track.timeline.samples - self._speaker.track.position.played()
        return max(0, unheard) / self._speaker.track.sample_rate
