"""WAV on its way in and out: 16-bit mono PCM, headers that are true at any moment.

Pure but for the sinks, which write; none ever holds audio back.
"""

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Self

from jarvisd.errors import JarvisError

HEADER_BYTES = 44
UNKNOWN_LENGTH = 0xFFFF_FFFF  # what players take as "until the end of the stream"
_MAX_HEADER_BYTES = 4_096


def header(sample_rate: int, data_bytes: int | None) -> bytes:
    """The header of 16-bit mono PCM; ``data_bytes`` is ``None`` where the length is not known."""
    known = data_bytes is not None and data_bytes <= UNKNOWN_LENGTH - 36
    data = data_bytes if known and data_bytes is not None else UNKNOWN_LENGTH
    riff = data + 36 if known else UNKNOWN_LENGTH
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", riff, b"WAVE", b"fmt ", 16, 1, 1, sample_rate, sample_rate * 2, 2, 16),
        *(b"data", data),
    )


class WavReader:
    """Takes a streamed WAV apart: bytes in as they arrive, whole samples out."""

    def __init__(self) -> None:
        self.sample_rate = 0
        self._held = bytearray()

    def feed(self, data: bytes) -> bytes:
        """The PCM completed by ``data``. Raises ``ValueError`` where it is not 16-bit mono WAV."""
        self._held += data
        if not self.sample_rate and not self._header_read():
            return b""
        whole = len(self._held) & ~1
        pcm = bytes(self._held[:whole])
        del self._held[:whole]
        return pcm

    def _header_read(self) -> bool:
        position = 12
        rate = 0
        while len(self._held) >= position + 8:
            name, size = struct.unpack_from("<4sI", self._held, position)
            if name == b"data":
                if not rate or self._held[:4] != b"RIFF":
                    break
                del self._held[: position + 8]
                self.sample_rate = rate
                return True
            if len(self._held) < position + 8 + size:
                break
            if name == b"fmt ":
                rate = _sample_rate(bytes(self._held[position + 8 : position + 8 + size]))
            position += 8 + size + (size & 1)
        if len(self._held) > _MAX_HEADER_BYTES or not b"RIFF".startswith(self._held[:4]):
            raise ValueError("the daemon's audio is not WAV")
        return False


def _sample_rate(fmt: bytes) -> int:
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", fmt)
    if (kind, channels, bits) != (1, 1, 16):
        raise ValueError(f"expected 16-bit mono PCM, got format {kind}, {channels} x {bits} bit")
    return int(rate)


class WavFile:
    """A file that is a valid WAV after every write, also when nobody lives to close it."""

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
