"""The faults: each happens to a real daemon, again and again, and each is over when it returns.

Every fault is a coroutine over a stage. It counts what was lost, frozen or left behind there, and
raises where the daemon did something that no figure covers.
"""

import asyncio
import os
import resource
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from tests.chaos.stage import Stage
from tests.fakes.hostile_model import LIMITS, SCENARIOS, hostile
from tests.support.daemon import RunningDaemon

DAEMON_KILLS = 20
WORKER_KILLS = 30
WORKER_STOPS = 4
LEAVERS = 30
RECOVERY_S = 30.0

Fault = Callable[[Stage], Awaitable[None]]


async def kill_the_daemon(stage: Stage) -> None:
    """SIGKILL in the middle of turns; the next life knows what the last one acknowledged."""
    for number in range(DAEMON_KILLS):
        async with stage.daemon(check_exit=False) as daemon:
            await stage.check_promises(daemon)
            turns = [
                asyncio.create_task(
                    stage.ask(daemon, f"c{number}-{each}", stop_at=stage.chance.choice((None, 9)))
                )
                for each in range(3)
            ]
            await asyncio.sleep(stage.chance.uniform(0.0, 0.4))
            workers = daemon.children()
            os.kill(daemon.pid, signal.SIGKILL)
            await daemon.process.wait()
            await asyncio.gather(*turns)
        stage.figures.leaked_processes += await _left(workers)
    async with stage.daemon() as daemon:
        await stage.check_promises(daemon)


async def kill_workers(stage: Stage) -> None:
    """SIGKILL of workers while they start, speak and wait: every reply ends."""
    async with stage.daemon() as daemon:
        await stage.say(daemon, 3)
        before = await stage.usage(daemon)
        talking = asyncio.create_task(_keep_talking(stage, daemon))
        for _ in range(WORKER_KILLS):
            await asyncio.sleep(stage.chance.uniform(0.0, 0.2))
            if workers := daemon.children():
                with suppress(ProcessLookupError):
                    os.kill(stage.chance.choice(workers), signal.SIGKILL)
        await _stop_talking(talking)
        await _speaks_again(stage, daemon)
        await stage.check_usage(daemon, before)


async def stop_workers(stage: Stage) -> None:
    """SIGSTOP of workers: what hangs is noticed, replaced, and not waited for by others."""
    async with stage.daemon(speech__deadline_s=2) as daemon:
        await stage.say(daemon, 3)
        before = await stage.usage(daemon)
        talking = asyncio.create_task(_keep_talking(stage, daemon))
        for _ in range(WORKER_STOPS):
            await asyncio.sleep(stage.chance.uniform(0.1, 0.5))
            for worker in daemon.children():
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGSTOP)
            await asyncio.sleep(stage.chance.uniform(0.5, 3.0))
        await _stop_talking(talking)
        await _speaks_again(stage, daemon)
        await stage.check_usage(daemon, before)


async def take_the_descriptors(stage: Stage) -> None:
    """No descriptor left for a while: what cannot be had is refused, and all comes back."""
    async with stage.daemon() as daemon:
        await stage.say(daemon, 3)
        before = await stage.usage(daemon)
        most = resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE)
        for _ in range(5):
            short = daemon.descriptors() + stage.chance.randint(0, 4)
            resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE, (short, most[1]))
            for worker in daemon.children():
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
            await asyncio.gather(*(_knock(daemon) for _ in range(20)))
            resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE, most)
            await _speaks_again(stage, daemon)
        await stage.check_usage(daemon, before)


async def fill_the_disk(stage: Stage) -> None:
    """Nothing can be written for a while: it is said, and what was acknowledged is kept."""
    async with stage.daemon() as daemon:
        await stage.ask(daemon, "before")
        before = await stage.usage(daemon)
        for number in range(5):
            _limit_file_size(daemon, 1)
            for each in range(3):
                await stage.ask(daemon, f"full{number}-{each}")
            _limit_file_size(daemon, resource.RLIM_INFINITY)
            for each in range(3):
                await stage.ask(daemon, f"room{number}-{each}")
        await stage.check_usage(daemon, before)
        await _store_is_well(daemon)
    async with stage.daemon() as daemon:
        await stage.check_promises(daemon)


