"""The messages of a speaking job: the request, its pieces and its end, as msgpack.

Read and written on both sides of the socket; imports nothing heavy.
"""

import msgspec

SPEAK = "speak"


class _Body(msgspec.Struct, array_like=True):
    """Fields by position; new fields go to the end and have a default."""


class Speak(_Body):
    """Say ``text``; ``sample_rate`` 0 keeps the voice's own."""

    text: str
    speed: float = 1.0
    sample_rate: int = 0


class Audio(_Body):
    """PCM, and words as (offset, length, sample) that begin in it."""

    pcm: bytes
    marks: list[tuple[int, int, int]] = []


class Spoken(_Body):
    """The utterance is complete."""

    samples: int
    sample_rate: int
    leading_silence_samples: int


encode = msgspec.msgpack.Encoder().encode
read_speak = msgspec.msgpack.Decoder(Speak).decode
read_audio = msgspec.msgpack.Decoder(Audio).decode
read_spoken = msgspec.msgpack.Decoder(Spoken).decode
