"""Replies: ask for them, listen to them, control them, and see how they ended."""

import msgspec

from jarvisd.api.access import Role
from jarvisd.api.audio import L16, NDJSON, WAV, negotiate
from jarvisd.api.exchange import Exchange, Stream, route
from jarvisd.api.streams import audio_stream, event_stream, reply_stream, with_rate
from jarvisd.errors import RequestError
from jarvisd.wire import (
    AudioQuery,
    Chunk,
    ChunkSkipped,
    ClientTrace,
    InterruptRequest,
    InterruptResponse,
    LimitQuery,
    PlayedRequest,
    PlayedResponse,
    RecentRepliesResponse,
    RepliesResponse,
    ReplyDone,
    ReplyEventsQuery,
    ReplyFailed,
    ReplyInfo,
    ReplyInterrupted,
    ReplyRequest,
    ReplyStarted,
    Response,
    SayRequest,
    Token,
    UtteranceEvent,
)

REPLY_EVENTS: tuple[type[Response], ...] = (
    ReplyStarted,
    Token,
    UtteranceEvent,
    Chunk,
    ChunkSkipped,
    ReplyDone,
    ReplyInterrupted,
    ReplyFailed,
)


def visible(info: ReplyInfo, role: Role) -> ReplyInfo:
    """The reply as ``role`` may see it: observers do not see its conversation."""
    return info if role >= Role.OPERATOR else msgspec.structs.replace(info, conversation="")


@route(
    "POST /v1/say",
    Role.OPERATOR,
    *REPLY_EVENTS,
    body=SayRequest,
    streams=(NDJSON, WAV, L16),
)
async def say(exchange: Exchange) -> Stream:
    """Speak a text; answers with events, or with audio if Accept asks for it."""
    request = exchange.body_as(SayRequest)
    wanted = negotiate(exchange.accept, default=NDJSON)
    reply = await exchange.services.replies.say(with_rate(request, wanted.rate))
    return reply_stream(reply, wanted.media, paced=request.paced)


@route(
    "POST /v1/replies",
    Role.OPERATOR,
    *REPLY_EVENTS,
    body=ReplyRequest,
    streams=(NDJSON, WAV, L16),
)
async def ask(exchange: Exchange) -> Stream:
    """Ask the assistant; answers with events, or with audio if Accept asks for it."""
    request = exchange.body_as(ReplyRequest)
    wanted = negotiate(exchange.accept, default=NDJSON)
    if wanted.media != NDJSON and not request.speak:
        raise RequestError(
            "a reply that is not spoken has no audio",
            hint="Leave out speak, or accept application/x-ndjson.",
        )
    reply = await exchange.services.replies.ask(with_rate(request, wanted.rate))
    return reply_stream(reply, wanted.media, paced=request.paced)


@route("GET /v1/replies", Role.OBSERVER, RepliesResponse)
async def replies(exchange: Exchange) -> RepliesResponse:
    """Running replies."""
    active = exchange.services.replies.active()
    return RepliesResponse(replies=[visible(reply.info(), exchange.role) for reply in active])


@route("GET /v1/replies/recent", Role.OBSERVER, RecentRepliesResponse, query=LimitQuery)
async def recent(exchange: Exchange) -> RecentRepliesResponse:
    """The last ended replies, and the percentiles of each span."""
    return exchange.services.telemetry.records.recent(exchange.query_as(LimitQuery).limit)


@route("GET /v1/replies/{reply}", Role.OBSERVER, ReplyInfo)
async def reply(exchange: Exchange) -> ReplyInfo:
    """The state of a reply."""
    info = exchange.services.replies.get(exchange.path["reply"]).info()
    return visible(info, exchange.role)


@route("GET /v1/replies/{reply}/audio", Role.OPERATOR, query=AudioQuery, streams=(WAV, L16))
async def audio(exchange: Exchange) -> Stream:
    """Listen to a reply."""
    query = exchange.query_as(AudioQuery)
    reply = exchange.services.replies.get(exchange.path["reply"])
    wanted = negotiate(exchange.accept, default=WAV)
    if wanted.rate not in (None, reply.sample_rate):
        raise RequestError(
            f"this reply is made at {reply.sample_rate} hertz, not at {wanted.rate}",
            hint="Name the sample_rate when the reply is asked for.",
        )
    stream = audio_stream(reply, wanted.media, paced=query.paced, start=query.start)
    stream.abandoned = None  # whoever asked for the reply carries it; this is one more listener
    return stream


@route(
    "GET /v1/replies/{reply}/events",
    Role.OPERATOR,
    *REPLY_EVENTS,
    query=ReplyEventsQuery,
    streams=(NDJSON,),
)
async def reply_events(exchange: Exchange) -> Stream:
    """The events of a reply, from any number on."""
    since = exchange.query_as(ReplyEventsQuery).since
    stream = event_stream(exchange.services.replies.get(exchange.path["reply"]), since=since)
    stream.abandoned = None  # the client that asked for the reply carries it
    return stream


@route(
    "POST /v1/replies/{reply}/interrupt",
    Role.OPERATOR,
    InterruptResponse,
    body=InterruptRequest,
    body_optional=True,
)
async def interrupt(exchange: Exchange) -> InterruptResponse:
    """Stop a reply now; answers with what was heard."""
    request = exchange.body_as(InterruptRequest)
    reply = exchange.services.replies.get(exchange.path["reply"])
    return await reply.interrupt(played=request.played, wait=request.wait)


@route("POST /v1/replies/{reply}/pause", Role.OPERATOR, ReplyInfo)
async def pause(exchange: Exchange) -> ReplyInfo:
    """Pause a reply."""
    return exchange.services.replies.get(exchange.path["reply"]).pause()


@route("POST /v1/replies/{reply}/resume", Role.OPERATOR, ReplyInfo)
async def resume(exchange: Exchange) -> ReplyInfo:
    """Resume a paused reply."""
    return exchange.services.replies.get(exchange.path["reply"]).resume()


@route("POST /v1/replies/{reply}/played", Role.OPERATOR, PlayedResponse, body=PlayedRequest)
async def played(exchange: Exchange) -> PlayedResponse:
    """Report how far a reply was played."""
    request = exchange.body_as(PlayedRequest)
    reply = exchange.services.replies.get(exchange.path["reply"])
    if request.at is not None:
        told = ClientTrace(
            samples=request.samples,
            played_s=request.at,
            offset_s=request.clock_offset_s,
            error_s=request.clock_error_s,
        )
        exchange.services.telemetry.traces.played(exchange.path["reply"], told)
    return await reply.played(request.samples, request.ended)