async def jump_the_clock(stage: Stage) -> None:
    """The wall clock jumps by days, in both directions, in the middle of turns."""
    offset = stage.directory / "clock"
    offset.write_text("0")
    environ = {"JARVISD_CHAOS_CLOCK": str(offset)}
    async with stage.daemon(module="tests.chaos.jumping_clock", environ=environ) as daemon:
        await stage.ask(daemon, "clock")
        before = await stage.usage(daemon)
        for _ in range(20):
            turn = asyncio.create_task(stage.ask(daemon, "clock"))
            jump = stage.chance.choice((-86_400 * 40, -3_600, -1, 1, 3_600, 86_400 * 40))
            offset.write_text(str(jump))
            await turn
        await stage.check_promises(daemon)
        await stage.check_usage(daemon, before)


async def leave_in_the_middle(stage: Stage) -> None:
    """Listeners and askers who go away at any moment, at full speed and in real time."""
    async with stage.daemon(reply__max_active=4) as daemon:
        await stage.say(daemon, 3)
        before = await stage.usage(daemon)
        for _ in range(LEAVERS):
            speaking = asyncio.create_task(stage.say(daemon, 12))
            await asyncio.sleep(stage.chance.uniform(0.02, 0.1))
            for reply in (await daemon.get("/v1/status"))["replies"]:
                await _listen_a_moment(stage, daemon, str(reply["reply"]))
            if stage.chance.random() < 0.5:
                speaking.cancel()
            await asyncio.wait({speaking})
        await stage.check_usage(daemon, before)


async def meet_hostile_models(stage: Stage) -> None:
    """A model that breaks every rule, one way after the other: every reply ends."""
    model = {f"llm__{name}": limit for name, limit in LIMITS.items()}
    for scenario in SCENARIOS:
        async with (
            hostile(scenario) as url,
            stage.daemon(llm_url=url, llm__provider="llama-server", **model) as daemon,
        ):
            before = await stage.usage(daemon)
            await asyncio.gather(*(stage.ask(daemon, f"h{each}") for each in range(3)))
            await stage.check_usage(daemon, before)


# --- what faults have in common ---------------------------------------------------------------


async def _keep_talking(stage: Stage, daemon: RunningDaemon) -> None:
    while True:
        await stage.say(daemon, 6)


async def _stop_talking(talking: asyncio.Task[None]) -> None:
    talking.cancel()
    await asyncio.wait({talking})


async def _speaks_again(stage: Stage, daemon: RunningDaemon) -> None:
    """Raises where nothing is spoken for ``RECOVERY_S`` after the fault is over."""
    async with asyncio.timeout(RECOVERY_S):
        while True:
            last = await stage.say(daemon, 3)
            if last is not None and last["type"] == "reply.done" and last["totals"]["spoken"]:
                return
            await asyncio.sleep(0.2)


async def _knock(daemon: RunningDaemon) -> None:
    """One connection of its own, and one request; whatever comes back."""
    with suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_unix_connection(str(daemon.socket))
            writer.write(b"GET /v1/live HTTP/1.1\r\nHost: j\r\nConnection: close\r\n\r\n")
            await reader.read()
            writer.close()


async def _listen_a_moment(stage: Stage, daemon: RunningDaemon, reply: str) -> None:
    reader, writer = await asyncio.open_unix_connection(str(daemon.socket))
    query = stage.chance.choice(("", "?paced=true"))
    writer.write(
        f"GET /v1/replies/{reply}/audio{query} HTTP/1.1\r\nHost: j\r\n\r\n".encode("ascii")
    )
    with suppress(TimeoutError):
        async with asyncio.timeout(stage.chance.uniform(0.0, 0.2)):
            await reader.read(stage.chance.choice((1, 20_000)))
    writer.transport.abort()


def _limit_file_size(daemon: RunningDaemon, most: int) -> None:
    _, hard = resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (most, hard))


async def _store_is_well(daemon: RunningDaemon) -> None:
    async with asyncio.timeout(RECOVERY_S):
        while True:
            parts = (await daemon.get("/v1/ready"))["components"]
            if next(part for part in parts if part["name"] == "store")["state"] == "ready":
                return
            await asyncio.sleep(0.2)


async def _left(workers: list[int]) -> int:
    """How many of these processes outlive their daemon."""
    for _ in range(100):
        if not (alive := [pid for pid in workers if _exists(pid)]):
            return 0
        await asyncio.sleep(0.05)
    return len(alive)


def _exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
