"""A person at a terminal: the conversation, Ctrl-C, colours, and what is remembered."""

import contextlib
import os
import pty
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jarvisd import wire
from tests.fakes.daemon import FakeDaemon
from tests.jarvisctl import samples
from tests.jarvisctl.conftest import Jarvisctl
from tests.support.daemon import LONG_S

# jarvisctl with the pseudo terminal as its controlling one, so that Ctrl-C is a signal.
SCRIPT = (
    "import fcntl, os, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "from jarvisctl.cli import main; main()"
)
CTRL_C, CTRL_D = "\x03", "\x04"


class Terminal:
    """A pseudo terminal with jarvisctl in it."""

    def __init__(self, arguments: tuple[str, ...], environ: dict[str, str]) -> None:
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environ,
        )
        os.close(slave)
        self.seen = ""

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def wait_for(self, text: str, *, limit_s: float = 300.0) -> str:
        """What is shown up to and with ``text``, and forget it."""
        deadline = time.monotonic() + limit_s
        while text not in self.seen:
            left = max(0.0, deadline - time.monotonic())
            piece = self._read() if select.select([self._master], [], [], left)[0] else ""
            if not piece:
                raise TimeoutError(f"{text!r} never came; there is: {self.seen!r}")
            self.seen += piece
        shown, _, self.seen = self.seen.partition(text)
        return shown + text

    def press_until(self, key: str, text: str) -> None:
        """Press ``key``, again where it fell between the prompt and the wait for a key."""
        for _ in range(30):
            self.type(key)
            with contextlib.suppress(TimeoutError):
                self.wait_for(text, limit_s=1.0)
                return
        raise TimeoutError(text)

    def end(self) -> int:
        """The exit code, and in ``seen`` the rest of what was shown."""
        while piece := self._read():
            self.seen += piece
        return self.process.wait(LONG_S)

    def close(self) -> None:
        self.process.kill()
        self.process.wait(LONG_S)
        os.close(self._master)

    def _read(self) -> str:
        try:
            return os.read(self._master, 65_536).decode()
        except OSError:  # Linux's way of saying that the other side closed
            return ""


@contextmanager
def terminal(jarvisctl: Jarvisctl, *arguments: str, **environ: str) -> Iterator[Terminal]:
    opened = Terminal(arguments, jarvisctl.environment(**environ))
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def daemon(daemon: FakeDaemon) -> FakeDaemon:
    daemon.lines("POST", "/v1/replies", samples.reply())
    daemon.json("POST", f"/v1/replies/{samples.REPLY}/interrupt", samples.INTERRUPTED)
    return daemon


def test_a_conversation_goes_on_until_ctrl_d(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, tmp_path: Path
) -> None:
    with terminal(jarvisctl, "ask", XDG_STATE_HOME=str(tmp_path)) as person:
        person.wait_for("> ")
        for question in ("How are you?", "And the disk?", "/new", "/voice amy", "Hello"):
            person.type(question + "\n")
            if not question.startswith("/"):
                assert "Good evening. All is well." in person.wait_for("s of speech")
            person.wait_for("> ")
        person.type(CTRL_D)
        assert person.end() == 0
    bodies = [got.body for got in daemon.requests("POST", "/v1/replies")]
    assert [(body["text"], body["conversation"], body["voice"]) for body in bodies] == [
        ("How are you?", None, "default"),
        ("And the disk?", samples.CONVERSATION, "default"),
        ("Hello", None, "amy"),
    ]
    history = tmp_path / "jarvisctl" / "history"
    assert "And the disk?" in history.read_text()
    assert history.stat().st_mode & 0o077 == 0


