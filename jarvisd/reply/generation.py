"""Generation numbers: which late results still count, and which to drop.

Work for a reply (tokens, syntheses, audio on its way) carries the number that was current when it
was started. An interrupt retires that number, a change of voice begins the next one, and results
with an old number are refused. It must never keep references to the work itself.
"""


class Generations:
    """The numbers of one reply; at most one of them is current, and none ever returns."""

    def __init__(self) -> None:
        self._last = 0
        self._current: int | None = None
        self._stale = 0

    @property
    def current(self) -> int | None:
        """The number that new work carries; ``None`` before the first and after ``retire``."""
        return self._current

    @property
    def stale(self) -> int:
        """How many times something old was refused."""
        return self._stale

    def begin(self) -> int:
        """Make a new number current; everything older is stale from now on."""
        self._last += 1
        self._current = self._last
        return self._last

    def retire(self) -> None:
        """Leave no number current: all late results are stale."""
        self._current = None

    def is_current(self, generation: int) -> bool:
        """Whether work of ``generation`` may still have an effect."""
        return generation == self._current

    def admits(self, generation: int) -> bool:
        """As ``is_current``, for a result that arrived: a refusal is counted."""
        if generation == self._current:
            return True
        self._stale += 1
        return False
