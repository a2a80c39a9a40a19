"""All replies: admitted within limits, found again, forgotten in time, ended with the daemon."""

import asyncio

import msgspec
import pytest

from jarvisd.config import TextSettings
from jarvisd.errors import (
    JarvisError,
    LimitError,
    NotFoundError,
    PayloadError,
    RequestError,
    SpeechError,
    UnavailableError,
)
from jarvisd.reply.registry import PLAYING_REPLIES
from jarvisd.reply.reply import Reply
from jarvisd.wire import ReplyInterrupted, ReplyRequest, ReplyStarted
from tests.fakes.speech import OTHER, RATE, WANTED, settled
from tests.reply.stage import PLAIN, Stage, ended, read


async def refused(stage: Stage, kind: type[JarvisError], text: str = "One.", **more: str) -> str:
    with pytest.raises(kind) as raised:
        await stage.ask(text, **more)
    return raised.value.code


async def test_a_text_may_be_only_so_long() -> None:
    stage = Stage(api={"max_text_chars": 10})
    assert await refused(stage, PayloadError, "a" * 11) == "limit.text"
    with pytest.raises(PayloadError):
        await stage.say("a" * 11)


async def test_only_so_many_replies_at_a_time() -> None:
    stage = Stage(reply={"max_active": 2})
    first = await stage.say("One.")
    await stage.say("Two.")
    assert await refused(stage, LimitError) == "limit.replies"
    await first.interrupt()
    await stage.ask()
    await stage.replies.close(0)


async def test_replies_that_come_while_the_model_is_chosen_count_too() -> None:
    stage = Stage(reply={"max_active": 1})
    asking = [asyncio.create_task(stage.ask(f"Number {n}?")) for n in range(3)]
    results = await asyncio.gather(*asking, return_exceptions=True)
    assert sum(isinstance(result, LimitError) for result in results) == 2
    await stage.replies.close(0)


async def test_replies_that_come_before_the_voices_were_found_count_too() -> None:
    stage = Stage(reply={"max_active": 8})
    found = asyncio.Event()
    stage.speech.discovered = found.wait  # type: ignore[assignment]
    saying = [asyncio.create_task(stage.say(f"Number {n}.")) for n in range(30)]
    await settled()
    found.set()
    results = await asyncio.gather(*saying, return_exceptions=True)
    assert sum(isinstance(result, Reply) for result in results) == 8
    assert sum(isinstance(result, LimitError) for result in results) == 22
    await stage.replies.close(0)
    assert isinstance(await _again(stage), UnavailableError)


async def _again(stage: Stage) -> JarvisError:
    with pytest.raises(JarvisError) as raised:
        await stage.say("One.")
    return raised.value


async def test_a_place_is_free_again_however_a_reply_failed_to_begin() -> None:
    stage = Stage(reply={"max_active": 1})
    for _ in range(3):
        assert await refused(stage, SpeechError, voice="nobody") == "speech.voice_unknown"
    waiting = asyncio.Event()
    stage.speech.discovered = waiting.wait  # type: ignore[assignment]
    asking = asyncio.create_task(stage.ask())
    await settled()
    assert await refused(stage, LimitError) == "limit.replies"
    asking.cancel()
    await asyncio.wait({asking})
    waiting.set()
    for _ in range(3):
        await (await stage.ask()).interrupt()


async def test_a_daemon_that_stops_meanwhile_begins_nothing() -> None:
    stage = Stage()
    found = asyncio.Event()
    stage.speech.discovered = found.wait  # type: ignore[assignment]
    waiting = [asyncio.create_task(stage.ask()), asyncio.create_task(stage.say("One."))]
    await settled()
    await stage.replies.close(0)
    found.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) for result in results] == [UnavailableError] * 2


async def test_a_refused_question_is_not_remembered() -> None:
    stage = Stage()
    with pytest.raises(SpeechError):
        await stage.ask(voice="nobody")
    assert await stage.store.history("c", 10) == []
    assert stage.replies.active() == []


async def test_a_conversation_has_a_plain_name() -> None:
    stage = Stage()
    assert await refused(stage, RequestError, conversation="a/b") == "conversation.name"
    reply = await stage.replies.ask(ReplyRequest(text="Well?"))
    assert reply.conversation.startswith("c-")
    await reply.interrupt()


async def test_replies_are_found_by_their_id() -> None:
    stage = Stage()
    reply = await stage.say("One.")
    assert stage.replies.get(reply.id) is reply
    assert stage.replies.active() == [reply]
    with pytest.raises(NotFoundError) as raised:
        stage.replies.get("r-unknown")
    assert raised.value.code == "reply.unknown"
    await reply.interrupt()
    assert stage.replies.active() == []


async def test_the_voices_own_rate_is_used_unless_another_was_asked_for() -> None:
    stage = Stage()
    own, other = await stage.say("One."), await stage.say("Two.", sample_rate=8_000)
    assert (own.sample_rate, other.sample_rate) == (RATE, 8_000)
    rates = [(await stage.speech.makes(t)).synthesis.request.sample_rate for t in ("One", "Two")]
    assert rates == [RATE, 8_000]
    await stage.replies.close(0)


async def test_an_ended_reply_is_kept_for_a_while() -> None:
    stage = Stage(reply={"keep": 2})
    replies = []
    for number in range(5):
        replies.append(await stage.spoken(f"Number {number}.", RATE))
        stage.clock.advance(60)
    assert [_known(stage, reply) for reply in replies] == [False, False, True, True, True]
    got: list[bytes] = []
    await read(replies[-1], got)
    assert got


async def test_replies_that_were_paused_for_ever_are_forgotten_as_well() -> None:
    stage = Stage()
    replies = []
    for number in range(PLAYING_REPLIES + 10):
        reply = await stage.spoken(f"Number {number}.", RATE)
        reply.pause()
        replies.append(reply)
    known = [_known(stage, reply) for reply in replies]
    assert sum(known) <= PLAYING_REPLIES + 1
    assert known[-1]


async def test_a_reply_that_still_plays_is_not_forgotten() -> None:
    stage = Stage(reply={"keep": 1})
    long = await stage.spoken("This is the long one.", 60 * RATE)
    for number in range(3):
        await stage.spoken(f"Number {number}.", RATE)
        stage.clock.advance(5)
    assert _known(stage, long)


def _known(stage: Stage, reply: Reply) -> bool:
    try:
        stage.replies.get(reply.id)
    except NotFoundError:
        return False
    return True


async def test_a_stopping_daemon_takes_no_more_and_lets_replies_end() -> None:
    stage = Stage()
    reply = await stage.say("One two three.")
    closing = asyncio.create_task(stage.replies.close(30))
    await settled()
    assert await refused(stage, UnavailableError) == "daemon.stopping"
    (await stage.speech.makes("One")).whole(RATE)
    await closing
    assert reply.state == "done"


async def test_at_the_deadline_replies_are_interrupted_and_remembered() -> None:
    stage = Stage()
    reply = await stage.ask()
    stage.provider.write("One two three. ")
    making = await stage.speech.makes("One")
    await stage.replies.close(0)
    assert making.cancelled
    assert isinstance((await ended(reply))[-1], ReplyInterrupted)
    assert await stage.heard() == [("One two three. ", "", True)]


async def test_a_failed_engine_is_said_at_the_start() -> None:
    stage = Stage()
    stage.speech.failed = {WANTED.engine}
    reply = await stage.say("One.", voice=WANTED.id)
    started = stage.published[0]
    assert isinstance(started, ReplyStarted)
    assert (started.voice, started.fallback, started.fallback_reason) == (
        OTHER.id,
        True,
        "it failed",
    )
    await reply.interrupt()


async def test_own_words_are_taken_over_by_the_replies_to_come() -> None:
    stage = Stage(text=PLAIN["text"] | {"say": {"all": {"PVE": "Proxmox"}}})
    await stage.say("PVE.")
    changed = TextSettings(say={"all": {"PVE": "P V E"}})
    stage.replies.apply(msgspec.structs.replace(stage.settings, text=changed))
    await stage.say("PVE.")
    await stage.speech.makes("P V E.")
    assert stage.speech.texts == ["Proxmox.", "P V E."]
    await stage.replies.close(0)
