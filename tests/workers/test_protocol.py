import itertools
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.errors import WorkerError
from jarvisd.workers import protocol
from jarvisd.workers.protocol import (
    Cancel,
    End,
    Failure,
    Hello,
    Load,
    Piece,
    Ping,
    Pong,
    ResourceLoaded,
    Stop,
    Work,
)


def body(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.msgpack.encode(value))


COMMANDS = [
    Load(1, "tiny"),
    Work(2, "speak", "tiny", body({"text": "Grüß dich"})),
    Cancel(2),
    Ping(7),
    Stop(),
]
REPORTS = [
    Hello(protocol.PROTOCOL_VERSION, "fake", 42, {"fake": "1"}),
    ResourceLoaded(1, "tiny", 1_000_000),
    Piece(2, body(b"\x01\x02" * 100)),
    End(2, body([100, 22_050]), 1_000_000),
    Failure(3, "empty", "silence", 1_000_000),
    Pong(7, 1_000_000),
]


@given(st.lists(st.sampled_from(REPORTS), max_size=6), st.lists(st.integers(0, 1_000), max_size=12))
def test_messages_survive_every_way_of_being_cut(
    reports: list[protocol.Report], cuts: list[int]
) -> None:
    stream = b"".join(map(protocol.encode, reports))
    bounds = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    decoder = protocol.report_decoder()

    received = [
        message
        for start, end in itertools.pairwise(bounds)
        for message in decoder.feed(stream[start:end])
    ]

    assert received == reports
    assert decoder.unfinished == 0


def test_byte_by_byte_commands() -> None:
    decoder = protocol.command_decoder()
    stream = b"".join(map(protocol.encode, COMMANDS))

    assert [m for at in range(len(stream)) for m in decoder.feed(stream[at : at + 1])] == COMMANDS


@pytest.mark.parametrize(
    "garbage",
    [
        b"Traceback (most recent call last):\n",
        b"\x00\x00\x00\x00",
        b"\x00\x10\x00\x01",
        b"\x00\x00\x00\x01\xc1",
        b"\x00\x00\x00\x03\x92\x01\x02",
    ],
)
def test_garbage_is_an_error_and_never_waited_for(garbage: bytes) -> None:
    with pytest.raises(WorkerError) as caught:
        protocol.report_decoder().feed(garbage)

    assert caught.value.code == "workers.protocol"


def test_a_command_is_no_report() -> None:
    with pytest.raises(WorkerError, match="not a known message"):
        protocol.report_decoder().feed(protocol.encode(Stop()))


def test_a_message_too_large_is_not_sent() -> None:
    with pytest.raises(WorkerError, match="too large"):
        protocol.encode(Piece(1, body(bytes(protocol.MAX_FRAME_BYTES))))


@given(st.binary(max_size=200))
def test_any_bytes_give_messages_or_an_error(data: bytes) -> None:
    decoder = protocol.report_decoder()
    with suppress(WorkerError):  # any other error fails the test
        assert all(isinstance(message, msgspec.Struct) for message in decoder.feed(data))


def test_a_worker_of_another_version_or_engine_is_refused() -> None:
    protocol.check_hello(Hello(protocol.PROTOCOL_VERSION, "espeak", 1, {}), "espeak")

    with pytest.raises(WorkerError, match="version 99"):
        protocol.check_hello(Hello(99, "espeak", 1, {}), "espeak")
    with pytest.raises(WorkerError, match="instead of 'espeak'"):
        protocol.check_hello(Hello(protocol.PROTOCOL_VERSION, "piper", 1, {}), "espeak")
