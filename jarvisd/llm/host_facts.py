"""Facts for the builtin provider: the machine and the daemon, at one moment.

A value without behaviour. Bytes, seconds and counts; 0 or empty where something could not be read.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ComponentFact:
    """One part that the daemon depends on, as ``/v1/ready`` reports it."""

    name: str
    state: str
    reason: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class HostFacts:
    """The machine and the daemon. ``now`` carries its time zone."""

    hostname: str
    now: datetime
    uptime_s: float = 0.0
    load: tuple[float, float, float] = (0.0, 0.0, 0.0)
    cpus: int = 0
    memory_total: int = 0
    memory_available: int = 0
    disk_total: int = 0
    disk_free: int = 0
    daemon_uptime_s: float = 0.0
    daemon_version: str = ""
    components: tuple[ComponentFact, ...] = ()
    voice: str = ""
    replies: int = 0
