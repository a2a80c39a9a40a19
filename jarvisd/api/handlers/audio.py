"""GET /v1/replies/{reply}/audio: listen to a reply, from any sample on."""

from jarvisd.api import audio
from jarvisd.api.exchange import Exchange, Stream
from jarvisd.api.streams import audio_stream
from jarvisd.errors import RequestError
from jarvisd.wire import AudioQuery


async def handle(exchange: Exchange) -> Stream:
    """Answer with WAV unless Accept asks for bare samples; ``paced`` sends them as heard."""
    query = exchange.query_as(AudioQuery)
    reply = exchange.services.replies.get(exchange.path["reply"])
    wanted = audio.negotiate(exchange.accept, default=audio.WAV)
    if wanted.rate not in (None, reply.sample_rate):
        raise RequestError(
            f"this reply is made at {reply.sample_rate} hertz, not at {wanted.rate}",
            hint="Name the sample_rate when the reply is asked for.",
        )
    stream = audio_stream(reply, wanted.media, paced=query.paced, start=query.start)
    stream.abandoned = None  # whoever asked for the reply carries it; this is one more listener
    return stream
