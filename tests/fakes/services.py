"""The daemon behind the API, in its simplest form: replies that tests drive by hand."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec

from jarvisd.api.services import Services
from jarvisd.config import Loaded, Settings
from jarvisd.config.sources import DEFAULT
from jarvisd.config.tree import leaves
from jarvisd.errors import JarvisError, NotFoundError, SpeechError
from jarvisd.reloading import in_force
from jarvisd.speech.model import VoiceChoice, VoiceInfo
from jarvisd.store.model import Conversation, ConversationSummary, DaySummary, StoredMessage
from jarvisd.telemetry.events import EventBus
from jarvisd.telemetry.log_level import LevelSwitch
from jarvisd.telemetry.log_ring import KEPT_LINES
from jarvisd.telemetry.loop_lag import LoopLag
from jarvisd.telemetry.sampling import Sampler
from jarvisd.telemetry.series import row_of
from jarvisd.telemetry.telemetry import Telemetry
from jarvisd.wire import (
    Chunk,
    ChunkSkipped,
    Component,
    ComponentState,
    ErrorDetail,
    GovernorDecision,
    GovernorResponse,
    InterruptResponse,
    PlayedResponse,
    ReloadResponse,
    ReplyDone,
    ReplyEvent,
    ReplyFailed,
    ReplyInfo,
    ReplyInterrupted,
    ReplyRequest,
    ReplyStarted,
    ReplyTimings,
    SayRequest,
    StatusResponse,
    Token,
    TokenUsage,
    Totals,
    UtteranceTimings,
)

VOICE = VoiceInfo(
    id="espeak:en-us", engine="espeak", name="en-us", language="en-US", sample_rate=22_050
)
OTHER_VOICE = VoiceInfo(
    id="piper:amy", engine="piper", name="amy", language="en-US", sample_rate=16_000
)


class FakeReply:
    """A reply whose events and audio appear when the test says so."""

    def __init__(self, reply: str = "r1", sample_rate: int = 22_050) -> None:
        self.id = reply
        self.sample_rate = sample_rate
        self.state: Any = "running"
        self.abandonments = 0
        self.told: list[bool] = []
        self.position = 0
        self.paced: bool | None = None
        self._events: list[ReplyEvent] = []
        self._pieces: list[bytes] = []
        self._ended = False
        self._changed = asyncio.Condition()
        self._wakers: set[asyncio.Task[None]] = set()

    # what the test does

    def started(self) -> None:
        self.emit(
            ReplyStarted(
                reply=self.id,
                seq=len(self._events),
                conversation="c1",
                provider="builtin",
                engine=VOICE.engine,
                voice=VOICE.id,
                sample_rate=self.sample_rate,
            )
        )

    def token(self, text: str) -> None:
        self.emit(Token(reply=self.id, seq=len(self._events), text=text))

    def audio_piece(self, pcm: bytes) -> None:
        self._pieces.append(pcm)
        self._wake()

    def chunk(self, pcm: bytes) -> None:
        self.audio_piece(pcm)
        self.emit(
            Chunk(
                reply=self.id,
                seq=len(self._events),
                utterance=0,
                engine=VOICE.engine,
                voice=VOICE.id,
                fallback=False,
                sample_rate=self.sample_rate,
                position=0,
                samples=len(pcm) // 2,
                cached=False,
                timings=UtteranceTimings(text_ms=0, started_ms=0, first_audio_ms=1, finished_ms=2),
            )
        )

    def skipped(self, reason: str, message: str = "") -> None:
        self.emit(
            ChunkSkipped(
                reply=self.id, seq=len(self._events), utterance=0, reason=reason, message=message
            )
        )

    def done(self) -> None:
        self.state = "done"
        self._end(
            ReplyDone(
                reply=self.id,
                seq=len(self._events),
                totals=Totals(),
                tokens=TokenUsage(),
                timings=ReplyTimings(),
                samples=sum(map(len, self._pieces)) // 2,
            )
        )

    def failed(self, code: str, message: str = "it broke") -> None:
        self.state = "failed"
        self._end(
            ReplyFailed(
                reply=self.id,
                seq=len(self._events),
                totals=Totals(),
                tokens=TokenUsage(),
                timings=ReplyTimings(),
                error=ErrorDetail(code=code, message=message),
            )
        )

    def emit(self, event: ReplyEvent) -> None:
        self._events.append(event)
        self._wake()

    def _end(self, event: ReplyEvent) -> None:
        self._ended = True
        self.emit(event)

    def _wake(self) -> None:
        async def notify() -> None:
            async with self._changed:
                self._changed.notify_all()

        task = asyncio.ensure_future(notify())
        self._wakers.add(task)
        task.add_done_callback(self._wakers.discard)

    # what the API sees

    async def events(self, since: int = 0) -> AsyncIterator[ReplyEvent]:
        async for event in self._follow(self._events, since):
            yield event

    async def audio(self, *, paced: bool = False, start: int = 0) -> AsyncIterator[bytes]:
        self.paced = paced
        skip = start * 2
        async for piece in self._follow(self._pieces):
            yield piece[skip:]
            skip = max(0, skip - len(piece))

    async def _follow(self, items: list[Any], index: int = 0) -> AsyncIterator[Any]:
        while True:
            while index < len(items):
                yield items[index]
                index += 1
            if self._ended:
                return
            async with self._changed:
                await self._changed.wait()

    async def interrupt(
        self, *, played: int | None = None, wait: bool = False
    ) -> InterruptResponse:
        if played is not None:
            self.position = played
        self.state = "interrupted"
        self._end(
            ReplyInterrupted(
                reply=self.id,
                seq=len(self._events),
                totals=Totals(),
                tokens=TokenUsage(),
                timings=ReplyTimings(),
                heard="One",
                heard_chars=3,
                played_samples=self.position,
            )
        )
        return InterruptResponse(
            reply=self.id,
            state="interrupted",
            heard="One",
            heard_chars=3,
            played_samples=self.position,
            freed_ms=1.0,
        )

    def pause(self) -> ReplyInfo:
        self.state = "paused"
        return self.info()

    def resume(self) -> ReplyInfo:
        self.state = "running"
        return self.info()

    async def played(self, samples: int, ended: bool = False) -> PlayedResponse:
        self.position = samples
        return PlayedResponse(**msgspec.structs.asdict(self.info()))

    def info(self) -> ReplyInfo:
        return ReplyInfo(
            reply=self.id,
            conversation="c1",
            state=self.state,
            engine=VOICE.engine,
            voice=VOICE.id,
            fallback=False,
            written_samples=0,
            played_samples=self.position,
            sample_rate=self.sample_rate,
        )

    def abandoned(self, told: bool) -> None:
        self.abandonments += 1
        self.told.append(told)


class FakeReplies:
    """Gives out the reply that the test prepared, or a short finished one."""

    def __init__(self, store: "FakeStore") -> None:
        self._store = store
        self.requests: list[SayRequest | ReplyRequest] = []
        self.prepare: Callable[[SayRequest | ReplyRequest], FakeReply] = spoken
        self.known: dict[str, FakeReply] = {}
        self.error: JarvisError | None = None

    async def forget(self, conversation: str) -> int:
        return await self._store.forget(conversation)

    async def say(self, request: SayRequest) -> FakeReply:
        return self._make(request)

    async def ask(self, request: ReplyRequest) -> FakeReply:
        return self._make(request)

    def _make(self, request: SayRequest | ReplyRequest) -> FakeReply:
        self.requests.append(request)
        if self.error is not None:
            raise self.error
        reply = self.prepare(request)
        self.known[reply.id] = reply
        return reply

    def get(self, reply: str) -> FakeReply:
        if reply not in self.known:
            raise NotFoundError(f"there is no reply {reply!r}", code="reply.unknown")
        return self.known[reply]

    def active(self) -> list[FakeReply]:
        return [reply for reply in self.known.values() if reply.state == "running"]


def spoken(request: SayRequest | ReplyRequest) -> FakeReply:
    """A reply that was spoken in two pieces before anybody listened."""
    reply = FakeReply(sample_rate=request.sample_rate or VOICE.sample_rate)
    reply.started()
    reply.token(request.text)
    reply.chunk(b"\x01\x00" * 100)
    reply.chunk(b"\x02\x00" * 50)
    reply.done()
    return reply


class FakeSpeech:
    """Two voices, or none."""

    def __init__(self) -> None:
        self.available = True

    def voices(self) -> list[VoiceInfo]:
        return [OTHER_VOICE, VOICE]

    def choose(self, voice: str = "default") -> VoiceChoice:
        if not self.available:
            raise SpeechError("there is no engine", code="speech.no_engine")
        return VoiceChoice(VOICE)


class FakeStore:
    """Conversations in a dictionary."""

    def __init__(self, count: int = 3) -> None:
        self.messages = {f"c{number}": _messages(f"c{number}") for number in range(count)}

    async def conversations(self, limit: int, before: str | None) -> list[ConversationSummary]:
        found = [
            ConversationSummary(
                id=name, created_at=1.0, updated_at=2.0, messages=len(messages), title="Hello"
            )
            for name, messages in self.messages.items()
        ]
        cursors = [summary.cursor for summary in found]
        first = cursors.index(before) + 1 if before else 0
        return found[first : first + limit]

    async def conversation(self, conversation: str) -> Conversation:
        return Conversation(
            id=conversation,
            created_at=1.0,
            updated_at=2.0,
            title="Hello",
            messages=self._known(conversation),
        )

    async def days(self, limit: int) -> list[DaySummary]:
        return []

    async def forget(self, conversation: str) -> int:
        found = self._known(conversation)
        del self.messages[conversation]
        return len(found)

    def _known(self, conversation: str) -> tuple[StoredMessage, ...]:
        if conversation not in self.messages:
            raise NotFoundError(
                f"there is no conversation {conversation!r}", code="conversation.unknown"
            )
        return self.messages[conversation]


def _messages(conversation: str) -> tuple[StoredMessage, ...]:
    return (
        StoredMessage(
            id=f"{conversation}-1",
            conversation=conversation,
            role="user",
            text="Hello",
            created_at=1.0,
        ),
        StoredMessage(
            id=f"{conversation}-2",
            conversation=conversation,
            role="assistant",
            text="Hello, how are you?",
            created_at=2.0,
            heard="Hello,",
            interrupted=True,
            reply="r1",
        ),
    )


class FakeComponents:
    """States by component, which a test may change."""

    def __init__(self) -> None:
        self.states: dict[str, ComponentState] = {
            "llm": "degraded",
            "voice": "ready",
            "engine.piper": "absent",
            "store": "ready",
        }

    async def __call__(self, max_age_s: float | None = None) -> list[Component]:
        return [
            Component(name=name, state=state, reason="because")
            for name, state in self.states.items()
        ]


def status() -> StatusResponse:
    return StatusResponse(
        version="0",
        pid=1,
        uptime_s=1.0,
        state="running",
        provider="builtin",
        voice=VOICE.id,
        fallback=False,
        components=[Component(name=name, state="ready") for name in ("llm", "speech", "store")],
        replies=[],
        workers=[],
        slots=2,
        slots_in_use=0,
        connections=1,
        rss_bytes=1,
        loop_lag_ms=0.1,
        replies_total=0,
        utterances_total=0,
        skipped_total=0,
        fallback_share=0.0,
    )


def fake_services(settings: Settings | None = None) -> Services:
    """Services made of the fakes above; reach them through its attributes."""
    settings = settings or Settings()
    store = FakeStore()
    return Services(
        settings=settings,
        replies=FakeReplies(store),
        speech=FakeSpeech(),
        store=store,
        events=EventBus(settings.api.event_backlog),
        log_lines=EventBus(KEPT_LINES),
        log_level=LevelSwitch(settings.log.level, lambda _level: None),
        status=status,
        components=FakeComponents(),
        loop_lag_ms=lambda: 0.1,
        governor=governor,
        telemetry=Telemetry(),
        sampler=Sampler(LoopLag(), read=row, busy=lambda: False),
        metrics=metrics,
        configuration=lambda: in_force(defaults(settings)),
        reload=reload,
    )


def defaults(settings: Settings) -> Loaded:
    """Settings that no file, variable or flag has touched."""
    return Loaded(settings, dict.fromkeys(leaves(), DEFAULT), ())


def governor() -> GovernorResponse:
    """A governor that has decided once."""
    rest = GovernorDecision(at=1.0, phase="rest", reason="quiet", slots=1, weight=100, quota=None)
    return GovernorResponse(enabled=True, now=rest, decisions=[rest])


async def reload() -> ReloadResponse:
    """A configuration with one change of either kind."""
    return ReloadResponse(changed=["llm.model"], restart=["api.socket"])


async def row() -> list[float]:
    """A row of a daemon of which one figure is known."""
    return row_of({"slots": 2.0})


async def metrics() -> str:
    """An exposition of nothing."""
    return "# EOF"
