import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import aiosqlite
import pytest


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": True}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "jarvisd.sqlite"


@pytest.fixture(autouse=True)
def no_database_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = []
    for connection in [c for c in gc.get_objects() if isinstance(c, aiosqlite.Connection)]:
        thread = connection._thread
        if thread not in before and thread.is_alive() and not connection._running:
            thread.join(timeout=5)
        if thread.is_alive() and thread not in before:
            # A thread left running would keep the whole test run from ending.
            connection.stop()
            left.append(thread.name)
    assert left == []
