"""Sample-rate conversion of a stream with soxr, its tail flushed.

Imports numpy and soxr, which the daemon must not carry: used inside a worker only, and only when
the listener's rate is not the voice's own.
"""

import numpy as np
import soxr


class Resampler:
    """One utterance from ``source`` to ``target`` hertz, high quality, piece by piece.

    soxr looks ahead: output lags 40-80 ms behind the input until ``finish`` returns the rest.
    """

    def __init__(self, source: int, target: int) -> None:
        self._stream = soxr.ResampleStream(source, target, 1, dtype="int16", quality="HQ")

    def push(self, pcm: bytes) -> bytes:
        """Convert one piece (whole samples)."""
        return self._convert(pcm, last=False)

    def finish(self) -> bytes:
        """The tail that soxr still holds."""
        return self._convert(b"", last=True)

    def _convert(self, pcm: bytes, *, last: bool) -> bytes:
        samples = np.frombuffer(pcm, dtype="<i2")
        return bytes(self._stream.resample_chunk(samples, last=last).astype("<i2").tobytes())
