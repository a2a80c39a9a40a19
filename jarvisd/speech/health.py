"""Whether an engine can be relied on, judged from what happened to it. Pure: the clock is passed.

Slowness is no illness: only a start that failed, workers that die again and again, and text after
text that comes back as silence or an error count. A failed engine is well again once a fresh
worker has proved itself.
"""

from collections import deque

_DEATHS = 3
_WINDOW_S = 60.0
_EMPTY_RESULTS = 3


class EngineHealth:
    """The verdict on one engine; ``reason`` says why it is ``failed``."""

    def __init__(self) -> None:
        self.reason = ""
        self._deaths: deque[float] = deque(maxlen=_DEATHS)
        self._empty_results = 0

    @property
    def failed(self) -> bool:
        """True from the verdict until a probe succeeds."""
        return bool(self.reason)

    def start_failed(self, reason: str) -> None:
        """A worker could not be started or could not make a sound."""
        self.reason = reason

    def proved(self) -> None:
        """A fresh worker started and made a sound."""
        self.reason = ""
        self._empty_results = 0

    def died(self, now: float, reason: str) -> None:
        """A worker ended by itself; too often in a minute is a failure."""
        self._deaths.append(now)
        if len(self._deaths) == _DEATHS and now - self._deaths[0] <= _WINDOW_S:
            self.reason = f"its workers died {_DEATHS} times within a minute: {reason}"
            self._deaths.clear()

    def job_done(self) -> None:
        """An utterance came out whole."""
        self._empty_results = 0

    def job_failed(self, reason: str) -> None:
        """An utterance with letters or digits came out as silence, or as the engine's error."""
        self._empty_results += 1
        if self._empty_results >= _EMPTY_RESULTS:
            self.reason = f"{_EMPTY_RESULTS} utterances in a row gave no audio: {reason}"
