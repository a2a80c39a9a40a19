"""Saying and asking, end to end: a real daemon, real voices, and a language model."""

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.conducted import Conducted
from tests.support.daemon import RunningDaemon, running_daemon
from tests.support.llama_server import llama_server
from tests.support.tiny_model import tiny_model
from tests.support.turn import Event, listening, turn

TEXT = "Hello there, my friend. This is a longer sentence, to be spoken by the daemon. And a third."


def check(events: list[Event]) -> Event:
    """What holds for the events of every reply that ended well; returns the last."""
    assert [event["seq"] for event in events] == list(range(len(events)))
    assert len({event["reply"] for event in events}) == 1
    started, done = events[0], events[-1]
    assert (started["type"], done["type"]) == ("reply.started", "reply.done")
    utterances = [event for event in events if event["type"] == "utterance"]
    chunks = [event for event in events if event["type"] == "chunk"]
    assert [chunk["utterance"] for chunk in chunks] == list(range(len(utterances)))
    assert done["totals"] == {"utterances": len(chunks), "spoken": len(chunks), "skipped": 0}
    position = 0
    for chunk in chunks:
        assert chunk["samples"] > 0
        assert chunk["position"] >= position  # breaths lie between
        position = chunk["position"] + chunk["samples"]
        assert {chunk[key] == started[key] for key in ("engine", "voice", "sample_rate")} == {True}
        assert (chunk["fallback"], chunk["cached"]) == (False, False)
        in_order([chunk["timings"][key] for key in ("text_ms", "first_audio_ms", "finished_ms")])
        in_order([chunk["timings"][key] for key in ("started_ms", "first_audio_ms")])
    assert done["samples"] == position
    return done


def in_order(times: list[Any]) -> None:
    """Durations from one start: there, not negative, and none before the one it follows."""
    assert None not in times
    assert times == sorted(times)
    assert times[0] >= 0


async def test_say_speaks_a_text(daemon: RunningDaemon) -> None:
    async with turn(daemon, "/v1/say", {"text": TEXT}) as said:
        await said.end()
    done = check(said.events)
    timings = done["timings"]
    in_order([timings[key] for key in ("first_utterance_ms", "first_audio_ms", "total_ms")])
    assert "".join(event["text"] for event in said.of("utterance")) == TEXT
    sentences = [one for event in said.of("utterance") for one in event["sentences"]]
    assert " ".join(sentences) == TEXT
    async with listening(daemon, said.id, paced=False) as listener:
        assert await listener.end() == done["samples"]
    assert any(listener.pcm)


async def test_audio_comes_in_the_body_where_it_is_accepted(daemon: RunningDaemon) -> None:
    wav = await daemon.client.post("/v1/say", json={"text": TEXT}, headers={"Accept": "audio/wav"})
    assert wav.headers["content-type"] == "audio/wav"
    assert wav.content[:4] == b"RIFF"
    fetched = await daemon.client.get(f"/v1/replies/{wav.headers['x-jarvis-reply']}/audio")
    assert fetched.content == wav.content
    other = await daemon.client.post(
        "/v1/say", json={"text": TEXT}, headers={"Accept": "audio/L16;rate=16000"}
    )
    assert other.headers["x-sample-rate"] == "16000"
    seconds = len(other.content) / 2 / 16_000
    assert seconds == pytest.approx((len(wav.content) - 44) / 2 / 22_050, rel=0.02)


@pytest.mark.parametrize("voice", ["espeak:en-us+f5", "piper:tiny"])
async def test_asking_a_real_model(tmp_path: Path, voices_dir: Path, voice: str) -> None:
    settings = {"speech.piper.voices_dir": voices_dir, "speech.voice": voice}
    with llama_server(tiny_model()) as server:
        async with running_daemon(tmp_path, llm_url=server.url, settings=settings) as daemon:
            question = {"text": "What is the weather today?", "conversation": "kitchen"}
            async with (
                turn(daemon, "/v1/replies", question) as asked,
                listening(daemon, asked.id, paced=False) as listener,
            ):
                done = await asked.end()
                assert await listener.end() == done["samples"] > 0
            conversation = await daemon.get("/v1/conversations/kitchen")
    check(asked.events)
    started = asked.events[0]
    assert (started["provider"], started["voice"]) == ("llama-server", voice)
    timings = done["timings"]
    in_order([timings[key] for key in ("headers_ms", "first_token_ms", "last_token_ms")])
    assert done["tokens"]["prompt"] > 0
    assert done["tokens"]["completion"] > 0
    text = "".join(event["text"] for event in asked.of("token"))
    assert "".join(event["text"] for event in asked.of("utterance")) == text
    assert [(each["role"], each["text"]) for each in conversation["messages"]] == [
        ("user", "What is the weather today?"),
        ("assistant", text),
    ]
    answer = conversation["messages"][1]
    assert (answer["heard"], answer["interrupted"]) == (text, False)
    assert (answer["reply"], answer["voice"]) == (asked.id, voice)


async def test_the_second_prompt_holds_the_first_turn(
    asked: RunningDaemon, model: Conducted
) -> None:
    model.answer("It is sunny.")
    await asked.all_events("/v1/replies", {"text": "The weather?", "conversation": "c"})
    model.answer("No.")
    await asked.all_events("/v1/replies", {"text": "And rain?", "conversation": "c"})
    assert model.prompt(1) == ["The weather?", "It is sunny.", "And rain?"]


async def test_speech_begins_while_the_model_still_writes(
    asked: RunningDaemon, model: Conducted
) -> None:
    async with turn(asked, "/v1/replies", {"text": "Well?"}) as answer:
        model.write("It is sunny today. And")
        chunk = await answer.until("chunk")
        assert chunk["samples"] > 0
        model.write(" tomorrow it will rain.")
        model.end()
        assert (await answer.end())["type"] == "reply.done"
    check(answer.events)


async def test_speech_begins_in_a_sentence_whose_model_is_slow(
    asked: RunningDaemon, model: Conducted
) -> None:
    async with turn(asked, "/v1/replies", {"text": "Well?"}) as answer:
        model.write("I moved the meeting to Thursday")  # and no more until it is heard
        chunk = await answer.until("chunk")
        assert chunk["samples"] > 0
        model.write(" at noon.")
        model.end()
        assert (await answer.end())["type"] == "reply.done"
    check(answer.events)
    first, rest = (event["text"] for event in answer.of("utterance"))
    assert (first, rest) == ("I moved the meeting ", "to Thursday at noon.")
