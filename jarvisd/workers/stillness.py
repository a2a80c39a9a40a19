"""Whether a worker hangs: it sends nothing and uses no CPU time for too long. Pure.

A slow worker does not hang: it uses the CPU, or waits for the CPU or the disk. Time in which the
whole daemon stood still does not count.
"""

from dataclasses import dataclass

LOOKS = 4  # in the time after which a worker counts as hung
_MOST_INTERVALS = 1.5  # pass between two looks, whatever the clock says
_SHORTEST_S = 0.25  # the kernel counts processor time in hundredths of a second


@dataclass(frozen=True, slots=True)
class Activity:
    """CPU time and page faults so far; ``able``: a thread is running or waits for the disk."""

    used: tuple[int, ...]
    able: bool


class Stillness:
    """Call ``hangs`` every ``interval_s``; starts again with every job."""

    def __init__(self, timeout_s: float, now: float) -> None:
        self.timeout_s = max(_SHORTEST_S, timeout_s)
        self._last = now
        self._still_s = 0.0
        self._seen: tuple[int, tuple[int, ...]] | None = None

    @property
    def interval_s(self) -> float:
        """How often to look."""
        return self.timeout_s / LOOKS

    def hangs(self, now: float, pieces: int, activity: Activity) -> bool:
        """Whether it hangs at monotonic second ``now``; ``pieces`` counts its messages."""
        awake_s = min(now - self._last, _MOST_INTERVALS * self.interval_s)
        moved = activity.able or (pieces, activity.used) != self._seen
        self._last, self._seen = now, (pieces, activity.used)
        self._still_s = 0.0 if moved else self._still_s + awake_s
        return self._still_s >= self.timeout_s - self.interval_s / 2
