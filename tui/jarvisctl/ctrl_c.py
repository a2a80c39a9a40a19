"""Ctrl-C during a reply: noticed whatever it comes across, and put off where it would do harm.

Raises KeyboardInterrupt as Python does. Never decides what an interruption means.
"""

import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Self


class CtrlC:
    """While its ``with`` block runs, ``pressed`` says whether Ctrl-C was.

    Whatever error comes out once it was pressed is part of the interruption. Where Ctrl-C is
    ignored, as in the background of a script, it stays so.
    """

    def __init__(self) -> None:
        self.pressed = False
        self._end: Callable[[], bool] | None = None

    def __enter__(self) -> Self:
        if not _ignored():
            signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(self, *_: object) -> None:
        if not _ignored():
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def complete(self, work: Callable[[], object], *, end: Callable[[], bool]) -> None:
        """Do ``work`` to its end, which Ctrl-C brings about by ``end``, and raise it after that.

        Raised at once where ``end`` finds nothing to end, or where it is pressed again.
        """
        self._end = end
        try:
            work()
        finally:
            self._end = None
        if self.pressed:
            raise KeyboardInterrupt

    def _press(self, _: int, __: FrameType | None) -> None:
        again, self.pressed = self.pressed, True
        if again or self._end is None or not self._end():
            raise KeyboardInterrupt


def heed_at_terminal() -> None:
    """At a terminal Ctrl-C is for us, also where whoever started us had it ignored."""
    with suppress(ValueError):  # a closed stdin is no terminal
        if _ignored() and sys.stdin.isatty():
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _ignored() -> bool:
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN
