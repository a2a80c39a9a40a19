"""Barge-in: everything stops, nothing more is sent, and only what was heard is remembered."""

import asyncio
import re
from pathlib import Path
from typing import Any

from jarvisd.speech.engines.espeak.engine import EspeakEngine
from jarvisd.speech.shaping import UtteranceShaper
from tests.fakes.conducted import Conducted
from tests.support.daemon import RunningDaemon, running_daemon
from tests.support.llama_server import llama_server
from tests.support.tiny_model import tiny_model
from tests.support.turn import Turn, listening, turn, until

RATE = 22_050
FRAME = RATE // 50
TEXT = (
    "The train to the city leaves at a quarter past eight from platform four, and it takes "
    "about half an hour. There is nothing else in the calendar for tomorrow, so have a day off."
)


def words(text: str) -> int:
    return len(re.findall(r"\S+", text))


def words_played(turn: Turn, played: int) -> int:
    """What an engine of our own says: how many words had been spoken after so many samples."""
    engine, count = EspeakEngine(), 0
    rate = engine.load("en-us+f5")
    for utterance, chunk in zip(turn.of("utterance"), turn.of("chunk"), strict=False):
        shaper = UtteranceShaper(rate)
        raw = engine.synthesize(utterance["spoken"], "en-us+f5", 1.0, lambda: False)
        pieces = [*map(shaper.push, raw), shaper.finish()]
        starts = [mark.sample for piece in pieces if piece for mark in piece.marks]
        ends = [*starts[1:], shaper.samples]
        count += sum(1 for end in ends if chunk["position"] + end <= played)
    return count


async def messages(daemon: RunningDaemon, conversation: str) -> list[dict[str, Any]]:
    answer = await daemon.get(f"/v1/conversations/{conversation}")
    return list(answer["messages"])


async def test_nothing_is_sent_after_the_cut_and_what_was_heard_is_kept(
    asked: RunningDaemon, model: Conducted
) -> None:
    async with turn(asked, "/v1/replies", {"text": "Well?", "conversation": "c"}) as answer:
        model.write(TEXT)
        async with listening(asked, answer.id) as listener:
            await listener.has(2 * RATE)
            cut = await answer.post("interrupt")
            sent = await listener.end()
        assert not listener.cut
        assert cut["state"] == "interrupted"
        assert sent == (await answer.info())["written_samples"]
        assert sent - cut["played_samples"] <= 4 * FRAME
        assert TEXT.startswith(cut["heard"])
        assert len(cut["heard"]) == cut["heard_chars"]
        assert abs(words(cut["heard"]) - words_played(answer, cut["played_samples"])) <= 1
        ended = await answer.end()
    assert (ended["type"], ended["heard"]) == ("reply.interrupted", cut["heard"])
    stored = (await messages(asked, "c"))[-1]
    assert (stored["text"], stored["heard"], stored["interrupted"]) == (TEXT, cut["heard"], True)
    model.answer("All right.")
    await asked.all_events("/v1/replies", {"text": "Go on.", "conversation": "c"})
    assert model.prompt(1) == ["Well?", cut["heard"], "Go on."]
    await until(lambda: model.disconnected == 1)


async def test_the_model_is_free_at_once(tmp_path: Path) -> None:
    with llama_server(tiny_model("endless")) as server:
        async with running_daemon(tmp_path, llm_url=server.url) as daemon:
            async with turn(daemon, "/v1/replies", {"text": "Well?"}) as answer:
                await answer.until("chunk")
                assert await asyncio.to_thread(server.busy)
                await answer.post("interrupt")
                await asyncio.to_thread(server.wait_until_idle)
            status = await daemon.get("/v1/status")
            assert (status["replies"], status["slots_in_use"]) == ([], 0)


async def test_a_long_native_call_is_ended(tmp_path: Path, voices_dir: Path) -> None:
    settings = {"speech.piper.voices_dir": voices_dir, "speech.voice": "piper:heavy"}
    async with running_daemon(tmp_path, settings=settings) as daemon:
        async with turn(daemon, "/v1/say", {"text": TEXT, "voice": "piper:heavy"}) as said:
            await daemon.until(lambda status: status["slots_in_use"] > 0)
            cut = await said.post("interrupt", {"wait": True})
            assert cut["freed_ms"] is not None
            status = await daemon.get("/v1/status")
            assert status["slots_in_use"] == 0
            await said.end()
        said_next = await daemon.all_events("/v1/say", {"text": "Yes.", "voice": "espeak:en-us"})
        assert said_next[-1]["totals"]["spoken"] == 1


async def test_a_reply_that_is_done_and_still_plays_is_corrected(
    asked: RunningDaemon, model: Conducted
) -> None:
    async with turn(asked, "/v1/replies", {"text": "Well?", "conversation": "c"}) as answer:
        model.answer(TEXT)
        async with listening(asked, answer.id) as listener:
            assert (await answer.end())["type"] == "reply.done"
            assert (await messages(asked, "c"))[-1]["heard"] == TEXT
            await listener.has(RATE)
            cut = await answer.post("interrupt")
            assert await listener.end() == (await answer.info())["written_samples"]
    again = await answer.post("interrupt")
    assert (again["state"], again["heard"]) == (cut["state"], cut["heard"])
    stored = (await messages(asked, "c"))[-1]
    assert (stored["text"], stored["heard"], stored["interrupted"]) == (TEXT, cut["heard"], True)


async def test_the_client_knows_best_what_it_played(asked: RunningDaemon, model: Conducted) -> None:
    async with turn(asked, "/v1/replies", {"text": "Well?", "conversation": "c"}) as answer:
        model.answer(TEXT)
        async with listening(asked, answer.id, paced=False) as listener:
            await answer.end()
            await listener.end()
        info = await answer.post("played", {"samples": RATE})
        assert info["played_samples"] == RATE
        info = await answer.post("played", {"samples": 2 * RATE, "ended": True})
        assert (info["state"], info["played_samples"]) == ("interrupted", 2 * RATE)
        heard = (await messages(asked, "c"))[-1]["heard"]
        assert abs(words(heard) - words_played(answer, 2 * RATE)) <= 1


async def test_a_client_that_vanishes_interrupts(asked: RunningDaemon, model: Conducted) -> None:
    async with turn(asked, "/v1/replies", {"text": "Well?", "conversation": "c"}) as answer:
        model.write(TEXT)
        await answer.until("chunk")
        await answer.vanish()
        await asked.until(lambda status: not status["replies"])
    assert (await answer.info())["state"] == "interrupted"
    await until(lambda: model.disconnected == 1)
    assert (await messages(asked, "c"))[-1]["interrupted"]


async def test_the_next_prompt_holds_what_a_listener_that_left_had_heard(
    asked: RunningDaemon, model: Conducted
) -> None:
    async with turn(asked, "/v1/replies", {"text": "Well?", "conversation": "c"}) as answer:
        model.answer(TEXT)
        async with listening(asked, answer.id) as listener:
            await listener.has(2 * RATE)
        assert (await answer.end())["type"] == "reply.done"
    stored = await _corrected(asked)
    assert 0 < len(stored["heard"]) < len(TEXT)
    played = await _played(answer)
    assert abs(words(stored["heard"]) - words_played(answer, played)) <= 1
    assert played <= (await answer.info())["written_samples"]
    model.answer("All right.")
    await asked.all_events("/v1/replies", {"text": "Go on.", "conversation": "c"})
    assert model.prompt(1) == ["Well?", stored["heard"], "Go on."]


async def _corrected(asked: RunningDaemon) -> dict[str, Any]:
    """The answer once the daemon has noticed that its listener left."""
    while (stored := (await messages(asked, "c"))[-1])["heard"] == TEXT:
        await asyncio.sleep(0.02)
    return stored


async def _played(answer: Turn) -> int:
    return int((await answer.info())["played_samples"])


async def test_the_prompt_of_a_question_asked_meanwhile_holds_what_was_heard_by_then(
    asked: RunningDaemon, model: Conducted
) -> None:
    async with turn(asked, "/v1/replies", {"text": "Well?", "conversation": "c"}) as answer:
        model.answer(TEXT)
        async with listening(asked, answer.id) as listener:
            await answer.end()
            await listener.has(2 * RATE)
            before = await _played(answer)
            model.answer("All right.")
            await asked.all_events(
                "/v1/replies", {"text": "And?", "conversation": "c", "speak": False}
            )
            after = await _played(answer)
    question, heard, again = model.prompt(1)
    assert (question, again) == ("Well?", "And?")
    assert words_played(answer, before) - 1 <= words(heard) <= words_played(answer, after) + 1


async def test_a_listener_that_starts_later_has_not_heard_what_lies_before(
    asked: RunningDaemon, model: Conducted
) -> None:
    async with turn(asked, "/v1/replies", {"text": "Well?", "conversation": "c"}) as answer:
        model.answer(TEXT)
        await answer.end()
        second = answer.of("chunk")[1]["position"]
        path = f"/v1/replies/{answer.id}/audio?start={second}"
        await asked.client.get(path)
    stored = await _corrected(asked)
    assert stored["heard"] == "".join(each["text"] for each in answer.of("utterance")[1:])


async def test_turns_of_a_conversation_follow_each_other(
    asked: RunningDaemon, model: Conducted
) -> None:
    question = {"conversation": "c", "speak": False}
    async with turn(asked, "/v1/replies", question | {"text": "One?"}) as first:
        second = Turn(asked, "/v1/replies", question | {"text": "Two?"})
        refused = await asked.client.post(
            "/v1/replies", json=question | {"text": "Three?", "when_busy": "refuse"}
        )
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "conversation.busy")
        model.answer("It is one.")
        await first.end()
        model.answer("It is two.")
        await second.end()
        model.answer("It is four.")
        await asked.all_events("/v1/replies", question | {"text": "Four?"})
    texts = [message["text"] for message in await messages(asked, "c")]
    assert texts == ["One?", "It is one.", "Two?", "It is two.", "Four?", "It is four."]
    assert model.prompt(1) == ["One?", "It is one.", "Two?"]


async def test_a_voice_that_asks_on_finds_what_was_heard(
    asked: RunningDaemon, model: Conducted
) -> None:
    """It sends its next question with the interrupt, not after the answer to that."""
    async with turn(asked, "/v1/replies", {"text": "Go", "conversation": "c"}) as answer:
        model.answer(TEXT)
        async with listening(asked, answer.id) as listener:
            await listener.has(2 * RATE)
            cutting = asyncio.create_task(answer.post("interrupt"))
            following = {"text": "Next", "conversation": "c", "when_busy": "interrupt"}
            async with turn(asked, "/v1/replies", following):
                await until(lambda: len(model.bodies) == 2)
            heard = (await cutting)["heard"]
    assert 0 < len(heard) < len(TEXT)
    assert model.prompt(1) == ["Go", heard, "Next"]


async def test_a_conversation_that_is_deleted_while_it_is_answered_stays_deleted(
    asked: RunningDaemon, model: Conducted
) -> None:
    async with turn(asked, "/v1/replies", {"text": "Well?", "conversation": "c"}) as answer:
        model.write(TEXT)
        await answer.until("chunk")
        assert (await asked.client.delete("/v1/conversations/c")).json()["deleted"] == 1
        assert (await answer.end())["type"] == "reply.interrupted"
        gone = await asked.client.get(f"/v1/replies/{answer.id}")
    assert gone.status_code == 404
    assert (await asked.client.get("/v1/conversations/c")).status_code == 404
    async with asked.client.stream("GET", "/v1/events?since=0") as response:
        async for line in response.aiter_lines():
            assert "train" not in line
            assert "platform" not in line
            if '"reply.interrupted"' in line:
                break


async def test_a_player_that_vanishes_has_not_heard_the_rest(
    asked: RunningDaemon, model: Conducted
) -> None:
    model.answer(TEXT)
    body = {"text": "Well?", "conversation": "c", "paced": True}
    headers = {"Accept": "audio/L16"}
    async with asked.client.stream("POST", "/v1/replies", json=body, headers=headers) as response:
        got = 0
        async for data in response.aiter_bytes():
            got += len(data) // 2
            if got >= RATE:
                break
    await asked.until(lambda status: not status["replies"])
    stored = (await messages(asked, "c"))[-1]
    assert stored["interrupted"]
    assert 0 < len(stored["heard"]) < len(TEXT)
