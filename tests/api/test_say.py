import asyncio
from pathlib import Path

import httpx
import msgspec
import pytest

from jarvisd.errors import LimitError, SpeechError
from jarvisd.wire import SayRequest
from tests.api.conftest import Running, running, until
from tests.fakes.services import FakeReply

PCM = b"\x01\x00" * 100 + b"\x02\x00" * 50


async def test_answers_with_all_events_as_lines(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/say", json={"text": "Hello"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/x-ndjson"
    assert response.headers["x-jarvis-reply"] == "r1"
    events = [msgspec.json.decode(line) for line in response.content.splitlines()]
    kinds = [event["type"] for event in events]
    assert kinds == ["reply.started", "token", "chunk", "chunk", "reply.done"]
    assert [event["seq"] for event in events] == list(range(5))


async def test_each_event_is_sent_when_it_happens(api: Running, client: httpx.AsyncClient) -> None:
    reply = FakeReply()
    api.replies.prepare = lambda _request: reply
    reply.started()
    async with client.stream("POST", "/v1/say", json={"text": "Hello"}) as response:
        lines = response.aiter_lines()
        assert '"reply.started"' in await anext(lines)
        reply.token("now")
        assert '"now"' in await anext(lines)
        reply.done()
        assert '"reply.done"' in await anext(lines)
    assert reply.abandonments == 0


async def test_wav_body_is_the_audio_behind_a_header(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/say", json={"text": "Hi"}, headers={"Accept": "audio/wav"})
    assert response.headers["content-type"] == "audio/wav"
    assert response.headers["x-sample-rate"] == "22050"
    assert response.content[:4] == b"RIFF"
    assert response.content[44:] == PCM


async def test_bare_samples_at_the_rate_that_accept_names(
    api: Running, client: httpx.AsyncClient
) -> None:
    accept = {"Accept": "audio/L16;rate=16000"}
    response = await client.post("/v1/say", json={"text": "Hi"}, headers=accept)
    assert response.headers["content-type"] == (
        "audio/L16;rate=16000;channels=1;endianness=little-endian"
    )
    assert response.content == PCM
    assert api.replies.requests[0].sample_rate == 16_000


@pytest.mark.parametrize(
    ("accept", "status", "code"),
    [
        ("audio/ogg", 406, "request.format_unavailable"),
        ("text/html", 406, "request.format_unavailable"),
        ("audio/L16;channels=2", 406, "request.format_unavailable"),
        ("audio/L16;endianness=big-endian", 406, "request.format_unavailable"),
        ("audio/wav;q=0", 406, "request.format_unavailable"),
        ("audio/L16;rate=1", 400, "request.invalid"),
    ],
)
async def test_formats_that_are_not_made_are_refused(
    client: httpx.AsyncClient, accept: str, status: int, code: str
) -> None:
    response = await client.post("/v1/say", json={"text": "Hi"}, headers={"Accept": accept})
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


async def test_failure_before_any_audio_has_its_status(
    api: Running, client: httpx.AsyncClient
) -> None:
    reply = FakeReply()
    api.replies.prepare = lambda _request: reply
    reply.failed("llm.loading", "the model is loading")
    response = await client.post("/v1/say", json={"text": "Hi"}, headers={"Accept": "audio/wav"})
    assert response.status_code == 502
    assert response.json()["error"]["message"] == "the model is loading"


async def test_audio_that_is_nothing_but_skips_is_an_error(
    api: Running, client: httpx.AsyncClient
) -> None:
    reply = FakeReply()
    api.replies.prepare = lambda _request: reply
    reply.skipped("no_engine", "no engine works")
    reply.done()
    response = await client.post("/v1/say", json={"text": "Hi"}, headers={"Accept": "audio/wav"})
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "speech.nothing_spoken"


async def test_failure_after_some_audio_cuts_the_body(
    api: Running, client: httpx.AsyncClient
) -> None:
    reply = FakeReply()
    api.replies.prepare = lambda _request: reply
    reply.audio_piece(PCM)
    accept = {"Accept": "audio/L16"}
    async with client.stream("POST", "/v1/say", json={"text": "x"}, headers=accept) as response:
        assert response.status_code == 200
        pieces = response.aiter_raw()
        assert await anext(pieces) == PCM
        reply.failed("llm.truncated")
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
            await anext(pieces)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (SpeechError("which?", code="speech.voice_unknown"), 404),
        (SpeechError("none", code="speech.no_engine"), 503),
        (LimitError("too many", retry_after_s=2.0), 429),
    ],
)
async def test_refused_replies_have_their_status(
    api: Running, client: httpx.AsyncClient, error: SpeechError | LimitError, status: int
) -> None:
    api.replies.error = error
    response = await client.post("/v1/say", json={"text": "Hello"})
    assert response.status_code == status
    assert response.json()["error"]["code"] == error.code
    assert ("retry-after" in response.headers) == (error.retry_after_s is not None)


@pytest.mark.parametrize("accept", ["*/*", "audio/wav"])
async def test_a_client_that_vanishes_abandons_its_reply(api: Running, accept: str) -> None:
    reply = FakeReply()
    api.replies.prepare = lambda _request: reply
    reply.started()
    reply.audio_piece(PCM)
    reader, writer = await api.raw()
    writer.write(
        b"POST /v1/say HTTP/1.1\r\nHost: j\r\nContent-Length: 13\r\nAccept: "
        + accept.encode()
        + b'\r\n\r\n{"text":"Hi"}'
    )
    await reader.readuntil(b"\r\n\r\n")
    writer.close()
    await until(lambda: reply.abandonments == 1)
    await until(lambda: api.server.connections == 0)
    assert reply.told == [True]


HI = b'POST /v1/say HTTP/1.1\r\nHost: j\r\nContent-Length: 13\r\n\r\n{"text":"Hi"}'


async def test_a_client_that_left_before_the_answer_was_told_nothing(api: Running) -> None:
    reply = FakeReply()
    api.replies.prepare = lambda _request: reply
    _, writer = await api.raw()
    writer.write(HI)
    await until(lambda: len(api.replies.requests) == 1)
    writer.write_eof()
    await until(lambda: reply.told == [False])
    writer.close()


async def test_nothing_is_made_for_a_client_that_left_while_it_waited(
    api: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    async def in_line(_request: SayRequest) -> FakeReply:
        seen.append("waits")
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("left")
        raise AssertionError

    monkeypatch.setattr(api.replies, "say", in_line)
    reader, writer = await api.raw()
    writer.write(HI)
    await until(lambda: seen == ["waits"])
    writer.write_eof()
    assert await reader.read() == b""
    assert seen == ["waits", "left"]
    writer.close()


async def test_a_client_that_stops_reading_is_dropped(tmp_path: Path) -> None:
    async with running(tmp_path, write_timeout_s=0.05) as api:
        reply = FakeReply()
        api.replies.prepare = lambda _request: reply
        for _ in range(64):
            reply.audio_piece(b"\x00" * 65_536)
        _reader, writer = await asyncio.open_unix_connection(str(api.path), limit=1024)
        writer.write(
            b"POST /v1/say HTTP/1.1\r\nHost: j\r\nContent-Length: 13\r\n"
            b'Accept: audio/wav\r\n\r\n{"text":"Hi"}'
        )
        await until(lambda: reply.abandonments == 1)
        await until(lambda: api.server.connections == 0)
        assert api.server.counters.refused == {"limit.write": 1}
        writer.close()
