"""Whether the daemon makes progress, from the progress of its parts. Pure.

A part is stuck if it has work and has not taken a step for longer than its longest wait. Time in
which the whole daemon stood still (a busy or suspended machine) does not count. It never judges the
quality of the work: an engine or a model that is slow, broken or gone is no reason to restart the
daemon.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# No more than this many intervals pass between two looks, whatever the clock says.
MOST_INTERVALS = 1.5


@dataclass(frozen=True, slots=True)
class PartProgress:
    """The progress of one part.

    ``steps`` changes with everything it does. ``expects_progress``: it has work. ``timeout_s``: how
    long it may do nothing even then, longer than the time limits of its waits. ``ended``: why it
    will never take a step again, or empty.
    """

    name: str
    steps: int
    expects_progress: bool
    timeout_s: float
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Stuck:
    """One part that makes no progress, and the reason."""

    name: str
    reason: str


class Watchdog:
    """Call ``look`` about every ``interval_s``; it remembers each part's last step."""

    def __init__(self, interval_s: float) -> None:
        self._longest_step_s = MOST_INTERVALS * interval_s
        self._last: float | None = None
        self._awake_s = 0.0
        self._moved: dict[str, tuple[int, float]] = {}

    def look(self, now: float, parts: Iterable[PartProgress]) -> list[Stuck]:
        """Judge all parts at monotonic second ``now``; parts not shown any more are forgotten."""
        if self._last is not None:
            self._awake_s += min(max(0.0, now - self._last), self._longest_step_s)
        self._last = now
        before, self._moved = self._moved, {}
        return [stuck for part in parts if (stuck := self._judge(part, before))]

    def _judge(self, part: PartProgress, before: Mapping[str, tuple[int, float]]) -> Stuck | None:
        if part.ended:
            return Stuck(part.name, part.ended)
        steps, since = before.get(part.name, (part.steps, self._awake_s))
        if steps != part.steps or not part.expects_progress:
            since = self._awake_s
        self._moved[part.name] = (part.steps, since)
        still_s = self._awake_s - since
        # Two looks more than its timeout: between two of them it may not have had a turn at all.
        if still_s > part.timeout_s + 2 * self._longest_step_s:
            return Stuck(part.name, f"no progress for {still_s:.0f} s")
        return None


def watchdog_s(environ: Mapping[str, str], pid: int) -> float | None:
    """How often systemd wants a report from process ``pid``; ``None`` if it wants none.

    Anything but a positive number counts as no watchdog, as it does for systemd's own library.
    """
    if environ.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    given = environ.get("WATCHDOG_USEC", "")
    return int(given) / 1_000_000 if given.isdecimal() and int(given) > 0 else None
