"""Petting the watchdog: by the loop, for as long as every part makes progress."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from jarvisd.host import supervision
from jarvisd.host.notify import Notifier
from jarvisd.host.supervision import Extended, Supervision
from jarvisd.host.watchdog import PartProgress
from tests.host.systemd import FakeSystemd


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSystemd]:
    address = f"{tmp_path}/notify"
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    with FakeSystemd(address) as fake:
        yield fake


@pytest.fixture
def notifier(systemd: FakeSystemd) -> Iterator[Notifier]:
    made = Notifier(os.environ)
    yield made
    made.close()


def supervised(notifier: Notifier, *, limit_s: float | None) -> Supervision:
    environ = {} if limit_s is None else {"WATCHDOG_USEC": str(int(limit_s * 1_000_000))}
    return Supervision(notifier, environ=environ)


def test_it_comes_twice_as_often_as_asked_for(notifier: Notifier) -> None:
    assert supervised(notifier, limit_s=30.0).interval_s == 15.0


async def test_without_a_watchdog_there_is_no_timer(
    systemd: FakeSystemd, notifier: Notifier
) -> None:
    looked: list[PartProgress] = []
    supervision = supervised(notifier, limit_s=None)
    supervision.start(lambda: looked)
    assert supervision.interval_s is None
    assert supervision._timer is None
    assert systemd.told() == []


async def test_without_systemd_there_is_no_timer() -> None:
    supervision = supervised(Notifier({}), limit_s=30.0)
    supervision.start(tuple)
    assert supervision._timer is None


async def test_it_pets_at_once_and_again(systemd: FakeSystemd, notifier: Notifier) -> None:
    supervision = supervised(notifier, limit_s=0.02)
    supervision.start(tuple)
    for _ in range(3):
        assert await systemd.next() == {"WATCHDOG": "1"}
    supervision.stop()
    systemd.told()
    await asyncio.sleep(0)
    assert systemd.told() == []


async def test_it_falls_silent_and_says_why_once(systemd: FakeSystemd, notifier: Notifier) -> None:
    ended = ""
    looks = asyncio.Semaphore(0)

    def parts() -> list[PartProgress]:
        looks.release()
        return [
            PartProgress("database writer", 0, expects_progress=False, timeout_s=1.0, ended=ended)
        ]

    supervision = supervised(notifier, limit_s=0.02)
    supervision.start(parts)
    assert systemd.told() == [{"WATCHDOG": "1"}]
    ended = "it crashed"
    with structlog.testing.capture_logs() as logged:
        for _ in range(5):
            await looks.acquire()
    assert systemd.told() == []
    assert logged == [
        {
            "event": "watchdog.stuck",
            "log_level": "critical",
            "part": "database writer",
            "reason": "it crashed",
        }
    ]
    ended = ""
    assert await systemd.next() == {"WATCHDOG": "1"}
    supervision.stop()


async def test_while_everything_ends_only_the_loop_counts(
    systemd: FakeSystemd, notifier: Notifier
) -> None:
    supervision = supervised(notifier, limit_s=0.02)
    supervision.start(
        lambda: [PartProgress("x", 0, expects_progress=False, timeout_s=1.0, ended="it ended")]
    )
    assert systemd.told() == []
    supervision.wind_down()
    assert await systemd.next() == {"WATCHDOG": "1"}
    supervision.stop()


async def test_more_time_is_asked_for_while_the_block_runs(
    systemd: FakeSystemd, notifier: Notifier
) -> None:
    with Extended(notifier, 60.0):
        assert systemd.told() == [{"EXTEND_TIMEOUT_USEC": "10000000"}]


async def test_more_time_is_asked_for_again_and_again(
    systemd: FakeSystemd, notifier: Notifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "EXTENSION_S", 0.002)
    with Extended(notifier, 60.0):
        for _ in range(3):
            assert "EXTEND_TIMEOUT_USEC" in await systemd.next()


async def test_without_systemd_no_more_time_is_asked_for() -> None:
    with Extended(Notifier({}), 60.0) as extended:
        pass
    assert extended.asked == 0


async def test_who_hangs_gets_no_more_time(
    systemd: FakeSystemd, notifier: Notifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "EXTENSION_S", 0.0)
    seconds = iter([0.0, 1.0, 2.0, 59.0, 60.0])
    with Extended(notifier, 60.0, clock=lambda: next(seconds)) as extended:
        for _ in range(20):  # turns of the loop, each of which could ask
            await asyncio.sleep(0)
    assert extended.asked == 4
    assert len(systemd.told()) == 4
