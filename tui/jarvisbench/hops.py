"""The floor of every step between two processes: one byte handed to another process and back.

Taken all the time while something else is measured, so that it meets the same busy machine. The
other process sleeps in between, as a daemon does; half of the way there and back is one hop.
"""

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PAUSE_S = 0.01


@contextmanager
def hopping() -> Iterator[list[float]]:
    """Yields the milliseconds of hops, which grow inside the block."""
    hops: list[float] = []
    over = threading.Event()
    with subprocess.Popen(
        ["cat"], bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as echo:
        thread = threading.Thread(target=_hop, args=(echo, hops, over), daemon=True)
        thread.start()
        try:
            yield hops
        finally:
            over.set()
            thread.join(10.0)
            echo.kill()


def _hop(echo: "subprocess.Popen[bytes]", hops: list[float], over: threading.Event) -> None:
    there, back = echo.stdin, echo.stdout
    if there is None or back is None:
        raise TypeError("the echo was started without its pipes")
    while not over.wait(PAUSE_S):
        began = time.monotonic()
        there.write(b".")
        back.read(1)
        hops.append((time.monotonic() - began) * 500)
