"""A feed of a scripted daemon, and what it has brought so far."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from jarvisctl.dashboard.feed import DaemonFeed
from jarvisctl.dashboard.messages import Message
from tests.fakes.daemon import FakeDaemon
from tests.jarvisctl.dashboard import scenes

M = TypeVar("M")


class Brought:
    """Messages as they come; ``wait_for`` returns the first that is as wanted."""

    def __init__(self) -> None:
        self._come = threading.Condition()
        self.messages: list[Message] = []

    def put(self, message: Message) -> None:
        with self._come:
            self.messages.append(message)
            self._come.notify_all()

    def wait_for(self, kind: type[M], wanted: Callable[[M], bool] = lambda _: True) -> M:
        def found() -> M | None:
            return next((m for m in self.messages if isinstance(m, kind) and wanted(m)), None)

        with self._come:
            assert self._come.wait_for(found, timeout=300), self.messages
        message = found()
        assert message is not None
        return message


@pytest.fixture
def feed(socket_path: Path) -> Iterator[Callable[[], Brought]]:
    """Starts to bring what the daemon then has."""
    daemon_feed = DaemonFeed([str(socket_path)])

    def start() -> Brought:
        brought = Brought()
        daemon_feed.start(brought.put)
        return brought

    yield start
    daemon_feed.stop()


@pytest.fixture
def serving(daemon: FakeDaemon) -> FakeDaemon:
    """A daemon that has a status, but neither events nor anything else."""
    daemon.json("GET", "/v1/status", scenes.status())
    return daemon
