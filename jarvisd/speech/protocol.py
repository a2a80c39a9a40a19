"""What daemon and worker say to each other: tagged msgpack values in length-prefixed frames.

A frame is four bytes of big-endian length and that many bytes of msgpack. Lengths are bounded on
both sides, the first frame of a worker is its ``Hello`` with the protocol's version, and anything
unexpected is an error, never a guess. Pure: bytes in, messages out; no socket is touched here.
"""

import struct
from typing import Literal

import msgspec

from jarvisd.errors import SpeechError

PROTOCOL_VERSION = 1
MAX_FRAME_BYTES = 1_048_576
MAX_PCM_BYTES = 262_144  # one Piece; 1.4 s at 96 kB/s
_LENGTH = struct.Struct(">I")


class _Message(msgspec.Struct, array_like=True, tag=True):
    """Fields by position; new fields go to the end and have a default."""


# --- daemon to worker ---------------------------------------------------------------------------


class Load(_Message):
    """Make a voice ready, answered by ``Loaded`` or ``Failure`` with the same ``job``."""

    job: int
    voice: str


class Synthesize(_Message):
    """Speak; ``sample_rate`` 0 keeps the voice's own. Answered by pieces, then End or Failure."""

    job: int
    text: str
    voice: str
    speed: float = 1.0
    sample_rate: int = 0


class Cancel(_Message):
    """Give up ``job`` and every earlier one; the job still answers with End or Failure."""

    job: int


class Ping(_Message):
    """Answered at once by ``Pong``, also while speaking."""

    nonce: int


class Stop(_Message):
    """End now."""


Command = Load | Synthesize | Cancel | Ping | Stop

# --- worker to daemon ---------------------------------------------------------------------------

FailureCode = Literal[
    "speech.cancelled", "speech.empty", "speech.engine_failed", "speech.voice_failed"
]


class Hello(_Message):
    """The worker's first words: who it is and what it runs on."""

    protocol: int
    engine: str
    pid: int
    versions: dict[str, str]


class Loaded(_Message):
    """The voice is ready at ``sample_rate``."""

    job: int
    voice: str
    sample_rate: int
    rss_bytes: int


class Piece(_Message):
    """Audio, and words as (offset, length, sample) that begin in it."""

    job: int
    pcm: bytes
    marks: list[tuple[int, int, int]] = []


class End(_Message):
    """The utterance is whole. Milliseconds are of the worker's own clock."""

    job: int
    samples: int
    sample_rate: int
    leading_silence_samples: int
    first_piece_ms: float
    total_ms: float
    rss_bytes: int


class Failure(_Message):
    """The job ended without (all of) its audio, and its native call has returned."""

    job: int
    code: FailureCode
    message: str
    rss_bytes: int


class Pong(_Message):
    """The answer to ``Ping``."""

    nonce: int
    rss_bytes: int


Report = Hello | Loaded | Piece | End | Failure | Pong

_encoder = msgspec.msgpack.Encoder()
_commands = msgspec.msgpack.Decoder(Command)
_reports = msgspec.msgpack.Decoder(Report)


def encode(message: Command | Report) -> bytes:
    """One whole frame. Raises ``SpeechError`` ``speech.protocol`` for a message too large."""
    payload = _encoder.encode(message)
    if len(payload) > MAX_FRAME_BYTES:
        raise _protocol_error(f"a message of {len(payload)} bytes is too large to send")
    return _LENGTH.pack(len(payload)) + payload


class FrameDecoder:
    """Cuts a byte stream back into messages; holds at most one unfinished frame."""

    def __init__(self, decoder: msgspec.msgpack.Decoder[Command | Report]) -> None:
        self._decoder = decoder
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Command | Report]:
        """Messages completed by ``data``.

        Raises ``SpeechError`` ``speech.protocol`` for a frame that is too large or is no message
        of this protocol; the stream cannot be used after that.
        """
        self._buffer += data
        messages: list[Command | Report] = []
        start = 0
        while (end := self._frame_end(start)) is not None:
            messages.append(self._decode(bytes(self._buffer[start + _LENGTH.size : end])))
            start = end
        del self._buffer[:start]
        return messages

    @property
    def unfinished(self) -> int:
        """Bytes of a frame that has begun and not ended."""
        return len(self._buffer)

    def _frame_end(self, start: int) -> int | None:
        """Where the frame at ``start`` ends, once all of it is there."""
        if len(self._buffer) < start + _LENGTH.size:
            return None
        (size,) = _LENGTH.unpack_from(self._buffer, start)
        if not 0 < size <= MAX_FRAME_BYTES:
            raise _protocol_error(
                f"a frame claims {size} bytes; at most {MAX_FRAME_BYTES} are sent"
            )
        end = start + _LENGTH.size + int(size)
        return end if len(self._buffer) >= end else None

    def _decode(self, payload: bytes) -> Command | Report:
        try:
            return self._decoder.decode(payload)
        except msgspec.DecodeError as error:
            raise _protocol_error(f"a frame is not a known message: {error}") from error


def command_decoder() -> FrameDecoder:
    """What a worker reads with."""
    return FrameDecoder(_commands)


def report_decoder() -> FrameDecoder:
    """What the daemon reads with."""
    return FrameDecoder(_reports)


def check_hello(hello: Hello, engine: str) -> None:
    """Raise ``SpeechError`` unless the worker speaks this protocol and runs ``engine``."""
    if hello.protocol != PROTOCOL_VERSION:
        raise SpeechError(
            f"the worker speaks version {hello.protocol} of the worker protocol, "
            f"this daemon version {PROTOCOL_VERSION}",
            code="speech.protocol",
            hint="Install the same jarvisd into the interpreter that runs the engine.",
        )
    if hello.engine != engine:
        raise _protocol_error(f"the worker runs {hello.engine!r} instead of {engine!r}")


def _protocol_error(message: str) -> SpeechError:
    return SpeechError(message, code="speech.protocol")
