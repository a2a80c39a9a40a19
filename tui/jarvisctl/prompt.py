"""A conversation at the terminal: a line asked, an answer spoken, until the person leaves.

Ctrl-C interrupts the answer that is running; at the prompt it clears the line, and twice in a
row it leaves, as Ctrl-D does.
"""

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from jarvisctl.exitcodes import ExitCode
from jarvisctl.invocation import Invocation
from jarvisctl.sockets import explained
from jarvisd.errors import JarvisError
from jarvisd.wire.client import DaemonDeniedError, DaemonUnreachableError

HISTORY_LINES = 1_000
HELP = """\
/new          begin a new conversation
/voice NAME   speak with another voice (see jarvisctl voices)
/quit         leave; so do quit, exit and Ctrl-D
Ctrl-C        interrupts the answer"""

# What people type to leave; nobody asks that of an assistant.
LEAVE = {"quit", "exit"}

Ask = Callable[[str, str | None, str], tuple[ExitCode, str | None]]


# readline is loaded only when a person is at the terminal: merely loading it may write to stdout.


class LinePrompt:
    """Reads questions from the terminal and hands each to ``ask``.

    ``ask(question, conversation, voice)`` answers one and returns its exit code and conversation.
    """

    def __init__(
        self, invocation: Invocation, ask: Ask, *, conversation: str | None, voice: str
    ) -> None:
        self._invocation = invocation
        self._out = invocation.out
        self._ask = ask
        self._conversation = conversation
        self._voice = voice
        self._leaving = False

    def run(self) -> ExitCode:
        """Talk until the person leaves; a failed answer does not end the conversation."""
        self._out.talk(
            self._out.talk_style("Ctrl-C interrupts, Ctrl-D leaves, /help shows more.", "dim")
        )
        history = _load_history()
        try:
            while not self._leaving:
                self._turn()
        finally:
            _save_history(history)
        return ExitCode.OK

    def _turn(self) -> None:
        line = self._read()
        if line.startswith("/") or line in LEAVE:
            self._command(line)
        elif line:
            self._answer(line)

    def _read(self) -> str:
        """One line; an empty one after Ctrl-C, and a second Ctrl-C leaves."""
        for warned in (False, True):
            try:
                return input(self._mark()).strip()
            except EOFError:
                self._out.talk()
                self._leaving = True
                return ""
            except KeyboardInterrupt:
                self._out.talk()
                if not warned:
                    self._out.talk(self._out.talk_style("(Ctrl-C again leaves)", "dim"))
        self._leaving = True
        return ""

    def _mark(self) -> str:
        """The prompt, its colours hidden from readline's count of columns."""
        if not self._out.style.enabled:
            return "> "
        return "\x01\x1b[36;1m\x02> \x01\x1b[0m\x02"

    def _answer(self, question: str) -> None:
        try:
            _, self._conversation = self._ask(question, self._conversation, self._voice)
        except KeyboardInterrupt:  # the answer was over already
            self._out.talk()
        except (DaemonDeniedError, DaemonUnreachableError):
            raise
        except JarvisError as error:
            self._out.failure(explained(error, self._invocation.sockets))

    def _command(self, line: str) -> None:
        verb, _, argument = line.partition(" ")
        match verb:
            case "/new":
                self._conversation = None
                self._out.talk("A new conversation.")
            case "/voice" if argument.strip():
                self._voice = argument.strip()
                self._out.talk(f"Voice: {self._voice}")
            case "/quit" | "/exit" | "quit" | "exit":
                self._leaving = True
            case _:
                self._out.talk(HELP)


def _load_history() -> Path:
    """Give the terminal line editing and the questions of earlier days."""
    readline = import_module("readline")
    state = os.environ.get("XDG_STATE_HOME") or str(Path("~/.local/state").expanduser())
    path = Path(state) / "jarvisctl" / "history"
    try:
        readline.read_history_file(path)
    except OSError:
        readline.clear_history()
    return path


def _save_history(path: Path) -> None:
    """Keep the questions, readable by their owner only; a full disk is no reason to complain."""
    readline = import_module("readline")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        readline.set_history_length(HISTORY_LINES)
        readline.write_history_file(path)
    except OSError:
        return
