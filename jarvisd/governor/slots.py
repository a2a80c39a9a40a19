"""How many syntheses may run at once: one, and one more at a time while the host has free cores.

Pure. A slot that was closed stays closed for a while, so that the number does not go up and down.
"""

from jarvisd.governor.values import HostLoad

STAGGER_S = 0.5
ROOM_CORES = 0.5
CROWDED_CORES = 0.1
CLOSED_S = 20.0
CLOSED_IN_PEACE_S = 5.0


class Slots:
    """``open`` of at most ``ceiling``."""

    def __init__(self, ceiling: int) -> None:
        self._ceiling = ceiling
        self._changed_at = float("-inf")
        self._closed_until = float("-inf")
        self.open = 1

    def begin(self, now: float) -> None:
        """Speech begins again. More slots are considered only after the first synthesis."""
        self.open = 1
        self._changed_at = now

    def close_all(self, now: float) -> None:
        """Go back to one slot."""
        if self.open > 1:
            self.open = 1
            self._changed_at = now
            self._closed_until = max(self._closed_until, now + CLOSED_IN_PEACE_S)

    def follow(self, load: HostLoad, *, crowded: bool) -> None:
        """Open the next slot if an utterance waits and a core is free; close one if not.

        ``crowded``: the model loses more than allowed.
        """
        idle = load.idle_cores or 0.0
        if self.open > 1 and crowded and idle < CROWDED_CORES:
            self.open -= 1
            self._changed_at = load.now
            self._closed_until = load.now + CLOSED_S
        elif (
            self.open < self._ceiling
            and load.waiting > 0
            and idle >= ROOM_CORES
            and load.now >= self._changed_at + STAGGER_S
            and load.now >= self._closed_until
        ):
            self.open += 1
            self._changed_at = load.now
