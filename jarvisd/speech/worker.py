"""The child process that runs one engine: ``python -m jarvisd.speech.worker --engine E --fd N``.

The main thread reads commands, so that a cancel is seen while the synthesis thread is inside a
native call; one synthesis runs at a time. It dies with the daemon, ignores the terminal's
interrupt, and writes nothing but frames to its socket. Never imports what its engine does not need.
"""

import argparse
import contextlib
import ctypes
import importlib
import os
import queue
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from jarvisd.errors import JarvisError
from jarvisd.speech import protocol
from jarvisd.speech.engine import Engine, SynthesisAborted, VoiceFailed
from jarvisd.speech.engines import make
from jarvisd.speech.model import AudioPiece
from jarvisd.speech.shaping import UtteranceShaper

_PR_SET_PDEATHSIG = 1
# A cancel must reach the main thread while the other one runs Python code.
_SWITCH_INTERVAL_S = 0.001
_JOBS_AHEAD = 4
_READ_BYTES = 65_536

Job = protocol.Load | protocol.Synthesize


class DaemonGone(Exception):  # noqa: N818 - nobody is left to call it an error
    """The connection broke: there is nobody to work for."""


class Worker:
    """Serves one connection until it closes or says stop."""

    def __init__(self, engine: Engine, connection: socket.socket) -> None:
        self._engine = engine
        self._connection = connection
        self._jobs: queue.Queue[Job] = queue.Queue(_JOBS_AHEAD)
        self._sending = threading.Lock()
        self._rates: dict[str, int] = {}
        self._cancelled_up_to = -1

    def run(self) -> None:
        """Blocks until the daemon closes the connection or says ``Stop``."""
        self._send(
            protocol.Hello(
                protocol.PROTOCOL_VERSION, self._engine.name, os.getpid(), self._engine.versions()
            )
        )
        threading.Thread(target=self._work, name="synthesis", daemon=True).start()
        decoder = protocol.command_decoder()
        while data := self._connection.recv(_READ_BYTES):
            for command in decoder.feed(data):
                if isinstance(command, protocol.Stop):
                    return
                self._obey(command)

    def _obey(self, command: protocol.Command | protocol.Report) -> None:
        match command:
            case protocol.Load() | protocol.Synthesize():
                self._jobs.put_nowait(command)
            case protocol.Cancel(job=job):
                self._cancelled_up_to = max(self._cancelled_up_to, job)
                self._engine.abort()
            case protocol.Ping(nonce=nonce):
                self._send(protocol.Pong(nonce, resident_bytes()))

    def _work(self) -> None:
        """The synthesis thread: one job after the other, every one answered."""
        with contextlib.suppress(DaemonGone):  # the main thread sees it too
            while True:
                job = self._jobs.get()
                self._send(self._answer(job))
                if isinstance(job, protocol.Load) and self._jobs.empty():
                    prepare_resampling()

    def _answer(self, job: Job) -> protocol.Report:
        try:
            return self._load(job) if isinstance(job, protocol.Load) else self._speak(job)
        except SynthesisAborted:
            return _failure(job, "speech.cancelled", "cancelled")
        except VoiceFailed as error:
            return _failure(job, "speech.voice_failed", str(error))
        except DaemonGone:
            raise
        except Exception as error:  # noqa: BLE001 - engines raise anything; the daemon decides
            return _failure(job, "speech.engine_failed", describe(error))

    def _load(self, job: protocol.Load) -> protocol.Report:
        rate = self._rates[job.voice] = self._engine.load(job.voice)
        return protocol.Loaded(job.job, job.voice, rate, resident_bytes())

    def _speak(self, job: protocol.Synthesize) -> protocol.Report:
        started = time.perf_counter()
        cancelled = partial(self._is_cancelled, job.job)
        if cancelled():
            raise SynthesisAborted
        if job.voice not in self._rates:
            self._rates[job.voice] = self._engine.load(job.voice)
        shaper = UtteranceShaper(self._rates[job.voice], job.sample_rate)
        first_ms = 0.0
        for raw in self._engine.synthesize(job.text, job.voice, job.speed, cancelled):
            self._deliver(job, shaper.push(raw))
            first_ms = first_ms or (time.perf_counter() - started) * 1_000
        self._deliver(job, shaper.finish())
        if not shaper.audible:
            return _failure(job, "speech.empty", "the engine made no sound for this text")
        return protocol.End(
            job.job,
            shaper.samples,
            shaper.target_rate,
            shaper.leading_silence_samples,
            first_ms,
            (time.perf_counter() - started) * 1_000,
            resident_bytes(),
        )

    def _is_cancelled(self, job: int) -> bool:
        return job <= self._cancelled_up_to

    def _deliver(self, job: protocol.Synthesize, piece: AudioPiece | None) -> None:
        """Send a piece, in frames of bounded size; the marks travel with the first."""
        if piece is None:
            return
        marks = [(mark.offset, mark.length, mark.sample) for mark in piece.marks]
        for start in range(0, len(piece.pcm), protocol.MAX_PCM_BYTES):
            pcm = piece.pcm[start : start + protocol.MAX_PCM_BYTES]
            self._send(protocol.Piece(job.job, pcm, marks))
            marks = []

    def _send(self, report: protocol.Report) -> None:
        frame = protocol.encode(report)
        try:
            with self._sending:
                self._connection.sendall(frame)
        except OSError as error:
            raise DaemonGone from error


def resident_bytes() -> int:
    """Memory this process occupies now."""
    pages = int(Path("/proc/self/statm").read_bytes().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def prepare_resampling() -> None:
    """Load numpy and soxr now (60 ms) and not before the first audio that needs them."""
    with contextlib.suppress(ImportError):  # said again by whoever really needs them
        importlib.import_module("jarvisd.audio.resampling")


def describe(error: BaseException) -> str:
    """One line about a failure, with its type where the message alone says little."""
    if isinstance(error, JarvisError):
        return error.message
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:300]}" if lines else type(error).__name__


def _failure(job: Job, code: protocol.FailureCode, message: str) -> protocol.Failure:
    return protocol.Failure(job.job, code, message, resident_bytes())


def die_with_parent(parent: int, prctl: Callable[[int, int], int]) -> None:
    """Have the kernel end this process when the daemon ends, however it ends."""
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the line above
        os._exit(0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="jarvisd.speech.worker")
    parser.add_argument("--engine", required=True)
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--nice", type=int, default=0)
    parser.add_argument("--option", action="append", default=[], metavar="NAME=VALUE")
    return parser.parse_args()


def main() -> int:
    """Run until the daemon is done with this process."""
    arguments = _arguments()
    die_with_parent(arguments.parent, ctypes.CDLL(None).prctl)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    os.nice(arguments.nice)
    options = dict(option.split("=", 1) for option in arguments.option)
    connection = socket.socket(fileno=arguments.fd)
    try:
        engine = make(arguments.engine, options)
    except Exception as error:  # noqa: BLE001 - whatever it is, the daemon must hear of it
        connection.sendall(
            protocol.encode(protocol.Failure(-1, "speech.engine_failed", describe(error), 0))
        )
        return 1
    with contextlib.suppress(DaemonGone, ConnectionError):
        Worker(engine, connection).run()
    return 0


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    os._exit(status)  # a native call may still run in the other thread; nobody waits for it
