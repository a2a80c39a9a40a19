"""The two clocks that the dashboard reads, in one place so that tests can stop them."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """``monotonic`` counts seconds, as the daemon's does; ``wall`` is for people."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
