"""Starts replies: admits, builds and runs them; stops them with their conversation or the daemon.

A reply must never wait for another one, except for the turn of its conversation.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeGuard

import msgspec

from jarvisd.config import Settings
from jarvisd.errors import PayloadError, UnavailableError
from jarvisd.llm.choosing import ChosenProvider
from jarvisd.llm.model import Completion, LlmEvent, Message, Prompt, TextDelta
from jarvisd.reply.admission import Admission, ReplyTicket
from jarvisd.reply.event_log import without_words
from jarvisd.reply.factory import ReplyFactory
from jarvisd.reply.memory import ConversationMemory, conversation_name
from jarvisd.reply.registry import ReplyRegistry
from jarvisd.reply.reply import Reply
from jarvisd.reply.stopwatch import Measures, Unmeasured
from jarvisd.reply.vitals import ReplyVitals
from jarvisd.speech import Speech
from jarvisd.store import Store
from jarvisd.wire import ReplyEvent, ReplyRequest, SayRequest, WhenBusy

# For replies that were cut at the deadline to be remembered on disk.
CUT_SETTLES_S = 2.0
# Given text is fed in slices so that a long one never holds the loop for more than a moment.
SLICE_CHARS = 200

Rewrite = Callable[[Callable[[msgspec.Struct], msgspec.Struct]], None]


@dataclass(frozen=True, slots=True)
class Named:
    """A writer that is only a name, for a given text."""

    name: str


class Replies:
    """Starts and finds replies. ``rewrite`` changes events that can still be read."""

    def __init__(
        self,
        settings: Settings,
        *,
        speech: Speech,
        store: Store,
        providers: ChosenProvider,
        publish: Callable[[ReplyEvent], object],
        rewrite: Rewrite,
        measures: Measures | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._speech = speech
        self._providers = providers
        self._rewrite = rewrite
        self._clock = clock
        self._closing = False
        self._admission = Admission(settings.reply.max_active)
        # A reply has two events or more, so that no more of them can still be read of.
        self._registry = ReplyRegistry(
            keep=settings.reply.keep, traceable=settings.api.event_backlog
        )
        self._memory = ConversationMemory(
            store, history_messages=settings.llm.history_messages, wall_clock=wall_clock
        )
        self._factory = ReplyFactory(
            settings,
            speech=speech,
            memory=self._memory,
            publish=publish,
            measures=measures or Unmeasured(),
            clock=clock,
        )

    def apply(self, settings: Settings) -> None:
        """New settings for future replies; running ones keep theirs."""
        self._settings = settings
        self._factory.apply(settings)
        self._admission.apply(settings.reply.max_active)
        self._registry.apply(settings.reply.keep)
        self._memory.apply(settings.llm.history_messages)

    # --- looking --------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """How many replies there were since the start."""
        return self._registry.total

    def get(self, reply: str) -> Reply:
        """The reply of that id; raises NotFoundError ``reply.unknown``."""
        return self._registry.get(reply)

    def active(self) -> list[Reply]:
        """Replies that are being made or still playing, oldest first."""
        return self._registry.active()

    def running(self) -> list[ReplyVitals]:
        """The vitals of replies that are being made, oldest first."""
        return self._registry.running()

    def unsettled(self) -> list[ReplyVitals]:
        """The vitals of replies with any running task, even if only the last one."""
        return self._registry.unsettled()

    # --- asking ---------------------------------------------------------------------------------

    async def say(self, request: SayRequest) -> Reply:
        """Speak ``request.text``. Raises JarvisError only before the reply begins."""
        received_at = self._clock()
        self._check(request.text)
        async with self._admitted() as ticket:
            await self._speech.discovered()
            self._check_open()
            writer = Named("text")
            reply = self._factory.make(
                writer, "", request, received_at=received_at, on_made=self._made(ticket)
            )
            self._registry.add(reply)
            reply.start(_literal(request.text), provider=writer)
        return reply

    async def ask(self, request: ReplyRequest) -> Reply:
        """Ask the assistant. Raises JarvisError only before the reply begins."""
        received_at = self._clock()
        self._check(request.text)
        conversation = conversation_name(request.conversation)
        async with self._admitted(conversation, request.when_busy) as ticket:
            provider = await self._providers.choose()
            await self._speech.discovered()
            history = await self._memory.history(conversation)
            self._check_open()
            reply = self._factory.make(
                provider, conversation, request, received_at=received_at, on_made=self._made(ticket)
            )
            self._registry.add(reply)
            messages = self._memory.prompt(
                conversation,
                history,
                system=self._settings.llm.system_prompt,
                question=request.text,
                heard_by_now=self._heard_by_now,
            )
            question = self._memory.ask(conversation, request.text, reply=reply.id)
            source = provider.stream(self._prompt(messages, request))
            reply.start(source, provider=provider, question=question)
        if ticket.hurried:
            reply.stop()
        return reply

    def _prompt(self, messages: tuple[Message, ...], request: ReplyRequest) -> Prompt:
        return Prompt(
            messages=messages,
            max_tokens=request.max_tokens or self._settings.llm.max_tokens,
            temperature=self._settings.llm.temperature,
            seed=request.seed,
        )

    def _heard_by_now(self, reply: str) -> str | None:
        found = self._registry.find(reply)
        return found.heard_by_now if found else None

    # --- entering -------------------------------------------------------------------------------

    def _check(self, text: str) -> None:
        self._check_open()
        if len(text) > self._settings.api.max_text_chars:
            raise PayloadError(
                f"The text has {len(text)} characters; the limit is "
                f"{self._settings.api.max_text_chars}.",
                code="limit.text",
                hint="Send it in parts, or raise api.max_text_chars.",
            )

    def _check_open(self) -> None:
        if self._closing:
            raise UnavailableError("The daemon is stopping.", code="daemon.stopping")

    @asynccontextmanager
    async def _admitted(
        self, conversation: str = "", when_busy: WhenBusy = "wait"
    ) -> AsyncGenerator[ReplyTicket, None]:
        """A place and the conversation's turn; a reply that begins in the block keeps them."""
        ticket = ReplyTicket(self._admission)
        try:
            if conversation:
                ticket.join(conversation, when_busy)
            if when_busy == "interrupt":
                for reply in self._registry.of(conversation):
                    reply.stop()
            ticket.take_place()
            await ticket.turn()
            yield ticket
        except BaseException:
            ticket.end()
            raise

    def _made(self, ticket: ReplyTicket) -> Callable[[], None]:
        def made() -> None:
            ticket.end()
            self._registry.prune()

        return made

    # --- stopping -------------------------------------------------------------------------------

    async def forget(self, conversation: str) -> int:
        """Stop its replies and delete it for good; returns how many messages are gone.

        Nothing of it comes back, neither its answer nor its text in events.
        """
        for reply in self._registry.of(conversation):
            reply.forget()
        known = self._registry.forget(conversation)
        self._rewrite(lambda event: without_words(event) if _is_of(event, known) else event)
        return await self._memory.forget(conversation)

    async def close(self, deadline_s: float) -> None:
        """Admit no more; let running replies end within the deadline, then interrupt them."""
        self._closing = True
        settling = [asyncio.ensure_future(reply.settled()) for reply in self._registry.all()]
        if not settling:
            return
        _, late = await asyncio.wait(settling, timeout=deadline_s)
        if late:
            for reply in self._registry.active():
                reply.stop()
            await asyncio.wait(settling, timeout=CUT_SETTLES_S)
        for waiting in settling:
            waiting.cancel()


def _is_of(event: msgspec.Struct, replies: frozenset[str]) -> TypeGuard[ReplyEvent]:
    return isinstance(event, ReplyEvent) and event.reply in replies


async def _literal(text: str) -> AsyncGenerator[LlmEvent, None]:
    for start in range(0, len(text), SLICE_CHARS):
        yield TextDelta(text[start : start + SLICE_CHARS])
    yield Completion(finish_reason="stop")
