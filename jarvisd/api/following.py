"""Follows a ring of events as a stream of lines.

One loop for every such route: new events, a heartbeat when there are none, a last line for a client
that was too slow, and a first line for one that comes from another run of the daemon. The route
decides what a line looks like.
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
    """The first line for a client whose number is not of this run: how much it lost."""
    return line(LaggedEvent(event=0, missed=bus.oldest - 1, life=bus.life))
