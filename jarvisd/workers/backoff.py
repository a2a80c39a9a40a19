"""How long to wait before trying again: doubling, bounded, forgotten after a success. Pure."""

import random
from collections.abc import Callable
from dataclasses import dataclass

_JITTER = 0.25


@dataclass(slots=True)
class Backoff:
    """``failed`` returns the seconds to wait: first, then twice as long each time, up to most.

    Up to a quarter is taken off by chance, so that engines that failed together do not start
    together. ``most_s`` is how long after its cause ended an engine may still be ill.
    """

    first_s: float = 0.1
    most_s: float = 3.0
    factor: float = 2.0
    chance: Callable[[], float] = random.random
    _next_s: float = 0.0

    def failed(self) -> float:
        """Note a failure; how long to wait before the next attempt."""
        delay = self._next_s or self.first_s
        self._next_s = min(delay * self.factor, self.most_s)
        return delay * (1 - _JITTER * self.chance())

    def succeeded(self) -> None:
        """Start over."""
        self._next_s = 0.0
