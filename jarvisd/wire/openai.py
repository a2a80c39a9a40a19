"""OpenAI's speech API: its request and its server-sent events."""

from typing import Literal

from jarvisd.wire.base import ErrorDetail, Request, Response, Speed, Text


class SpeechRequest(Request):
    """OpenAI's ``POST /v1/audio/speech``."""

    model: str
    input: Text
    voice: str | dict[str, str] = "default"
    response_format: Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] = "wav"
    speed: Speed = 1.0
    instructions: str = ""
    stream_format: Literal["audio", "sse"] = "audio"


class SpeechAudioDelta(Response, tag_field="type", tag="speech.audio.delta"):
    """OpenAI's server-sent event: a piece of audio in base64."""

    audio: str


class SpeechUsage(Response):
    """OpenAI's token counts of speech; always 0 here."""

    input_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0


class SpeechAudioDone(Response, tag_field="type", tag="speech.audio.done"):
    """OpenAI's server-sent event: the audio is complete."""

    usage: SpeechUsage


class SpeechAudioError(Response, tag_field="type", tag="error"):
    """The audio ends here because of ``error``."""

    error: ErrorDetail
