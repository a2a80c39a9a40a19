"""The frame that all panels share: a title with its key, lines made from the snapshot, a position.

A panel draws again only when its lines changed, so that an idle dashboard costs next to nothing.
"""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from jarvisctl.dashboard.look import clipped, safe
from jarvisctl.dashboard.snapshot import Snapshot

SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"


class Panel(Widget, can_focus=True):
    """A bordered list of lines. ``TAIL`` shows the newest at the bottom and stays there."""

    TITLE: ClassVar[str] = ""
    TAIL: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_lines(1)", "one line down", id="panel.down"),
        Binding("k,up", "scroll_lines(-1)", "one line up", id="panel.up"),
        Binding("ctrl+d,pagedown", "scroll_pages(1)", "one page down", id="panel.page_down"),
        Binding("ctrl+u,pageup", "scroll_pages(-1)", "one page up", id="panel.page_up"),
        Binding("g,home", "scroll_first", "to the first line", id="panel.first"),
        Binding("G,end", "scroll_last", "to the last line", id="panel.last"),
    ]

    def __init__(self, number: int, name: str) -> None:
        super().__init__(id=name)
        self._number = number
        self._snapshot = Snapshot()
        self._lines: list[Content] = []
        self._drawn: object = None
        self._pinned: int | None = None  # the first line in sight, where the user moved

    # --- for the panels -------------------------------------------------------------------------

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Content]:
        """All lines, for ``width`` columns; ``height`` is what can be seen at once."""
        raise NotImplementedError

    def heading(self, snapshot: Snapshot) -> str:
        """What stands in the frame beside the title."""
        return ""

    def watched(self, snapshot: Snapshot, lines: list[Content]) -> int | None:
        """The line to keep in sight, where there is one."""
        return None

    # --- drawing --------------------------------------------------------------------------------

    def show(self, snapshot: Snapshot) -> None:
        """Draw ``snapshot`` where it looks different from what is shown."""
        self._snapshot = snapshot
        if self.display and self.size.width > 0:
            self._draw()

    def _draw(self) -> None:
        width, height = self.size
        self._lines = clipped(self.lines(self._snapshot, width, height), width)
        start = self._first_shown()
        shown = self._lines[start : start + height]
        hidden = len(self._lines) - start - len(shown)
        heading, more = self.heading(self._snapshot), self._more(start, hidden)
        drawn = ([(text.plain, text.spans) for text in shown], heading, more)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        self._shown = Content("\n").join(shown)
        self.border_title = self._title(heading)
        self.border_subtitle = more
        self.refresh()

    def render(self) -> Content:
        """The lines in sight."""
        return self._shown if self._drawn is not None else Content("")

    def _title(self, heading: str) -> Content:
        number = SUPERSCRIPTS[self._number]
        title = Content.assemble((number, "$text-accent"), (self.TITLE, "bold"))
        return safe(Content.assemble(title, "  ", (heading, "$text-muted"))) if heading else title

    def _more(self, above: int, below: int) -> Content:
        parts = [f"↑ {above}" if above else "", f"↓ {below}" if below else ""]
        return Content.styled("  ".join(part for part in parts if part), "$text-muted")

    # --- moving ---------------------------------------------------------------------------------

    def _last_start(self) -> int:
        return max(0, len(self._lines) - self.size.height)

    def _rest(self) -> int:
        """The first visible line before any scrolling."""
        watched = self.watched(self._snapshot, self._lines)
        if watched is not None:
            return min(self._last_start(), max(0, watched - self.size.height // 2))
        return self._last_start() if self.TAIL else 0

    def _first_shown(self) -> int:
        return self._rest() if self._pinned is None else min(self._last_start(), self._pinned)

    def _move(self, lines: int) -> None:
        start = max(0, min(self._last_start(), self._first_shown() + lines))
        self._pinned = None if start == self._rest() else start
        self._draw()

    def action_scroll_lines(self, lines: int) -> None:
        """Move by some lines; down is positive."""
        self._move(lines)

    def action_scroll_pages(self, pages: int) -> None:
        """Move by some pages; down is positive."""
        self._move(pages * max(1, self.size.height - 1))

    def action_scroll_first(self) -> None:
        """To the first line."""
        self._move(-len(self._lines))

    def action_scroll_last(self) -> None:
        """To the last line."""
        self._move(len(self._lines))

    def _on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._move(2)

    def _on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._move(-2)

    def on_resize(self) -> None:
        """Lines depend on the width."""
        self.show(self._snapshot)
