"""Ctrl-C at any line of a reply: always an interruption, and no reply goes on unheard."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import jarvisctl
import jarvisctl.turn_runner  # what a verb imports must not be new to the first run
from jarvisctl.cli import run
from jarvisctl.exitcodes import ExitCode
from jarvisd.wire import client, connection, streams
from tests.fakes.daemon import FakeDaemon
from tests.jarvisctl import samples
from tests.jarvisctl.conftest import Jarvisctl

SAY, ASK = "/v1/say", "/v1/replies"
INTERRUPT = f"/v1/replies/{samples.REPLY}/interrupt"
OURS = Path(jarvisctl.__file__).parent
# Where a reply is followed; what runs before it has asked for nothing yet.
FILES = {
    *(str(OURS / name) for name in ("turn_runner.py", "ctrl_c.py", "resuming.py", "delivery.py")),
    client.__file__,
    connection.__file__,
    streams.__file__,
}

Place = tuple[str, int]


class Walk:
    """Watches the lines that a run comes to, and presses Ctrl-C at one of them."""

    def __init__(self, press_at: Place | None = None) -> None:
        self.places: dict[Place, str] = {}
        self._pressed = False
        self._press_at = press_at

    def run(self, *arguments: str) -> int:
        sys.settrace(self._enter)
        try:
            return run(list(arguments))
        finally:
            sys.settrace(None)

    def _enter(self, frame: FrameType, _: str, __: object) -> Callable[..., Any] | None:
        return self._line if frame.f_code.co_filename in FILES else None

    def _line(self, frame: FrameType, event: str, _: object) -> Callable[..., Any]:
        place = (frame.f_code.co_filename, frame.f_lineno)
        if event == "line" and not self._pressed:
            self.places.setdefault(place, frame.f_code.co_name)
            if place == self._press_at:
                self._pressed = True
                signal.raise_signal(signal.SIGINT)
        return self._line


@pytest.fixture
def daemon(daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDaemon]:
    """One whose reply goes on until it is interrupted; Ctrl-C is heeded as at a terminal."""
    for name, value in Jarvisctl(daemon.path).environment().items():
        monkeypatch.setenv(name, value)
    daemon.audio(f"/v1/replies/{samples.REPLY}/audio", samples.wav(4_410))
    daemon.json("POST", f"/v1/replies/{samples.REPLY}/played", samples.INFO)
    daemon.json("POST", INTERRUPT, samples.INTERRUPTED)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield daemon
    signal.signal(signal.SIGINT, before)


# What an interruption leaves open ends with the process, which here goes on.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("verb", "path"), [("say", SAY), ("ask", ASK)])
def test_at_whichever_line_it_comes_it_interrupts(
    daemon: FakeDaemon,
    verb: str,
    path: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = [verb, "hi", *(["-o", str(tmp_path / "a.wav")] if verb == "say" else [])]
    daemon.lines("POST", path, samples.reply())
    whole = Walk()
    assert whole.run(*arguments) == ExitCode.OK
    places = list(whole.places)
    over = list(whole.places.values()).index("_finish_line") - 1  # the line that calls it
    assert over > 100
    for number, place in enumerate(places):
        daemon.received.clear()
        capsys.readouterr()
        walk = Walk(place)
        assert walk.run(*arguments) == ExitCode.INTERRUPTED, place
        assert capsys.readouterr().err.strip() == "", place
        if daemon.requests("POST", path):
            assert len(daemon.requests("POST", INTERRUPT)) == (number < over), place


def test_a_daemon_that_hangs_up_on_who_left_is_not_lost(
    daemon: FakeDaemon, capsys: pytest.CaptureFixture[str]
) -> None:
    def hang_up_when_it_has_left() -> None:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        (asking,) = daemon.connections
        asking.recv(1, socket.MSG_PEEK)
        asking.shutdown(socket.SHUT_RDWR)

    daemon.on("POST", ASK, hang_up_when_it_has_left)
    assert run(["ask", "hi"]) == ExitCode.INTERRUPTED
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("verb", "path"), [("say", SAY), ("ask", ASK)])
def test_before_the_daemon_has_answered_the_reply_is_learnt_and_ended(
    daemon: FakeDaemon, verb: str, path: str, tmp_path: Path
) -> None:
    left = threading.Event()

    def answer_when_it_has_left() -> None:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        (asking,) = daemon.connections
        if not asking.recv(1, socket.MSG_PEEK):  # it sends no more, and still listens
            left.set()

    daemon.on("POST", path, answer_when_it_has_left)
    daemon.lines("POST", path, samples.reply())
    code = run([verb, "hi", "-o", str(tmp_path / "a.wav")])
    assert left.is_set()
    assert code == ExitCode.INTERRUPTED
    assert len(daemon.requests("POST", INTERRUPT)) == 1


def test_where_it_is_ignored_it_stays_ignored(daemon: FakeDaemon) -> None:
    """As in the background of a script."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    daemon.lines("POST", ASK, [lambda: os.kill(os.getpid(), signal.SIGINT), *samples.reply()])
    assert run(["ask", "hi"]) == ExitCode.OK
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
