"""OpenAI's routes, over our voices: text to speech."""

import base64
from collections.abc import AsyncGenerator
from contextlib import aclosing

from jarvisd.api.access import Role
from jarvisd.api.audio import WAV, format_unavailable
from jarvisd.api.bodies import detail_of, encode
from jarvisd.api.exchange import Exchange, Stream, route
from jarvisd.api.streams import pcm, with_wav_header
from jarvisd.errors import JarvisError, RequestError
from jarvisd.wire import (
    Response,
    SayRequest,
    SpeechAudioDelta,
    SpeechAudioDone,
    SpeechAudioError,
    SpeechRequest,
    SpeechUsage,
)

FORMATS = ("wav", "pcm")
# OpenAI's pcm is 24 kHz, signed 16-bit little-endian, mono, and clients rely on it.
PCM_RATE = 24_000
# Names of OpenAI's voices, which clients ask for without knowing whom they talk to.
OPENAI_VOICES = frozenset(
    {
        *("alloy", "ash", "ballad", "cedar", "coral", "echo", "fable"),
        *("marin", "nova", "onyx", "sage", "shimmer", "verse"),
    }
)
PCM = "audio/pcm"
SERVER_SENT = "text/event-stream"
_MEDIA = {"wav": WAV, "pcm": PCM}


@route(
    "POST /v1/audio/speech",
    Role.OPERATOR,
    *(SpeechAudioDelta, SpeechAudioDone, SpeechAudioError),
    body=SpeechRequest,
    streams=(WAV, PCM, SERVER_SENT),
)
async def speech(exchange: Exchange) -> Stream:
    """OpenAI's text to speech: wav or pcm, whole or as server-sent events."""
    request = exchange.body_as(SpeechRequest)
    if request.response_format not in FORMATS:
        raise format_unavailable(f"response_format {request.response_format}", FORMATS)
    asked = _asked_voice(request)
    voice = "default" if asked in OPENAI_VOICES else asked
    rate = PCM_RATE if request.response_format == "pcm" else None
    reply = await exchange.services.replies.say(
        SayRequest(text=request.input, voice=voice, speed=request.speed, sample_rate=rate)
    )
    pieces = pcm(reply, paced=False, start=0)
    if request.response_format == "wav":
        pieces = with_wav_header(pieces, reply.sample_rate)
    headers = {"X-Jarvis-Reply": reply.id, "X-Sample-Rate": str(reply.sample_rate)}
    if voice != asked:
        headers["X-Jarvis-Voice-Note"] = f"{asked} is not a voice here; {voice} speaks"
    media = _MEDIA[request.response_format]
    if request.stream_format == "sse":
        media, pieces = SERVER_SENT, _server_sent(pieces)
    return Stream(media, pieces, headers=headers, abandoned=reply.abandoned)


def _asked_voice(request: SpeechRequest) -> str:
    if isinstance(request.voice, str):
        return request.voice
    if set(request.voice) != {"id"}:
        raise RequestError("voice must be a text, or an object with the field id")
    return request.voice["id"]


async def _server_sent(pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    started = False
    async with aclosing(pieces):
        try:
            async for piece in pieces:
                started = True
                yield _event(SpeechAudioDelta(audio=base64.b64encode(piece).decode()))
        except JarvisError as error:
            if not started:
                raise
            yield _event(SpeechAudioError(error=detail_of(error)))
            raise
    yield _event(SpeechAudioDone(usage=SpeechUsage()))


def _event(event: Response) -> bytes:
    return b"data: %b\n\n" % encode(event)
