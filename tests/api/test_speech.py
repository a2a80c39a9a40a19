"""The real openai client against the socket."""

import base64
import json
from collections.abc import AsyncIterator

import httpx
import httpx2
import openai
import pytest

from tests.api.conftest import Running
from tests.fakes.services import FakeReply

PCM = b"\x01\x00" * 100 + b"\x02\x00" * 50


@pytest.fixture
async def speaker(api: Running) -> AsyncIterator[openai.AsyncOpenAI]:
    transport = httpx2.AsyncHTTPTransport(uds=str(api.path))
    async with openai.AsyncOpenAI(
        api_key="unused",
        base_url="http://jarvisd/v1",
        http_client=httpx2.AsyncClient(transport=transport),
        max_retries=0,
    ) as found:
        yield found


async def test_wav(api: Running, speaker: openai.AsyncOpenAI) -> None:
    response = await speaker.audio.speech.create(
        model="jarvis", voice="default", input="Hello", response_format="wav", speed=1.5
    )
    assert response.content[:4] == b"RIFF"
    assert response.content[44:] == PCM
    assert api.replies.requests[0].speed == 1.5


async def test_streaming_pcm_at_24_khz(api: Running, speaker: openai.AsyncOpenAI) -> None:
    reply = FakeReply(sample_rate=24_000)
    api.replies.prepare = lambda _request: reply
    reply.audio_piece(b"\x01\x00")
    async with speaker.audio.speech.with_streaming_response.create(
        model="jarvis", voice="alloy", input="Hello", response_format="pcm", instructions="softly"
    ) as response:
        pieces = response.iter_bytes()
        assert await anext(pieces) == b"\x01\x00"
        reply.audio_piece(b"\x02\x00")
        assert await anext(pieces) == b"\x02\x00"
        reply.done()
        assert [piece async for piece in pieces] == []
        assert "alloy" in response.headers["x-jarvis-voice-note"]
    request = api.replies.requests[0]
    assert (request.sample_rate, request.voice) == (24_000, "default")


async def test_voice_objects(api: Running, speaker: openai.AsyncOpenAI) -> None:
    await speaker.audio.speech.create(
        model="jarvis", voice={"id": "piper:amy"}, input="Hello", response_format="wav"
    )
    assert api.replies.requests[0].voice == "piper:amy"


@pytest.mark.parametrize("made_elsewhere", ["mp3", "opus", "aac", "flac"])
async def test_formats_that_are_not_made(speaker: openai.AsyncOpenAI, made_elsewhere: str) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        await speaker.audio.speech.create(
            model="jarvis",
            voice="default",
            input="Hello",
            response_format=made_elsewhere,  # type: ignore[arg-type]
        )
    assert caught.value.status_code == 406
    assert caught.value.code == "request.format_unavailable"
    assert isinstance(caught.value.body, dict)
    assert "wav, pcm" in caught.value.body["hint"]


async def test_server_sent_events(client: httpx.AsyncClient) -> None:
    request = {"model": "jarvis", "input": "Hi", "response_format": "pcm", "stream_format": "sse"}
    response = await client.post("/v1/audio/speech", json=request)
    assert response.headers["content-type"] == "text/event-stream"
    *deltas, done = events_of(response)
    audio = b"".join(base64.b64decode(delta["audio"]) for delta in deltas)
    assert {delta["type"] for delta in deltas} == {"speech.audio.delta"}
    assert audio == PCM
    assert done["type"] == "speech.audio.done"


async def test_server_sent_events_end_with_the_error(
    api: Running, client: httpx.AsyncClient
) -> None:
    reply = FakeReply()
    api.replies.prepare = lambda _request: reply
    reply.audio_piece(PCM)
    request = {"model": "jarvis", "input": "Hi", "stream_format": "sse"}
    async with client.stream("POST", "/v1/audio/speech", json=request) as response:
        pieces = response.aiter_raw()
        assert b"speech.audio.delta" in await anext(pieces)
        reply.failed("llm.truncated")
        assert b'"error":{"code":"llm.truncated"' in await anext(pieces)


@pytest.mark.parametrize("voice", [{}, {"name": "x"}, {"id": "x", "other": "y"}])
async def test_voice_objects_have_an_id(client: httpx.AsyncClient, voice: dict[str, str]) -> None:
    request = {"model": "jarvis", "input": "Hi", "voice": voice}
    response = await client.post("/v1/audio/speech", json=request)
    assert response.status_code == 400
    assert "voice must be" in response.json()["error"]["message"]


def events_of(response: httpx.Response) -> list[dict[str, str]]:
    return [json.loads(part[6:]) for part in response.text.strip().split("\n\n")]
