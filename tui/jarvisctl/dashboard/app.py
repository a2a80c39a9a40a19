"""The dashboard's application: news in, one snapshot, every panel drawn from it; keys to actions.

Holds no facts of its own beyond the snapshot and never waits for the daemon: what takes time runs
in threads, and their news is taken in at most some twenty times a second.
"""

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import events
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input

from jarvisctl.dashboard import keys, playback, themes
from jarvisctl.dashboard.answers import Fields, Row, rows_of, rows_of_log
from jarvisctl.dashboard.arrangement import PANELS
from jarvisctl.dashboard.asking import Asking
from jarvisctl.dashboard.body import PanelGrid
from jarvisctl.dashboard.clock import Clock
from jarvisctl.dashboard.commanding import Commanding
from jarvisctl.dashboard.feed import Feed
from jarvisctl.dashboard.messages import Message, Remarked, Sampled, StatusRead, Ticked
from jarvisctl.dashboard.news import News
from jarvisctl.dashboard.preferences import Preferences
from jarvisctl.dashboard.reducer import reduce
from jarvisctl.dashboard.screens import HelpSheet, ListSheet, TraceSheet
from jarvisctl.dashboard.snapshot import Snapshot
from jarvisctl.dashboard.story import changes
from jarvisctl.dashboard.verbs import VERBS, Verb
from jarvisctl.dashboard.widgets.footer import Footer
from jarvisctl.dashboard.widgets.header import Banner, Header
from jarvisctl.dashboard.widgets.question import QuestionLine
from jarvisd.wire import TraceResponse

TAKE_IN_S = 0.05
ANIMATED_S = 0.1  # while something is heard: the word being said moves
STILL_S = 1.0
TALL = 28
RESTING = "Press Enter to ask Jarvis something"
TYPING = "Ask Jarvis …"
FILTER = "Show only lines of the log with these words …"


