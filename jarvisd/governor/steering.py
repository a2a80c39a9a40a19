"""Carries the governor's decisions out: looks, decides, applies, tells. A thin shell.

Ticks only while a reply is being written or spoken; an idle daemon is not woken. Counters are read
and groups written in a thread of its own. It decides nothing itself.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Protocol, TypeVar

import structlog

from jarvisd.config import Settings
from jarvisd.governor.controller import Governor
from jarvisd.governor.readings import Gatherer
from jarvisd.governor.sampling import Pulse, Sampler
from jarvisd.governor.values import Decision, Limits, Sample
from jarvisd.host.placement import Placement
from jarvisd.wire import (
    Chunk,
    GovernorDecision,
    GovernorResponse,
    ReplyDone,
    ReplyEvent,
    ReplyFailed,
    ReplyInterrupted,
    ReplyStarted,
    Token,
)

TICK_S = 0.25
KEPT_DECISIONS = 256
KEPT_CONVERSATIONS = 256
T = TypeVar("T")
_log = structlog.get_logger("jarvisd.host")


class Speech(Protocol):
    """What there is to steer."""

    @property
    def slots_in_use(self) -> int:
        """Syntheses that run."""
        ...

    @property
    def waiting(self) -> int:
        """Syntheses that wait."""
        ...

    def set_slots(self, slots: int) -> None:
        """Allow so many at once."""
        ...

    def replace_worker(self, pid: int, reason: str) -> None:
        """Have another process do the work of this one, after its utterance."""
        ...


class Steering:
    """``publish`` gets each decision as an event; ``model`` tells who writes."""

    def __init__(
        self,
        settings: Settings,
        *,
        speech: Speech,
        placement: Placement,
        pulses: Callable[[], Iterable[Pulse]],
        publish: Callable[[GovernorDecision], object],
        model: Callable[[], str] = lambda: "",
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._speech = speech
        self._placement = placement
        self._pulses = pulses
        self._publish = publish
        self._model = model
        self._clock = clock
        self._wall_clock = wall_clock
        self._gatherer = Gatherer(placement, settings.host)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="steering")
        self._sampler = Sampler()
        self._task: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._conversations: dict[str, int] = {}
        self._conversation_of: dict[str, str] = {}
        self._history: deque[GovernorDecision] = deque(maxlen=KEPT_DECISIONS)
        self._seen = Sample(now=clock())
        self._standing: Decision | None = None
        self._decided_at = wall_clock()
        self.ticks = 0
        self.apply(settings)

    def apply(self, settings: Settings) -> None:
        """New settings, in force at once; what was learnt about the model stays."""
        self._enabled = settings.governor.enabled
        self._governor = Governor(limits_of(settings))
        host = settings.host
        weight, quota = host.worker_cpu_weight, host.worker_cpu_quota or None
        if self._enabled:
            self._standing = decision = self._governor.decision
            self._speech.set_slots(decision.slots)
            weight, quota = decision.weight, decision.quota
        else:
            self._speech.set_slots(settings.speech.slots)
        self._thread.submit(self._placement.share, weight, quota)
        self.wake()

    async def stop(self) -> None:
        """Tick no more."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._thread.shutdown(wait=True)

    def wake(self) -> None:
        """Something begins: look at once."""
        self._hurry.set()
        if self._enabled and (self._task is None or self._task.done()) and any(self._pulses()):
            self._task = asyncio.get_running_loop().create_task(self._run(), name="steering")

    def observe(self, event: ReplyEvent) -> None:
        """Every event of every reply; costs next to nothing."""
        match event:
            case Token():
                self._sampler.token(event.reply, self._clock())
            case ReplyStarted():
                if event.voice:
                    self._sampler.voice(event.voice)
                if event.provider != "text":
                    context = self._conversations.get(event.conversation, 0)
                    self._sampler.started(event.reply, context)
                    self._conversation_of[event.reply] = event.conversation
                self.wake()
            case Chunk():
                self._sampler.utterance(event.samples / event.sample_rate)
                self._hurry.set()
            case ReplyDone() | ReplyInterrupted() | ReplyFailed():
                self._ended(event)
            case _:
                pass

    def report(self) -> GovernorResponse:
        """What is in force, what was seen last, and the newest decisions."""
        return GovernorResponse(
            enabled=self._enabled,
            now=self._event(self._governor.decision, self._seen, self._decided_at),
            decisions=list(self._history),
        )

    # --- ticking --------------------------------------------------------------------------------

    async def _run(self) -> None:
        while self._enabled and any(self._pulses()):
            await self.tick()
            self._hurry.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._hurry.wait()
        if self._enabled:
            await self._settle(self._governor.rest())

    async def tick(self) -> None:
        """Look once, decide, and carry it out."""
        self.ticks += 1
        readings = await self._in_thread(self._gatherer.read)
        for pid in self._gatherer.swollen:
            self._speech.replace_worker(pid, "it met its memory limit")
        self._sampler.model = self._model()
        self._seen = self._sampler.sample(
            self._clock(),
            self._pulses(),
            readings,
            making=self._speech.slots_in_use,
            waiting=self._speech.waiting,
        )
        await self._settle(self._governor.decide(self._seen))

    async def _settle(self, decision: Decision) -> None:
        """Put a decision in force, and tell, if it is a new one."""
        if decision is self._standing:
            return
        await self._put_in_force(decision)
        event = self._event(decision, self._seen, self._decided_at)
        self._history.append(event)
        self._publish(event)
        _log.debug("governor.decided", phase=decision.phase, reason=decision.reason)

    async def _put_in_force(self, decision: Decision) -> None:
        self._standing, self._decided_at = decision, self._wall_clock()
        self._speech.set_slots(decision.slots)
        await self._in_thread(lambda: self._placement.share(decision.weight, decision.quota))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    # --- inside ---------------------------------------------------------------------------------

    def _ended(self, event: ReplyDone | ReplyInterrupted | ReplyFailed) -> None:
        """Remember how long the conversation's context has become: the next turn starts there."""
        counted = self._sampler.ended(event.reply)
        conversation = self._conversation_of.pop(event.reply, "")
        if conversation:
            usage = event.tokens
            self._conversations.pop(conversation, None)
            self._conversations[conversation] = (usage.prompt + usage.completion) or counted
            if len(self._conversations) > KEPT_CONVERSATIONS:
                del self._conversations[next(iter(self._conversations))]

    def _event(self, decision: Decision, sample: Sample, at: float) -> GovernorDecision:
        return GovernorDecision(
            at=round(at, 3),
            phase=decision.phase,
            reason=decision.reason,
            slots=decision.slots,
            weight=decision.weight,
            quota=decision.quota,
            warming=decision.warming,
            slack_s=_rounded(sample.slack_s),
            tokens_per_s=_rounded(sample.tokens_per_s),
            baseline=_rounded(sample.baseline),
            loss=_rounded(sample.loss),
            cost=_rounded(sample.cost),
        )


def limits_of(settings: Settings) -> Limits:
    """What the configuration lets the governor decide."""
    host, governor = settings.host, settings.governor
    return Limits(
        slots=settings.speech.slots,
        weight=host.worker_cpu_weight,
        quota=host.worker_cpu_quota or None,
        min_quota=governor.min_quota,
        max_loss=governor.max_loss,
        look_ahead_s=settings.speech.look_ahead_s,
        fixed_slots=governor.slots,
        fixed_weight=governor.weight,
        fixed_quota=governor.quota,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
