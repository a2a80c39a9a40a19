"""All replies: admits new ones, puts their parts together, remembers what became of them.

Bounded in every direction: replies at a time, ended ones kept, bytes of audio held. It must never
let one reply wait for another.
"""

import asyncio
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Literal, TypeGuard

import msgspec

from jarvisd.config import Settings
from jarvisd.errors import NotFoundError, PayloadError, RequestError, UnavailableError
from jarvisd.llm import ChosenProvider
from jarvisd.llm.choosing import Choice
from jarvisd.llm.model import Completion, LlmEvent, Prompt, TextDelta
from jarvisd.reply.admission import Admission, Ticket, busy
from jarvisd.reply.announcing import Announcer
from jarvisd.reply.delivery import Delivery
from jarvisd.reply.event_log import without_words
from jarvisd.reply.measuring import Measures, Unmeasured
from jarvisd.reply.prompting import HistoryWindow, as_prompt
from jarvisd.reply.reply import HasName, Named, Outcome, Reply
from jarvisd.reply.speaking import Speaker
from jarvisd.reply.voice import ReplyVoice
from jarvisd.reply.writing import Writer
from jarvisd.speech import Speech
from jarvisd.store import NewMessage, Receipt, Store
from jarvisd.store.model import StoredMessage
from jarvisd.text import UtteranceStream
from jarvisd.wire import ReplyEvent, ReplyRequest, SayRequest

CONVERSATION_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# Ended replies are kept for late readers of their audio, but never more of them than this.
KEPT_AUDIO_BYTES = 16 * 1024 * 1024
# Those that may still be playing can be interrupted, so more are kept; a paused one plays for ever.
PLAYING_REPLIES = 64
PLAYING_AUDIO_BYTES = 128 * 1024 * 1024
# For replies that were cut at the deadline to be remembered on disk.
CUT_SETTLES_S = 2.0
# Given text is fed in slices so that a long one never holds the loop for more than a moment.
SLICE_CHARS = 200
# A silent reply still has positions; nobody hears the rate they are counted in.
SILENT_SAMPLE_RATE = 22_050


WhenBusy = Literal["wait", "interrupt", "refuse"]
Rewrite = Callable[[Callable[[msgspec.Struct], msgspec.Struct]], None]


