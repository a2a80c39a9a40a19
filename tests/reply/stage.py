"""The reply room on a stage: real replies, scripted speech and provider, a clock that waits."""

from collections.abc import Mapping
from typing import Any, cast

import msgspec

from jarvisd.config import Settings
from jarvisd.llm.choosing import ChosenProvider
from jarvisd.reply.replies import Replies
from jarvisd.reply.reply import Reply
from jarvisd.speech import Speech
from jarvisd.store import Store
from jarvisd.telemetry.events import EventBus
from jarvisd.wire import ReplyEvent, ReplyRequest, SayRequest
from tests.fakes.provider import ScriptedProvider
from tests.fakes.speech import OTHER, WANTED, Clock, ScriptedSpeech, settled, until

PLAIN = {
    "text": {"first_audio_budget_ms": 0, "utterance_min_chars": 0},
    "audio": {"sentence_pause_ms": 0},
}


class Stage:
    """``settings`` are nested tables; every sentence is an utterance of its own."""

    def __init__(
        self,
        store: Store | None = None,
        bus: EventBus | None = None,
        **settings: Mapping[str, object],
    ) -> None:
        self.settings = msgspec.convert(PLAIN | settings, Settings)
        self.clock = Clock()
        self.speech = ScriptedSpeech(self.clock, WANTED, OTHER)
        self.provider = ScriptedProvider()
        self.store = store or Store(None, queue=10)
        self.bus = bus or EventBus(10)
        self.published: list[ReplyEvent] = []
        self.replies = Replies(
            self.settings,
            speech=cast("Speech", self.speech),
            store=self.store,
            providers=cast("ChosenProvider", self.provider),
            publish=self._publish,
            rewrite=self.bus.rewrite,
            clock=self.clock,
            wall_clock=self.clock,
        )

    def _publish(self, event: ReplyEvent) -> None:
        self.published.append(event)
        self.bus.publish(event)

    async def say(self, text: str, **more: Any) -> Reply:
        return await self.replies.say(SayRequest(text=text, **more))

    async def ask(self, text: str = "Well?", conversation: str = "c", **more: Any) -> Reply:
        return await self.replies.ask(ReplyRequest(text=text, conversation=conversation, **more))

    async def spoken(self, text: str, samples: int, **more: Any) -> Reply:
        """A reply of one sentence that is made whole; ends in state ``done``."""
        reply = await self.say(text, **more)
        (await self.speech.makes(text)).whole(samples)
        await ended(reply)
        return reply

    async def answered(self, text: str, samples: int, conversation: str = "c") -> Reply:
        """A turn of a conversation, of one sentence that is made whole."""
        reply = await self.ask(conversation=conversation)
        self.provider.answer(text)
        (await self.speech.makes(text)).whole(samples)
        await ended(reply)
        return reply

    async def play(self, reply: Reply, seconds: float) -> None:
        """Let so much time pass for the readers of the reply's audio, a frame at a time."""
        for _ in range(round(seconds / 0.02)):
            self.clock.advance(0.02)
            assert reply._speaker is not None
            reply._speaker.track.changed.notify()
            await settled()

    async def heard(self, conversation: str = "c") -> list[tuple[str, str | None, bool]]:
        """What the store knows of the assistant's turns: text, heard, interrupted."""
        return [
            (message.text, message.heard, message.interrupted)
            for message in await self.store.history(conversation, 100)
            if message.role == "assistant"
        ]


async def ended(reply: Reply) -> list[ReplyEvent]:
    """All events of a reply, once nothing of it runs any more."""
    events = [event async for event in reply.events()]
    await reply.settled()
    return events


async def read(reply: Reply, into: list[bytes], **how: Any) -> None:
    """Read the reply's audio to its end."""
    async for data in reply.audio(**how):
        into.append(data)  # noqa: PERF401 - the test looks at it while it grows


def samples(pieces: list[bytes]) -> int:
    return sum(map(len, pieces)) // 2


def of_type(events: list[ReplyEvent], kind: type[Any]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


__all__ = ["Stage", "ended", "of_type", "read", "samples", "until"]
