"""Language models that do what no good one does, as data: fifty scenarios and how they must end.

    async with hostile(SCENARIOS[0]) as url:
        LlamaServer(LlmSettings(url=url, **SCENARIOS[0].limits))

Health routes answer well, unless the scenario is about them. Every reply must end within its time
limits: with the text, or with one of the codes. Nobody may be left waiting, whatever the bytes are.
"""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from jarvisbench.paced_server import (
    SSE_HEAD,
    HttpRequest,
    StandIn,
    http_chunk,
    json_response,
    serving,
)

# Time limits under which every scenario ends soon. How it ends is certain only under those that
# the scenario itself names: there nothing is short but what it is about.
LIMITS = {
    "headers_timeout_s": 0.5,
    "first_token_timeout_s": 0.5,
    "token_timeout_s": 0.5,
    "answer_timeout_s": 2.0,
    "loading_timeout_s": 0.3,
}
_LONG_S = 300.0
_ABOUT = {
    "llm.busy": "headers_timeout_s",
    "llm.first_token_timeout": "first_token_timeout_s",
    "llm.stalled": "token_timeout_s",
    "llm.endless": "answer_timeout_s",
    "llm.loading": "loading_timeout_s",
}
TEXT = "text"  # the reply ends well; otherwise the end is an error's code

Act = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Scenario:
    """One model: its name, what it does with a question, and how the reply must end."""

    name: str
    chat: Act
    ends: tuple[str, ...]
    props: bytes = b""  # a whole response to /props, where that is hostile too
    silent_end: bool = False  # well until the answer is whole, and then silence

    @property
    def limits(self) -> dict[str, float]:
        """Time limits under which it ends as it must, however busy the machine is."""
        about = {_ABOUT[code] for code in self.ends if code in _ABOUT}
        about |= {"token_timeout_s"} if self.silent_end else set()
        return {name: LIMITS[name] if name in about else _LONG_S for name in LIMITS}


def event(value: object) -> bytes:
    """One event of the stream."""
    return b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n"


def delta(content: object = None, finish: str | None = None, **more: object) -> bytes:
    """A chunk with a piece of the answer."""
    return event({"choices": [{"delta": {"content": content, **more}, "finish_reason": finish}]})


HELLO = delta("Hello there. ")
END = delta("", "stop") + event(b"[DONE]")
WHOLE = HELLO + END


async def _send(writer: asyncio.StreamWriter, *pieces: bytes) -> None:
    for piece in pieces:
        if writer.is_closing():
            raise ConnectionResetError
        writer.write(piece)
        await writer.drain()


def stream(*pieces: bytes, then: str = "end") -> Act:
    """These pieces in a good response; ``then`` end it, abort the connection, or fall silent."""

    async def act(writer: asyncio.StreamWriter) -> None:
        await _send(writer, SSE_HEAD, *map(http_chunk, filter(None, pieces)))
        if then == "end":
            await _send(writer, http_chunk(b""))
        elif then == "abort":
            writer.transport.abort()
        else:
            await asyncio.Event().wait()

    return act


def raw(*pieces: bytes, then: str = "end") -> Act:
    """These bytes instead of a response of ours."""

    async def act(writer: asyncio.StreamWriter) -> None:
        await _send(writer, *pieces)
        if then == "silence":
            await asyncio.Event().wait()

    return act


def forever(piece: bytes, *first: bytes, pause_s: float = 0.0) -> Act:
    """``first``, and then the same piece again and again."""

    async def act(writer: asyncio.StreamWriter) -> None:
        await _send(writer, SSE_HEAD, *map(http_chunk, first))
        while True:
            await _send(writer, http_chunk(piece))
            await asyncio.sleep(pause_s)

    return act


def head_forever(
    line: bytes, *, start: bytes = b"HTTP/1.1 200 OK\r\n", pause_s: float = 0.0
) -> Act:
    """A response whose head never ends."""

    async def act(writer: asyncio.StreamWriter) -> None:
        await _send(writer, start)
        while True:
            await _send(writer, line)
            await asyncio.sleep(pause_s)

    return act


def body_forever(head: bytes, piece: bytes) -> Act:
    """Any head, and a body without end."""

    async def act(writer: asyncio.StreamWriter) -> None:
        await _send(writer, head)
        while True:
            await _send(writer, piece)

    return act


def _json(status: str, value: object) -> bytes:
    return json_response(status, value)


def _error(status: str, kind: str, message: str) -> Act:
    code = int(status.split(maxsplit=1)[0])
    return raw(_json(status, {"error": {"code": code, "message": message, "type": kind}}))


