"""What every test shares: the daemon's own event loop, and guards against what tests do not see.

An async test fails when the daemon's code holds the loop, in it or in a fixture of it, and ends in
time even where it hangs: uvloop does not let pytest-timeout's signal through. A session (each
worker of pytest-xdist is one) fails when it leaves processes.
"""

import inspect
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog

from tests.support.loop_guard import guarded, guarded_generator

# The daemon logs plain tracebacks. structlog's own default would render them with rich, which the
# dashboard brings along, and hold the loop for longer than the guard allows.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(),
    ]
)

# How long an example takes says how busy the machine is. ``long`` is what `make test-long` takes,
# ``mutants`` is for many short runs.
hypothesis.settings.register_profile(
    "suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile(
    "long", hypothesis.settings.get_profile("suite"), max_examples=1_000
)
hypothesis.settings.register_profile(
    "mutants", hypothesis.settings.get_profile("suite"), max_examples=20, derandomize=True
)
hypothesis.settings.load_profile(os.environ.get("JARVISD_TESTS_PROFILE", "suite"))

SHARE_OF_LIMIT = 0.8  # the guard's own limit comes before that of pytest-timeout
SESSION = f"jarvisd-tests-{uuid.uuid4()}"


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
        pyfuncitem.obj = guarded(pyfuncitem.obj, limit_s)
    elif inspect.iscoroutinefunction(inner := _hypothesis_test(pyfuncitem.obj)):
        pyfuncitem.obj.hypothesis.inner_test = guarded(inner, limit_s)
    return (yield)


def _limit_s(item: pytest.Item | pytest.Collector) -> float:
    if (marker := item.get_closest_marker("timeout")) and marker.args:
        return float(marker.args[0])
    return float(item.config.getoption("timeout") or item.config.getini("timeout"))


def _hypothesis_test(function: Any) -> Any:
    return getattr(getattr(function, "hypothesis", None), "inner_test", None)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Any:
    """Run what every async fixture does before and after its tests under guard, too."""
    function: Any = fixturedef.func
    if request.node.get_closest_marker("unguarded"):
        return (yield)
    limit_s = SHARE_OF_LIMIT * _limit_s(request.node)
    if inspect.isasyncgenfunction(function):
        fixturedef.func = guarded_generator(function, limit_s)
    elif inspect.iscoroutinefunction(function):
        fixturedef.func = guarded(function, limit_s)
    try:
        return (yield)
    finally:
        fixturedef.func = function
