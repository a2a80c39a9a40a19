"""Entries as the journal gets them, over a real datagram socket."""

import logging
import os
import re
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.config.settings import LogSettings
from jarvisd.telemetry import journal, logs
from jarvisd.telemetry.journal import JournalHandler, encode, field_name
from jarvisd.telemetry.message_ids import MESSAGE_IDS


def decode(entry: bytes) -> dict[str, str]:
    """The protocol read back, as journald does it."""
    fields = {}
    while entry:
        line, _, rest = entry.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if equals:
            entry = rest
        else:
            (size,) = struct.unpack("<Q", rest[:8])
            value, end, entry = rest[8 : 8 + size], rest[8 + size : 9 + size], rest[9 + size :]
            assert end == b"\n"
        fields[name.decode()] = value.decode()
    return fields


class FakeJournal:
    """journald's end of the socket."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)

    def entries(self) -> list[dict[str, str]]:
        found = []
        while True:
            try:
                found.append(decode(self._socket.recv(1_000_000)))
            except BlockingIOError:
                return found

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeJournal]:
    made = FakeJournal(tmp_path / "socket")
    yield made
    made.close()


@pytest.fixture
def configured(fake: FakeJournal, tmp_path: Path) -> Iterator[FakeJournal]:
    """Logging as under systemd: stderr leads to the journal, whose socket exists."""
    with (tmp_path / "stderr").open("w") as stderr:
        found = os.fstat(stderr.fileno())
        environ = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
        logs.configure(LogSettings(), stream=stderr, environ=environ, journal=fake.path)
        yield fake
        for handler in logging.getLogger().handlers:
            handler.close()


values = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(st.dictionaries(st.from_regex(r"[A-Z][A-Z0-9_]{0,10}", fullmatch=True), values, max_size=20))
def test_any_value_comes_back_as_it_was(fields: dict[str, str]) -> None:
    assert decode(encode(fields)) == fields


@given(st.text(max_size=100))
def test_any_key_becomes_a_name_that_the_journal_takes(key: str) -> None:
    assert re.fullmatch(r"([A-Z][A-Z0-9_]{0,63})?", field_name(key))


def test_an_entry_is_bounded_whatever_is_in_it() -> None:
    fields = {"MESSAGE": "\u20ac" * 1_000_000} | {f"F{i}": "x\n" * 10_000 for i in range(100)}
    entry = encode(fields)
    assert len(entry) < 200_000
    read = decode(entry)
    assert len(read) == journal.MAX_FIELDS
    assert read["MESSAGE"].endswith(journal.CUT)
    assert len(read["MESSAGE"].encode()) <= journal.MAX_MESSAGE_BYTES


def test_surrogates_do_no_harm() -> None:
    assert decode(encode({"MESSAGE": "a\udcffb"})) == {"MESSAGE": "a?b"}


def test_an_event_has_its_fields(configured: FakeJournal) -> None:
    structlog.get_logger("jarvisd.reply.reply").warning(
        "reply.failed", reply="r-1", code="llm.failed", reason="two\nlines"
    )
    (entry,) = configured.entries()
    assert entry == {
        "MESSAGE": r"reply.failed reply=r-1 code=llm.failed reason='two\nlines' "
        "logger=jarvisd.reply.reply",
        "PRIORITY": "4",
        "SYSLOG_IDENTIFIER": "jarvisd",
        "JARVISD_COMPONENT": "reply",
        "JARVISD_TURN": "r-1",
        "MESSAGE_ID": MESSAGE_IDS["reply.failed"],
        "JARVISD_EVENT": "reply.failed",
        "JARVISD_CODE": "llm.failed",
        "JARVISD_REASON": "two\nlines",
    }


def test_what_a_reply_says_on_its_way_carries_its_id(configured: FakeJournal) -> None:
    with structlog.contextvars.bound_contextvars(reply="r-2"):
        structlog.get_logger("jarvisd.speech").info("worker.ready")
    assert configured.entries()[0]["JARVISD_TURN"] == "r-2"


@pytest.mark.parametrize(
    ("logger", "component"),
    [("jarvisd", "daemon"), ("jarvisd.store.writer", "store"), ("uvicorn.error", "uvicorn")],
)
def test_the_room_that_speaks_is_named(
    configured: FakeJournal, logger: str, component: str
) -> None:
    logging.getLogger(logger).error("what: %s", "why")
    (entry,) = configured.entries()
    assert entry["JARVISD_COMPONENT"] == component
    assert entry["PRIORITY"] == "3"
    assert entry["MESSAGE"] == f"what: why logger={logger}"


def test_a_traceback_is_one_entry(configured: FakeJournal) -> None:
    try:
        int("x")
    except ValueError:
        structlog.get_logger("jarvisd.api").exception("request.crashed")
        logging.getLogger("other").exception("broken")
    ours, other = configured.entries()
    for entry in (ours, other):
        assert entry["PRIORITY"] == "3"
        assert "\nTraceback (most recent call last)" in entry["MESSAGE"]
        assert entry["MESSAGE"].endswith("ValueError: invalid literal for int() with base 10: 'x'")


def test_a_record_that_cannot_be_shown_ends_nobody(
    configured: FakeJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    logging.getLogger("other").error("%d", "not a number")
    assert configured.entries() == []


def test_a_full_journal_never_waits_and_losses_are_told(fake: FakeJournal) -> None:
    handler = JournalHandler(lambda record: {"MESSAGE": record.getMessage()}, path=fake.path)
    record = logging.LogRecord("x", logging.INFO, "", 0, "hello", (), None)
    while handler.dropped < 3:
        handler.emit(record)
    assert fake.entries()
    handler.emit(record)
    assert fake.entries() == [{"MESSAGE": "hello", "JARVISD_ENTRIES_LOST": "3"}]
    handler.emit(record)
    assert fake.entries() == [{"MESSAGE": "hello"}]
    handler.close()


def test_a_journal_that_restarts_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    first = FakeJournal(path)
    handler = JournalHandler(lambda record: {"MESSAGE": record.getMessage()}, path=path)
    record = logging.LogRecord("x", logging.INFO, "", 0, "hello", (), None)
    first.close()
    path.unlink()
    handler.emit(record)
    second = FakeJournal(path)
    handler.emit(record)
    assert second.entries() == [{"MESSAGE": "hello", "JARVISD_ENTRIES_LOST": "1"}]
    second.close()
    handler.close()


def test_small_sockets_get_the_beginning_of_a_message(fake: FakeJournal) -> None:
    handler = JournalHandler(lambda record: {"MESSAGE": record.getMessage()}, path=fake.path)
    handler._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_608)
    handler.emit(logging.LogRecord("x", logging.INFO, "", 0, "y" * 40_000, (), None))
    (entry,) = fake.entries()
    assert len(entry["MESSAGE"]) == journal.LEAST_BYTES
    handler.close()


def test_without_the_socket_stderr_carries_priorities(tmp_path: Path) -> None:
    with (tmp_path / "stderr").open("w") as stderr:
        found = os.fstat(stderr.fileno())
        environ = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
        missing = tmp_path / "nobody"
        logs.configure(LogSettings(), stream=stderr, environ=environ, journal=missing)
        structlog.get_logger("jarvisd").error("daemon.failed")
    assert (tmp_path / "stderr").read_text() == "<3>daemon.failed logger=jarvisd\n"


def test_the_module_brings_no_library_of_its_own() -> None:
    assert "systemd" not in sys.modules