class Dashboard(App[None]):
    """What ``jarvisctl top`` runs."""

    CSS_PATH = "dashboard.tcss"
    TITLE = "jarvisd"
    AUTO_FOCUS = "#conversation"
    BINDINGS: ClassVar[list[BindingType]] = keys.BINDINGS

    def __init__(
        self,
        news: News,
        feed: Feed,
        asking: Asking,
        commanding: Commanding,
        *,
        clock: Clock | None = None,
        preferences: Preferences | None = None,
        hurry: bool = True,
    ) -> None:
        super().__init__()
        self.snapshot = Snapshot()
        self._news, self._feed = news, feed
        self._asking, self._commanding = asking, commanding
        self._clock = clock or Clock()
        self._preferences = preferences or Preferences()
        self._hurry = hurry
        self._ticker: Timer | None = None
        self._tick_s = 0.0
        self._filtering = False
        self._painted = False
        for theme in themes.THEMES:
            self.register_theme(theme)
        known = self._preferences.theme in self.available_themes
        self.theme = self._preferences.theme if known else themes.DEFAULT

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Colours that themes of others do not have."""
        return themes.FALLBACKS

    # --- life -----------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Header, banner, panels, input line, keys."""
        yield Header()
        yield Banner()
        yield PanelGrid()
        yield QuestionLine(RESTING)
        yield Footer()

    def on_mount(self) -> None:
        """Look as wanted, paint once, then begin to listen to the news."""
        self.animation_level = "full" if self._preferences.animation else "none"
        self.set_keymap(self._preferences.keys)
        self._news.wake(self._soon, is_routine=self._is_routine)
        self.take_in()
        self._tick_every(STILL_S)
        self.call_after_refresh(self._feed.start, self._news.put)

    def on_unmount(self) -> None:
        """Hang up on everybody."""
        self._asking.stop()
        self._feed.stop()

    def on_resize(self, event: events.Resize) -> None:
        """A tall terminal affords the input line a frame."""
        self.screen.set_class(event.size.height >= TALL, "-tall")
        self._show_keys()

    # --- news -----------------------------------------------------------------------------------

    def _is_routine(self, message: Message) -> bool:
        """Whether it can wait for the next tick: measurements, and a status that is no news."""
        if not self._painted:
            return False
        if isinstance(message, StatusRead) and self.snapshot.status is not None:
            return not any(changes(self.snapshot.status, message.status))
        return isinstance(message, Sampled)

    def _soon(self) -> None:
        self.set_timer(TAKE_IN_S, self.take_in)

    def take_in(self) -> None:
        """Everything that has come, and the time; then draw."""
        snapshot = self.snapshot
        for message in self._news.take():
            snapshot = reduce(snapshot, message)
        tick = Ticked(self._clock.monotonic(), self._clock.wall())
        self.snapshot = reduce(snapshot, tick)
        self._painted = self.snapshot.status is not None
        self._show()

    def _show(self) -> None:
        if not self.query("#footer"):
            return  # the screen is being taken down, and news still comes
        snapshot = self.snapshot
        self.query_one(Header).show(snapshot)
        self.query_one(Banner).show(snapshot)
        self.query_one(PanelGrid).show(snapshot)
        heard = any(playback.audible(reply, snapshot.heard_at) for reply in snapshot.replies[-3:])
        animated = self._preferences.animation and heard and snapshot.live
        self._tick_every(ANIMATED_S if animated else STILL_S)

    def _tick_every(self, seconds: float) -> None:
        if not self._hurry or self._tick_s == seconds:
            return
        if self._ticker is not None:
            self._ticker.stop()
        self._tick_s = seconds
        self._ticker = self.set_interval(seconds, self.take_in)

    def remark(self, text: str, *, level: str = "warning") -> None:
        """Say something in the log panel and for a moment in a corner."""
        self._news.put(Remarked(self._clock.wall(), level, text))
        self.notify(text, severity="error" if level == "error" else "information", timeout=4)

    # --- asking ---------------------------------------------------------------------------------

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Ask, or keep the filter."""
        if self._filtering:
            self._end_filter()
        elif text := event.value.strip():
            self.query_one(QuestionLine).history.add(text)
            event.input.clear()
            self._asking.ask(text)

    def on_input_changed(self, event: Input.Changed) -> None:
        """A filter works while it is typed."""
        if self._filtering:
            self.query_one(PanelGrid).log_panel.look_for(event.value.strip())

    def action_ask(self) -> None:
        """Go to the input line."""
        self.query_one("#ask", Input).focus()

    def action_interrupt(self) -> None:
        """Silence at once; where nothing is heard, leave what one is in."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        elif self._filtering:
            self._end_filter(forget=True)
        elif (reply := self._audible()) is not None:
            self._commanding.control(reply, "interrupt")
        elif self.query_one("#ask", Input).has_focus:
            self.query_one(PanelGrid).panels["conversation"].focus()

    def action_pause(self) -> None:
        """Pause what is heard, or let it go on."""
        if (reply := self._audible()) is None:
            self.remark("There is nothing to pause.")
            return
        paused = any(r.reply == reply and r.outcome == "paused" for r in self.snapshot.replies)
        self._commanding.control(reply, "resume" if paused else "pause")

    def action_new_conversation(self) -> None:
        """The next question begins a conversation."""
        self._asking.begin_anew()
        self.remark("The next question begins a new conversation.", level="info")

    def _audible(self) -> str | None:
        return playback.newest_audible(self.snapshot.replies, self.snapshot.heard_at)

    # --- panels ---------------------------------------------------------------------------------

    def action_panel(self, name: str) -> None:
        """Show a panel and go to it."""
        self.query_one(PanelGrid).choose(name)
        self.take_in()

    def action_zoom(self) -> None:
        """Give the focused panel all the room, or give it back."""
        focused = self.focused.id if self.focused and self.focused.id in PANELS else "conversation"
        self.query_one(PanelGrid).zoom(focused)

    def action_level(self) -> None:
        """The log's next level."""
        self.query_one(PanelGrid).log_panel.next_level()

    def action_filter(self) -> None:
        """Type into the input line what the log is to be searched for."""
        self._filtering = True
        line = self.query_one("#ask", Input)
        line.value = ""
        self.query_one(PanelGrid).choose("log")
        line.focus()

    def _end_filter(self, *, forget: bool = False) -> None:
        if forget:
            self.query_one(PanelGrid).log_panel.look_for("")
        self._filtering = False
        line = self.query_one("#ask", Input)
        line.clear()
        self.query_one(PanelGrid).panels["log"].focus()

    # --- screens --------------------------------------------------------------------------------

    def action_traces(self) -> None:
        """Where the time of past replies went."""
        self.push_screen(TraceSheet(self.snapshot.replies, self._ask_for_trace))

    def _ask_for_trace(self, reply: str, learnt: Callable[[TraceResponse], None]) -> None:
        self._commanding.trace(reply, lambda trace: self.call_from_thread(learnt, trace))

    def answered(self, title: str, answer: Fields | str) -> None:
        """Show what the daemon answered, from any thread."""
        self.call_from_thread(self._show_rows, title, rows_of(answer))

    def action_open_log(self) -> None:
        """The lines of the log that the panel shows, to be opened and copied."""
        panel = self.query_one(PanelGrid).log_panel
        self._show_rows("log", rows_of_log(tuple(reversed(panel.chosen(self.snapshot)))))

    def _show_rows(self, title: str, rows: list[Row]) -> None:
        self.push_screen(ListSheet(title, rows, lambda path: self._commanding.show(path, self)))

    def action_help(self) -> None:
        """Every key."""
        self.push_screen(HelpSheet(list(keys.described(self._preferences.keys))))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every verb of the API, then what Textual offers."""
        for verb in VERBS:
            told = f"{verb.help}  ({verb.method} {verb.path})"
            yield SystemCommand(verb.title, told, lambda verb=verb: self._carry_out(verb))
        yield from super().get_system_commands(screen)

    def _carry_out(self, verb: Verb) -> None:
        line = self.query_one("#ask", Input)
        words = line.value.strip()
        if verb.how == "words":
            if not words:
                line.focus()
                self.remark("Type the words into the input line first, then choose this again.")
                return
            line.clear()
            (self._asking.ask if verb.path == "/v1/replies" else self._asking.say)(words)
            return
        self._commanding.carry_out(verb, self.snapshot.current, self)

    def on_descendant_focus(self) -> None:
        """What keys do depends on whether one types."""
        self._show_keys()

    def on_descendant_blur(self) -> None:
        """The same, when one no longer does."""
        self._show_keys()

    def _show_keys(self) -> None:
        if not self.query("#footer"):
            return  # the screen is being taken down
        line = self.query_one("#ask", Input)
        typing = line.has_focus
        line.placeholder = FILTER if self._filtering else TYPING if typing else RESTING
        self.query_one(Footer).show(keys.TYPING_HINTS if typing else keys.HINTS)