def _head(status: str, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode()


_MILLION = b"x" * 1_000_000
_HUGE = "18446744073709551615"
_GZIP = gzip.compress(b"\0" * 10_000_000)
_STREAM = "Content-Type: text/event-stream"
_UNREADABLE = ("llm.stream_error",)
_BROKEN = ("llm.truncated",)
_SILENT = ("llm.first_token_timeout",)
_TOO_LATE = ("llm.stalled", "llm.endless")

SCENARIOS = (
    # --- time ---------------------------------------------------------------------------------
    Scenario("hangs before the headers", raw(then="silence"), ("llm.busy",)),
    Scenario(
        "hangs in the middle of the headers", raw(b"HTTP/1.1 20", then="silence"), ("llm.busy",)
    ),
    Scenario("headers and then nothing", stream(then="silence"), _SILENT),
    Scenario("pings and nothing else", forever(b":\n\n", pause_s=0.01), _SILENT),
    Scenario("a flood of pings", forever(b":\n\n" * 10_000), (*_SILENT, *_UNREADABLE)),
    Scenario("a flood of empty deltas", forever(delta() * 50), (*_SILENT, *_UNREADABLE)),
    Scenario(
        "a flood of events without choices", forever(event({}) * 99), (*_SILENT, *_UNREADABLE)
    ),
    Scenario(
        "a flood of other fields", forever(b"event: x\nid: 1\n\n" * 500), (*_SILENT, *_UNREADABLE)
    ),
    Scenario(
        "progress for ever",
        forever(event({"prompt_progress": {"total": 9, "processed": 1}}), pause_s=0.01),
        _SILENT,
    ),
    Scenario("stops in mid-answer", stream(HELLO, then="silence"), ("llm.stalled",)),
    Scenario("pings after some words", forever(b":\n\n", HELLO, pause_s=0.01), ("llm.stalled",)),
    Scenario(
        "a flood of pings after some words",
        forever(b":\n\n" * 10_000, HELLO),
        ("llm.stalled", *_UNREADABLE),
    ),
    Scenario("one letter at a time, for ever", forever(delta("a"), pause_s=0.1), ("llm.endless",)),
    Scenario("one byte at a time, never an event", forever(b"d", pause_s=0.05), _SILENT),
    Scenario(
        "thinks for ever", forever(delta(reasoning_content="hm"), pause_s=0.1), ("llm.endless",)
    ),
    Scenario(
        "loads for ever", _error("503 No", "unavailable_error", "Loading model"), ("llm.loading",)
    ),
    Scenario(
        "whole, and then silence",
        stream(HELLO + delta("", "stop"), then="silence"),
        (TEXT,),
        silent_end=True,
    ),
    # --- size ---------------------------------------------------------------------------------
    Scenario("a line without end", forever(b"data: " + _MILLION), _UNREADABLE),
    Scenario(
        "an event of 100 MB", stream(*[b"data: " + _MILLION + b"\n"] * 100, b"\n"), _UNREADABLE
    ),
    Scenario("an event of many lines", forever(b"data: 1234567\n" * 1_000), _UNREADABLE),
    Scenario(
        "an answer without end", forever(delta("blah " * 2_000)), ("llm.too_long", "llm.endless")
    ),
    Scenario(
        "thoughts without end",
        forever(delta(reasoning_content="h" * 9_999)),
        ("llm.too_long", "llm.endless"),
    ),
    Scenario(
        "tool calls without end",
        forever(delta(tool_calls=[{"index": 0, "function": {"arguments": "1"}}]), pause_s=0.01),
        ("llm.endless", "llm.too_long"),
    ),
    Scenario("100 kB in one piece", stream(delta("<a " * 33_000) + END), (TEXT,)),
    Scenario(
        "many choices", stream(event(b'{"choices":[' + b"{}," * 40_000 + b"{}]}")), _UNREADABLE
    ),
    Scenario("headers without end", head_forever(b"X-A: " + b"y" * 1_000 + b"\r\n"), _BROKEN),
    Scenario("slow headers without end", head_forever(b"X-A: b\r\n", pause_s=0.02), ("llm.busy",)),
    Scenario("a header line without end", head_forever(b"y" * 10_000), _BROKEN),
    Scenario(
        "informational responses for ever",
        head_forever(b"HTTP/1.1 102 Wait\r\n\r\n", start=b"", pause_s=0.005),
        ("llm.busy",),
    ),
    Scenario(
        "an error body without end",
        body_forever(_head("400 No", "Content-Length: 99999999999"), _MILLION),
        ("llm.rejected",),
    ),
    Scenario(
        "trailers without end",
        raw(SSE_HEAD + http_chunk(HELLO) + b"0\r\n", *[b"X: " + _MILLION + b"\r\n"] * 9),
        _BROKEN,
    ),
    # --- shape --------------------------------------------------------------------------------
    Scenario("nested lists", stream(event(b"[" * 100_000)), _UNREADABLE),
    Scenario(
        "nested objects in an unknown field",
        stream(event(b'{"x":' + b'{"a":' * 20_000)),
        _UNREADABLE,
    ),
    Scenario(
        "counts out of range",
        stream(
            HELLO
            + delta("", "stop")
            + event(b'{"usage":{"completion_tokens":%s,"prompt_tokens":-1}}' % _HUGE.encode())
            + event(b"[DONE]")
        ),
        (TEXT,),
    ),
    Scenario(
        "counts beyond numbers",
        stream(HELLO + delta("", "stop") + event(b'{"usage":{"completion_tokens":1e999}}')),
        (TEXT,),
    ),
    Scenario("numbers for words", stream(delta(7) + END), _UNREADABLE),
    Scenario(
        "NUL and control characters",
        stream(delta("a\0b\x1b]52;c;aGk=\x07 \u202ec.") + END),
        (TEXT,),
    ),
    Scenario(
        "half a surrogate pair",
        stream(event(b'{"choices":[{"delta":{"content":"\\ud800"}}]}')),
        _UNREADABLE,
    ),
    Scenario("bytes that are no text", stream(b"data: \xff\xfe\n\n"), _UNREADABLE),
    Scenario(
        "an error in the stream",
        stream(HELLO + event({"error": {"message": "Ouch", "type": "server_error"}})),
        _UNREADABLE,
    ),
    Scenario(
        "an error that hides escapes",
        stream(event({"error": {"message": "\x1b[2J" + "x" * 9_999, "type": "\0"}})),
        _UNREADABLE,
    ),
    Scenario("only an end mark", stream(event(b"[DONE]")), _BROKEN),
    Scenario("no finish reason", stream(HELLO, event(b"[DONE]")), _BROKEN),
    Scenario(
        "an unknown finish reason",
        stream(HELLO + delta("", "\x1bbored") + event(b"[DONE]")),
        (TEXT,),
    ),
    Scenario("words after the end", stream(WHOLE + HELLO * 100), (TEXT,)),
    Scenario("garbage after the end", stream(WHOLE + b"\xff" * 1_000), (TEXT,)),
    Scenario("an unclosed thought", stream(delta("<think>" * 1_000 + "secret") + END), (TEXT,)),
    # --- transport ----------------------------------------------------------------------------
    Scenario("breaks off", stream(HELLO, then="abort"), _BROKEN),
    Scenario("breaks off before a word", stream(then="abort"), _BROKEN),
    Scenario("closes at once", raw(), _BROKEN),
    Scenario("speaks something else", raw(b"SSH-2.0-OpenSSH_9.2\r\n"), _BROKEN),
    Scenario("a wrong chunk size", raw(SSE_HEAD + b"zz\r\n" + HELLO), _BROKEN),
    Scenario(
        "less than announced",
        raw(_head("200 OK", _STREAM, "Content-Length: 9999") + HELLO),
        _BROKEN,
    ),
    Scenario(
        "a gzip bomb",
        raw(
            _head("200 OK", _STREAM, "Content-Encoding: gzip", f"Content-Length: {len(_GZIP)}")
            + _GZIP
        ),
        ("llm.failed",),
    ),
    Scenario(
        "a redirect",
        raw(_head("302 Found", "Location: http://127.0.0.1:1/", "Content-Length: 0")),
        ("llm.failed",),
    ),
    Scenario(
        "a redirect that is no error",
        raw(_head("307 There", "Location: /v1/chat/completions", "Content-Length: 0")),
        ("llm.failed",),
    ),
    Scenario(
        "a page",
        raw(_head("200 OK", "Content-Type: text/html", "Content-Length: 6") + b"<html>"),
        ("llm.failed",),
    ),
    Scenario(
        "500 for everything", _error("500 Oops", "server_error", "the GPU is gone"), ("llm.failed",)
    ),
    Scenario(
        "a nested error body",
        raw(_head("400 No", "Content-Length: 90000") + b"[" * 90_000),
        ("llm.rejected",),
    ),
    Scenario(
        "well, but /props is nested",
        stream(WHOLE),
        (TEXT,),
        props=_head("200 OK", "Content-Length: 100000") + b"[" * 100_000,
    ),
    Scenario(
        "well, but /props is a gzip bomb",
        stream(WHOLE),
        (TEXT,),
        props=_head("200 OK", "Content-Encoding: gzip", f"Content-Length: {len(_GZIP)}") + _GZIP,
    ),
)


class HostileModel(StandIn):
    """Lives one scenario, with every question."""

    model = "hostile"

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario

    async def chat(
        self, _: HttpRequest, __: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await self._scenario.chat(writer)

    def health(self, path: str) -> bytes:
        hostile = self._scenario.props if path.startswith("/props") else b""
        return hostile or super().health(path)


@asynccontextmanager
async def hostile(scenario: Scenario, *, port: int = 0) -> AsyncIterator[str]:
    """Serve it; yields the address."""
    async with serving(HostileModel(scenario).handle, port=port) as url:
        yield url
