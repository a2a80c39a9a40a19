"""The daemon's events: the full state, then everything that happens."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from jarvisd.api.access import Role
from jarvisd.api.audio import NDJSON
from jarvisd.api.bodies import encode
from jarvisd.api.exchange import Exchange, Stream, route
from jarvisd.api.following import follow, from_another_life
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
    """The full state, then every event, one per line."""
    query, bus = exchange.query_as(EventsQuery), exchange.services.events
    subscription = bus.subscribe(query.since, query.life)
    state = StateEvent(event=bus.latest, status=exchange.services.status(), life=bus.life)
    first = from_another_life(bus) if subscription.crossed else b""
    heartbeat_s = exchange.services.settings.api.event_heartbeat_s
    pieces = _lines(subscription, first + line(state), heartbeat_s)
    return Stream(NDJSON, pieces, abandoned=lambda _: subscription.close())


async def _lines(
    subscription: Subscription, first: bytes, heartbeat_s: float
) -> AsyncGenerator[bytes, None]:
    life = subscription.life.encode()

    def numbered_lines(events: list[Numbered]) -> bytes:
        return b"".join(_numbered(event, life) for event in events)

    with subscription:
        yield first
        async with aclosing(follow(subscription, heartbeat_s, numbered_lines)) as pieces:
            async for piece in pieces:
                yield piece


def _numbered(numbered: Numbered, life: bytes) -> bytes:
    """The event's own JSON with its number in front: cheaper than a wrapper for every type."""
    number, event = numbered
    return b'{"event":%d,"life":"%b",%b\n' % (number, life, encode(event)[1:])
