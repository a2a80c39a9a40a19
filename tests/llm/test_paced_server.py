"""The benchmark's source of tokens is understood like a llama-server, and keeps its pace."""

from itertools import pairwise

import pytest

from jarvisbench.paced_server import paced
from jarvisd.llm.model import Completion
from tests.llm.asking import QUESTION, collect, provider, text

TEXT = "It is 7:30 in the morning.\n\nThe café opens at 8 o'clock. "


@pytest.mark.parametrize("said", [TEXT, "", "One", " \n "])
async def test_it_says_exactly_its_text(said: str) -> None:
    async with paced(said, 10_000) as server, provider(server.url) as llama:
        events = await collect(llama)
    assert text(events) == said
    assert isinstance(events[-1], Completion)
    assert len(server.written_at) == len(server.tokens)


async def test_it_is_ready_for_a_health_check() -> None:
    async with paced(TEXT, 10_000) as server, provider(server.url) as llama:
        assert (await llama.health()).state == "ready"


async def test_no_token_comes_early() -> None:
    async with paced(TEXT, 200) as server, provider(server.url) as llama:
        await collect(llama)
    assert server.written_at[-1] - server.written_at[0] >= (len(server.tokens) - 1.5) / 200
    assert all(earlier <= later for earlier, later in pairwise(server.written_at))


async def test_a_client_that_leaves_is_noticed() -> None:
    async with paced("word " * 100_000, 1_000_000) as server, provider(server.url) as llama:
        stream = llama.stream(QUESTION)
        await anext(stream)
        await stream.aclose()
    assert len(server.written_at) < len(server.tokens)
