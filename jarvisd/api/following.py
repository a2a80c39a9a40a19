"""Following a ring of events as a stream of lines.

One loop for every route that does: what is new, a heartbeat after silence, and a last line for who
fell behind. What a line says of an event is the route's.
"""

from collections.abc import AsyncGenerator, Callable

from jarvisd.api.streams import line
from jarvisd.telemetry.events import Numbered, Subscription
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
            yield line(HeartbeatEvent(event=subscription.position))
    if subscription.missed:
        yield line(LaggedEvent(event=subscription.position, missed=subscription.missed))
