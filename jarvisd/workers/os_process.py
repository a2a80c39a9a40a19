"""A worker as the operating system has it: begun, its error output, its end.

Knows nothing of what is said over the socket. Nothing here blocks the loop but ``begin``, which is
for threads.
"""

import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import closing
from typing import BinaryIO

from jarvisd.workers.command import WorkerCommand

_STDERR_LINE_BYTES = 8_192


def begin(command: WorkerCommand, theirs: socket.socket) -> "tuple[subprocess.Popen[bytes], int]":
    """The process, and a descriptor that becomes readable when it ends.

    Blocks while it forks: for threads. Raises OSError with nothing left behind.
    """
    process = subprocess.Popen(
        command.line(theirs.fileno()),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=(theirs.fileno(),),
    )
    try:
        end = os.pidfd_open(process.pid)
    except OSError:
        _discard(process)
        raise
    if command.placement:
        command.placement.attach(process.pid)
    return process, end


async def error_lines(process: "subprocess.Popen[bytes]") -> AsyncIterator[str]:
    """The lines that the process writes to standard error, without empty ones."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_STDERR_LINE_BYTES)
    pipe, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), _given_away(process)
    )
    with closing(pipe):
        while raw := await _line(reader):
            if line := raw.decode(errors="replace").strip():
                yield line


def _given_away(process: "subprocess.Popen[bytes]") -> BinaryIO:
    """The process's standard error, for the loop alone to close.

    uvloop closes the descriptor and then the file, in which time a thread may have opened another
    one of that number: that of the next worker's end.
    """
    assert process.stderr is not None  # noqa: S101 - it was asked for
    with process.stderr:
        return open(os.dup(process.stderr.fileno()), "rb", buffering=0, closefd=False)


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readline()
    except ValueError:  # longer than the limit: dropped by the reader
        return b"(a very long line)\n"


def _discard(process: "subprocess.Popen[bytes]") -> None:
    """End and reap a process that cannot be watched. Blocks until it is gone: for threads."""
    process.kill()
    process.communicate()


async def end_of(process: "subprocess.Popen[bytes]", descriptor: int) -> int:
    """Wait for the process without a thread, reap it, and return its status."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
    return process.wait()


def exit_reason(status: int) -> str:
    """Why a process with that status ended, as far as its status tells."""
    if status < 0:
        return f"it was ended by {signal.Signals(-status).name}"
    return f"it exited with status {status}"
