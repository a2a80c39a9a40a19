"""What happened, newest at the bottom; by level, and only what has the words looked for."""

import time
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from jarvisctl.dashboard.look import FAINT, LEVELS, line
from jarvisctl.dashboard.snapshot import Level, ShownLine, Snapshot
from jarvisctl.dashboard.widgets.panel import Panel

ORDER: tuple[Level, ...] = ("debug", "info", "warning", "error")


class Log(Panel):
    """The log's tail."""

    TITLE = "log"
    TAIL = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "app.open_log", "open the lines, newest first", id="log.open"),
    ]

    def __init__(self, number: int, name: str) -> None:
        super().__init__(number, name)
        self.level: Level = "info"
        self.words = ""

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Content]:
        """The lines that pass level and filter."""
        found = [row(entry, width) for entry in self.chosen(snapshot)]
        return found or [line(("nothing yet", FAINT))]

    def heading(self, snapshot: Snapshot) -> str:
        """Level and filter."""
        words = f" with {self.words!r}" if self.words else ""
        return f"{self.level}{'' if self.level == 'error' else ' and above'}{words}"

    def chosen(self, snapshot: Snapshot) -> list[ShownLine]:
        """The lines that level and filter let through."""
        return chosen(snapshot.log, self.level, self.words)

    def next_level(self) -> None:
        """Show more or less: the next level, and the first after the last."""
        self.level = ORDER[(ORDER.index(self.level) + 1) % len(ORDER)]
        self.show(self._snapshot)

    def look_for(self, words: str) -> None:
        """Show only lines that have ``words``."""
        self.words = words
        self.show(self._snapshot)


def chosen(log: tuple[ShownLine, ...], level: Level, words: str) -> list[ShownLine]:
    """The lines of ``level`` and above that have all of ``words``, in any order and case."""
    least, wanted = ORDER.index(level), words.lower().split()
    return [
        entry
        for entry in log
        if ORDER.index(entry.level) >= least
        and all(word in f"{entry.kind} {entry.reply} {entry.text}".lower() for word in wanted)
    ]


def row(entry: ShownLine, width: int) -> Content:
    """Time, level, what, and its text; narrow panels leave the time out."""
    mark, style = LEVELS[entry.level]
    at = time.strftime("%H:%M:%S ", time.localtime(entry.wall)) if entry.wall else "earlier  "
    lead = (at, FAINT) if width >= 44 else ""
    return line(lead, (f"{mark} ", style), (f"{entry.kind} ", "bold"), entry.text)
