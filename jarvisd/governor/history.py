"""The newest decisions, each with the load at that time. Bounded."""

from collections import deque
from collections.abc import Callable

from jarvisd.governor.values import Decision, HostLoad
from jarvisd.wire import GovernorDecision, GovernorResponse

KEPT_DECISIONS = 256


class DecisionHistory:
    """The newest decisions, and the current one."""

    def __init__(self, wall_clock: Callable[[], float]) -> None:
        self._wall_clock = wall_clock
        self._kept: deque[GovernorDecision] = deque(maxlen=KEPT_DECISIONS)
        self._decided_at = wall_clock()
        self.in_force: Decision | None = None

    def begin(self, decision: Decision | None) -> None:
        """Set the first decision."""
        self.in_force = decision

    def record(self, decision: Decision, seen: HostLoad) -> GovernorDecision:
        """Add a new decision; returns its event."""
        self.in_force, self._decided_at = decision, self._wall_clock()
        event = event_of(decision, seen, self._decided_at)
        self._kept.append(event)
        return event

    def report(self, now: Decision, seen: HostLoad, *, enabled: bool) -> GovernorResponse:
        """The current decision, the last load, and the newest decisions."""
        return GovernorResponse(
            enabled=enabled,
            now=event_of(now, seen, self._decided_at),
            decisions=list(self._kept),
        )


def event_of(decision: Decision, load: HostLoad, at: float) -> GovernorDecision:
    """A decision as it is sent to clients, with the load at that time."""
    return GovernorDecision(
        at=round(at, 3),
        phase=decision.phase,
        reason=decision.reason,
        slots=decision.slots,
        weight=decision.weight,
        quota=decision.quota,
        slack_s=_rounded(load.slack_s),
        tokens_per_s=_rounded(load.tokens_per_s),
        baseline=_rounded(load.baseline),
        loss=_rounded(load.loss),
        cost=_rounded(load.cost),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
