"""What the daemon costs while nobody speaks: memory, processor time, wake-ups.

Its engine workers have ended by then, as they do after some minutes of silence. Beside it a bare
server idles, which keeps its own clock going.
"""

import time
from collections.abc import Iterator

from jarvisbench.figures import Row
from jarvisbench.process_cost import Cost, cost, resident_mib
from jarvisbench.rig import Rig, spawned, wait_for_workers, wait_until_live
from jarvisbench.wire import Wire

MEMORY_MIB, CPU_PERCENT = 40.0, 0.2
WORKER_IDLE_S = 3.0
SETTLE_S = 1.0


def measure(rig: Rig) -> Iterator[Row]:
    """Memory, processor and wake-ups, from the same quiet seconds."""
    path = rig.path(".sock")
    with (
        rig.daemon(worker_idle_s=WORKER_IDLE_S) as daemon,
        spawned("jarvisbench.bare_server", str(path)) as bare,
    ):
        wait_until_live(path, bare)
        with Wire(daemon.socket) as wire:
            wait_for_workers(wire, lambda found: not found)
        rig.say("workers have ended; nothing happens for some seconds")
        ours, floor, seconds = _quiet_seconds(daemon.pid, bare.pid, rig.samples(12, 4))
        memory, bare_memory = resident_mib(daemon.pid), resident_mib(bare.pid)
    yield Row(name="idle.memory", unit="MiB", values=[memory], floor=bare_memory, within=MEMORY_MIB)
    yield Row(
        name="idle.cpu",
        unit="%",
        values=[100 * ours.cpu_s / seconds],
        floor=100 * floor.cpu_s / seconds,
        within=CPU_PERCENT,
    )
    yield Row(
        name="idle.wake_ups",
        unit="1/s",
        values=[ours.wake_ups / seconds],
        floor=floor.wake_ups / seconds,
    )


def _quiet_seconds(pid: int, bare_pid: int, seconds: float) -> tuple[Cost, Cost, float]:
    """What both processes cost while nothing happens, and for how long that was."""
    time.sleep(SETTLE_S)
    began = time.monotonic()
    before, bare_before = cost(pid), cost(bare_pid)
    time.sleep(seconds)
    ours, bare = cost(pid) - before, cost(bare_pid) - bare_before
    return ours, bare, time.monotonic() - began
