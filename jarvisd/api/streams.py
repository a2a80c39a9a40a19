"""Streamed bodies: a reply's events as lines, its audio as it is made.

Turns a reply into pieces of a response body, and a failed reply into the error that its listener
must see. Knows nothing of connections.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import TypeVar

import msgspec

from jarvisd.api import audio
from jarvisd.api.bodies import encode
from jarvisd.api.exchange import Stream
from jarvisd.api.services import ReplyControl
from jarvisd.audio import wav
from jarvisd.errors import JarvisError, RequestError
from jarvisd.wire import (
    ChunkSkipped,
    ErrorDetail,
    ReplyDone,
    ReplyEvent,
    ReplyFailed,
    ReplyRequest,
    SayRequest,
)

A = TypeVar("A", SayRequest, ReplyRequest)

_STATUS_BY_CODE = {
    "daemon.unavailable": 503,
    "limit.body": 413,
    "limit.text": 413,
    "request.format_unavailable": 406,
}
_STATUS_BY_AREA = {
    "access": 403,
    "daemon": 500,
    "limit": 429,
    "llm": 502,
    "request": 400,
    "speech": 503,
    "store": 500,
}


class ReportedError(JarvisError):
    """An error that travelled as an event; its status follows from its code."""

    def __init__(self, detail: ErrorDetail) -> None:
        super().__init__(
            detail.message, code=detail.code, hint=detail.hint, retry_after_s=detail.retry_after_s
        )
        self.status = status_of(detail.code)  # type: ignore[misc]  # here it is the instance's


def status_of(code: str) -> int:
    """The HTTP status that an error code travels with."""
    if code in _STATUS_BY_CODE:
        return _STATUS_BY_CODE[code]
    area, _, what = code.partition(".")
    return 404 if what.endswith("unknown") else _STATUS_BY_AREA.get(area, 500)


def with_rate(request: A, rate: int | None) -> A:
    """``request`` at the rate that Accept named; the two must not contradict each other."""
    if rate is None:
        return request
    if request.sample_rate not in (None, rate):
        raise RequestError(
            f"sample_rate is {request.sample_rate}, but Accept asks for rate={rate}",
            hint="Name the rate once.",
        )
    return msgspec.structs.replace(request, sample_rate=rate)


def reply_stream(reply: ReplyControl, media: str, *, paced: bool) -> Stream:
    """The body of a reply that was just asked for: its events or its audio."""
    if media == audio.NDJSON:
        return event_stream(reply)
    return audio_stream(reply, media, paced=paced)


def event_stream(reply: ReplyControl, since: int = 0) -> Stream:
    """The events of ``reply`` from number ``since`` on, one a line."""
    return Stream(
        audio.NDJSON,
        _lines(reply.events(since)),
        headers={"X-Jarvis-Reply": reply.id},
        abandoned=reply.abandoned,
    )


def audio_stream(reply: ReplyControl, media: str, *, paced: bool = False, start: int = 0) -> Stream:
    """The audio of ``reply`` as it is made; an error in its place when nothing could be made."""
    pieces = pcm(reply, paced=paced, start=start)
    return Stream(
        audio.content_type(media, reply.sample_rate),
        with_wav_header(pieces, reply.sample_rate) if media == audio.WAV else pieces,
        headers={"X-Jarvis-Reply": reply.id, "X-Sample-Rate": str(reply.sample_rate)},
        abandoned=reply.abandoned,
    )


@asynccontextmanager
async def closing(iterator: AsyncIterator[object]) -> AsyncGenerator[None, None]:
    """End ``iterator`` with the block, where it is a generator that can be ended."""
    try:
        yield
    finally:
        if isinstance(iterator, AsyncGenerator):
            await iterator.aclose()


async def _lines(events: AsyncIterator[ReplyEvent]) -> AsyncGenerator[bytes, None]:
    async with closing(events):
        async for event in events:
            yield line(event)


def line(value: msgspec.Struct) -> bytes:
    """``value`` as a line of NDJSON."""
    return encode(value) + b"\n"


async def pcm(reply: ReplyControl, *, paced: bool, start: int) -> AsyncGenerator[bytes, None]:
    """The PCM of ``reply``; raises its error after the audio that was made."""
    empty = True
    pieces = reply.audio(paced=paced, start=start)
    async with closing(pieces):
        async for piece in pieces:
            empty = empty and not piece
            yield piece
    await _raise_failure(reply, empty=empty and not start)


async def with_wav_header(
    pieces: AsyncGenerator[bytes, None], rate: int
) -> AsyncGenerator[bytes, None]:
    """A WAV header and ``pieces``; the header waits for the first audio or a good end."""
    header = wav.header(rate)
    async with aclosing(pieces):
        async for piece in pieces:
            yield header + piece
            header = b""
    if header:
        yield header


async def _raise_failure(reply: ReplyControl, *, empty: bool) -> None:
    skipped: ChunkSkipped | None = None
    async for event in reply.events():
        if isinstance(event, ReplyFailed):
            raise ReportedError(event.error)
        if isinstance(event, ChunkSkipped):
            skipped = event
        if isinstance(event, ReplyDone) and empty and skipped is not None:
            raise ReportedError(_nothing_spoken(skipped))


def _nothing_spoken(skipped: ChunkSkipped) -> ErrorDetail:
    return ErrorDetail(
        code="speech.nothing_spoken",
        message=f"nothing of the text could be spoken: {skipped.message or skipped.reason}",
        hint="See: jarvisctl status",
    )
