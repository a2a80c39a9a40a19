"""Collects the facts for the builtin provider. Reads, changes nothing."""

import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime

import jarvisd
from jarvisd.errors import SpeechError
from jarvisd.host.machine import HostReader
from jarvisd.llm.host_facts import ComponentFact, HostFacts
from jarvisd.observe.health import ComponentHealth
from jarvisd.telemetry.counters import Counters


class FactFinder:
    """``await`` a call for the facts of this moment."""

    def __init__(
        self,
        host: HostReader,
        *,
        health: ComponentHealth,
        counters: Counters,
        uptime_s: Callable[[], float],
    ) -> None:
        self._host = host
        self._health = health
        self._counters = counters
        self._uptime_s = uptime_s

    async def __call__(self) -> HostFacts:
        """The machine now, and what the daemon knows about itself."""
        machine = await self._host.read()
        choice = self._health.voice()
        return HostFacts(
            hostname=socket.gethostname(),
            now=datetime.now(tz=UTC).astimezone(),
            uptime_s=machine.uptime_s,
            load=machine.load,
            cpus=len(os.sched_getaffinity(0)),
            memory_total=machine.memory.get("MemTotal", 0),
            memory_available=machine.memory.get("MemAvailable", 0),
            disk_total=machine.disk_total,
            disk_free=machine.disk_free,
            daemon_version=jarvisd.__version__,
            daemon_uptime_s=self._uptime_s(),
            components=tuple(
                ComponentFact(found.name, found.state, found.reason, found.hint)
                for found in self._health.components()
            ),
            voice="" if isinstance(choice, SpeechError) else choice.voice.id,
            replies=self._counters.started,
        )
