"""POST /v1/say: speak a text."""

from jarvisd.api import audio
from jarvisd.api.exchange import Exchange, Stream
from jarvisd.api.streams import reply_stream, with_rate
from jarvisd.wire import SayRequest


async def handle(exchange: Exchange) -> Stream:
    """Answer with the reply's events, or by Accept with its audio as it is made."""
    request = exchange.body_as(SayRequest)
    wanted = audio.negotiate(exchange.accept, default=audio.NDJSON)
    reply = await exchange.services.replies.say(with_rate(request, wanted.rate))
    return reply_stream(reply, wanted.media, paced=request.paced)
