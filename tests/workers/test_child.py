"""The child around an engine, in this process: frames in, frames out, over a real socket."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import msgspec
import pytest

from jarvisd.speech import messages
from jarvisd.speech.speak import MAX_PCM_BYTES, SpeakRunner
from jarvisd.speech.speech import RUNNER
from jarvisd.workers import protocol
from jarvisd.workers.child import Child
from jarvisd.workers.protocol import (
    Cancel,
    End,
    Failure,
    Hello,
    Load,
    Piece,
    Ping,
    Pong,
    ResourceLoaded,
    Stop,
    Work,
)
from tests.fakes.engine import BEEP, RATE, FakeEngine


class Conversation:
    """The daemon's end of a worker's connection, blocking, for tests."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._decoder = protocol.report_decoder()
        self._received: list[protocol.Report] = []

    def say(self, *commands: protocol.Command) -> None:
        self._connection.sendall(b"".join(map(protocol.encode, commands)))

    def next(self) -> protocol.Report:
        while not self._received:
            self._received += self._decoder.feed(self._connection.recv(65_536))  # type: ignore[arg-type]
        return self._received.pop(0)

    def until_answered(self) -> tuple[list[messages.Audio], protocol.Report]:
        pieces = []
        while isinstance(report := self.next(), Piece):
            pieces.append(messages.read_audio(report.body))
        return pieces, report


def speak(job: int, text: str, voice: str, speed: float = 1.0, rate: int = 0) -> Work:
    body = messages.encode(messages.Speak(text, speed, rate))
    return Work(job, messages.SPEAK, voice, msgspec.Raw(body))


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def worker(engine: FakeEngine) -> Iterator[Conversation]:
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    thread = threading.Thread(target=Child(SpeakRunner(engine), theirs).run)
    thread.start()
    conversation = Conversation(ours)
    assert isinstance(conversation.next(), Hello)
    yield conversation
    conversation.say(Stop())
    thread.join(10)
    ours.close()
    theirs.close()


def test_an_utterance_is_pieces_and_an_end(worker: Conversation) -> None:
    worker.say(speak(1, "one two three", "any"))

    pieces, end = worker.until_answered()

    assert isinstance(end, End)
    spoken = messages.read_spoken(end.body)
    assert spoken.samples == sum(len(piece.pcm) for piece in pieces) // 2 == 3 * len(BEEP) // 2
    assert (spoken.sample_rate, end.job) == (RATE, 1)
    assert end.rss_bytes > 1_000_000
    assert [mark[0] for piece in pieces for mark in piece.marks] == [0, 1, 2]


