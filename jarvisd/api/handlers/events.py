"""The daemon's events: the full state, then everything that happens."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from jarvisd.api.access import Role
from jarvisd.api.audio import NDJSON
from jarvisd.api.bodies import encode
from jarvisd.api.exchange import Exchange, Stream, route
from jarvisd.api.following import follow
from jarvisd.api.handlers.replies import REPLY_EVENTS
from jarvisd.api.streams import line
from jarvisd.telemetry.events import Numbered, Subscription
from jarvisd.wire import (
    EventsQuery,
    GovernorDecision,
    HeartbeatEvent,
    LaggedEvent,
    Response,
    StateEvent,
    StatusResponse,
)

EVENTS: tuple[type[Response], ...] = (
    StateEvent,
    *REPLY_EVENTS,
    GovernorDecision,
    HeartbeatEvent,
    LaggedEvent,
)


@route("GET /v1/events", Role.OPERATOR, *EVENTS, query=EventsQuery, streams=(NDJSON,))
async def events(exchange: Exchange) -> Stream:
    """The full state, then every event, one a line."""
    services = exchange.services
    subscription = services.events.subscribe(exchange.query_as(EventsQuery).since)
    latest = services.events.latest
    heartbeat_s = services.settings.api.event_heartbeat_s
    pieces = _lines(subscription, latest, services.status, heartbeat_s)
    return Stream(NDJSON, pieces, abandoned=subscription.close)


async def _lines(
    subscription: Subscription,
    latest: int,
    status: Callable[[], StatusResponse],
    heartbeat_s: float,
) -> AsyncGenerator[bytes, None]:
    with subscription:
        yield line(StateEvent(event=latest, status=status()))
        async with aclosing(follow(subscription, heartbeat_s, _numbered_lines)) as pieces:
            async for piece in pieces:
                yield piece


def _numbered_lines(events: list[Numbered]) -> bytes:
    return b"".join(_numbered(event) for event in events)


def _numbered(numbered: Numbered) -> bytes:
    """The event's own JSON with its number in front: cheaper than a wrapper for every type."""
    number, event = numbered
    return b'{"event":%d,%b\n' % (number, encode(event)[1:])
