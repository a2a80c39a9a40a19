"""Every key of the dashboard: what it does anywhere, and which ones the bottom line names.

A table; panels, lists and the input line have keys of their own, which help shows too.
"""

from collections.abc import Iterable, Iterator, Mapping

from textual.binding import Binding, BindingType
from textual.keys import format_key

from jarvisctl.dashboard.arrangement import PANELS
from jarvisctl.dashboard.screens import ListSheet
from jarvisctl.dashboard.widgets.footer import Hint
from jarvisctl.dashboard.widgets.log import Log
from jarvisctl.dashboard.widgets.panel import Panel
from jarvisctl.dashboard.widgets.question import QuestionLine

HINTS: tuple[Hint, ...] = (
    ("enter", "ask", "app.ask"),
    ("esc", "interrupt", "app.interrupt"),
    ("?", "help", "app.help"),
    ("p", "pause", "app.pause"),
    ("^p", "commands", "app.command_palette"),
    ("/", "filter", "app.filter"),
    ("t", "traces", "app.traces"),
    ("v", "level", "app.level"),
    ("1-7", "panels", "app.panel('pipeline')"),
    ("z", "zoom", "app.zoom"),
    ("n", "new conversation", "app.new_conversation"),
    ("q", "quit", "app.quit"),
)
TYPING_HINTS: tuple[Hint, ...] = (
    ("enter", "send", "app.ask"),
    ("esc", "interrupt or leave", "app.interrupt"),
    ("^s", "pause", "app.pause"),
    ("↑↓", "earlier questions", "app.focus('ask')"),
    ("tab", "leave", "app.focus_next"),
    ("^p", "commands", "app.command_palette"),
    ("^c", "quit", "app.quit"),
)
BINDINGS: list[BindingType] = [
    Binding(
        "escape",
        "interrupt",
        "interrupt; or leave the input line, a filter, a sheet",
        id="interrupt",
        priority=True,
    ),
    Binding("i,a,enter", "ask", "go to the input line; Enter there asks", id="ask"),
    Binding("p", "pause", "pause what is spoken, or let it go on", id="pause"),
    Binding(
        "ctrl+s",
        "pause",
        "pause, also while typing",
        id="pause_always",
        priority=True,
    ),
    Binding("t", "traces", "where the time of past replies went", id="traces"),
    Binding("z", "zoom", "give the focused panel all the room, or give it back", id="zoom"),
    Binding("slash", "filter", "filter the log by words", id="filter"),
    Binding("v", "level", "next level of the log", id="level"),
    Binding("n", "new_conversation", "begin a new conversation with the next question", id="new"),
    Binding("question_mark", "help", "this help", id="help"),
    Binding("q", "quit", "quit; the daemon goes on", id="quit"),
    Binding("ctrl+c", "quit", "quit, from anywhere", id="quit_always", priority=True, show=False),
    *(
        Binding(str(number + 1), f"panel('{name}')", f"go to {name}", id=f"panel.{name}")
        for number, name in enumerate(PANELS)
    ),
]


_GROUPS: tuple[tuple[str, Iterable[BindingType]], ...] = (
    ("Anywhere", BINDINGS),
    ("In a panel", Panel.BINDINGS),
    ("In the log", Log.BINDINGS),
    ("In the input line", QuestionLine.BINDINGS),
    ("In a list", ListSheet.BINDINGS),
)


def described(changed: Mapping[str, str]) -> Iterator[tuple[str, str, str, str]]:
    """Group, key, meaning and id of every binding, as the user's preferences ``changed`` it."""
    for group, bindings in _GROUPS:
        for binding in bindings:
            if isinstance(binding, Binding):
                ident = binding.id or ""
                key = changed.get(ident, binding.key)
                shown = " ".join(format_key(part) for part in key.split(","))
                yield group, shown, binding.description, ident
