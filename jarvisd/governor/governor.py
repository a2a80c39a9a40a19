"""The governor's loop: read the load, decide, apply, publish. A thin layer.

Runs only while a reply is written or spoken; an idle daemon does not wake up. Counters are read and
control groups written in a thread. The controller decides.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import structlog

from jarvisd.config import Settings
from jarvisd.governor.actuator import Actuator, SteeredSpeech
from jarvisd.governor.controller import Controller
from jarvisd.governor.history import DecisionHistory
from jarvisd.governor.sensor import Sensor
from jarvisd.governor.values import Decision, GovernorLimits, TurnState
from jarvisd.host.placement import Placement
from jarvisd.wire import Chunk, GovernorDecision, GovernorResponse, ReplyEvent, ReplyStarted

TICK_S = 0.25
_log = structlog.get_logger("jarvisd.governor")


class Governor:
    """``publish`` gets each decision as an event; ``model`` returns the model that writes."""

    def __init__(
        self,
        settings: Settings,
        *,
        speech: SteeredSpeech,
        placement: Placement,
        turns: Callable[[], Iterable[TurnState]],
        publish: Callable[[GovernorDecision], object],
        model: Callable[[], str] = lambda: "",
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._publish = publish
        self._sensor = Sensor(turns=turns, model=model, clock=clock)
        self._actuator = Actuator(speech, placement, settings)
        self._history = DecisionHistory(wall_clock)
        self._task: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self.ticks = 0
        self.apply(settings)

    def apply(self, settings: Settings) -> None:
        """Apply new settings at once; the model's baselines are kept."""
        self._enabled = settings.governor.enabled
        self._controller = Controller(limits_of(settings))
        host, decision = settings.host, self._controller.decision
        if self._enabled:
            self._history.begin(decision)
            self._actuator.apply_soon(
                slots=decision.slots, weight=decision.weight, quota=decision.quota
            )
        else:
            self._actuator.apply_soon(
                slots=settings.speech.slots,
                weight=host.worker_cpu_weight,
                quota=host.worker_cpu_quota or None,
            )
        self.wake()

    async def stop(self) -> None:
        """Stop the loop."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._actuator.stop()

    def wake(self) -> None:
        """A reply begins: measure at once."""
        self._hurry.set()
        if self._enabled and (self._task is None or self._task.done()) and self._sensor.busy:
            self._task = asyncio.get_running_loop().create_task(self._run(), name="governor")

    def observe(self, event: ReplyEvent) -> None:
        """Take an event of a reply; costs very little."""
        self._sensor.observe(event)
        if isinstance(event, ReplyStarted):
            self.wake()
        elif isinstance(event, Chunk):
            self._hurry.set()

    def report(self) -> GovernorResponse:
        """The current decision, the last load, and the newest decisions."""
        return self._history.report(
            self._controller.decision, self._sensor.seen, enabled=self._enabled
        )

    # --- ticking --------------------------------------------------------------------------------

    async def _run(self) -> None:
        while self._enabled and self._sensor.busy:
            await self.tick()
            self._hurry.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._hurry.wait()
        if self._enabled:
            await self._settle(self._controller.rest())

    async def tick(self) -> None:
        """Measure once, decide, and apply the decision."""
        self.ticks += 1
        readings = await self._actuator.read()
        speech = self._actuator.speech
        load = self._sensor.look(readings, making=speech.slots_in_use, waiting=speech.waiting)
        await self._settle(self._controller.decide(load))

    async def _settle(self, decision: Decision) -> None:
        """Apply a decision and publish it, if it is a new one."""
        if decision is self._history.in_force:
            return
        event = self._history.record(decision, self._sensor.seen)
        await self._actuator.apply(decision)
        self._publish(event)
        _log.debug("governor.decided", phase=decision.phase, reason=decision.reason)


def limits_of(settings: Settings) -> GovernorLimits:
    """What the configuration lets the governor decide."""
    host, governor = settings.host, settings.governor
    return GovernorLimits(
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
