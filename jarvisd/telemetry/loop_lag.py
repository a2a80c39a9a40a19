"""How late the event loop is, without waking it up.

One figure: the worst delay of a callback in the last minute. Measured on request and while replies
run; an idle daemon measures nothing.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

WINDOW_S = 60.0
TICK_S = 0.05
# Enough for a window of ticks; a bound, not a size. Beyond it the smallest lags are forgotten.
MAX_SAMPLES = 1_200


class LoopLag:
    """Records how late the loop runs its callbacks."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # Sliding maximum: times rise and lags fall from left to right, so the first is the worst.
        self._samples: deque[tuple[float, float]] = deque()
        self._held = 0
        self._tick: asyncio.TimerHandle | None = None
        self._probing = False

    def recent_ms(self) -> float:
        """The worst lag of the last minute in milliseconds; also starts a new measurement.

        The measurement is one callback through the loop; its result shows in the next call.
        """
        self._probe()
        return 1_000 * self.worst(self._clock())

    def worst(self, now: float) -> float:
        """The worst lag in seconds among the samples of the window that ends at ``now``."""
        while self._samples and self._samples[0][0] < now - WINDOW_S:
            self._samples.popleft()
        return self._samples[0][1] if self._samples else 0.0

    def worst_since(self, time: float) -> float:
        """The worst lag in seconds that was recorded after ``time``."""
        return next((lag for at, lag in self._samples if at > time), 0.0)

    def record(self, now: float, lag: float) -> None:
        """Add a callback that ran ``lag`` seconds late."""
        while self._samples and (self._samples[-1][1] <= lag or len(self._samples) == MAX_SAMPLES):
            self._samples.pop()
        self._samples.append((now, max(0.0, lag)))

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Measure inside the block, twenty times a second."""
        self._held += 1
        if self._held == 1:
            self._schedule()
        try:
            yield
        finally:
            self._held -= 1
            if self._held == 0 and self._tick is not None:
                self._tick.cancel()
                self._tick = None

    def _schedule(self) -> None:
        due = self._clock() + TICK_S
        self._tick = asyncio.get_running_loop().call_later(TICK_S, self._ticked, due)

    def _ticked(self, due: float) -> None:
        now = self._clock()
        self.record(now, now - due)
        self._schedule()

    def _probe(self) -> None:
        if not self._probing:
            self._probing = True
            asyncio.get_running_loop().call_soon(self._probed, self._clock())

    def _probed(self, asked: float) -> None:
        self._probing = False
        now = self._clock()
        self.record(now, now - asked)
