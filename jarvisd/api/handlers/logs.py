"""The log: its newest lines, once or as it goes on, and its level."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from jarvisd.api.access import Role
from jarvisd.api.audio import NDJSON
from jarvisd.api.exchange import Exchange, Stream, route
from jarvisd.api.following import follow, from_another_life
from jarvisd.api.streams import line
from jarvisd.telemetry.events import EventBus, Numbered, Subscription
from jarvisd.wire import (
    HeartbeatEvent,
    LaggedEvent,
    LogLevelRequest,
    LogLevelResponse,
    LogLine,
    LogsQuery,
)

_SEVERITY = {"debug": 0, "info": 1, "warning": 2, "error": 3}
# Lines put into one piece: small enough that other requests are served in between.
_AT_ONCE = 100


@route(
    "GET /v1/logs",
    Role.OPERATOR,
    *(LogLine, HeartbeatEvent, LaggedEvent),
    query=LogsQuery,
    streams=(NDJSON,),
)
async def logs(exchange: Exchange) -> Stream:
    """The newest lines of the log; with follow, as they are written."""
    query = exchange.query_as(LogsQuery)
    services = exchange.services
    first, lines = _kept(services.log_lines, query)
    if not query.follow:
        return Stream(NDJSON, _pieces(first, lines))
    subscription = services.log_lines.subscribe()
    heartbeat_s = services.settings.api.event_heartbeat_s
    following = _follow(subscription, query, _pieces(first, lines), heartbeat_s)
    return Stream(NDJSON, following, abandoned=lambda _: subscription.close())


@route("GET /v1/log/level", Role.OBSERVER, LogLevelResponse)
async def log_level(exchange: Exchange) -> LogLevelResponse:
    """The log level, and how long it lasts."""
    return exchange.services.log_level.state()


@route("PUT /v1/log/level", Role.ADMIN, LogLevelResponse, body=LogLevelRequest)
async def set_log_level(exchange: Exchange) -> LogLevelResponse:
    """Change the log level, for a time or until the restart."""
    wanted = exchange.body_as(LogLevelRequest)
    level = None if wanted.level == "configured" else wanted.level
    return exchange.services.log_level.ask(level, wanted.for_s)


def _kept(lines: EventBus, query: LogsQuery) -> tuple[bytes, list[LogLine]]:
    """The newest lines asked for, after a first line for a client from another run."""
    crossed = lines.crossed(query.since, query.life)
    since = 0 if crossed else query.since or 0
    kept = _wanted(lines.read(since, lines.latest), query)
    first = from_another_life(lines) if crossed else b""
    return first, kept[max(0, len(kept) - query.limit) :]


def _wanted(numbered: list[Numbered], query: LogsQuery) -> list[LogLine]:
    least = _SEVERITY[query.level]
    return [
        kept
        for _, kept in numbered
        if isinstance(kept, LogLine)
        and _SEVERITY[kept.level] >= least
        and query.component in ("", kept.component)
    ]


async def _pieces(first: bytes, lines: list[LogLine]) -> AsyncGenerator[bytes, None]:
    if first:
        yield first
    for start in range(0, len(lines), _AT_ONCE):
        yield b"".join(line(one) for one in lines[start : start + _AT_ONCE])


async def _follow(
    subscription: Subscription,
    query: LogsQuery,
    kept: AsyncGenerator[bytes, None],
    heartbeat_s: float,
) -> AsyncGenerator[bytes, None]:
    def render(numbered: list[Numbered]) -> bytes:
        return b"".join(map(line, _wanted(numbered, query)))

    with subscription:
        for pieces in (kept, follow(subscription, heartbeat_s, render)):
            async with aclosing(pieces):
                async for piece in pieces:
                    yield piece
