"""How fast the language model writes without speech: the baseline that its speed is compared with.

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
    """Speeds without speech, in tokens per second: medians, so that disturbances do not count."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int, int], deque[float]] = OrderedDict()

    def learn(self, circumstances: Circumstances, tokens_per_s: float) -> None:
        """Add a measurement made without speech."""
        key = _key(circumstances)
        rates = self._known.setdefault(key, deque(maxlen=MEASUREMENTS))
        rates.append(tokens_per_s)
        self._known.move_to_end(key)
        if len(self._known) > KEYS:
            self._known.popitem(last=False)

    def of(self, circumstances: Circumstances) -> float | None:
        """The speed without speech; for an unknown context length, that of the nearest shorter one.

        Never that of a longer one: it is slower anyway, and would hide a loss.
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
        """Forget all tokens: the next ones belong to something else."""
        self._times.clear()

    @property
    def spans_s(self) -> float:
        """Seconds from the first token that counts to the last."""
        return self._times[-1] - self._times[0] if self._times else 0.0

    def per_s(self, now: float) -> float | None:
        """Tokens per second; ``None`` until there are enough. Falls while the model stalls."""
        while len(self._times) > self._least and self._times[0] < now - self._window_s:
            self._times.popleft()
        if len(self._times) < self._least:
            return None
        first, last, intervals = self._times[0], self._times[-1], len(self._times) - 1
        if last <= first:
            return None
        overdue = now - last - 2 * (last - first) / intervals
        return intervals / (last - first + max(0.0, overdue))
