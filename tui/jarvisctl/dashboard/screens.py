"""The screens over the dashboard: traces of past replies, lists to choose from, and the help."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from jarvisctl.dashboard.answers import Row, rows_of
from jarvisctl.dashboard.figures import milliseconds
from jarvisctl.dashboard.look import FAINT, KEY, OUTCOMES, column, line, safe
from jarvisctl.dashboard.snapshot import ReplyView
from jarvisctl.dashboard.waterfall import drawn, of_reply
from jarvisctl.terminal import printable
from jarvisctl.waterfall import of_trace
from jarvisd.wire import TraceResponse


class Sheet(ModalScreen[None]):
    """A titled sheet of lines over the dashboard; the way out is always Escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Close", id="sheet.close"),
        Binding("j,down", "scroll(1)", "Down", id="sheet.down"),
        Binding("k,up", "scroll(-1)", "Up", id="sheet.up"),
        Binding("g,home", "scroll_to(0)", "First line", id="sheet.first"),
        Binding("G,end", "scroll_to(1)", "Last line", id="sheet.last"),
    ]

    def __init__(self, title: str, subtitle: str = "Esc closes") -> None:
        super().__init__()
        self._title, self._subtitle = title, subtitle

    def compose(self) -> ComposeResult:
        """A frame around scrolling text."""
        with VerticalScroll(id="sheet") as sheet:
            sheet.border_title, sheet.border_subtitle = self._title, self._subtitle
            yield Static(id="sheet-text")

    def on_mount(self) -> None:
        """Fill it."""
        self.fill()

    def on_resize(self) -> None:
        """Lines depend on the width."""
        self.call_after_refresh(self.fill)

    def fill(self) -> None:
        """Put the lines in."""
        width = max(20, self.query_one("#sheet").scrollable_content_region.width)
        self.query_one("#sheet-text", Static).update(safe(Content("\n").join(self.lines(width))))

    def lines(self, width: int) -> list[Content]:
        """What the sheet says."""
        raise NotImplementedError

    def action_scroll(self, lines: int) -> None:
        """Move by lines."""
        self.query_one("#sheet").scroll_relative(y=lines, animate=False)

    def action_scroll_to(self, end: int) -> None:
        """To the first or the last line."""
        sheet = self.query_one("#sheet")
        sheet.scroll_to(y=sheet.max_scroll_y * end, animate=False)


