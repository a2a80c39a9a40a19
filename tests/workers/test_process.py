"""The daemon's side of a worker, with real child processes, well-behaved and not."""

import asyncio
import os
import subprocess
import threading

import pytest

from jarvisd.errors import WorkerError
from jarvisd.speech.speech import RUNNER
from jarvisd.workers import protocol
from jarvisd.workers.command import WorkerCommand
from jarvisd.workers.os_process import error_lines
from jarvisd.workers.process import WorkerProcess
from tests.support.processes import nothing_left

PREAMBLE = """
import argparse, socket, sys, time
parser = argparse.ArgumentParser()
parser.add_argument("--fd", type=int)
arguments, _ = parser.parse_known_args()
connection = socket.socket(fileno=arguments.fd)
from jarvisd.workers import protocol
"""


def script(code: str) -> WorkerCommand:
    return WorkerCommand("espeak", arguments=("-c", PREAMBLE + code))


class Observer:
    def __init__(self) -> None:
        self.reports: asyncio.Queue[protocol.Report] = asyncio.Queue()
        self.ends: list[str] = []

    def open(self, command: WorkerCommand) -> WorkerProcess:
        return WorkerProcess(command, on_report=self.reports.put_nowait, on_gone=self.ends.append)


async def test_a_worker_greets_answers_and_goes() -> None:
    observer = Observer()
    async with nothing_left():
        worker = observer.open(WorkerCommand("espeak", RUNNER))

        hello = await worker.start(20)
        worker.send(protocol.Ping(3))
        pong = await observer.reports.get()
        worker.send(protocol.Stop())
        await worker.gone()

    assert hello.pid == worker.pid
    assert hello.versions["espeak-ng"]
    assert isinstance(pong, protocol.Pong)
    assert observer.ends == ["it exited with status 0"]


class NotedPlacement:
    """Notes who is attached and detached."""

    def __init__(self) -> None:
        self.notes: list[tuple[str, int]] = []

    def attach(self, pid: int) -> None:
        self.notes.append(("in", pid))

    def detach(self, pid: int) -> None:
        self.notes.append(("out", pid))


async def test_a_worker_is_attached_before_it_works_and_detached_once_it_is_gone() -> None:
    placement, observer = NotedPlacement(), Observer()
    async with nothing_left():
        worker = observer.open(WorkerCommand("espeak", RUNNER, placement=placement))
        await worker.start(20)
        assert placement.notes == [("in", worker.pid)]
        worker.kill("enough")
        await worker.gone()

    assert placement.notes == [("in", worker.pid), ("out", worker.pid)]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("connection.sendall(b'Traceback (most recent call last)'); time.sleep(60)", "claims"),
        ("connection.sendall(b'\\0\\0\\0\\2hi'); time.sleep(60)", "not a known message"),
        ("connection.sendall(protocol.encode(protocol.Pong(1, 1))); time.sleep(60)", "not greet"),
        (
            (
                "connection.sendall(protocol.encode(protocol.Hello(99, 'espeak', 1, {})))\n"
                "time.sleep(60)"
            ),
            "version 99",
        ),
        (
            (
                "connection.sendall(protocol.encode(protocol.Hello(2, 'piper', 1, {})))\n"
                "time.sleep(60)"
            ),
            "instead of 'espeak'",
        ),
        ("time.sleep(60)", "no greeting within"),
        ("sys.exit('no such library')", "exited with status 1: no such library"),
        ("connection.close(); time.sleep(60)", "closed its connection"),
        ("import os; os.kill(os.getpid(), 11)", "SIGSEGV"),
    ],
)
async def test_a_worker_that_misbehaves_is_an_error_and_is_ended(code: str, message: str) -> None:
    observer = Observer()
    async with nothing_left():
        with pytest.raises(WorkerError, match=message) as caught:
            await observer.open(script(code)).start(2)

    assert caught.value.code in {"workers.protocol", "workers.start_failed"}
    assert len(observer.ends) == 1


async def test_an_interpreter_that_does_not_exist_is_an_error() -> None:
    observer = Observer()
    async with nothing_left():
        with pytest.raises(WorkerError, match="No such file"):
            await observer.open(WorkerCommand("espeak", python="/nowhere/python")).start(10)

    assert observer.ends == ["it could not be started"]


async def test_garbage_in_the_middle_ends_the_worker() -> None:
    observer = Observer()
    async with nothing_left():
        worker = observer.open(
            script(
                "connection.sendall(protocol.encode(protocol.Hello(2, 'espeak', 1, {})))\n"
                "connection.recv(100)\n"
                "connection.sendall(b'\\xff' * 100)\n"
                "time.sleep(60)"
            )
        )
        await worker.start(20)
        worker.send(protocol.Ping(1))
        await worker.gone()

    assert "claims" in observer.ends[0]


async def test_a_killed_worker_is_seen_at_once_and_told_once() -> None:
    observer = Observer()
    async with nothing_left():
        worker = observer.open(WorkerCommand("espeak", RUNNER))
        await worker.start(20)
        worker.kill("the test wants it")
        worker.kill("again")
        await worker.gone()
        worker.send(protocol.Ping(1))  # nobody there any more: no error

    assert observer.ends == ["the test wants it"]


async def test_a_start_that_is_given_up_leaves_nothing() -> None:
    observer = Observer()
    async with nothing_left():
        starting = asyncio.create_task(observer.open(script("time.sleep(60)")).start(60))
        await asyncio.sleep(0)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting


async def test_no_descriptor_of_somebody_else_is_closed() -> None:
    """While complaints end, threads open descriptors: nobody but they may close these."""
    over, stolen = threading.Event(), 0

    def open_and_close() -> None:
        nonlocal stolen
        while not over.is_set():
            descriptor = os.open(os.devnull, os.O_RDONLY)
            try:
                os.close(descriptor)
            except OSError:
                stolen += 1

    opening = threading.Thread(target=open_and_close)
    opening.start()
    try:
        for _ in range(100):
            with subprocess.Popen(["true"], stderr=subprocess.PIPE) as process:  # noqa: ASYNC220
                assert [line async for line in error_lines(process)] == []
    finally:
        over.set()
        opening.join()
    assert not stolen
