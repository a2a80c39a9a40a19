"""The voices that can be asked for."""

from jarvisd.api.access import Role
from jarvisd.api.exchange import Exchange, route
from jarvisd.api.services import VoiceService
from jarvisd.errors import SpeechError
from jarvisd.speech.model import VoiceInfo
from jarvisd.wire import Voice, VoicesResponse


@route("GET /v1/voices", Role.OBSERVER, VoicesResponse)
async def voices(exchange: Exchange) -> VoicesResponse:
    """The voices that can be asked for."""
    speech = exchange.services.speech
    default = _default_voice(speech)
    found = [_voice(info, default=info.id == default) for info in speech.voices()]
    return VoicesResponse(voices=sorted(found, key=lambda voice: not voice.default))


def _default_voice(speech: VoiceService) -> str:
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
