"""The circuit breaker of one provider: after failures it is not asked for a while.

Pure: events and seconds in, decisions out. It never sends a request itself.

    closed      every question goes to the provider
    open        none does, until the wait is over
    half-open   one question at a time tries it; its outcome closes or opens the breaker again

A provider that is silent until the time limit opens it at once, because every question would wait
as long. Quicker failures open it after ``FAILURES_IN_A_ROW``. Each opening doubles the wait.
"""

from dataclasses import dataclass
from typing import Literal

State = Literal["closed", "open", "half-open"]

FAILURES_IN_A_ROW = 3
LONGEST_WAIT = 16  # times the first one


@dataclass(frozen=True, slots=True, eq=False)
class Permit:
    """The permission to ask once; its holder reports with it, and releases it at the end."""

    period: int
    issued_at: float
    probe: bool


class Breaker:
    """``wait_s`` is the wait after the first opening."""

    def __init__(self, wait_s: float) -> None:
        self._first_wait_s = wait_s
        self._period = 0  # one more with each change; reports of earlier ones are out of date
        self._openings = 0  # in a row
        self._failures = 0  # in a row
        self._open_until: float | None = None
        self._probe: Permit | None = None
        self._writing: set[Permit] = set()
        self._sign_of_life_at = float("-inf")
        self.reason = ""

    @property
    def failures(self) -> int:
        """Questions in a row that failed."""
        return self._failures

    @property
    def tripped(self) -> bool:
        """Whether it is not closed."""
        return self._open_until is not None

    def state(self, now: float) -> State:
        """Where it stands."""
        if self._open_until is None:
            return "closed"
        return "open" if now < self._open_until else "half-open"

    def wait_s(self, now: float) -> float:
        """How long until the next question may try; 0 when one may."""
        return 0.0 if self._open_until is None else max(0.0, self._open_until - now)

    def admits(self, now: float) -> bool:
        """Whether a new question may be asked."""
        return not self.wait_s(now) and self._probe is None

    def admit(self, now: float) -> Permit | None:
        """Permit a question, or refuse it."""
        if not self.admits(now):
            return None
        permit = Permit(self._period, now, probe=self.state(now) == "half-open")
        if permit.probe:
            self._probe = permit
        return permit

    # --- what the holder of a permit reports ----------------------------------------------------

    def began(self, permit: Permit, now: float) -> None:
        """The answer began: a probe has succeeded, and others may ask."""
        self._writing.add(permit)
        self._sign_of_life_at = now
        if permit is self._probe:
            self._close()

    def succeeded(self, permit: Permit, now: float) -> None:
        """The answer is complete."""
        self._sign_of_life_at = now
        if permit is self._probe:
            self._close()
        if self._open_until is None:
            self._failures = self._openings = 0
            self.reason = ""

    def failed(self, permit: Permit, now: float, reason: str, *, silent: bool) -> None:
        """The question failed; ``silent``: the provider said nothing until the time limit."""
        outdated = permit.period != self._period and permit not in self._writing
        if outdated or (silent and self._wrote_to_others_since(permit)):
            return
        self._failures += 1
        self.reason = reason
        if silent or permit is self._probe or self._failures >= FAILURES_IN_A_ROW:
            self._open(now)

    def release(self, permit: Permit) -> None:
        """The question is over; a probe that its client cancelled has no effect."""
        self._writing.discard(permit)
        if permit is self._probe:
            self._probe = None

    def reset(self) -> None:
        """Forget everything: the provider was changed or restarted."""
        self._close()
        self._failures = self._openings = 0
        self.reason = ""

    # --- changes --------------------------------------------------------------------------------

    def _wrote_to_others_since(self, permit: Permit) -> bool:
        """Whether the provider answered others meanwhile: then it was only busy."""
        return bool(self._writing - {permit}) or self._sign_of_life_at > permit.issued_at

    def _close(self) -> None:
        self._period += 1
        self._open_until = self._probe = None

    def _open(self, now: float) -> None:
        self._period += 1
        self._probe = None
        wait_s = self._first_wait_s * min(2**self._openings, LONGEST_WAIT)
        self._openings += 1
        self._open_until = now + wait_s
