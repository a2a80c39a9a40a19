"""The machine's side of the governor: reads its counters and puts decisions in force.

The only part that changes anything, and it decides nothing. What blocks runs in one thread.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from jarvisd.config import Settings
from jarvisd.governor.sensor import CounterReader
from jarvisd.governor.values import Decision, Readings
from jarvisd.host.placement import Placement


class SteeredSpeech(Protocol):
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


class Actuator:
    """The machine's side: reads its counters and puts decisions in force, in one thread."""

    def __init__(self, speech: SteeredSpeech, placement: Placement, settings: Settings) -> None:
        self.speech = speech
        self._placement = placement
        self._reader = CounterReader(placement, settings.host)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="governor")

    async def read(self) -> Readings:
        """The counters now. A worker that met its memory limit gets a successor."""
        readings = await asyncio.get_running_loop().run_in_executor(self._thread, self._reader.read)
        for pid in readings.swollen:
            self.speech.replace_worker(pid, "it reached its memory limit")
        return readings

    async def apply(self, decision: Decision) -> None:
        """Put a decision in force; returns when it is."""
        self.speech.set_slots(decision.slots)
        await asyncio.get_running_loop().run_in_executor(
            self._thread, self._placement.share, decision.weight, decision.quota
        )

    def apply_soon(self, *, slots: int, weight: int, quota: float | None) -> None:
        """The same without waiting."""
        self.speech.set_slots(slots)
        self._thread.submit(self._placement.share, weight, quota)

    def stop(self) -> None:
        """End the thread, once it has done what it was given."""
        self._thread.shutdown(wait=True)
