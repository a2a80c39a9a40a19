"""GET /v1/replies/{reply}/events: follow one reply, from any of its events on."""

from jarvisd.api.exchange import Exchange, Stream
from jarvisd.api.streams import event_stream
from jarvisd.wire import ReplyEventsQuery


async def handle(exchange: Exchange) -> Stream:
    """Its events from number ``since`` on, to its end; who reads them carries nothing."""
    since = exchange.query_as(ReplyEventsQuery).since
    stream = event_stream(exchange.services.replies.get(exchange.path["reply"]), since=since)
    stream.abandoned = None  # the client that asked for the reply carries it
    return stream
