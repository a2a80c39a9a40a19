"""The writing half of a reply: the provider's stream becomes text, tokens and utterances.

Reads one stream to its end and keeps its text. It tells the text how much time has passed while the
opening of an answer waits to be cut; no timer runs otherwise. Nothing here knows about audio.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Protocol

from jarvisd.errors import JarvisError
from jarvisd.llm.model import Completion, HeadersReceived, LlmEvent, ReasoningDelta, TextDelta
from jarvisd.reply.life import ReplyLife
from jarvisd.reply.stopwatch import Stopwatch
from jarvisd.text import UtteranceStream
from jarvisd.text.model import Utterance

# Utterances cut and not yet spoken. Beyond it the model is made to wait: that is hours of speech.
WAITING_UTTERANCES = 256


class TextReader(Protocol):
    """Gets the text as it is written."""

    stopwatch: Stopwatch

    def token(self, text: str) -> None:
        """The provider wrote ``text``."""
        ...

    def utterance(self, utterance: Utterance) -> None:
        """A speakable unit was cut from the text."""
        ...


class TextWriter:
    """Writes one reply. ``spoken`` tells whether utterances are wanted, ``echo`` whether tokens."""

    def __init__(
        self,
        stream: UtteranceStream,
        reader: TextReader,
        life: ReplyLife,
        *,
        spoken: bool,
        echo: bool,
    ) -> None:
        self._stream = stream
        self._reader = reader
        self._life = life
        self._spoken = spoken
        self._echo = echo
        self._pieces: list[str] = []
        self._queue: asyncio.Queue[Utterance | None] = asyncio.Queue(WAITING_UTTERANCES)
        self.completion = Completion(finish_reason="stop")
        self.failure: JarvisError | None = None
        self.steps = 0
        self._finished = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def at_work(self) -> bool:
        """Whether a model still writes; always false for a given text."""
        return self._echo and not self._finished

    @property
    def text(self) -> str:
        """Everything written so far."""
        return "".join(self._pieces)

    async def run(self, source: AsyncGenerator[LlmEvent, None]) -> None:
        """Read ``source`` to its end; an error of the provider ends the text and is kept."""
        try:
            async with aclosing(source):
                async for event in source:
                    await self._take(event)
                    await asyncio.sleep(0)  # much may come at once: others have their turn
        except JarvisError as error:
            self.failure = error
        finally:
            self._stop_timer()
        self._finished = True
        self._reader.stopwatch.mark("last_token")
        await self._cut(self._stream.finish())
        await self._queue.put(None)

    async def utterances(self) -> AsyncIterator[Utterance]:
        """The utterances, as they are cut from the text."""
        while (utterance := await self._queue.get()) is not None:
            yield utterance

    async def _take(self, event: LlmEvent) -> None:
        if self._life.interrupted:  # it was on its way already when the reply was cut
            return
        self.steps += 1
        match event:
            case HeadersReceived():
                self._reader.stopwatch.mark("headers")
            case TextDelta(text):
                await self._write(text)
            case ReasoningDelta():
                self._reader.stopwatch.mark("first_thought")
            case Completion():
                self.completion = event
            case _:
                pass

    async def _write(self, text: str) -> None:
        self._reader.stopwatch.mark("first_token")
        self._pieces.append(text)
        if self._echo:
            self._reader.token(text)
        if self._spoken:
            self._stop_timer()  # what the text releases comes before what time releases
            await self._cut(self._stream.feed(text))
            if self._echo:  # a given text is all there: nobody waits for more of it
                self._keep_time()

    def _keep_time(self) -> None:
        """Have the opening cut when it is due, now or later."""
        self._timer = None
        if self._queue.full():  # hours of speech are ahead: none is missing
            return
        elapsed_ms = self._reader.stopwatch.ms_since("first_token")
        for utterance in self._stream.tick(elapsed_ms):  # one at most
            if not self._life.interrupted:
                self._reader.utterance(utterance)
                self._queue.put_nowait(utterance)
        wake_ms = self._stream.wake_ms
        if wake_ms is not None:
            wait_s = max(0.0, wake_ms - elapsed_ms) / 1_000
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._keep_time)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _cut(self, utterances: list[Utterance]) -> None:
        for utterance in utterances:
            if self._spoken and not self._life.interrupted:
                self._reader.utterance(utterance)
                await self._queue.put(utterance)
