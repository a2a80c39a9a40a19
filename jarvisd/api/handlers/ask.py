"""POST /v1/replies: ask the assistant."""

from jarvisd.api import audio
from jarvisd.api.exchange import Exchange, Stream
from jarvisd.api.streams import reply_stream, with_rate
from jarvisd.errors import RequestError
from jarvisd.wire import ReplyRequest


async def handle(exchange: Exchange) -> Stream:
    """Answer with the reply's events, or by Accept with its audio as it is made."""
    request = exchange.body_as(ReplyRequest)
    wanted = audio.negotiate(exchange.accept, default=audio.NDJSON)
    if wanted.media != audio.NDJSON and not request.speak:
        raise RequestError(
            "a reply that is not spoken has no audio",
            hint="Leave out speak, or accept application/x-ndjson.",
        )
    reply = await exchange.services.replies.ask(with_rate(request, wanted.rate))
    return reply_stream(reply, wanted.media, paced=request.paced)
