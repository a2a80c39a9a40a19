"""How far one reply was played, what was heard of it, and whether more audio is needed.

Heard is at most what was sent to a listener:

- A listener counts from its first sample. If the client reports positions, these count; if not, a
  clock is used in place of its player, limited by what was sent.
- One that leaves early has heard as much as its clock says then. One that got everything may still
  be playing it, so its clock continues.
- While there is no listener, audio is made as if there were one, so that the reply makes progress.
  None of it counts as heard if the reply ever had a listener.
- If it never had one, the client shows the text or plays it in another way: a complete text counts
  as heard, an interrupted one as far as a listener from the start would have come.

Positions are samples of the reply. Reads no clock but the one given, and decides nothing about
words.
"""

from collections.abc import Callable, Iterator

from jarvisd.reply.listeners import AudioListener, Past, SampleRange, remember, union
from jarvisd.reply.timeline import Timeline
from jarvisd.reply.watermark import Watermark

# Where the moment to go on cannot be computed exactly, look again this often at most.
LONGEST_WAIT_S = 1.0
SHORTEST_WAIT_S = 0.01
# Readers that are remembered after they left, in stretches that do not touch each other.
PAST_LISTENERS = 16


class PlaybackPosition:
    """The playback position of one reply; ``clock`` returns monotonic seconds."""

    def __init__(
        self,
        timeline: Timeline,
        sample_rate: int,
        *,
        look_ahead_s: float,
        clock: Callable[[], float],
    ) -> None:
        self._timeline = timeline
        self._rate = sample_rate
        self._watermark = Watermark(look_ahead_s * sample_rate)
        self._clock = clock
        self._attached: list[AudioListener] = []
        self._finished: list[AudioListener] = []
        self._past: list[Past] = []
        # Stands in while nobody reads.
        self._nobody: AudioListener | None = AudioListener(0, sample_rate)
        self._acknowledged: int | None = None
        self._taken = 0
        self._stopped = False
        self.paused = False
        self._given = 0

    # --- listeners ------------------------------------------------------------------------------

    @property
    def listened(self) -> bool:
        """Whether the reply ever had a listener."""
        return bool(self._attached or self._finished or self._past)

    @property
    def written(self) -> int:
        """Samples that were sent to a listener; all samples if there never was one."""
        return self._given if self.listened else self._timeline.samples

    @property
    def attended(self) -> bool:
        """Whether there is a listener now, who decides the pace."""
        return bool(self._attached)

    def attach(self, start: int) -> AudioListener:
        """A listener begins at sample ``start``."""
        listener = AudioListener(start, self._rate)
        if self.paused:
            listener.clock.pause(self._clock())
        if not self._stopped:
            self._attached.append(listener)
            self._nobody = None
        return listener

    def detach(self, listener: AudioListener) -> None:
        """It reads no more; if it was sent everything, it may still be playing."""
        if listener not in self._attached:
            return
        consumed = self.consumed()
        self._attached.remove(listener)
        if self._timeline.exhausted(listener.written) and listener.written > listener.start:
            self._finished.append(listener)
            if len(self._finished) > PAST_LISTENERS:
                self._leave(self._finished.pop(0))
        else:
            self._leave(listener)
        if not self._attached:
            self._stand_in(consumed)

    def made(self) -> None:
        """The timeline grew."""
        if self._nobody is not None:
            self._nobody.wrote(self._timeline.samples, self._clock())

    def wrote(self, listener: AudioListener, position: int, *, paced: bool) -> None:
        """It was sent everything up to ``position``; an unpaced one reads as fast as it can."""
        listener.wrote(position, self._clock())
        self._given = max(self._given, position)
        if not paced:
            self._taken = max(self._taken, position)

    def acknowledge(self, samples: int) -> None:
        """The client has played ``samples``, limited to what was sent."""
        self._acknowledged = max(min(samples, self.written), self._acknowledged or 0)
        for listener in (*self._attached, *self._finished):
            listener.acknowledge(self._acknowledged, self._clock())

    def pause(self) -> None:
        """Pause all listeners."""
        self.paused = True
        for listener in self._playing():
            listener.clock.pause(self._clock())

    def resume(self) -> None:
        """Resume all listeners."""
        self.paused = False
        for listener in self._playing():
            listener.clock.resume(self._clock())

    def stop(self) -> None:
        """Stop all listeners for good."""
        self._stopped = True
        for listener in (*self._attached, *self._finished):
            self._leave(listener)
        self._attached, self._finished = [], []
        if self._nobody is not None:
            self._nobody.clock.pause(self._clock())

    # --- what was heard -------------------------------------------------------------------------

    def played(self) -> int:
        """Samples played: as reported, or by the clock if nothing was reported."""
        if self._acknowledged is not None:
            return self._acknowledged
        now = self._clock()
        if self._nobody is not None and not self.listened:
            return self._nobody.played(now)
        return max((past.played for past in self._all(now)), default=0)

    def heard(self) -> tuple[SampleRange, ...]:
        """What was heard by now."""
        if not self.listened:
            return union([SampleRange(0, self.played())])
        return union(past.stretch(self._acknowledged) for past in self._all(self._clock()))

    def expected(self) -> tuple[SampleRange, ...]:
        """What is heard if all listeners continue to the end."""
        if not self.listened:
            return union([SampleRange(0, self._timeline.samples)])
        going_on = (*self._attached, *self._finished)
        return union(
            [
                *(SampleRange(each.start, self._timeline.samples) for each in going_on),
                *(past.stretch(self._acknowledged) for past in self._past),
            ]
        )

    @property
    def playing(self) -> bool:
        """Whether a listener should still be playing."""
        if self._stopped:
            return False
        now, end = self._clock(), self._timeline.samples
        hearing = [*self._attached, *self._finished]
        if self._nobody is not None and not self.listened:
            hearing.append(self._nobody)
        return any(each.played(now) < end for each in hearing)

    @property
    def unheard(self) -> bool:
        """Whether a part of the audio was not heard, or not yet."""
        expected = self.expected()
        to_the_end = expected and expected[-1].end >= self._timeline.samples
        return self.playing or (self._timeline.samples > 0 and not to_the_end)

    # --- whether more is needed -----------------------------------------------------------------

    def wants_more(self) -> bool:
        """Whether another utterance should be made now."""
        return not self._watermark.update(self._timeline.samples - self.consumed())

    def seconds_until_more(self) -> float | None:
        """How long to wait before asking again; ``None`` while paused."""
        if self.paused:
            return None
        ahead = self._timeline.samples - self.consumed() - self._watermark.low
        return min(LONGEST_WAIT_S, max(SHORTEST_WAIT_S, ahead / self._rate))

    def consumed(self) -> int:
        """How far it was played or read: audio is made ahead of that."""
        now = self._clock()
        played = max((each.played(now) for each in self._playing()), default=0)
        consumed = max(played, self._acknowledged or 0, self._taken)
        return min(consumed, self._timeline.samples)

    def _stand_in(self, start: int) -> None:
        self._nobody = AudioListener(start, self._rate)
        self._nobody.wrote(self._timeline.samples, now := self._clock())
        if self.paused or self._stopped:
            self._nobody.clock.pause(now)

    def _leave(self, listener: AudioListener) -> None:
        """Remember it, unless nothing was sent to it."""
        if listener.written > listener.start:
            self._past = remember(self._past, listener.past(self._clock()), PAST_LISTENERS)

    def _playing(self) -> Iterator[AudioListener]:
        """All whose clock runs."""
        yield from self._attached
        yield from self._finished
        if self._nobody is not None:
            yield self._nobody

    def _all(self, now: float) -> Iterator[Past]:
        """All listeners ever, as if they left now."""
        yield from self._past
        for listener in (*self._attached, *self._finished):
            yield listener.past(now)
