"""GET /v1/voices: the voices that can be asked for."""

from jarvisd.api.exchange import Exchange
from jarvisd.api.services import Speech
from jarvisd.errors import SpeechError
from jarvisd.speech.model import VoiceInfo
from jarvisd.wire import Voice, VoicesResponse


async def handle(exchange: Exchange) -> VoicesResponse:
    """All voices, the default first."""
    speech = exchange.services.speech
    default = _default_voice(speech)
    voices = [_voice(info, default=info.id == default) for info in speech.voices()]
    voices.sort(key=lambda voice: not voice.default)
    return VoicesResponse(voices=voices)


def _default_voice(speech: Speech) -> str:
    try:
        return speech.choose().voice.id
    except SpeechError:  # no engine works: then there is no default, and that is not our failure
        return ""


def _voice(info: VoiceInfo, *, default: bool) -> Voice:
    return Voice(
        id=info.id,
        engine=info.engine,
        name=info.name,
        language=info.language,
        sample_rate=info.sample_rate,
        default=default,
        available=info.available,
        description=info.description,
        reason=info.reason,
    )
