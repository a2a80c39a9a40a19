"""News from other threads: a burst is one look, routine is none, and nothing is lost."""

import asyncio

from jarvisctl.dashboard.messages import Message, Missing, Ticked
from jarvisctl.dashboard.news import News


async def test_a_burst_wakes_once_and_routine_does_not() -> None:
    news, woken = News(), asyncio.Queue[str]()
    news.wake(lambda: woken.put_nowait("now"), is_routine=lambda one: isinstance(one, Ticked))
    routine, telling = Ticked(1.0, 1.0), Missing("series")
    await asyncio.to_thread(news.put, routine)
    for _ in range(3):
        await asyncio.to_thread(news.put, telling)
    assert await woken.get() == "now"
    await asyncio.to_thread(lambda: None)  # what was scheduled before has run
    assert woken.empty()
    assert list(news.take()) == [routine, telling, telling, telling]
    await asyncio.to_thread(news.put, telling)
    assert await woken.get() == "now"


async def test_what_comes_before_anybody_reads_waits() -> None:
    news, early = News(), Missing("series")
    news.put(early)
    news.wake(lambda: None, is_routine=lambda _: False)
    found: list[Message] = list(news.take())
    assert found == [early]
    assert list(news.take()) == []