class Replies:
    """The registry and the factory of replies."""

    def __init__(
        self,
        settings: Settings,
        *,
        speech: Speech,
        store: Store,
        providers: ChosenProvider,
        publish: Callable[[ReplyEvent], object],
        rewrite: Rewrite = lambda _change: None,
        measures: Measures | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._speech = speech
        self._store = store
        self._providers = providers
        self._publish = publish
        self._rewrite = rewrite
        self._measures = measures or Unmeasured()
        self._clock = clock
        self._wall_clock = wall_clock
        self._window = HistoryWindow(settings.llm.history_messages)
        self._closing = False
        self._admission = Admission(settings.reply.max_active)
        self._replies: OrderedDict[str, Reply] = OrderedDict()
        # Of every reply that late readers of events may still read of: each has two events or more.
        self._whose: OrderedDict[str, str] = OrderedDict()
        self.total = 0

    def apply(self, settings: Settings) -> None:
        """New settings for the replies to come; those under way keep what they began with."""
        if settings.llm.history_messages != self._settings.llm.history_messages:
            self._window = HistoryWindow(settings.llm.history_messages)
        self._admission.limit = settings.reply.max_active
        self._settings = settings

    # --- asking ---------------------------------------------------------------------------------

    async def say(self, request: SayRequest) -> Reply:
        """Speak ``request.text``. Raises JarvisError before anything began."""
        received_at = self._clock()
        self._check(request.text)
        async with self._admitted() as ticket:
            await self._speech.discovered()
            self._check_open()
            reply = self._make(
                Named("text"), "", request, ticket, received_at=received_at, spoken=True, echo=False
            )
            reply.start(_literal(request.text))
        return reply

    async def ask(self, request: ReplyRequest) -> Reply:
        """Ask the assistant. Raises JarvisError before anything began."""
        received_at = self._clock()
        self._check(request.text)
        conversation = _conversation_name(request.conversation)
        async with self._admitted(conversation, request.when_busy) as ticket:
            provider = await self._providers.choose()
            await self._speech.discovered()
            stored = await self._store.history(conversation, self._window.limit + 2)
            self._check_open()
            reply = self._make(
                provider,
                conversation,
                request,
                ticket,
                received_at=received_at,
                spoken=request.speak,
                echo=True,
            )
            self._begin(reply, provider, request, stored)
        if ticket.hurried:
            reply.cut()
        return reply

    def _begin(
        self,
        reply: Reply,
        provider: Choice,
        request: ReplyRequest,
        stored: Sequence[StoredMessage],
    ) -> None:
        """Put the question into its conversation, and begin to answer it."""
        conversation = reply.conversation
        history = [self._as_heard(message) for message in stored]
        question = self._store.add_message(
            conversation,
            NewMessage(
                role="user", text=request.text, created_at=self._wall_clock(), reply=reply.id
            ),
        )
        llm = self._settings.llm
        prompt = Prompt(
            messages=as_prompt(
                llm.system_prompt, self._window.cut(conversation, history), request.text
            ),
            max_tokens=request.max_tokens or llm.max_tokens,
            temperature=llm.temperature,
            seed=request.seed,
        )
        reply.start(provider.stream(prompt), question=question)

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
    ) -> AsyncGenerator[Ticket, None]:
        """A place and the conversation's turn, which the reply that begins in the block keeps."""
        ticket = Ticket(self._admission)
        try:
            if conversation:
                self._line_up(ticket, conversation, when_busy)
            ticket.take_place()
            await ticket.turn()
            yield ticket
        except BaseException:
            ticket.end()
            raise

    def _line_up(self, ticket: Ticket, conversation: str, when_busy: WhenBusy) -> None:
        if when_busy == "refuse" and self._admission.turns.taken(conversation):
            raise busy(conversation)
        ticket.join(conversation, first=when_busy == "interrupt")
        if when_busy == "interrupt":
            self._interrupt(conversation)

    def _interrupt(self, conversation: str) -> None:
        for reply in list(self._replies.values()):
            if reply.conversation == conversation:
                reply.cut()

    # --- looking --------------------------------------------------------------------------------

    def get(self, reply: str) -> Reply:
        """The reply of that id; raises NotFoundError ``reply.unknown``."""
        found = self._replies.get(reply)
        if found is None:
            raise NotFoundError(
                f"There is no reply {reply!r}, or it ended long ago.",
                code="reply.unknown",
                hint="jarvisctl status lists the replies that can still be controlled.",
            )
        return found

    def active(self) -> list[Reply]:
        """Replies that are being made or should still be playing, oldest first."""
        return [reply for reply in self._replies.values() if reply.audible]

    def running(self) -> list[Reply]:
        """Replies that are being made, oldest first."""
        return [reply for reply in self._replies.values() if not reply.over]

    def unsettled(self) -> list[Reply]:
        """Replies of which anything still runs, be it only their end."""
        return [reply for reply in self._replies.values() if reply.active]

    async def close(self, deadline_s: float) -> None:
        """Take no more; let running replies end within the deadline, then interrupt them."""
        self._closing = True
        settling = [asyncio.ensure_future(reply.settled()) for reply in self._replies.values()]
        if not settling:
            return
        _, late = await asyncio.wait(settling, timeout=deadline_s)
        if late:
            for reply in list(self._replies.values()):
                reply.cut()
            await asyncio.wait(settling, timeout=CUT_SETTLES_S)
        for waiting in settling:
            waiting.cancel()

    # --- remembering ----------------------------------------------------------------------------

    def ended(self, reply: Reply, outcome: Outcome) -> Receipt:
        """Put the answer into its conversation; the receipt tells when it is safe.

        A question that got an error in place of an answer is marked: the next prompt leaves it out.
        """
        self._prune()
        receipt = Receipt.settled()
        if not reply.conversation:
            return receipt
        if outcome.text:
            receipt = self._store.add_message(reply.conversation, self._answer(reply, outcome))
        known = outcome.text if outcome.heard is None else outcome.heard
        if outcome.failed and not known.strip():
            receipt = self._store.mark_failed(reply.id, outcome.failed)
        return receipt

    def _answer(self, reply: Reply, outcome: Outcome) -> NewMessage:
        return NewMessage(
            role="assistant",
            text=outcome.text,
            created_at=self._wall_clock(),
            heard=outcome.heard,
            interrupted=outcome.interrupted,
            reply=reply.id,
            provider=reply.provider.name,
            model=outcome.model,
            voice=reply.voice_id,
            tokens=outcome.tokens,
        )

    def heard(self, reply: Reply, heard: str) -> Receipt:
        """The listener stopped after the text was complete: only ``heard`` of it counts."""
        if not reply.conversation:
            return Receipt.settled()
        return self._store.mark_heard(reply.id, heard, interrupted=True)

    async def forget(self, conversation: str) -> int:
        """Stop its replies and delete it for good; returns how many messages are gone.

        Nothing of it comes back: not its answer, and not its words to late readers of events.
        """
        for reply in list(self._replies.values()):
            if reply.conversation == conversation:
                reply.forget()
                del self._replies[reply.id]
        known = frozenset(id_ for id_, whose in self._whose.items() if whose == conversation)
        self._rewrite(lambda event: without_words(event) if _is_of(event, known) else event)
        return await self._store.forget(conversation)

    def _remember_whose(self, reply: str, conversation: str) -> None:
        self._whose[reply] = conversation
        while len(self._whose) > self._settings.api.event_backlog:
            self._whose.popitem(last=False)

    def _as_heard(self, message: StoredMessage) -> StoredMessage:
        """The message as far as it was heard by now: the store knows what will have been heard."""
        reply = self._replies.get(message.reply)
        heard = reply.heard_by_now if reply else None
        return message if heard is None else replace(message, heard=heard)

    # --- making ---------------------------------------------------------------------------------

    def _make(
        self,
        provider: HasName,
        conversation: str,
        request: SayRequest | ReplyRequest,
        ticket: Ticket,
        *,
        received_at: float,
        spoken: bool,
        echo: bool,
    ) -> Reply:
        settings = self._settings
        voice = ReplyVoice(self._speech, request.voice, settings.speech.on_engine_death)
        rate = request.sample_rate or (
            voice.current.voice.sample_rate if voice.current else SILENT_SAMPLE_RATE
        )
        id_ = f"r-{secrets.token_hex(6)}"
        announcer = Announcer(
            id_,
            sample_rate=rate,
            publish=self._publish,
            clock=self._clock,
            measures=self._measures,
            received_at=received_at,
            traced=request.trace,
        )
        stream = UtteranceStream(settings.text, pause_ms=settings.audio.sentence_pause_ms)
        speaker = delivery = None
        if spoken:
            speaker = self._make_speaker(voice, announcer, rate, request.speed)
            delivery = self._make_delivery(speaker, announcer)
        reply = Reply(
            id_,
            conversation,
            provider,
            writer=Writer(stream, announcer, spoken=spoken, echo=echo),
            voice=voice,
            speaker=speaker,
            delivery=delivery,
            announcer=announcer,
            recorder=self,
            on_made=ticket.end,
            on_disconnect=request.on_disconnect,
        )
        self._replies[id_] = reply
        self._remember_whose(id_, conversation)
        self.total += 1
        return reply

    def _make_speaker(
        self, voice: ReplyVoice, announcer: Announcer, sample_rate: int, speed: float
    ) -> Speaker:
        return Speaker(
            self._speech,
            voice,
            announcer,
            settings=self._settings,
            sample_rate=sample_rate,
            speed=speed,
            clock=self._clock,
        )

    def _make_delivery(self, speaker: Speaker, announcer: Announcer) -> Delivery:
        return Delivery(
            speaker.timeline,
            speaker.position,
            speaker.changed,
            sample_rate=speaker.sample_rate,
            jitter_frames=self._settings.audio.jitter_buffer_frames,
            clock=self._clock,
            on_written=announcer.written,
            on_frame=lambda late_s: self._measures.span("frame", 1_000 * late_s),
        )

    def _prune(self) -> None:
        """Forget the oldest replies that ended, beyond what is kept."""
        ended = [reply for reply in reversed(self._replies.values()) if reply.over]
        played = [reply for reply in ended if not reply.audible]
        playing = [reply for reply in ended if reply.audible]
        self._forget_beyond(played, self._settings.reply.keep, KEPT_AUDIO_BYTES)
        self._forget_beyond(playing, PLAYING_REPLIES, PLAYING_AUDIO_BYTES)

    def _forget_beyond(self, newest_first: list[Reply], replies: int, audio_bytes: int) -> None:
        held = 0
        for number, reply in enumerate(newest_first):
            held += reply.audio_bytes
            if number >= replies or held > audio_bytes:
                del self._replies[reply.id]


def _is_of(event: msgspec.Struct, replies: frozenset[str]) -> TypeGuard[ReplyEvent]:
    return isinstance(event, ReplyEvent) and event.reply in replies


def _conversation_name(wanted: str | None) -> str:
    if wanted is None:
        return f"c-{secrets.token_hex(6)}"
    if not CONVERSATION_NAME.fullmatch(wanted):
        raise RequestError(
            f"{wanted!r} cannot name a conversation.",
            code="conversation.name",
            hint="Use up to 64 letters, digits, dots, dashes and underscores.",
        )
    return wanted


async def _literal(text: str) -> AsyncGenerator[LlmEvent, None]:
    for start in range(0, len(text), SLICE_CHARS):
        yield TextDelta(text[start : start + SLICE_CHARS])
        await asyncio.sleep(0)
    yield Completion(finish_reason="stop")
