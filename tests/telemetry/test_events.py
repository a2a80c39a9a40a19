import asyncio

from hypothesis import given
from hypothesis import strategies as st

from jarvisd.telemetry.events import EventBus
from jarvisd.wire import Token


def token(number: int) -> Token:
    return Token(reply="r", seq=number, text=str(number))


def published(count: int, backlog: int = 100) -> EventBus:
    bus = EventBus(backlog)
    for number in range(1, count + 1):
        assert bus.publish(token(number)) == number
    return bus


async def numbers(bus: EventBus, since: int | None) -> list[int]:
    with bus.subscribe(since) as subscription:
        return [number async for number, _ in subscription]


async def test_a_subscriber_gets_what_comes_after_it() -> None:
    bus = published(3)
    subscription = bus.subscribe()
    bus.publish(token(4))
    bus.close()
    assert [number async for number, _ in subscription] == [4]


async def test_since_repeats_the_kept_ones() -> None:
    bus = published(5)
    bus.close()
    assert await numbers(bus, 2) == [3, 4, 5]
    assert await numbers(bus, 5) == []
    assert await numbers(bus, 99) == []  # a number of an earlier run


async def test_a_waiting_reader_is_woken() -> None:
    bus = EventBus(10)
    with bus.subscribe() as subscription:
        waiting = asyncio.ensure_future(anext(subscription))
        await asyncio.sleep(0)
        bus.publish(token(1))
        assert await waiting == (1, token(1))


async def test_waiting_ends_after_its_time() -> None:
    bus = EventBus(10)
    with bus.subscribe() as subscription:
        assert await subscription.wait(0) is False
        bus.publish(token(1))
        assert await subscription.wait(0) is True


async def test_a_reader_that_fell_behind_ends_and_knows() -> None:
    bus = published(3, backlog=3)
    subscription = bus.subscribe(0)
    bus.publish(token(4))
    assert [found async for found in subscription] == []
    assert (subscription.missed, subscription.ended, subscription.position) == (1, True, 0)


async def test_readers_are_forgotten() -> None:
    bus = EventBus(10)
    with bus.subscribe():
        assert bus.subscribers == 1
    assert bus.subscribers == 0


@given(
    backlog=st.integers(1, 20),
    bursts=st.lists(st.integers(0, 15), max_size=20),
    limit=st.integers(1, 7),
)
def test_readers_see_every_number_once_and_in_order_or_are_told(
    backlog: int, bursts: list[int], limit: int
) -> None:
    bus = EventBus(backlog)
    subscription = bus.subscribe()
    seen: list[int] = []
    for burst in bursts:
        for _ in range(burst):
            bus.publish(token(0))
        seen += [number for number, _ in subscription.take(limit)]
        if subscription.missed:
            break
    assert seen == list(range(1, len(seen) + 1))
    if subscription.missed:
        assert bus.oldest == len(seen) + subscription.missed + 1
    assert bus.latest - bus.oldest + 1 <= backlog
