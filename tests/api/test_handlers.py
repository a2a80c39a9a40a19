import httpx
import pytest

from jarvisd.wire import ComponentState, ReplyRequest
from tests.api.conftest import Running
from tests.fakes.services import VOICE, FakeReply


async def test_status(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/status")).json()["provider"] == "builtin"


async def test_live(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/live")).json() == {"live": True, "loop_lag_ms": 0.1}


async def test_ready_in_spite_of_what_something_else_does_instead(
    client: httpx.AsyncClient,
) -> None:
    found = (await client.get("/v1/ready")).json()
    assert found["ready"] is True
    assert {part["name"]: part["state"] for part in found["components"]}["engine.piper"] == "absent"


async def test_being_considerate_is_no_condition(api: Running, client: httpx.AsyncClient) -> None:
    api.components.states["cgroup"] = "absent"
    assert (await client.get("/v1/ready")).json()["ready"] is True


@pytest.mark.parametrize("state", ["absent", "failed", "starting"])
async def test_not_being_ready_is_an_answer(
    api: Running, client: httpx.AsyncClient, state: ComponentState
) -> None:
    api.components.states["voice"] = state
    response = await client.get("/v1/ready")
    assert (response.status_code, response.json()["ready"]) == (200, False)


async def test_version(client: httpx.AsyncClient) -> None:
    found = (await client.get("/v1/version")).json()
    assert found["schema"] == 1
    assert "httptools" in found["packages"]


async def test_voices_begin_with_the_default(client: httpx.AsyncClient) -> None:
    voices = (await client.get("/v1/voices")).json()["voices"]
    assert [(voice["id"], voice["default"]) for voice in voices] == [
        (VOICE.id, True),
        ("piper:amy", False),
    ]


async def test_voices_without_a_default(api: Running, client: httpx.AsyncClient) -> None:
    api.speech.available = False
    voices = (await client.get("/v1/voices")).json()["voices"]
    assert not any(voice["default"] for voice in voices)


async def test_conversations_come_in_pages(client: httpx.AsyncClient) -> None:
    first = (await client.get("/v1/conversations", params={"limit": 2})).json()
    assert [found["conversation"] for found in first["conversations"]] == ["c0", "c1"]
    query = {"limit": "2", "before": first["next"]}
    rest = (await client.get("/v1/conversations", params=query)).json()
    assert [found["conversation"] for found in rest["conversations"]] == ["c2"]
    assert rest["next"] is None


async def test_conversation_tells_what_was_heard(client: httpx.AsyncClient) -> None:
    messages = (await client.get("/v1/conversations/c0")).json()["messages"]
    assert messages[0]["heard"] is None
    assert (messages[1]["text"], messages[1]["heard"]) == ("Hello, how are you?", "Hello,")


async def test_forgotten_conversations_are_gone(client: httpx.AsyncClient) -> None:
    assert (await client.delete("/v1/conversations/c0")).json() == {"deleted": 2}
    again = await client.delete("/v1/conversations/c0")
    assert (again.status_code, again.json()["error"]["code"]) == (404, "conversation.unknown")


async def test_replies_are_controlled_by_id(api: Running, client: httpx.AsyncClient) -> None:
    api.replies.known["r1"] = reply = FakeReply()
    assert [found["reply"] for found in (await client.get("/v1/replies")).json()["replies"]] == [
        "r1"
    ]
    assert (await client.post("/v1/replies/r1/pause")).json()["state"] == "paused"
    assert (await client.post("/v1/replies/r1/resume")).json()["state"] == "running"
    played = await client.post("/v1/replies/r1/played", json={"samples": 100})
    assert played.json()["played_samples"] == 100
    assert (await client.get("/v1/replies/r1")).json()["played_samples"] == 100
    interrupted = (await client.post("/v1/replies/r1/interrupt")).json()
    assert (interrupted["heard"], interrupted["played_samples"]) == ("One", 100)
    assert reply.state == "interrupted"


async def test_an_interrupt_may_say_how_far_it_was_played(
    api: Running, client: httpx.AsyncClient
) -> None:
    api.replies.known["r1"] = FakeReply()
    response = await client.post("/v1/replies/r1/interrupt", json={"played": 7, "wait": True})
    assert response.json()["played_samples"] == 7


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/replies/no"),
        ("GET", "/v1/replies/no/audio"),
        ("POST", "/v1/replies/no/interrupt"),
        ("POST", "/v1/replies/no/pause"),
        ("POST", "/v1/replies/no/resume"),
    ],
)
async def test_unknown_replies(client: httpx.AsyncClient, method: str, path: str) -> None:
    response = await client.request(method, path)
    assert (response.status_code, response.json()["error"]["code"]) == (404, "reply.unknown")


async def test_ask_passes_the_question_on(api: Running, client: httpx.AsyncClient) -> None:
    question = {"text": "What time is it?", "conversation": "c1", "max_tokens": 5, "speak": False}
    response = await client.post("/v1/replies", json=question)
    assert response.content.splitlines()[-1].startswith(b'{"type":"reply.done"')
    asked = api.replies.requests[0]
    assert isinstance(asked, ReplyRequest)
    assert (asked.text, asked.conversation) == ("What time is it?", "c1")


async def test_unspoken_replies_have_no_audio(client: httpx.AsyncClient) -> None:
    response = await client.post(
        "/v1/replies", json={"text": "x", "speak": False}, headers={"Accept": "audio/wav"}
    )
    assert (response.status_code, response.json()["error"]["code"]) == (400, "request.invalid")


async def test_audio_of_a_reply_from_any_sample(api: Running, client: httpx.AsyncClient) -> None:
    await client.post("/v1/say", json={"text": "x"})
    whole = await client.get("/v1/replies/r1/audio")
    assert whole.headers["content-type"] == "audio/wav"
    rest = await client.get(
        "/v1/replies/r1/audio?start=100&paced=1", headers={"Accept": "audio/l16"}
    )
    assert rest.content == whole.content[44 + 200 :]
    assert api.replies.known["r1"].paced is True


async def test_events_of_a_reply_from_any_on(api: Running, client: httpx.AsyncClient) -> None:
    whole = (await client.post("/v1/say", json={"text": "x"})).text.splitlines()
    rest = await client.get("/v1/replies/r1/events?since=1")
    assert rest.headers["content-type"] == "application/x-ndjson"
    assert rest.text.splitlines() == whole[1:]
    assert (await client.get("/v1/replies/r1/events")).text.splitlines() == whole
    unknown = await client.get("/v1/replies/r9/events")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "reply.unknown")


async def test_who_follows_a_reply_does_not_carry_it(
    api: Running, client: httpx.AsyncClient
) -> None:
    api.replies.known["r1"] = reply = FakeReply()
    reply.started()
    async with client.stream("GET", "/v1/replies/r1/events") as response:
        assert response.status_code == 200
    assert reply.abandonments == 0


async def test_a_listener_that_leaves_abandons_nothing(
    api: Running, client: httpx.AsyncClient
) -> None:
    api.replies.known["r1"] = reply = FakeReply()
    reply.audio_piece(b"\0" * 100)
    async with client.stream("GET", "/v1/replies/r1/audio") as response:
        assert response.status_code == 200
    assert reply.abandonments == 0


async def test_audio_cannot_change_its_rate_later(api: Running, client: httpx.AsyncClient) -> None:
    api.replies.known["r1"] = FakeReply()
    response = await client.get("/v1/replies/r1/audio", headers={"Accept": "audio/L16;rate=8000"})
    assert (response.status_code, response.json()["error"]["code"]) == (400, "request.invalid")
