"""Two hundred requests that should not have been sent: each gets a clear error, and leaves nothing.

They are sent as bytes over raw sockets, a few at a time, because no client library would.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tests.api.conftest import Running, error_of, running, until


@dataclass(frozen=True)
class Bad:
    """What is sent, and the error that must come back."""

    data: bytes
    status: int
    code: str
    half_close: bool = False


def post(path: str, body: bytes, *extra: str) -> bytes:
    head = [f"POST {path} HTTP/1.1", "Host: j", "Connection: close", *extra]
    return "\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode() + body


def get(path: str, method: str = "GET") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: j\r\nConnection: close\r\n\r\n".encode()


WRONG_VALUES = [b"1", b"null", b"true", b"[]", b"{}", b'["a"]', b"1e9", b'""', b"-0"]
WRONG_BODIES = [b"[]", b'"text"', b"1", b"null", b"true", b"[{}]", b"[[]]", b"0.5"]
NOT_JSON = [
    b"{",
    b'{"text"',
    b'{"text":"a"',
    b"text=hello",
    b"{'text':'a'}",
    b"<xml/>",
    b'{"text":}',
]
NOT_UTF8 = [b"\xff\xfe\x00", b'{"text":"\xff"}', b'{"text":"\xc3("}', b'{"\xff":1}', b"\x80abc"]
WRONG_FIELDS: list[tuple[str, bytes]] = [
    ("/v1/say", b'{"text":"a","speed":0}'),
    ("/v1/say", b'{"text":"a","speed":"fast"}'),
    ("/v1/say", b'{"text":"a","sample_rate":1}'),
    ("/v1/say", b'{"text":"a","sample_rate":96000}'),
    ("/v1/say", b'{"text":"a","paced":"yes"}'),
    ("/v1/say", b'{"text":"a","voice":7}'),
    ("/v1/say", b'{"text":"a","voice":null}'),
    ("/v1/say", b'{"text":"a","speed":1e400}'),
    ("/v1/say", b'{"text":"a","sample_rate":99999999999999999999999}'),
    ("/v1/replies", b'{"text":"a","speak":1}'),
    ("/v1/replies", b'{"text":"a","seed":[]}'),
    ("/v1/replies/r1/played", b'{"samples":1,"ended":0}'),
    ("/v1/replies/r1/played", b'{"samples":1.5}'),
    ("/v1/audio/speech", b'{"model":"m","input":"a","stream_format":"xml"}'),
    ("/v1/audio/speech", b'{"model":"m","input":"a","speed":9}'),
    ("/v1/replies", b'{"text":"a","max_tokens":0}'),
    ("/v1/replies", b'{"text":"a","max_tokens":1.5}'),
    ("/v1/replies", b'{"text":"a","seed":"x"}'),
    ("/v1/replies", b'{"text":"a","seed":99999999999999999999}'),
    ("/v1/replies", b'{"text":"a","conversation":5}'),
    ("/v1/replies/r1/played", b'{"samples":-1}'),
    ("/v1/replies/r1/played", b'{"samples":"all"}'),
    ("/v1/replies/r1/played", b"{}"),
    ("/v1/replies/r1/interrupt", b'{"played":-5}'),
    ("/v1/audio/speech", b'{"input":"a"}'),
    ("/v1/audio/speech", b'{"model":"m"}'),
    ("/v1/audio/speech", b'{"model":"m","input":"a","response_format":"midi"}'),
    ("/v1/audio/speech", b'{"model":"m","input":"a","voice":{"id":1}}'),
]
# What only a library says; people get words of ours.
OF_LIBRARIES = ("`", "$", "Expected", "Invalid", "Object ", "codec")
SPEAKING = ["/v1/say", "/v1/replies"]
UNKNOWN_FIELDS = [b'{"txet":"a"}', b'{"Text":1}', b'{"":1}', b'{"x":{"y":[]}}', b'{" text":"a"}']
SAY_HEAD = b"POST /v1/say HTTP/1.1\r\nHost: j\r\n"


def bad_types() -> Iterator[Bad]:
    for path in SPEAKING:
        for value in WRONG_VALUES:
            yield Bad(post(path, b'{"text":' + value + b"}"), 400, "request.invalid")
        for body in WRONG_BODIES:
            yield Bad(post(path, body), 400, "request.invalid")
    for path, body in WRONG_FIELDS:
        yield Bad(post(path, body), 400, "request.invalid")


def bad_bodies() -> Iterator[Bad]:
    for path in (*SPEAKING, "/v1/audio/speech", "/v1/replies/r1/played"):
        yield Bad(post(path, b""), 400, "request.empty_body")
        yield Bad(post(path, b"  \n "), 400, "request.empty_body")
        for body in UNKNOWN_FIELDS:
            yield Bad(post(path, body), 400, "request.unknown_field")
        yield Bad(post(path, b'{"a":' * 5_000), 400, "request.unknown_field")
        yield Bad(post(path, b"[" * 100_000), 400, "request.invalid")
        yield Bad(post(path, b"x" * 1_100_000), 413, "limit.body")
    for path in SPEAKING:
        yield Bad(post(path, b'{"text":"%b"}' % (b"a" * 100_001)), 413, "limit.text")
        for body in NOT_JSON:
            yield Bad(post(path, body), 400, "request.invalid_json")
        for body in NOT_UTF8:
            yield Bad(post(path, body), 400, "request.invalid_utf8")


def bad_targets() -> Iterator[Bad]:
    for path in ("/", "/v1", "/v2/status", "/v1/%ff", "/v1/../etc/passwd", "//", "/v1/status/x"):
        yield Bad(get(path), 404, "request.unknown")
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE"):
        if method != "HEAD":  # its answer has no body to look at
            yield Bad(get("/v1/status", method), 405, "request.method")
        yield Bad(get("/v1/status", "BREW"), 400, "request.malformed")
    for query in ("since=x", "since=1&since=x", "since=1.5", "since=%ff", "since=-1"):
        yield Bad(get(f"/v1/events?{query}"), 400, "request.invalid")
    for query in ("unknown=1", "Since=1", "since=1&x="):
        yield Bad(get(f"/v1/events?{query}"), 400, "request.unknown_field")
    yield Bad(get("/v1/status?verbose=1"), 400, "request.unknown_field")
    for reply in ("none", "%00", "%0d%0aforged", "x" * 500):
        yield Bad(get(f"/v1/replies/{reply}"), 404, "reply.unknown")
        yield Bad(get(f"/v1/replies/{reply}/pause", "POST"), 404, "reply.unknown")
    for conversation in ("none", "%20", "'; drop table messages; --".replace(" ", "%20")):
        yield Bad(get(f"/v1/conversations/{conversation}"), 404, "conversation.unknown")


def bad_http() -> Iterator[Bad]:
    for junk in (
        b"\x00",
        b"\x16\x03\x01\x02\x00",
        b"hello",
        b"GET",
        b"GET / HTTX",
        b"GET / HTTP/9",
    ):
        yield Bad(junk + b"\r\n\r\n", 400, "request.malformed")
    yield Bad(b"GET /\xff HTTP/1.1\r\n\r\n", 400, "request.malformed")
    yield Bad(b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400, "request.malformed")
    yield Bad(SAY_HEAD + b"Content-Length: -1\r\n\r\n", 400, "request.malformed")
    yield Bad(SAY_HEAD + b"Content-Length: ten\r\n\r\n", 400, "request.malformed")
    yield Bad(
        SAY_HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "request.malformed"
    )
    yield Bad(SAY_HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400, "request.malformed")
    yield Bad(SAY_HEAD + b"Content-Length: 2\r\n\r\n{}junk\r\n\r\n", 400, "request.malformed")
    yield Bad(get("/" + "x" * 20_000), 431, "limit.head")
    yield Bad(SAY_HEAD + b"X: " + b"y" * 20_000 + b"\r\n\r\n", 431, "limit.head")
    yield Bad(b"GET /v1/live HTTP/1.1\r\nHost: j\r\n\r\n" * 50, 429, "limit.pipeline")
    for whole in (get("/v1/status"), post("/v1/say", b'{"text":"a"}')):
        for cut in (1, 9, len(whole) - 1):
            yield Bad(whole[:cut], 400, "request.incomplete", half_close=True)
            yield Bad(whole[:cut], 408, "request.timeout")


def bad_accepts() -> Iterator[Bad]:
    body = b'{"text":"a"}'
    for accept in ("audio/ogg", "text/html", "audio/L16;channels=6", "audio/wav;q=0"):
        data = post("/v1/say", body, f"Accept: {accept}")
        yield Bad(data, 406, "request.format_unavailable")
    for rate in ("0", "x", "-1", "99999999999", "¹"):
        data = post("/v1/say", body, f"Accept: audio/L16;rate={rate}")
        yield Bad(data, 400, "request.invalid")


ALL = [*bad_types(), *bad_bodies(), *bad_targets(), *bad_http(), *bad_accepts()]


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def check(api: Running, bad: Bad) -> str:
    """Send it; returns what was wrong with the answer, or nothing."""
    answer = await api.send(bad.data, half_close=bad.half_close)
    try:
        found = error_of(answer)
    except (ValueError, KeyError, msgspec.DecodeError) as error:
        return f"{bad.data[:80]!r}: no error body in {answer[:200]!r} ({error!r})"
    message = msgspec.json.decode(answer.rpartition(b"\r\n\r\n")[2])["error"]["message"]
    raw = [sign for sign in OF_LIBRARIES if sign in message]
    if raw and bad.code != "request.malformed":  # what the parser of HTTP found is told with it
        return f"{bad.data[:80]!r}: {raw} in {message!r}"
    wanted = (bad.status, bad.code)
    return "" if found == wanted else f"{bad.data[:80]!r}: {found}, not {wanted}"


async def send_all(api: Running) -> list[str]:
    wrong = []
    for start in range(0, len(ALL), 20):
        batch = (check(api, bad) for bad in ALL[start : start + 20])
        wrong += await asyncio.gather(*batch)
    await until(lambda: api.server.connections == 0)
    return [problem for problem in wrong if problem]


def test_there_are_enough_of_them() -> None:
    assert len(ALL) >= 200
    assert len({bad.code for bad in ALL}) >= 15


async def test_each_gets_a_clear_error_and_nothing_leaks(tmp_path: Path) -> None:
    async with running(tmp_path, header_timeout_s=0.2, body_timeout_s=0.2) as api:
        assert await send_all(api) == []  # warms up what is made once
        before = (open_descriptors(), len(asyncio.all_tasks()))
        assert await send_all(api) == []
        assert (open_descriptors(), len(asyncio.all_tasks())) == before
        assert (await api.send(get("/v1/live"))).startswith(b"HTTP/1.1 200")
        assert api.replies.requests == []
