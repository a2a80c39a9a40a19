"""The ring of recent log lines: what a line holds, its bounds, and lines of other threads."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
import structlog

from jarvisd.config.settings import LogSettings
from jarvisd.telemetry import logs
from jarvisd.telemetry.events import EventBus
from jarvisd.telemetry.log_ring import MAX_MESSAGE_CHARS, LogRing
from jarvisd.wire import LogLine


@pytest.fixture
async def ring() -> AsyncIterator[LogRing]:
    logs.configure(LogSettings(format="json"), environ={})
    ring = LogRing(EventBus(5))
    ring.attach()
    yield ring
    ring.close()


def kept(ring: LogRing) -> list[LogLine]:
    lines = [line for _, line in ring.lines.read(0, 100)]
    assert all(isinstance(line, LogLine) for line in lines)
    return lines  # type: ignore[return-value]


async def test_a_line_says_when_how_bad_where_and_what(ring: LogRing) -> None:
    structlog.get_logger("jarvisd.speech.pool").warning("worker.died", pid=7, reply="r-1")
    logging.getLogger("uvicorn.error").error("cannot %s", "bind")
    ours, theirs = kept(ring)
    assert (ours.event, ours.level, ours.component) == (1, "warning", "speech")
    assert (ours.message, ours.reply) == ("worker.died pid=7", "r-1")
    assert ours.time > 1e9
    assert (theirs.event, theirs.level, theirs.component) == (2, "error", "uvicorn")
    assert theirs.message == "cannot bind"


async def test_only_what_is_logged_is_kept(ring: LogRing) -> None:
    structlog.get_logger("jarvisd").debug("unseen")
    logs.set_level("debug")
    structlog.get_logger("jarvisd").debug("seen")
    assert [line.message for line in kept(ring)] == ["seen"]


async def test_the_ring_and_its_lines_are_bounded(ring: LogRing) -> None:
    for number in range(8):
        structlog.get_logger("jarvisd").info("x" * MAX_MESSAGE_CHARS, number=number)
    lines = kept(ring)
    assert [line.event for line in lines] == [4, 5, 6, 7, 8]
    assert {len(line.message) for line in lines} == {MAX_MESSAGE_CHARS}


async def test_a_traceback_stays_with_its_line(ring: LogRing) -> None:
    try:
        int("first\nsecond")
    except ValueError:
        structlog.get_logger("jarvisd").exception("request.crashed")
    (line,) = kept(ring)
    assert line.message.startswith("request.crashed\nTraceback")
    assert line.message.endswith(r"'first\nsecond'")


async def test_lines_of_other_threads_arrive(ring: LogRing) -> None:
    await asyncio.to_thread(structlog.get_logger("jarvisd.store").info, "from a thread")
    await asyncio.sleep(0)
    assert [line.message for line in kept(ring)] == ["from a thread"]


async def test_a_closed_ring_listens_no_more(ring: LogRing) -> None:
    ring.close()
    structlog.get_logger("jarvisd").info("unheard")
    assert kept(ring) == []
    assert ring.lines.closed
