"""What every test shares: the daemon's own event loop, and guards against what tests do not see.

An async test fails when the daemon's code holds the loop, and ends in time even where it hangs:
uvloop does not let pytest-timeout's signal through. A session fails when it leaves processes.
"""

import asyncio
import functools
import inspect
import os
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, Self

import hypothesis
import pytest
import structlog

# The daemon logs plain tracebacks. structlog's own default would render them with rich, which the
# dashboard brings along, and hold the loop for longer than the guard allows.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(),
    ]
)

# How long an example takes says how busy the machine is. ``mutants`` is for many short runs.
hypothesis.settings.register_profile(
    "suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile(
    "mutants", hypothesis.settings.get_profile("suite"), max_examples=60, derandomize=True
)
hypothesis.settings.load_profile(os.environ.get("JARVISD_TESTS_PROFILE", "suite"))

PACKAGES = tuple(
    str(Path(__file__).parents[1] / part)
    for part in ("jarvisd/", "tui/jarvisbench/", "tui/jarvisctl/")
)
SHARE_OF_LIMIT = 0.8  # the guard's own limit comes before that of pytest-timeout
SESSION = f"jarvisd-tests-{uuid.uuid4()}"

TICK_S = 0.05
# The watching thread looked so often, always in time, and the loop had done nothing in between.
LOOKS_BEFORE_BLOCKED = 6
LATE_S = 0.1  # a look this late says that the machine is busy, and nothing about the loop


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Tests run on the daemon's own event loop."""
    return ("asyncio", {"use_uvloop": True})


@pytest.fixture(scope="session", autouse=True)
def nothing_left_running() -> Iterator[None]:
    """The session fails when a process that it started, however indirectly, is left at its end."""
    os.environ["JARVISD_TESTS_SESSION"] = SESSION
    yield
    deadline = time.monotonic() + 10
    while (left := list(_processes_of_this_session())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left, f"processes are left behind: {left}"


def _processes_of_this_session() -> Iterator[str]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        ours = SESSION.encode() in environment and int(process.name) != os.getpid()
        if ours and b"jarvis" in command:
            yield f"{process.name}: {command.replace(bytes(1), b' ').decode(errors='replace')}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Any:
    """Run every async test under guard."""
    limit_s = SHARE_OF_LIMIT * _limit_s(pyfuncitem)
    if pyfuncitem.get_closest_marker("unguarded"):
        return (yield)
    if inspect.iscoroutinefunction(pyfuncitem.obj):
        pyfuncitem.obj = _guarded(pyfuncitem.obj, limit_s)
    elif inspect.iscoroutinefunction(inner := _hypothesis_test(pyfuncitem.obj)):
        pyfuncitem.obj.hypothesis.inner_test = _guarded(inner, limit_s)
    return (yield)


def _limit_s(item: pytest.Function) -> float:
    if (marker := item.get_closest_marker("timeout")) and marker.args:
        return float(marker.args[0])
    return float(item.config.getoption("timeout") or item.config.getini("timeout"))


def _hypothesis_test(function: Any) -> Any:
    return getattr(getattr(function, "hypothesis", None), "inner_test", None)


def _guarded(
    test: Callable[..., Awaitable[None]], limit_s: float
) -> Callable[..., Awaitable[None]]:
    @functools.wraps(test)
    async def guarded(*arguments: Any, **named: Any) -> None:
        with LoopGuard() as guard:
            async with asyncio.timeout(limit_s):
                await test(*arguments, **named)
        assert not guard.blocked, f"the event loop was blocked by:\n{guard.blocked}"

    return guarded


class LoopGuard:
    """Watches the running loop from a thread; ``blocked`` is the stack that held it, if any.

    Only the daemon's own code counts: a test may well wait for something itself. A machine that is
    busy delays the watching thread as well, which makes it start counting again.
    """

    def __init__(self) -> None:
        self.blocked = ""
        self._beats = 0
        self._over = threading.Event()
        self._watched = threading.get_ident()
        self._thread = threading.Thread(target=self._watch, name="loop guard", daemon=True)
        self._tick: asyncio.TimerHandle | None = None

    def __enter__(self) -> Self:
        self._beat(asyncio.get_running_loop())
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        if self._tick is not None:
            self._tick.cancel()

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self._beats += 1
        self._tick = loop.call_later(TICK_S, self._beat, loop)

    def _watch(self) -> None:
        beats, looks, looked_at = self._beats, 0, time.monotonic()
        while not self._over.wait(TICK_S):
            now = time.monotonic()
            late, looked_at = now - looked_at > TICK_S + LATE_S, now
            if beats != self._beats or late:
                beats, looks = self._beats, 0
                continue
            looks += 1
            if looks == LOOKS_BEFORE_BLOCKED:
                self._note()

    def _note(self) -> None:
        frame = sys._current_frames().get(self._watched)
        stack = traceback.extract_stack(frame) if frame else []
        if any(entry.filename.startswith(PACKAGES) for entry in stack):
            self.blocked = "".join(traceback.format_list(stack[-12:]))
