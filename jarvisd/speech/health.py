"""Whether an engine works, by what happened to its workers. Pure: the time comes from outside.

A slow engine is not a failed one. It fails when a start fails, when workers crash or hang
repeatedly, or when several texts in a row give silence or an error. It works again after a new
worker has spoken; until the next complete utterance, one more crash fails it again.
"""

from collections import deque

_DEATHS = 3
_WINDOW_S = 60.0
_EMPTY_RESULTS = 3
_HANGS = 2  # an utterance is tried twice: then its listener has waited long enough


class EngineHealth:
    """The health of one engine; ``reason`` says why it is ``failed``."""

    def __init__(self) -> None:
        self.reason = ""
        self._deaths: deque[float] = deque(maxlen=_DEATHS)
        self._empty_results = self._hangs = 0
        self._on_probation = False

    @property
    def failed(self) -> bool:
        """True from the failure until a probe succeeds."""
        return bool(self.reason)

    def start_failed(self, reason: str) -> None:
        """A worker could not be started or could not make a sound."""
        self.reason = reason

    def proved(self) -> None:
        """A new worker started, and spoke if the engine had failed."""
        if self.failed:
            self.reason = ""
            self._on_probation = True
            self._empty_results = self._hangs = 0

    def died(self, now: float, reason: str) -> None:
        """A worker ended unexpectedly; too often in a minute is a failure."""
        self._deaths.append(now)
        if self._on_probation:
            self.reason = f"its workers die again: {reason}"
        elif len(self._deaths) == _DEATHS and now - self._deaths[0] <= _WINDOW_S:
            self.reason = f"its workers died {_DEATHS} times within a minute: {reason}"
            self._deaths.clear()

    def hung(self, now: float, reason: str) -> None:
        """A worker hung: counts as a crash, and twice in a row as a failure."""
        self._hangs += 1
        self.died(now, reason)
        if self._hangs >= _HANGS and not self.failed:
            self.reason = f"its workers hung {_HANGS} times in a row: {reason}"

    def job_done(self) -> None:
        """An utterance is complete."""
        self._empty_results = self._hangs = 0
        self._on_probation = False

    def job_failed(self, reason: str) -> None:
        """An utterance with letters or digits gave silence or an error."""
        self._empty_results += 1
        if self._empty_results >= _EMPTY_RESULTS:
            self.reason = f"{_EMPTY_RESULTS} utterances in a row gave no audio: {reason}"
