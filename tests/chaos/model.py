"""A language model for chaos: answers every question with a few sentences."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from jarvisbench.paced_server import http_chunk, json_response, read_request, serving, sse_event

WORDS = ("the", "disk", "router", "is", "was", "nearly", "full", "and", "backup", "gone", "again")
PROPS = {"default_generation_settings": {"n_ctx": 4096}, "model_alias": "chaos"}
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
)


class TalkativeModel:
    """Writes ``sentences`` sentences for each question, a word every ``word_s`` seconds."""

    def __init__(self, chance: random.Random, *, sentences: int = 3, word_s: float = 0.002) -> None:
        self.url = ""
        self.sentences = sentences
        self.word_s = word_s
        self._chance = chance

    def answer(self) -> str:
        """A text of its own, so that every turn can be told from every other."""
        texts = (" ".join(self._chance.choices(WORDS, k=8)) for _ in range(self.sentences))
        return " ".join(f"{text.capitalize()}." for text in texts)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        request = await read_request(reader)
        if request.method != "POST":
            answer = PROPS if request.path.startswith("/props") else {"status": "ok"}
            slots: list[object] = []
            found = slots if request.path.startswith("/slots") else answer
            writer.write(json_response("200 OK", found))
            await writer.drain()
            return
        writer.write(HEAD + http_chunk(sse_event({"role": "assistant", "content": None})))
        for word in self.answer().split(" "):
            if writer.is_closing():  # whoever asked is gone
                return
            writer.write(http_chunk(sse_event({"content": f"{word} "})))
            await writer.drain()
            await asyncio.sleep(self.word_s)
        end = sse_event({}, "stop") + b"data: [DONE]\n\n"
        writer.write(http_chunk(end) + http_chunk(b""))
        await writer.drain()


@asynccontextmanager
async def talkative(chance: random.Random) -> AsyncIterator[TalkativeModel]:
    """Serve on a free port of this machine."""
    model = TalkativeModel(chance)
    async with serving(model.handle) as url:
        model.url = url
        yield model
