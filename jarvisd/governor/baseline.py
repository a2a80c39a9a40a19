"""How fast the language model writes when nobody speaks: measured, remembered, compared with.

Pure; times come in. A model slows down as its context fills and when it writes several replies at
once, so each of these has a figure of its own. Memory is bounded in every direction.
"""

from collections import OrderedDict, deque
from statistics import median
from typing import NamedTuple

MEASUREMENTS = 31  # an odd number, so that the median is one of them
LEAST_MEASUREMENTS = 3
KEYS = 256
# Contexts below this are one bucket; above it each doubling is one.
SMALLEST_CONTEXT_BITS = 8


class Circumstances(NamedTuple):
    """What the speed of a model depends on: tokens in its context, replies it writes at once."""

    model: str
    context: int
    parallel: int = 1


class Baselines:
    """Silent speeds in tokens per second. The median, so that a hiccup of the host is not one."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int, int], deque[float]] = OrderedDict()

    def learn(self, circumstances: Circumstances, tokens_per_s: float) -> None:
        """A measurement during which nothing was spoken."""
        key = _key(circumstances)
        rates = self._known.setdefault(key, deque(maxlen=MEASUREMENTS))
        rates.append(tokens_per_s)
        self._known.move_to_end(key)
        if len(self._known) > KEYS:
            self._known.popitem(last=False)

    def of(self, circumstances: Circumstances) -> float | None:
        """The silent speed; of the nearest shorter context where this one is not known yet.

        Never of a longer one: what is slower for other reasons would hide a loss.
        """
        model, parallel, bucket = _key(circumstances)
        for nearest in range(bucket, SMALLEST_CONTEXT_BITS - 1, -1):
            rates = self._known.get((model, parallel, nearest), ())
            if len(rates) >= LEAST_MEASUREMENTS:
                return median(rates)
        return None


def _key(circumstances: Circumstances) -> tuple[str, int, int]:
    bucket = max(SMALLEST_CONTEXT_BITS, circumstances.context.bit_length())
    return circumstances.model, circumstances.parallel, bucket


class TokenRate:
    """Tokens per second over the last moments, from the times at which they came."""

    def __init__(self, window_s: float = 2.0, *, least: int = 8, most: int = 1_024) -> None:
        self._window_s = window_s
        self._least = least
        self._times: deque[float] = deque(maxlen=most)

    def token(self, now: float) -> None:
        """One came."""
        self._times.append(now)

    def clear(self) -> None:
        """What comes now has nothing to do with what came before."""
        self._times.clear()

    @property
    def spans_s(self) -> float:
        """Seconds from the first token that counts to the last."""
        return self._times[-1] - self._times[0] if self._times else 0.0

    def per_s(self, now: float) -> float | None:
        """``None`` until there are enough of them. A model that stalls is seen to slow down."""
        while len(self._times) > self._least and self._times[0] < now - self._window_s:
            self._times.popleft()
        if len(self._times) < self._least:
            return None
        first, last, intervals = self._times[0], self._times[-1], len(self._times) - 1
        if last <= first:
            return None
        overdue = now - last - 2 * (last - first) / intervals
        return intervals / (last - first + max(0.0, overdue))