@pytest.fixture(params=[signal.SIG_DFL, signal.SIG_IGN], ids=["heeded", "ignored"])
def started_with_ctrl_c(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whoever starts jarvisctl heeds Ctrl-C, or ignores it as the background of a script does."""
    before = signal.signal(signal.SIGINT, request.param)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("started_with_ctrl_c")
def test_ctrl_c_interrupts_the_answer_and_the_conversation_goes_on(
    daemon: FakeDaemon, jarvisctl: Jarvisctl
) -> None:
    released = threading.Event()
    daemon.lines("POST", "/v1/replies", [*samples.reply()[:2], lambda: released.wait(LONG_S)])
    with terminal(jarvisctl, "ask") as person:
        person.wait_for("> ")
        person.type("Tell me everything.\n")
        person.wait_for("Good evening.")
        person.type(CTRL_C)
        person.wait_for('interrupted after "…Good evening."')
        person.wait_for("> ")
        released.set()
        assert len(daemon.requests("POST", f"/v1/replies/{samples.REPLY}/interrupt")) == 1
        person.press_until(CTRL_C, "Ctrl-C again leaves")  # at the prompt it clears the line
        person.wait_for("> ")
        person.press_until(CTRL_C, "\r\n")
        assert person.end() == 0
    assert "Traceback" not in person.seen


def test_a_failed_answer_does_not_end_the_conversation(
    daemon: FakeDaemon, jarvisctl: Jarvisctl
) -> None:
    daemon.refuse("POST", "/v1/replies", 429, "limit.replies", "8 replies are running already")
    with terminal(jarvisctl, "ask") as person:
        person.wait_for("> ")
        person.type("Hello\n")
        person.wait_for("8 replies are running already")
        person.wait_for("> ")
        person.type("/quit\n")
        assert person.end() == 0


def test_a_command_is_shown_plainly_to_a_person_and_as_it_was_written_to_a_script(
    daemon: FakeDaemon, jarvisctl: Jarvisctl
) -> None:
    words = ["No model.", "\n\n```text ", "quiet\n", "llama-server ", "-m X\n", "```\n"]
    tokens = [samples.token(seq, word) for seq, word in enumerate(words, 1)]
    answer = [samples.started(), *tokens, samples.done(len(words) + 1, 0)]
    daemon.lines("POST", "/v1/replies", answer)
    with terminal(jarvisctl, "ask", "Well?") as person:
        assert person.end() == 0
        assert "No model.\r\n\r\n    llama-server -m X\r\n" in person.seen
        assert "```" not in person.seen
    assert jarvisctl.run("ask", "Well?").text == "".join(words)


@pytest.mark.parametrize("word", ["quit", "exit", "/quit", "/exit"])
def test_who_wants_to_leave_is_not_taken_for_a_question(
    daemon: FakeDaemon, jarvisctl: Jarvisctl, word: str
) -> None:
    with terminal(jarvisctl, "ask") as person:
        person.wait_for("> ")
        person.type(f"{word}\n")
        assert person.end() == 0
    assert daemon.requests("POST", "/v1/replies") == []


def test_the_newest_conversation_goes_on(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    found = wire.ConversationInfo(
        conversation="c-new", created_at=1.0, updated_at=2.0, messages=2, title="Hello"
    )
    daemon.json("GET", "/v1/conversations", wire.ConversationsResponse(conversations=[found]))
    with terminal(jarvisctl, "ask", "-c") as person:
        person.wait_for("> ")
        person.type("And then?\n")
        person.wait_for("s of speech")
        person.wait_for("> ")  # only there it ends the input
        person.type(CTRL_D)
        assert person.end() == 0
    assert jarvisctl.run("ask", "--continue", "And now?").code == 0
    asked = [got.body["conversation"] for got in daemon.requests("POST", "/v1/replies")]
    assert asked == ["c-new", "c-new"]
    daemon.json("GET", "/v1/conversations", wire.ConversationsResponse(conversations=[]))
    ran = jarvisctl.run("ask", "-c", "First?")
    assert (ran.code, ran.stderr) == (0, "There is no conversation yet. This begins one.\n")
    assert daemon.requests("POST", "/v1/replies")[-1].body["conversation"] is None
    ran = jarvisctl.run("ask", "-c", "--conversation", "c-1", "x")
    assert ran.code == 2


def test_colours_are_for_terminals_that_want_them(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    daemon.json("GET", "/v1/status", samples.status())
    for environ, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
        with terminal(jarvisctl, "status", **environ) as person:
            assert person.end() == 0
            assert ("\x1b[" in person.seen) is coloured
    assert "\x1b[" not in jarvisctl.run("status").text


def test_audio_does_not_go_to_a_terminal(daemon: FakeDaemon, jarvisctl: Jarvisctl) -> None:
    with terminal(jarvisctl, "say", "hi", "-o", "-") as person:
        assert person.end() == 2
        assert "Audio cannot be written to a terminal" in person.seen


def test_without_a_text_say_asks_for_one(jarvisctl: Jarvisctl) -> None:
    with terminal(jarvisctl, "say") as person:
        assert person.end() == 2
        assert 'No text given. Try: jarvisctl say "Good evening."' in person.seen
