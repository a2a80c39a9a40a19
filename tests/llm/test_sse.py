"""The parser gives the same events however the bytes were cut, and bounds what it holds."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvisd.llm.providers.llama_server.sse import Done, SseEvent, SseParser, StreamError
from jarvisd.llm.providers.llama_server.wire import StreamChunk
from tests.fakes.llama import capture, captures, cut_at

SMALL = 5_000
NAMES = [path.stem for path in captures()]


def parse(*pieces: bytes, parser: SseParser | None = None) -> list[SseEvent]:
    parser = parser or SseParser()
    return [event for piece in pieces for event in parser.feed(piece)]


def texts(events: list[SseEvent]) -> list[str]:
    chunks = [event for event in events if isinstance(event, StreamChunk)]
    return [c.choices[0].delta.content or "" for c in chunks if c.choices]


def content(text: str) -> bytes:
    return b'data: {"choices":[{"delta":{"content":"%s"}}]}\n\n' % text.encode()


@pytest.mark.parametrize("name", NAMES)
def test_every_capture_is_understood(name: str) -> None:
    events = parse(capture(name))
    assert isinstance(events[-1], StreamError if "midstream_error" in name else Done)
    assert sum(isinstance(event, StreamChunk) for event in events) >= 3


@pytest.mark.parametrize("name", NAMES)
def test_captures_byte_by_byte(name: str) -> None:
    data = capture(name)
    assert parse(*(data[at : at + 1] for at in range(len(data)))) == parse(data)


@pytest.mark.parametrize("name", [n for n in NAMES if len(capture(n)) <= SMALL])
def test_small_captures_cut_in_two_everywhere(name: str) -> None:
    data = capture(name)
    whole = parse(data)
    for at in range(len(data) + 1):
        assert parse(data[:at], data[at:]) == whole


@pytest.mark.parametrize("path", captures(), ids=lambda path: path.stem)
@settings(max_examples=25, deadline=None)
@given(cuts=st.data())
def test_captures_under_random_cuts(path: Path, cuts: st.DataObject) -> None:
    data = path.read_bytes()
    positions = cuts.draw(st.lists(st.integers(0, len(data)), max_size=40))
    assert parse(*cut_at(data, positions)) == parse(data)


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x1c", "\x0b", "\x0c", "\r"])
def test_only_newlines_end_lines(separator: str) -> None:
    escaped = separator if separator > "\x1f" else f"\\u{ord(separator):04x}"
    assert texts(parse(content(f"one{escaped}two"))) == [f"one{separator}two"]


def test_line_ends_may_be_crlf() -> None:
    data = content("hello") + b": ping\n\n" + b"data: [DONE]\n\n"
    assert parse(data.replace(b"\n", b"\r\n")) == parse(data)


def test_an_event_may_span_several_data_lines() -> None:
    assert texts(parse(b'data: {"choices":\ndata:[{"delta":\ndata: {"content":"a"}}]}\n\n')) == [
        "a"
    ]


def test_comments_and_other_fields_are_nothing() -> None:
    assert parse(b":\n\nevent: x\nid: 7\nretry: 10\n\n: still here\n\n") == []


def test_an_incomplete_event_is_no_event() -> None:
    assert parse(content("whole") + b'data: {"choices":[]}\n') == parse(content("whole"))


def test_unknown_and_missing_fields_are_tolerated() -> None:
    (event,) = parse(b'data: {"novelty":[1],"choices":[{"delta":{"mood":"good"}}]}\n\n')
    assert isinstance(event, StreamChunk)
    assert event.choices[0].delta.content is None


def test_an_error_object_ends_the_stream() -> None:
    data = content("a") + b'data: {"error":{"code":500,"message":"Ouch","type":"server_error"}}\n\n'
    assert parse(data + content("b"))[1:] == [StreamError("Ouch", "server_error")]


@pytest.mark.parametrize(
    "line",
    [
        b"data: {",
        b"data: 7",
        b'data: {"choices":7}',
        b"data: \xff",
        b"data: \xed\xa0\x80",
        b"data:",
        b"data: " + b"[" * 100_000,
        b'data: {"novelty":' + b'{"a":' * 20_000,
        b'data: {"choices":[' + b"{}," * 100 + b"{}]}",
        b'data: {"usage":{"prompt_tokens":1e400}}',
        b'data: {"choices":[{"delta":{"content":"\\ud800"}}]}',
    ],
)
def test_what_cannot_be_read_ends_the_stream_clearly(line: bytes) -> None:
    (event,) = parse(line + b"\n\n" + content("after"))
    assert isinstance(event, StreamError)
    assert event.kind == "malformed"


@given(st.binary(max_size=400), st.lists(st.integers(0, 400)))
def test_any_bytes_under_any_cuts(data: bytes, cuts: list[int]) -> None:
    assert parse(*cut_at(data, cuts)) == parse(data)


@given(st.integers(20, 80), st.lists(st.integers(0, 400)))
def test_limits_act_the_same_under_any_cuts(limit: int, cuts: list[int]) -> None:
    def limited() -> SseParser:
        return SseParser(max_line_bytes=limit, max_event_bytes=2 * limit)

    data = b"data: [DONE]\n\n" + b"data: 1234567\n" * 20 + b": " + b"x" * 60 + b"\n\n"
    assert parse(*cut_at(data, cuts), parser=limited()) == parse(data, parser=limited())


def test_a_line_without_end_is_refused_before_it_ends() -> None:
    parser = SseParser(max_line_bytes=1_000)
    assert parser.feed(b"data: " + b"x" * 900) == []
    (event,) = parser.feed(b"x" * 200)
    assert event == StreamError("a line in it is longer than 1000 bytes", "malformed")
    assert parser.feed(b"\n\n" + content("after")) == []


def test_an_event_without_end_is_refused() -> None:
    parser = SseParser(max_event_bytes=1_000)
    events = parse(*[b"data: 1234567890\n"] * 200, parser=parser)
    assert events == [StreamError("an event in it is longer than 1000 bytes", "malformed")]
