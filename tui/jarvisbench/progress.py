"""Tells a person who waits what is being measured: a bar on a terminal, lines anywhere else."""

import os
import time

from jarvisctl.layout import columns, shortened
from jarvisctl.output import Output

WIDTH = 20


def bar(done: int, total: int, *, width: int = WIDTH) -> str:
    """``done`` of ``total`` as a bar of ``width`` columns between brackets."""
    filled = width * done // max(1, total)
    return f"[{'#' * filled}{'-' * (width - filled)}]"


class Progress:
    """``say`` tells what is being done; ``step`` that one of ``total`` parts is."""

    def __init__(self, out: Output, total: int) -> None:
        self._out = out
        self._total = total
        self._done = 0
        self._began = time.monotonic()
        self._drawn = out.talk_is_terminal and os.environ.get("TERM") != "dumb"

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self._began

    def say(self, what: str) -> None:
        """Several lines are an error's, and stay on the terminal."""
        if self._drawn and "\n" not in what:
            drawn = f"{bar(self._done, self._total)} {self._done}/{self._total}"
            line = shortened(f"{drawn} {self.seconds:4.0f} s  {what} …", columns() - 1)
            self._out.talk_over(line)
            return
        self.clear()
        self._out.talk(self._out.talk_style(f"{self.seconds:5.0f} s  {what} …", "dim"))

    def step(self) -> None:
        """A part is done."""
        self._done += 1

    def clear(self) -> None:
        """Leave nothing of the bar behind."""
        if self._drawn:
            self._out.talk_over("")
