"""The guard that fails tests whose code holds the loop."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable

import pytest

from tests.support.daemon import LONG_S
from tests.support.loop_guard import PACKAGES, LoopGuard, guarded_generator

COMPUTES = """
def hold(until):
    while not until(): pass
"""
SITS_IN_A_CALL = """
import time
def hold(until):
    while not until(): time.sleep(2)
"""


def ours(code: str, where: str) -> Callable[[Callable[[], object]], None]:
    names: dict[str, Callable[[Callable[[], object]], None]] = {}
    exec(compile(code, where, "exec"), names)
    return names["hold"]


@pytest.mark.unguarded
@pytest.mark.parametrize("code", [COMPUTES, SITS_IN_A_CALL])
async def test_code_of_ours_that_holds_the_loop_is_found(code: str) -> None:
    with LoopGuard() as guard:
        await asyncio.sleep(0)
        ours(code, f"{PACKAGES[0]}held.py")(lambda: guard.blocked)
    assert "held.py" in guard.blocked


@pytest.mark.unguarded
async def test_a_test_may_hold_the_loop_itself() -> None:
    end = time.thread_time() + 1.0
    with LoopGuard() as guard:
        await asyncio.sleep(0)
        ours(COMPUTES, "elsewhere.py")(lambda: time.thread_time() > end)
    assert not guard.blocked


@pytest.mark.unguarded
@pytest.mark.parametrize("when", ["before", "after"])
async def test_what_a_fixture_does_counts_too(when: str) -> None:
    async def fixture() -> AsyncGenerator[int, None]:
        _hold(when == "before")
        yield 7
        _hold(when == "after")

    guarded = guarded_generator(fixture, LONG_S)()
    if when == "after":
        assert await anext(guarded) == 7
    with pytest.raises(AssertionError, match=r"held\.py"):
        await anext(guarded)


def _hold(really: bool) -> None:
    end = time.thread_time() + really
    ours(COMPUTES, f"{PACKAGES[0]}held.py")(lambda: time.thread_time() > end)


NO_PROCESSOR = """
import asyncio, os, subprocess, sys, threading
from tests.support.loop_guard import PACKAGES, LoopGuard
# Off the interpreter's lock, so that the guard may look meanwhile.
code = "import hashlib\\nblock = bytes(2**16)\\ndef step(): hashlib.sha256(block)"
code = compile(code, PACKAGES[0] + "held.py", "exec")
exec(code)
async def main():
    with LoopGuard() as guard:
        # The loop's thread alone gets out of everybody's way; the guard's does not.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
        for _ in range(500):
            step()
    assert not guard.blocked, guard.blocked
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as neighbour:
    try:
        asyncio.run(main())
    finally:
        neighbour.kill()
"""


def test_a_machine_without_a_processor_for_us_is_not_a_held_loop() -> None:
    assert subprocess.run([sys.executable, "-c", NO_PROCESSOR], check=False).returncode == 0