class ListSheet(ModalScreen[None]):
    """Rows to choose from: Enter opens the chosen one, y copies it, Escape closes."""

    AUTO_FOCUS = "#sheet"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "close", id="list.close"),
        Binding("j", "move(1)", "one line down", id="list.down"),
        Binding("k", "move(-1)", "one line up", id="list.up"),
        Binding("y", "copy", "copy the line", id="list.copy"),
    ]

    def __init__(self, title: str, rows: Sequence[Row], ask: Callable[[str], None]) -> None:
        """``ask`` has the daemon asked for a path, and its answer shown."""
        super().__init__()
        self._title, self._rows, self._ask = title, rows, ask

    def compose(self) -> ComposeResult:
        """A frame around the rows."""
        options = OptionList(*(safe(row.text) for row in self._rows), id="sheet")
        options.border_title = printable(self._title)
        opens = "Enter opens · " if any(row.opens for row in self._rows) else ""
        options.border_subtitle = f"{opens}y copies · Esc closes"
        yield options

    def on_mount(self) -> None:
        """Begin at the first row that opens, where there is one."""
        opening = (number for number, row in enumerate(self._rows) if row.opens)
        self.query_one(OptionList).highlighted = next(opening, 0) if self._rows else None

    def action_move(self, lines: int) -> None:
        """Choose another row."""
        options = self.query_one(OptionList)
        (options.action_cursor_down if lines > 0 else options.action_cursor_up)()

    def action_copy(self) -> None:
        """Put the chosen row into the terminal's clipboard."""
        chosen = self.query_one(OptionList).highlighted
        if chosen is not None:
            self.app.copy_to_clipboard(printable(self._rows[chosen].copied))
            self.notify("copied", timeout=2)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Show what lies behind the row."""
        row = self._rows[event.option_index]
        if row.path:
            self._ask(row.path)
        elif row.inner is not None:
            self.app.push_screen(ListSheet(self._title, rows_of(row.inner), self._ask))


class HelpSheet(Sheet):
    """Every key, with the id by which it can be changed."""

    def __init__(self, keys: Sequence[tuple[str, str, str, str]]) -> None:
        super().__init__("help", "Esc closes · keys are set in ~/.config/jarvisctl/dashboard.toml")
        self._keys = keys

    def lines(self, width: int) -> list[Content]:
        """Groups of keys, in columns as wide as they need to be; the meaning gives way."""
        rows, group = [], ""
        of_key, of_meaning, of_id = (
            max((len(entry[index]) for entry in self._keys), default=0) for index in (1, 2, 3)
        )
        of_meaning = max(20, min(of_meaning, width - of_key - of_id - 6))
        for name, key, meaning, ident in self._keys:
            if name != group:
                rows += ([Content("")] if group else []) + [line((name, "bold"))]
                group = name
            rows.append(
                line(
                    "  ",
                    (column(key, of_key + 2), KEY),
                    column(meaning, of_meaning),
                    (f"  {ident}", FAINT),
                )
            )
        return rows


class TraceSheet(Sheet):
    """Past replies to choose from, and where the time of the chosen one went."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h,left", "older", "Earlier reply", id="trace.older"),
        Binding("l,right", "newer", "Later reply", id="trace.newer"),
    ]

    def __init__(
        self,
        replies: Sequence[ReplyView],
        ask: Callable[[str, Callable[[TraceResponse], None]], None],
    ) -> None:
        super().__init__("trace", "h earlier · l later · j k scroll · Esc closes")
        self._replies = [reply for reply in replies if reply.timings is not None]
        self._chosen = len(self._replies) - 1
        self._ask = ask
        self._traces: dict[str, TraceResponse] = {}

    def on_mount(self) -> None:
        """Show the newest."""
        self._choose(0)

    def action_older(self) -> None:
        """The reply before."""
        self._choose(-1)

    def action_newer(self) -> None:
        """The reply after."""
        self._choose(1)

    def lines(self, width: int) -> list[Content]:
        """What was said, the figures, the waterfall."""
        if not self._replies:
            return [line(("No reply has ended since the dashboard began to watch.", FAINT))]
        reply = self._replies[self._chosen]
        trace = self._traces.get(reply.reply)
        stretches = of_trace(trace) if trace else of_reply(reply)
        source = "the daemon's trace" if trace else "from events; traces are off"
        return [*self._about(reply, source, width), *drawn(stretches, width)]

    def _about(self, reply: ReplyView, source: str, width: int) -> list[Content]:
        mark, style = OUTCOMES[reply.outcome]
        count = f"{self._chosen + 1} of {len(self._replies)}"
        timings, tokens = reply.timings, reply.tokens
        figures = []
        if timings is not None:
            figures = [
                f"first token {milliseconds(timings.first_token_ms)}",
                f"first audio {milliseconds(timings.first_audio_ms)}",
                f"in all {milliseconds(timings.total_ms)}",
            ]
        if tokens is not None and tokens.completion:
            figures.append(f"{tokens.completion} tokens")
        said = " ".join((reply.question or reply.text).split())
        return [
            line((f"{mark} {reply.outcome}", style), f"  {reply.reply}  ", (count, FAINT),
                 (f"  {reply.provider}, {reply.voice or 'not spoken'}  ({source})", FAINT)),
            line((printable(said), "italic")).truncate(width, ellipsis=True),
            line((" · ".join(figures), "bold")),
            Content(""),
        ]  # fmt: skip

    def _choose(self, step: int) -> None:
        if self._replies:
            self._chosen = max(0, min(len(self._replies) - 1, self._chosen + step))
            self._ask(self._replies[self._chosen].reply, self._learnt)
        self.fill()

    def _learnt(self, trace: TraceResponse) -> None:
        self._traces[trace.reply] = trace
        if self.is_mounted:
            self.fill()
