"""A language model for chaos: answers every question with a few sentences."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from jarvisbench.paced_server import (
    HttpRequest,
    StandIn,
    http_chunk,
    serving,
    sse_begin,
    sse_end,
    sse_event,
)

WORDS = ("the", "disk", "router", "is", "was", "nearly", "full", "and", "backup", "gone", "again")


class TalkativeModel(StandIn):
    """Writes ``sentences`` sentences for each question, a word every ``word_s`` seconds."""

    model = "chaos"

    def __init__(self, chance: random.Random, *, sentences: int = 3, word_s: float = 0.002) -> None:
        self.url = ""
        self.sentences = sentences
        self.word_s = word_s
        self._chance = chance

    def answer(self) -> str:
        """A text of its own, so that every turn can be told from every other."""
        texts = (" ".join(self._chance.choices(WORDS, k=8)) for _ in range(self.sentences))
        return " ".join(f"{text.capitalize()}." for text in texts)

    async def chat(
        self, request: HttpRequest, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """A few sentences, whatever was asked."""
        writer.write(sse_begin())
        for word in self.answer().split(" "):
            if writer.is_closing():  # whoever asked is gone
                return
            writer.write(http_chunk(sse_event({"content": f"{word} "})))
            await writer.drain()
            await asyncio.sleep(self.word_s)
        writer.write(sse_end())
        await writer.drain()


@asynccontextmanager
async def talkative(chance: random.Random) -> AsyncIterator[TalkativeModel]:
    """Serve on a free port of this machine."""
    model = TalkativeModel(chance)
    async with serving(model.handle) as url:
        model.url = url
        yield model
