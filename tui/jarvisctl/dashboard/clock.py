"""The two clocks that the dashboard reads, in one place so that tests can stop them."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """``monotonic`` counts seconds (the daemon's events use the same one); ``wall`` is the day's."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
