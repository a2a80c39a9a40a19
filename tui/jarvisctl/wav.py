"""Sinks that write 16-bit mono PCM as WAV, with headers that are true at any moment.

None ever holds audio back.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Self

from jarvisd.audio.wav import header
from jarvisd.errors import JarvisError


class WavFile:
    """A file that is a valid WAV after every write, even if the process is killed."""

    def __init__(self, path: Path, sample_rate: int) -> None:
        self._file = path.open("wb", buffering=0)
        self._seekable = self._file.seekable()
        self._rate = sample_rate
        self._bytes = 0
        self._file.write(header(sample_rate, 0 if self._seekable else None))

    def write(self, pcm: bytes) -> None:
        """Append samples and make the header say so."""
        _write_all(self._file, pcm)
        self._bytes += len(pcm)
        if self._seekable:
            os.pwrite(self._file.fileno(), header(self._rate, self._bytes), 0)

    def position(self) -> int:
        """Samples kept so far."""
        return self._bytes // 2

    def end(self) -> None:
        """No more audio will come; the header is right already."""

    def wait(self, seconds: float) -> bool:
        """Whether all was delivered."""
        return True

    def abort(self) -> None:
        """Nothing sounds here."""

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class WavStream:
    """WAV to a pipe: the header cannot be corrected later, so it promises no length."""

    def __init__(self, stream: BinaryIO, sample_rate: int) -> None:
        self._stream = stream
        self._bytes = 0
        self._stream.write(header(sample_rate, None))
        self._stream.flush()

    def write(self, pcm: bytes) -> None:
        """Pass samples on at once."""
        self._stream.write(pcm)
        self._stream.flush()
        self._bytes += len(pcm)

    def position(self) -> int:
        """Samples passed on so far."""
        return self._bytes // 2

    def end(self) -> None:
        """No more audio will come."""

    def wait(self, seconds: float) -> bool:
        """Whether all was delivered."""
        return True

    def abort(self) -> None:
        """Nothing sounds here."""

    def close(self) -> None:
        """Leave the stream open: it belongs to the caller."""


class OneAfterAnother:
    """A sink for several replies: the first opens it, the others go on where that one ended."""

    def __init__(self, make: Callable[[int], WavFile | WavStream]) -> None:
        self._make = make
        self._rate = 0
        self._earlier = 0

    def __call__(self, sample_rate: int) -> Self:
        """The sink for the next reply. Raises JarvisError where its audio does not fit."""
        if not self._rate:
            self._rate, self._kept = sample_rate, self._make(sample_rate)
        elif sample_rate != self._rate:
            raise JarvisError(
                f"the voice changed from {self._rate} to {sample_rate} samples a second",
                code="audio.rate_changed",
                hint="Name the voice to speak with: --voice",
            )
        self._earlier = self._kept.position()
        return self

    def write(self, pcm: bytes) -> None:
        """Append samples."""
        self._kept.write(pcm)

    def position(self) -> int:
        """Samples of this reply that were kept so far."""
        return self._kept.position() - self._earlier

    def end(self) -> None:
        """This reply is over."""

    def wait(self, seconds: float) -> bool:
        """Whether all was delivered."""
        return True

    def abort(self) -> None:
        """Nothing sounds here."""

    def close(self) -> None:
        """Stay open for the next reply; what is written is complete at any moment."""


def _write_all(file: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
