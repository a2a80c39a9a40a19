"""The listeners of a reply: what was written to each, and how far each should have played.

Pure: gets the time from outside. It must never count more for a listener than was written to it,
nor anything before its first sample.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from jarvisd.reply.playback_clock import PlaybackClock


@dataclass(frozen=True, slots=True)
class SampleRange:
    """Samples ``start`` to ``end`` of a reply."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Past:
    """A listener that left: it began at ``start``, played to ``played``, was sent ``written``."""

    start: int
    played: int
    written: int

    def joined(self, other: "Past") -> "Past | None":
        """Both as one, where they touch."""
        if other.start > self.played or self.start > other.played:
            return None
        return Past(
            min(self.start, other.start),
            max(self.played, other.played),
            max(self.written, other.written),
        )

    def stretch(self, acknowledged: int | None) -> SampleRange:
        """What was heard: as the client reported, or by the clock when it left."""
        end = self.played if acknowledged is None else min(acknowledged, self.written)
        return SampleRange(self.start, max(self.start, end))


class AudioListener:
    """One listener from sample ``start`` on, with the clock of its player."""

    def __init__(self, start: int, sample_rate: int) -> None:
        self.start = start
        self.written = start
        self.clock = PlaybackClock(sample_rate)

    def wrote(self, position: int, now: float) -> None:
        """It was sent everything up to ``position``."""
        if position > self.written:
            self.clock.wrote(position - self.written, now)
            self.written = position

    def played(self, now: float) -> int:
        """Where its player is."""
        return self.start + self.clock.played(now)

    def acknowledge(self, position: int, now: float) -> None:
        """Its player reports its position."""
        self.clock.acknowledge(position - self.start, now)

    def past(self, now: float) -> Past:
        """What to remember when it leaves at ``now``."""
        return Past(self.start, self.played(now), self.written)


def union(stretches: Iterable[SampleRange]) -> tuple[SampleRange, ...]:
    """The same samples as sorted ranges that do not touch; empty ones are left out."""
    joined: list[SampleRange] = []
    for stretch in sorted(stretches, key=lambda each: each.start):
        if stretch.end <= stretch.start:
            continue
        if joined and stretch.start <= joined[-1].end:
            joined[-1] = SampleRange(joined[-1].start, max(joined[-1].end, stretch.end))
        else:
            joined.append(stretch)
    return tuple(joined)


def remember(past: list[Past], left: Past, limit: int) -> list[Past]:
    """``past`` with one more; beyond ``limit`` the shortest are dropped."""
    apart = []
    for each in past:
        if (together := left.joined(each)) is None:
            apart.append(each)
        else:
            left = together
    apart.append(left)
    apart.sort(key=lambda each: each.played - each.start, reverse=True)
    return apart[:limit]
