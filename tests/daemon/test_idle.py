"""A daemon that nobody asks anything sleeps, and so do its workers."""

import asyncio
import re
from pathlib import Path

import pytest

from tests.host.systemd import FakeSystemd
from tests.support.daemon import running_daemon

SECONDS = 6.0
SWITCHES = re.compile(r"^voluntary_ctxt_switches:\s*(\d+)$", re.MULTILINE)


def wake_ups(pid: int) -> int:
    """How often any thread of the process went to sleep and was woken, so far."""
    statuses = (task.read_text() for task in Path(f"/proc/{pid}/task").glob("*/status"))
    return sum(int(found[1]) for text in statuses if (found := SWITCHES.search(text)))


def cpu_s(pid: int) -> float:
    """Seconds of processor that its threads have had, to the nanosecond."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


@pytest.mark.slow
async def test_an_idle_daemon_sleeps(tmp_path: Path) -> None:
    """Under a watchdog of the unit's length, which alone may wake it."""
    with FakeSystemd(f"{tmp_path}/notify") as systemd:
        environ = {**systemd.environ, "WATCHDOG_USEC": "30000000"}
        async with running_daemon(tmp_path, environ=environ) as daemon:
            workers = await daemon.until(
                lambda status: [one["state"] for one in status["workers"]] == ["idle", "idle"]
            )
            pids = [daemon.pid, *(one["pid"] for one in workers["workers"])]
            await asyncio.sleep(2.0)  # what the start has left behind: asking would wake it
            woken = {pid: wake_ups(pid) for pid in pids}
            used_s = {pid: cpu_s(pid) for pid in pids}
            await asyncio.sleep(SECONDS)  # the figures are rates: time must pass
            for pid in pids:
                assert wake_ups(pid) - woken[pid] < SECONDS
                assert cpu_s(pid) - used_s[pid] < 0.001 * SECONDS
