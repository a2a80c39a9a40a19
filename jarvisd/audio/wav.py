"""RIFF/WAVE headers for PCM that is written as it is made, and for PCM whose length is known.

A stream's header claims the largest length that fits: players play on until the data ends, and
readers that trust the header find at least as much announced as is there. Never buffers audio.
"""

import struct

from jarvisd.audio.pcm import SAMPLE_BYTES, PcmFormat

HEADER_BYTES = 44
UNKNOWN_LENGTH = 0xFFFF_FFFF
_LARGEST_DATA = UNKNOWN_LENGTH - (HEADER_BYTES - 8)
_PCM = 1
_MONO = 1


def header(audio: PcmFormat, data_bytes: int) -> bytes:
    """The 44 bytes before ``data_bytes`` of PCM; raises ``ValueError`` above 4 GiB."""
    if not 0 <= data_bytes <= _LARGEST_DATA:
        raise ValueError(f"{data_bytes} bytes do not fit into one WAV file")
    return _header(audio, riff_bytes=data_bytes + HEADER_BYTES - 8, data_bytes=data_bytes)


def streaming_header(audio: PcmFormat) -> bytes:
    """The 44 bytes before PCM of unknown length."""
    return _header(audio, riff_bytes=UNKNOWN_LENGTH, data_bytes=UNKNOWN_LENGTH)


def file(audio: PcmFormat, pcm: bytes) -> bytes:
    """A whole WAV file."""
    return header(audio, len(pcm)) + pcm


def _header(audio: PcmFormat, *, riff_bytes: int, data_bytes: int) -> bytes:
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        riff_bytes,
        b"WAVE",
        b"fmt ",
        16,
        _PCM,
        _MONO,
        audio.rate,
        audio.bytes_per_second,
        SAMPLE_BYTES * _MONO,
        SAMPLE_BYTES * 8,
        b"data",
        data_bytes,
    )
