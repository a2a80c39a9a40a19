"""The protocol between daemon and worker: tagged msgpack values in frames with a length.

A frame is four bytes of big-endian length and that many bytes of msgpack. Lengths are bounded on
both sides, the first frame of a worker is its ``Hello`` with the protocol's version, and anything
unexpected is an error, never a guess. Bodies of jobs, pieces and ends are msgpack that only the
kind of the job understands. Pure: bytes in, messages out; no socket is touched here.
"""

import struct
from typing import Literal

import msgspec

from jarvisd.errors import WorkerError

PROTOCOL_VERSION = 2
MAX_FRAME_BYTES = 1_048_576
_LENGTH = struct.Struct(">I")


class _Message(msgspec.Struct, array_like=True, tag=True):
    """Fields by position; new fields go to the end and have a default."""


# --- daemon to worker ---------------------------------------------------------------------------


class Load(_Message):
    """Make a resource ready, answered by ``Loaded`` or ``Failure`` with the same ``job``."""

    job: int
    resource: str


class Work(_Message):
    """Do a job of ``kind`` with ``resource``. Answered by pieces, then End or Failure."""

    job: int
    kind: str
    resource: str
    body: msgspec.Raw


class Cancel(_Message):
    """Give up ``job`` and every earlier one; the job still answers with End or Failure."""

    job: int


class Ping(_Message):
    """Answered at once by ``Pong``, even while working."""

    nonce: int


class Stop(_Message):
    """End now."""


Command = Load | Work | Cancel | Ping | Stop

# --- worker to daemon ---------------------------------------------------------------------------

FailureCode = Literal["cancelled", "empty", "failed", "resource_failed"]


class Hello(_Message):
    """The worker's first message: what it is and what it runs on."""

    protocol: int
    engine: str
    pid: int
    versions: dict[str, str]
    # Why the sandbox does not hold, where it was asked for; see ``sandbox.confine``.
    unconfined: str = ""


class ResourceLoaded(_Message):
    """The resource is ready."""

    job: int
    resource: str
    rss_bytes: int


class Piece(_Message):
    """A part of what the job makes, in order."""

    job: int
    body: msgspec.Raw


class End(_Message):
    """The job is complete; ``body`` has its result."""

    job: int
    body: msgspec.Raw
    rss_bytes: int


class Failure(_Message):
    """The job ended without (all of) its pieces, and its native call has returned."""

    job: int
    code: FailureCode
    message: str
    rss_bytes: int


class Pong(_Message):
    """The answer to ``Ping``."""

    nonce: int
    rss_bytes: int


Report = Hello | ResourceLoaded | Piece | End | Failure | Pong

_encoder = msgspec.msgpack.Encoder()
_commands = msgspec.msgpack.Decoder(Command)
_reports = msgspec.msgpack.Decoder(Report)


def encode(message: Command | Report) -> bytes:
    """One whole frame. Raises ``WorkerError`` ``workers.protocol`` for a message too large."""
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

        Raises ``WorkerError`` ``workers.protocol`` for a frame that is too large or is no message
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
        """Where the frame at ``start`` ends, if it is complete."""
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
    """The decoder of a worker."""
    return FrameDecoder(_commands)


def report_decoder() -> FrameDecoder:
    """The decoder of the daemon."""
    return FrameDecoder(_reports)


def check_hello(hello: Hello, engine: str) -> None:
    """Raise ``WorkerError`` unless the worker speaks this protocol and runs ``engine``."""
    if hello.protocol != PROTOCOL_VERSION:
        raise WorkerError(
            f"the worker speaks version {hello.protocol} of the worker protocol, "
            f"this daemon version {PROTOCOL_VERSION}",
            code="workers.protocol",
            hint="Install the same version of jarvisd into the interpreter that runs the engine.",
        )
    if hello.engine != engine:
        raise _protocol_error(f"the worker runs {hello.engine!r} instead of {engine!r}")


def _protocol_error(message: str) -> WorkerError:
    return WorkerError(message, code="workers.protocol")
