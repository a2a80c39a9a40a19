"""Whether the daemon makes progress: what its parts show, weighed over time. Pure.

A part is stuck when it owes something and has not taken a step for longer than any wait it may
have. Time counts only as far as we were awake to see it pass: a host that stops everybody (a busy
machine, a suspended one) makes nobody stuck. It never judges whether a part's work is any good; an
engine or a model that is slow, broken or gone is no reason to restart the daemon.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# No more than this many intervals pass between two looks, whatever the clock says.
MOST_INTERVALS = 1.5


@dataclass(frozen=True, slots=True)
class Sign:
    """What one part shows.

    ``steps`` changes with everything it does. ``owing`` says whether standing still would be
    wrong, and ``patience_s`` how long it may stand still all the same: longer than the longest
    time limit that bounds its waits. ``ended`` is why it will never take a step again, or empty.
    """

    name: str
    steps: int
    owing: bool
    patience_s: float
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Stuck:
    """One part that does not make progress, and why we think so."""

    name: str
    reason: str


class Watchdog:
    """Looked at about every ``interval_s``; remembers each part's last step."""

    def __init__(self, interval_s: float) -> None:
        self._longest_step_s = MOST_INTERVALS * interval_s
        self._last: float | None = None
        self._awake_s = 0.0
        self._moved: dict[str, tuple[int, float]] = {}

    def look(self, now: float, signs: Iterable[Sign]) -> list[Stuck]:
        """Judge all parts at monotonic second ``now``; parts not shown any more are forgotten."""
        if self._last is not None:
            self._awake_s += min(max(0.0, now - self._last), self._longest_step_s)
        self._last = now
        before, self._moved = self._moved, {}
        return [stuck for sign in signs if (stuck := self._judge(sign, before))]

    def _judge(self, sign: Sign, before: Mapping[str, tuple[int, float]]) -> Stuck | None:
        if sign.ended:
            return Stuck(sign.name, sign.ended)
        steps, since = before.get(sign.name, (sign.steps, self._awake_s))
        if steps != sign.steps or not sign.owing:
            since = self._awake_s
        self._moved[sign.name] = (sign.steps, since)
        still_s = self._awake_s - since
        # Two looks more than its patience: between two of them it may not have had a turn at all.
        if still_s > sign.patience_s + 2 * self._longest_step_s:
            return Stuck(sign.name, f"no step for {still_s:.0f} s")
        return None


def watchdog_s(environ: Mapping[str, str], pid: int) -> float | None:
    """The time within which systemd wants to hear from process ``pid``; ``None`` if it does not.

    Anything but a positive number counts as no watchdog, as it does for systemd's own library.
    """
    if environ.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    given = environ.get("WATCHDOG_USEC", "")
    return int(given) / 1_000_000 if given.isdecimal() and int(given) > 0 else None
