"""How far one reply was written and played, and whether more audio is needed yet.

Joins what is known about the listener: positions written to readers, acknowledgements, and the
clock that stands in where there are none. It decides nothing about what was heard; it only knows
positions, in samples of the reply.
"""

from collections.abc import Callable

from jarvisd.reply.lookahead import LookAhead
from jarvisd.reply.playback_clock import PlaybackClock
from jarvisd.reply.timeline import Timeline

# Where the moment to go on cannot be computed exactly, look again this often at most.
LONGEST_WAIT_S = 1.0
SHORTEST_WAIT_S = 0.01


class Progress:
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
        self._look_ahead = LookAhead(sample_rate, look_ahead_s)
        self._look_ahead_samples = look_ahead_s * sample_rate
        self._clock = clock
        self._playback = PlaybackClock(sample_rate)
        self._acknowledged: int | None = None
        self._attached = False
        self._taken = 0
        self.written = 0

    def attach(self) -> None:
        """A reader of the audio exists: from now on only what it is given counts as written."""
        if self._attached:
            return
        paused = self._playback.paused
        self._attached = True
        self._playback = PlaybackClock(self._rate)
        self.written = 0
        if paused:
            self._playback.pause(self._clock())

    def made(self) -> None:
        """The timeline grew. While nobody reads it, time passes as if somebody listened."""
        if not self._attached:
            self._write(self._timeline.samples)

    def wrote(self, position: int, *, paced: bool) -> None:
        """A reader was given everything up to ``position``; an unpaced one takes all it can get."""
        self._write(position)
        if not paced:
            self._taken = max(self._taken, position)

    def acknowledge(self, samples: int) -> None:
        """The client has played ``samples``."""
        samples = min(samples, self._timeline.samples)
        self._acknowledged = max(samples, self._acknowledged or 0)
        self._playback.acknowledge(self._acknowledged, self._clock())

    def played(self) -> int:
        """Samples played: as acknowledged, or by the clock where nothing ever was."""
        if self._acknowledged is not None:
            return self._acknowledged
        return self._playback.played(self._clock())

    def remaining_s(self) -> float:
        """Seconds until everything written so far should have been played."""
        return max(0.0, (self.written - self._playback.played(self._clock())) / self._rate)

    def wants_more(self) -> bool:
        """Whether another utterance should be made now."""
        return not self._look_ahead.update(self._timeline.samples, self._consumed())

    def seconds_until_more(self) -> float | None:
        """How long to wait before asking again; ``None`` while paused."""
        if self._playback.paused:
            return None
        ahead = self._timeline.samples - self._consumed() - self._look_ahead_samples * 0.5
        return min(LONGEST_WAIT_S, max(SHORTEST_WAIT_S, ahead / self._rate))

    def pause(self) -> None:
        """The listener stands still."""
        self._playback.pause(self._clock())

    def resume(self) -> None:
        """The listener goes on."""
        self._playback.resume(self._clock())

    def _consumed(self) -> int:
        return max(self._playback.played(self._clock()), self._acknowledged or 0, self._taken)

    def _write(self, position: int) -> None:
        if position > self.written:
            self._playback.wrote(position - self.written, self._clock())
            self.written = position
