"""PCM as this project passes it around: signed 16-bit little-endian, mono, at an explicit rate.

Only arithmetic on sizes and positions; never touches a sample's value and imports nothing heavy,
so that the daemon can use it.
"""

from dataclasses import dataclass

SAMPLE_BYTES = 2


@dataclass(frozen=True, slots=True)
class PcmFormat:
    """Mono s16le at ``rate`` samples a second."""

    rate: int

    def __post_init__(self) -> None:
        if not 1_000 <= self.rate <= 384_000:
            raise ValueError(f"a sample rate of {self.rate} Hz is not usable")

    @property
    def bytes_per_second(self) -> int:
        """Size of one second of audio."""
        return self.rate * SAMPLE_BYTES

    def samples(self, milliseconds: float) -> int:
        """Whole samples in ``milliseconds``, rounded to the nearest."""
        return round(self.rate * milliseconds / 1_000)

    def seconds(self, samples: int) -> float:
        """Duration of ``samples``."""
        return samples / self.rate

    def silence(self, milliseconds: float) -> bytes:
        """Digital silence of that length."""
        return bytes(self.samples(milliseconds) * SAMPLE_BYTES)


def sample_count(pcm: bytes | bytearray | memoryview) -> int:
    """Whole samples in a buffer of bytes."""
    return len(pcm) // SAMPLE_BYTES


def rescale(position: int, *, source: int, target: int) -> int:
    """The sample at rate ``target`` that is heard when ``position`` is heard at ``source``."""
    return position if source == target else position * target // source
