"""Following a ring of events as a stream of lines.

One loop for every route that does: what is new, a heartbeat after silence, a last line for who fell
behind, and a first one for who comes from another life of the daemon. What a line says of an event
is the route's.
"""

from collections.abc import AsyncGenerator, Callable

from jarvisd.api.streams import line
from jarvisd.telemetry.events import EventBus, Numbered, Subscription
from jarvisd.wire import HeartbeatEvent, LaggedEvent


async def follow(
    subscription: Subscription, heartbeat_s: float, render: Callable[[list[Numbered]], bytes]
) -> AsyncGenerator[bytes, None]:
    """Yield what ``render`` makes of new events (empty: nothing) until the subscription ends."""
    while True:
        if events := subscription.take():
            if piece := render(events):
                yield piece
        elif subscription.ended:
            break
        elif not await subscription.wait(heartbeat_s):
            yield line(HeartbeatEvent(event=subscription.position, life=subscription.life))
    if subscription.missed:
        position, missed = subscription.position, subscription.missed
        yield line(LaggedEvent(event=position, missed=missed, life=subscription.life))


def from_another_life(bus: EventBus) -> bytes:
    """The first line for a reader whose number is none of this life: all that is lost to it."""
    return line(LaggedEvent(event=0, missed=bus.oldest - 1, life=bus.life))
