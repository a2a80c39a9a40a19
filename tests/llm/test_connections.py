"""Connections to the model: none is left behind, whenever a question is given up."""

import asyncio
import random
from contextlib import suppress
from pathlib import Path

from tests.chaos.model import talkative
from tests.llm.asking import collect, provider

QUESTIONS = 300


def open_sockets() -> int:
    """Of the server and of its client, who both live here."""
    found = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the one that lists them
            found += str(descriptor.readlink()).startswith("socket:")
    return found


async def test_questions_that_are_given_up_at_any_moment_leave_no_connection() -> None:
    chance = random.Random(7)
    async with talkative(chance) as model:
        model.word_s, model.sentences = 0.0, 1
        async with provider(model.url) as llama:
            await collect(llama)
            before = open_sockets()
            for _ in range(QUESTIONS):
                asking = asyncio.create_task(collect(llama))
                for _ in range(chance.randrange(40)):  # steps of the loop, not time
                    await asyncio.sleep(0)
                asking.cancel()
                await asyncio.wait({asking})
            async with asyncio.timeout(60):
                while open_sockets() > before:
                    await asyncio.sleep(0.05)
