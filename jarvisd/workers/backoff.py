"""How long to wait before trying again: doubling, bounded, forgotten after a success. Pure."""

from dataclasses import dataclass


@dataclass(slots=True)
class Backoff:
    """``failed`` returns the seconds to wait: first, then twice as long each time, up to most."""

    first_s: float = 0.1
    most_s: float = 300.0
    factor: float = 2.0
    _next_s: float = 0.0

    def failed(self) -> float:
        """Note a failure; how long to wait before the next attempt."""
        delay = self._next_s or self.first_s
        self._next_s = min(delay * self.factor, self.most_s)
        return delay

    def succeeded(self) -> None:
        """Start over."""
        self._next_s = 0.0
