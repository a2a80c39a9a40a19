"""Reads the machine's counters and applies the governor's decisions.

The only part of the governor that changes anything; it decides nothing. Blocking calls run in one
thread.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from jarvisd.config import Settings
from jarvisd.governor.sensor import CounterReader
from jarvisd.governor.values import Decision, Readings
from jarvisd.host.placement import Placement


class SteeredSpeech(Protocol):
    """What the governor controls."""

    @property
    def slots_in_use(self) -> int:
        """Running syntheses."""
        ...

    @property
    def waiting(self) -> int:
        """Waiting syntheses."""
        ...

    def set_slots(self, slots: int) -> None:
        """Allow this many at the same time."""
        ...

    def replace_worker(self, pid: int, reason: str) -> None:
        """Replace this process with another one after its utterance."""
        ...


class Actuator:
    """Reads the machine's counters and applies decisions, in one thread."""

    def __init__(self, speech: SteeredSpeech, placement: Placement, settings: Settings) -> None:
        self.speech = speech
        self._placement = placement
        self._reader = CounterReader(placement, settings.host)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="governor")

    async def read(self) -> Readings:
        """The counters now. A worker that reached its memory limit is replaced."""
        readings = await asyncio.get_running_loop().run_in_executor(self._thread, self._reader.read)
        for pid in readings.swollen:
            self.speech.replace_worker(pid, "it reached its memory limit")
        return readings

    async def apply(self, decision: Decision) -> None:
        """Apply a decision; returns when it is in force."""
        self.speech.set_slots(decision.slots)
        await asyncio.get_running_loop().run_in_executor(
            self._thread, self._placement.share, decision.weight, decision.quota
        )

    def apply_soon(self, *, slots: int, weight: int, quota: float | None) -> None:
        """Apply a decision without waiting."""
        self.speech.set_slots(slots)
        self._thread.submit(self._placement.share, weight, quota)

    def stop(self) -> None:
        """End the thread, once it has done what it was given."""
        self._thread.shutdown(wait=True)
