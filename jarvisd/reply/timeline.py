"""The audio of one reply, kept as long as a client may ask for it.

Audio is appended once and read by any number of readers, each at its own position: a client that
connects late or comes back reads the same samples as the first one. Positions are samples of the
reply. Pure storage, bounded by ``max_bytes``; it must never wait for a reader or drop what it took.
"""

from bisect import bisect_right

from jarvisd.errors import LimitError

_SAMPLE_BYTES = 2


class Timeline:
    """Append-only signed 16-bit mono PCM of at most ``max_bytes``."""

    def __init__(self, max_bytes: int) -> None:
        self._max_samples = max_bytes // _SAMPLE_BYTES
        # Pieces are kept as they came: one growing buffer would be copied again and again.
        self._pieces: list[bytes] = []
        self._starts: list[int] = []
        self._samples = 0
        self._closed = False

    @property
    def samples(self) -> int:
        """Samples appended so far."""
        return self._samples

    @property
    def space(self) -> int:
        """Samples that may still be appended."""
        return self._max_samples - self._samples

    @property
    def closed(self) -> bool:
        """Whether the audio is complete."""
        return self._closed

    def append(self, pcm: bytes) -> int:
        """Add audio and return the position of its first sample.

        Raises ``LimitError`` ``limit.reply_audio`` beyond ``space`` (nothing is taken then), and
        ``ValueError`` after ``close`` or for half a sample.
        """
        samples, odd = divmod(len(pcm), _SAMPLE_BYTES)
        if odd or self._closed:
            raise ValueError("audio after the end, or half a sample")
        if samples > self.space:
            raise LimitError(
                "the reply's audio is longer than one reply may be",
                code="limit.reply_audio",
                hint="Raise audio.max_reply_s, or ask for a shorter answer.",
            )
        position = self._samples
        if samples:
            self._pieces.append(pcm)
            self._starts.append(position)
            self._samples += samples
        return position

    def close(self) -> None:
        """Nothing more will be appended; closing twice is fine."""
        self._closed = True

    def exhausted(self, position: int) -> bool:
        """Whether a reader at ``position`` has read everything there will ever be."""
        return self._closed and position >= self._samples

    def read(self, position: int, limit: int) -> bytes:
        """Up to ``limit`` samples from ``position`` on; empty where there are none (yet)."""
        if position < 0 or limit < 0:
            raise ValueError("positions and limits count from 0")
        end = min(position + limit, self._samples)
        index = bisect_right(self._starts, position) - 1
        parts: list[memoryview] = []
        while position < end:
            start = self._starts[index] * _SAMPLE_BYTES
            part = memoryview(self._pieces[index])[
                position * _SAMPLE_BYTES - start : end * _SAMPLE_BYTES - start
            ]
            parts.append(part)
            position += len(part) // _SAMPLE_BYTES
            index += 1
        return b"".join(parts)
