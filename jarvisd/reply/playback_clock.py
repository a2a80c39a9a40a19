"""Estimates how much of a reply was played when the client does not say so.

It assumes that playback starts with the first sample written and runs in real time, but never
beyond what was written: there it stops until more is written, and such a gap is an underrun. The
time comes from outside, in seconds of one monotonic clock; this module must never read a clock.
"""

import math

# Readings are floats: without it, the moment computed for a sample could fall just before it.
_TOLERANCE_SAMPLES = 1e-3


class PlaybackClock:
    """Played samples over time, for one stream of mono PCM at ``sample_rate``.

    While paused the player is assumed to keep its buffer unplayed.
    """

    def __init__(self, sample_rate: int) -> None:
        if sample_rate < 1:
            raise ValueError("sample_rate must be positive")
        self._rate = sample_rate
        self._written = 0
        self._reached = 0
        # Playback was at sample ``_origin`` at the time ``_since``; None: it is not moving.
        self._origin = 0
        self._since: float | None = None
        self._paused = False
        self._ran_dry = False
        self._underruns = 0

    @property
    def written(self) -> int:
        """Samples written so far."""
        return self._written

    @property
    def paused(self) -> bool:
        """Whether playback is paused."""
        return self._paused

    @property
    def underruns(self) -> int:
        """Gaps: times that more was written only after everything before it had been played."""
        return self._underruns

    def wrote(self, samples: int, now: float) -> None:
        """``samples`` more were sent to the player at ``now``."""
        if samples <= 0:
            return
        if self._ran_dry or self._is_dry(now):
            self._underruns += 1
            self._ran_dry = False
        if not self._paused and self._estimate(now) == self._written:
            self._origin, self._since = self._written, now
        self._written += samples

    def played(self, now: float) -> int:
        """Samples played by ``now``: never more than written, never less than said before."""
        self._reached = max(self._reached, self._estimate(now))
        return self._reached

    def acknowledge(self, samples: int, now: float) -> None:
        """The client says that it has played ``samples``: go on from there.

        Where it is behind the estimate, ``played`` stays put until the client has caught up.
        """
        self._origin = max(0, min(samples, self._written))
        if self._since is not None:
            self._since = now
        self._reached = max(self._reached, self._origin)

    def pause(self, now: float) -> None:
        """Pause from ``now`` on."""
        if self._paused:
            return
        self._ran_dry = self._is_dry(now)
        self._origin, self._since = self._estimate(now), None
        self._paused = True

    def resume(self, now: float) -> None:
        """Resume where playback was paused."""
        if not self._paused:
            return
        self._paused = False
        if self._written:
            self._since = now

    def when(self, position: int) -> float | None:
        """When ``position`` will have been played; ``None`` while paused or not yet written."""
        if self._since is None or position > self._written:
            return None
        return self._since + (position - self._origin) / self._rate

    def _estimate(self, now: float) -> int:
        """Where playback is at ``now``; after an acknowledgement it may be before ``played``."""
        if self._since is None:
            return self._origin
        moved = math.floor((now - self._since) * self._rate + _TOLERANCE_SAMPLES)
        return min(self._origin + max(0, moved), self._written)

    def _is_dry(self, now: float) -> bool:
        """Whether the player had nothing left some time before ``now`` (one sample is no gap)."""
        if self._since is None:
            return False
        return (now - self._since) * self._rate > self._written - self._origin + 1
