"""Reads files of unknown origin: only regular ones, and only up to a limit.

A FIFO or a device with the name of a voice must not block. Reads from the disk: call it in a
thread.
"""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

# Errors that say nothing about the file: they pass by themselves, and it is worth trying again.
PASSING = frozenset(
    {
        errno.EAGAIN,
        errno.EINTR,
        errno.EIO,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOMEM,
        errno.ESTALE,
        errno.ETIMEDOUT,
    }
)


def open_regular(path: Path) -> BinaryIO:
    """Open ``path`` for reading; raises ``ValueError`` for anything but a regular file."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise ValueError(f"{path.name} is not a regular file")
    # It may have become something else since: without O_NONBLOCK a FIFO would wait for a writer.
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise ValueError(f"{path.name} is not a regular file")
    return file


def read_regular(path: Path, most_bytes: int) -> bytes:
    """The whole of a regular file; raises ``ValueError`` where it is larger than ``most_bytes``."""
    with open_regular(path) as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise ValueError(f"{path.name} is larger than {most_bytes} bytes")
    return content
