"""RIFF/WAVE with 16-bit mono PCM: writing the header, and reading it.

The header of a stream has the largest possible length: players play until the data ends, and
readers that trust the header do not stop early. Light, pure, and never holds audio back.
"""

import struct

HEADER_BYTES = 44
UNKNOWN_LENGTH = 0xFFFF_FFFF
LARGEST_DATA = UNKNOWN_LENGTH - (HEADER_BYTES - 8)
_MAX_HEADER_BYTES = 4_096
_PCM, _MONO, _BITS = 1, 1, 16


def header(sample_rate: int, data_bytes: int | None = None) -> bytes:
    """The 44 bytes before ``data_bytes`` of PCM.

    They have the largest possible length if it is unknown (``None``) or too large for WAV.
    """
    data = UNKNOWN_LENGTH if data_bytes is None or data_bytes > LARGEST_DATA else data_bytes
    riff = UNKNOWN_LENGTH if data == UNKNOWN_LENGTH else data + HEADER_BYTES - 8
    frame_bytes = _MONO * _BITS // 8
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", riff, b"WAVE"),
        *(b"fmt ", 16, _PCM, _MONO, sample_rate, sample_rate * frame_bytes, frame_bytes, _BITS),
        *(b"data", data),
    )


class WavReader:
    """Reads a streamed WAV: bytes in as they arrive, whole samples out."""

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
    if len(fmt) < 16:
        raise ValueError("the daemon's audio is not WAV")
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", fmt)
    if (kind, channels, bits) != (_PCM, _MONO, _BITS):
        raise ValueError(f"expected 16-bit mono PCM, got format {kind}, {channels} x {bits} bit")
    return int(rate)