def test_audio_comes_at_the_rate_asked_for(worker: Conversation) -> None:
    worker.say(speak(1, "one two three", "any", 1.0, 48_000))

    _, end = worker.until_answered()

    assert isinstance(end, End)
    spoken = messages.read_spoken(end.body)
    assert spoken.sample_rate == 48_000
    assert spoken.samples == pytest.approx(3 * 3 * len(BEEP) // 2, abs=3)


def test_a_cancel_is_seen_inside_a_native_call(worker: Conversation, engine: FakeEngine) -> None:
    worker.say(speak(1, "hang", "any"))
    assert engine.hanging.wait(10)
    worker.say(Ping(5), Cancel(1), speak(2, "one", "any"))

    assert isinstance(worker.next(), Pong)
    assert worker.next() == Failure(1, "cancelled", "cancelled", any_int())
    assert isinstance(worker.until_answered()[1], End)


def test_a_job_cancelled_before_it_began_still_answers(
    worker: Conversation, engine: FakeEngine
) -> None:
    worker.say(speak(1, "hang", "any"))
    assert engine.hanging.wait(10)
    worker.say(speak(2, "hang", "any"), Cancel(2))

    codes = [
        report.code for report in (worker.next(), worker.next()) if isinstance(report, Failure)
    ]
    assert codes == ["cancelled", "cancelled"]


@pytest.mark.parametrize(
    ("text", "voice", "code", "message"),
    [
        ("silent silent", "any", "empty", "the engine made no sound for this text"),
        ("crash", "any", "failed", "RuntimeError: the library raised"),
        (
            "no file",
            "any",
            "failed",
            "FileNotFoundError: [Errno 2] No such file or directory: '/models/x'",
        ),
        ("one", "broken", "resource_failed", "the voice is broken"),
    ],
)
def test_failures_are_told_apart(
    worker: Conversation, text: str, voice: str, code: protocol.FailureCode, message: str
) -> None:
    worker.say(speak(1, text, voice), speak(2, "one", "any"))

    assert worker.until_answered()[1] == Failure(1, code, message, any_int())
    assert isinstance(worker.until_answered()[1], End)


def test_loading_a_voice_is_answered(worker: Conversation) -> None:
    worker.say(Load(1, "any"), Load(2, "broken"))

    assert worker.next() == ResourceLoaded(1, "any", any_int())
    assert worker.next() == Failure(2, "resource_failed", "the voice is broken", any_int())


def test_pieces_larger_than_a_frame_are_split(worker: Conversation) -> None:
    worker.say(speak(1, " ".join(["one"] * 40), "any", 1.0, 48_000))

    pieces, end = worker.until_answered()

    assert isinstance(end, End)
    assert max(len(piece.pcm) for piece in pieces) <= MAX_PCM_BYTES
    assert messages.read_spoken(end.body).samples == sum(len(piece.pcm) for piece in pieces) // 2


class any_int(int):  # noqa: N801 - reads as a value in comparisons
    """Equal to every integer."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int)

    def __hash__(self) -> int:
        return 0


def start_process(**options: object) -> tuple[subprocess.Popen[bytes], socket.socket]:
    ours, theirs = socket.socketpair()
    ours.settimeout(20)
    line = [sys.executable, "-m", "jarvisd.workers.child", "--runner", RUNNER, "--engine", "espeak"]
    line += ["--fd", str(theirs.fileno()), "--parent", str(os.getpid())]
    line += ["--options", json.dumps(options)]
    process = subprocess.Popen(line, pass_fds=(theirs.fileno(),), stderr=subprocess.PIPE)
    theirs.close()
    return process, ours


def test_the_process_ignores_the_terminal_and_ends_with_its_connection() -> None:
    process, connection = start_process()
    with process, connection:
        conversation = Conversation(connection)
        hello = conversation.next()
        assert isinstance(hello, Hello)
        assert (hello.engine, hello.pid) == ("espeak", process.pid)

        process.send_signal(signal.SIGINT)
        conversation.say(Ping(1))
        assert isinstance(conversation.next(), Pong)

        connection.shutdown(socket.SHUT_RDWR)
        assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"library": "/nowhere.so", "data": "/nowhere"}, "/nowhere.so cannot be loaded"),
        ({"library": "/nowhere.so"}, "no espeak-ng-data beside /nowhere.so"),
        ({"data": "/nowhere"}, "cannot use its data in /nowhere"),
    ],
)
def test_an_engine_that_cannot_start_says_why_before_the_process_ends(
    options: dict[str, object], message: str
) -> None:
    process, connection = start_process(**options)
    with process, connection:
        failure = Conversation(connection).next()

        assert isinstance(failure, Failure)
        assert message in failure.message
        assert process.wait(10) == 1


def test_a_worker_dies_with_its_daemon() -> None:
    code = (
        "import os, subprocess, sys, socket\n"
        "ours, theirs = socket.socketpair()\n"
        "child = subprocess.Popen([sys.executable, '-m', 'jarvisd.workers.child', '--runner', '"
        + RUNNER
        + "', '--engine',"
        " 'espeak', '--fd', str(theirs.fileno()), '--parent', str(os.getpid())],"
        " pass_fds=(theirs.fileno(), ours.fileno()))\n"  # it holds both ends: no end of file
        "ours.recv(1)\n"
        "print(child.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    daemon = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=False)

    assert ended_within(int(daemon.stdout), 10)


def ended_within(pid: int, seconds: float) -> bool:
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    with open(process) as watched:  # noqa: PTH123 - a descriptor, not a path
        return bool(select.select([watched], [], [], seconds)[0])


def test_the_espeak_worker_starts_without_heavy_imports() -> None:
    code = (
        "import sys, jarvisd.workers.child, jarvisd.speech.speak\n"
        "import jarvisd.speech.engines.espeak.engine\n"
        "heavy = {'numpy', 'soxr', 'asyncio', 'structlog', 'onnxruntime', 'piper'}\n"
        "assert not heavy & sys.modules.keys(), heavy & sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
