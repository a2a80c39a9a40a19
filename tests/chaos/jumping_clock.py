"""Runs jarvisd with a wall clock that jumps: seconds to add are read from a file, each time.

Only the wall clock: the kernel never moves the monotonic one.
"""

import os
import sys
import time
from pathlib import Path

OFFSET = Path(os.environ["JARVISD_CHAOS_CLOCK"])
real_time = time.time


def jumping_time() -> float:
    """The wall clock, and what the file says."""
    return real_time() + float(OFFSET.read_text() or 0)


time.time = jumping_time
# Only now: the daemon's parts take the clock as they are defined.
from jarvisd.__main__ import main  # noqa: E402

sys.exit(main())
