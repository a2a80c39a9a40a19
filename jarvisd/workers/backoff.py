"""How long to wait before a retry: doubled each time, bounded, reset after a success. Pure."""

import random
from collections.abc import Callable
from dataclasses import dataclass

_JITTER = 0.25


@dataclass(slots=True)
class Backoff:
    """``failed`` returns the wait in seconds: ``first_s``, then doubled, up to ``most_s``.

    Up to a quarter is subtracted at random, so that engines that failed together do not start
    together. An engine works again at most ``most_s`` after the cause has ended.
    """

    first_s: float = 0.1
    most_s: float = 3.0
    factor: float = 2.0
    chance: Callable[[], float] = random.random
    _next_s: float = 0.0

    def failed(self) -> float:
        """Count a failure; returns how long to wait before the next attempt."""
        delay = self._next_s or self.first_s
        self._next_s = min(delay * self.factor, self.most_s)
        return delay * (1 - _JITTER * self.chance())

    def succeeded(self) -> None:
        """Start over."""
        self._next_s = 0.0
