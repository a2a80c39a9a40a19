"""One reply: what it says happens, in every way that it can end, and what is remembered of it."""

import asyncio

from jarvisd.errors import LlmError
from jarvisd.wire import (
    Chunk,
    ReplyDone,
    ReplyFailed,
    ReplyInterrupted,
    ReplyStarted,
    Token,
    UtteranceEvent,
)
from tests.fakes.speech import OTHER, RATE, WANTED, settled
from tests.reply.stage import Stage, ended, of_type, read, samples, until

BROKE = LlmError("the stream broke", code="llm.truncated", hint="Look at its log.")


async def test_a_reply_from_start_to_end() -> None:
    stage = Stage()
    reply = await stage.ask("Well?")
    stage.provider.write("One is done. ", "Two")
    stage.clock.advance(1)
    (await stage.speech.makes("One")).whole(2 * RATE)
    stage.provider.write(" is not.")
    stage.provider.end(prompt_tokens=7, completion_tokens=5)
    stage.clock.advance(1)
    (await stage.speech.makes("Two")).whole(RATE)
    events = await ended(reply)
    assert [event.seq for event in events] == list(range(len(events)))
    assert {event.reply for event in events} == {reply.id}
    kinds = [type(event) for event in events]
    assert kinds[0] is ReplyStarted
    assert kinds[-1] is ReplyDone
    assert [kinds.count(kind) for kind in (Token, UtteranceEvent, Chunk)] == [3, 2, 2]
    done = events[-1]
    assert isinstance(done, ReplyDone)
    assert (done.totals.utterances, done.totals.spoken, done.totals.skipped) == (2, 2, 0)
    assert (done.tokens.prompt, done.tokens.completion) == (7, 5)
    assert done.timings.total_ms == 2_000
    assert reply.state == "done"
    assert await stage.heard() == [("One is done. Two is not.", "One is done. Two is not.", False)]
    assert stage.published == events


async def test_an_interrupt_stops_everything_and_keeps_what_was_heard() -> None:
    stage = Stage()
    reply = await stage.ask()
    got: list[bytes] = []
    reading = asyncio.create_task(read(reply, got, paced=True))
    stage.provider.write("One two three. ", "Four five")
    making = await stage.speech.makes("One two")
    making.piece(RATE, (0, 0), (4, 300), (8, 600)).end()
    await until(lambda: samples(got) == 80)
    await stage.play(reply, 0.66)
    answer = await reply.interrupt()
    await reading
    assert (answer.state, answer.heard, answer.heard_chars) == ("interrupted", "One two", 7)
    assert samples(got) == reply.info().written_samples
    events = await ended(reply)
    assert isinstance(events[-1], ReplyInterrupted)
    assert events[-1].heard == "One two"
    assert stage.provider.closed == 1
    assert await stage.heard() == [("One two three. Four five", "One two", True)]


async def test_the_next_prompt_holds_what_was_heard() -> None:
    stage = Stage(llm={"system_prompt": "Be short."})
    reply = await stage.ask("First?")
    stage.provider.write("One two three. ")
    (await stage.speech.makes("One")).piece(RATE, (0, 0), (4, 300), (8, 600)).end()
    await settled()
    interrupting = asyncio.create_task(reply.interrupt(played=650))
    await asyncio.sleep(0)  # a voice does not wait for the answer
    await stage.ask("Second?")
    await interrupting
    await until(lambda: len(stage.provider.prompts) == 2)
    contents = [message.content for message in stage.provider.prompts[1].messages]
    assert contents == ["Be short.", "First?", "One two", "Second?"]


async def test_an_interrupt_of_a_reply_that_still_plays_corrects_what_was_remembered() -> None:
    stage = Stage()
    reply = await stage.ask()
    stage.provider.answer("One two three.")
    (await stage.speech.makes("One")).piece(RATE, (0, 0), (4, 300), (8, 600)).end()
    await ended(reply)
    assert reply.state == "done"
    assert await stage.heard() == [("One two three.", "One two three.", False)]
    stage.clock.advance(0.65)
    assert (await reply.interrupt()).heard == "One two"
    assert await stage.heard() == [("One two three.", "One two", True)]


async def test_an_interrupt_after_everything_was_played_changes_nothing() -> None:
    stage = Stage()
    reply = await stage.answered("One two three.", RATE)
    stage.clock.advance(5)
    answer = await reply.interrupt()
    assert (answer.state, answer.heard) == ("done", "One two three.")
    assert await stage.heard() == [("One two three.", "One two three.", False)]


async def test_interrupting_twice_is_interrupting_once() -> None:
    stage = Stage()
    reply = await stage.ask()
    stage.provider.write("One two three. ")
    await stage.speech.makes("One")
    first = await reply.interrupt()
    second = await reply.interrupt()
    assert (second.state, second.heard) == (first.state, first.heard) == ("interrupted", "")
    assert len(of_type(await ended(reply), ReplyInterrupted)) == 1
    assert await stage.heard() == [("One two three. ", "", True)]


async def test_an_interrupt_that_waits_returns_when_synthesis_has_ended() -> None:
    stage = Stage()
    reply = await stage.say("One two three.")
    making = await stage.speech.makes("One")
    interrupting = asyncio.create_task(reply.interrupt(wait=True))
    await settled()
    assert making.cancelled
    assert not interrupting.done()
    making.synthesis.release()
    assert (await interrupting).freed_ms is not None


async def test_the_second_interrupt_waits_for_the_same_synthesis() -> None:
    stage = Stage()
    reply = await stage.say("One two three.")
    making = await stage.speech.makes("One")
    await reply.interrupt()
    interrupting = asyncio.create_task(reply.interrupt(wait=True))
    await settled()
    assert not interrupting.done()
    making.synthesis.release()
    await interrupting


async def test_a_model_that_fails_leaves_the_words_so_far() -> None:
    stage = Stage()
    reply = await stage.ask()
    stage.provider.write("One is done. Two is")
    stage.provider.fail(BROKE)
    (await stage.speech.makes("One")).whole(RATE)
    (await stage.speech.makes("Two")).whole(RATE)
    events = await ended(reply)
    failed = events[-1]
    assert isinstance(failed, ReplyFailed)
    assert (failed.error.code, failed.error.hint) == ("llm.truncated", "Look at its log.")
    assert failed.text == "One is done. Two is"
    assert failed.totals.spoken == 2
    got: list[bytes] = []
    await read(reply, got)
    assert samples(got) == 2 * RATE
    assert await stage.heard() == [("One is done. Two is", "One is done. Two is", False)]


async def test_a_failed_reply_can_be_interrupted_while_its_words_still_play() -> None:
    stage = Stage()
    reply = await stage.ask()
    stage.provider.write("One two three.")
    stage.provider.fail(BROKE)
    (await stage.speech.makes("One")).piece(RATE, (0, 0), (4, 300), (8, 600)).end()
    await ended(reply)
    assert reply.state == "failed"
    got: list[bytes] = []
    reading = asyncio.create_task(read(reply, got, paced=True))
    await until(lambda: samples(got) == 80)
    await stage.play(reply, 0.66)
    assert (await reply.interrupt()).heard == "One two"
    await reading
    assert samples(got) == reply.info().written_samples < RATE
    assert await stage.heard() == [("One two three.", "One two", True)]


async def test_a_model_that_fails_at_once_leaves_nothing() -> None:
    stage = Stage()
    reply = await stage.ask()
    stage.provider.fail(BROKE)
    events = await ended(reply)
    assert [type(event) for event in events] == [ReplyStarted, ReplyFailed]
    assert await stage.heard() == []


async def test_a_bug_ends_the_reply_and_is_said_plainly() -> None:
    stage = Stage()
    reply = await stage.ask()
    stage.provider.write("One two three. ")
    making = await stage.speech.makes("One")
    stage.provider.fail(ZeroDivisionError())
    failed = (await ended(reply))[-1]
    assert isinstance(failed, ReplyFailed)
    assert failed.error.code == "daemon.internal"
    assert making.cancelled


async def test_a_paused_reply_stands_still_and_goes_on() -> None:
    stage = Stage()
    reply = await stage.say("One two three.")
    got: list[bytes] = []
    reading = asyncio.create_task(read(reply, got, paced=True))
    making = await stage.speech.makes("One")
    making.piece(RATE)
    await until(lambda: samples(got) == 80)
    assert reply.pause().state == "paused"
    await settled()
    stage.clock.advance(10)
    await settled()
    assert samples(got) == 80
    assert reply.info().played_samples == 0
    assert reply.resume().state == "running"
    await settled()
    await stage.play(reply, 0.02)
    assert samples(got) == 100
    making.end()
    await reply.interrupt()
    await reading


async def test_a_paused_reply_says_so_when_its_audio_is_complete() -> None:
    stage = Stage()
    reply = await stage.say("One two three.")
    making = await stage.speech.makes("One")
    reply.pause()
    making.whole(RATE)
    events = await ended(reply)
    assert isinstance(events[-1], ReplyDone)
    assert reply.state == reply.info().state == "paused"
    assert stage.replies.active() == [reply]
    stage.clock.advance(60)
    assert reply.info().played_samples == 0
    assert reply.resume().state == "done"
    assert stage.replies.active() == [reply]
    stage.clock.advance(1)
    assert stage.replies.active() == []
    assert reply.pause().state == "done"  # nothing is left to hold


async def test_breaths_between_sentences_are_accounted_for() -> None:
    stage = Stage(audio={"sentence_pause_ms": 200})
    reply = await stage.ask()
    stage.provider.answer("One two. Three four. Five six.")
    for text in ("One", "Three", "Five"):
        making = await stage.speech.makes(text)
        making.piece(500, (0, 0), (text.index(text) + len(text) + 1, 250)).end()
    events = await ended(reply)
    chunks = of_type(events, Chunk)
    assert [(each.position, each.samples) for each in chunks] == [
        (0, 500),
        (700, 500),
        (1_400, 500),
    ]
    got: list[bytes] = []
    reading = asyncio.create_task(read(reply, got, paced=True))
    await settled()
    # By 1.2 s the second sentence has sounded to its end; without the breath it would be the third.
    await stage.play(reply, 1.18)
    answer = await reply.interrupt()
    await reading
    assert answer.heard == "One two. Three"
    assert answer.played_samples == 1_180


async def test_acknowledged_positions_count_for_what_was_heard() -> None:
    stage = Stage()
    reply = await stage.say("One two three.")
    (await stage.speech.makes("One")).piece(RATE, (0, 0), (4, 300), (8, 600)).end()
    await settled()
    stage.clock.advance(5)
    assert (await reply.played(320)).played_samples == 320
    assert (await reply.played(300)).played_samples == 320
    assert (await reply.interrupt()).heard == "One"


async def test_a_client_that_stops_playing_early_interrupts() -> None:
    stage = Stage()
    reply = await stage.ask()
    stage.provider.answer("One two three.")
    (await stage.speech.makes("One")).piece(RATE, (0, 0), (4, 300), (8, 600)).end()
    await ended(reply)
    assert (await reply.played(320, ended=True)).state == "interrupted"
    assert await stage.heard() == [("One two three.", "One", True)]


async def test_a_client_that_played_everything_does_not_interrupt() -> None:
    stage = Stage()
    reply = await stage.answered("One two three.", RATE)
    assert (await reply.played(RATE, ended=True)).state == "done"


async def test_a_client_that_goes_away_interrupts() -> None:
    stage = Stage()
    reply = await stage.ask()
    stage.provider.write("One two three. ")
    making = await stage.speech.makes("One")
    reply.abandoned(told=True)
    assert making.cancelled
    assert isinstance((await ended(reply))[-1], ReplyInterrupted)


async def test_a_reply_that_is_to_go_on_does_so_only_where_its_client_can_find_it_again() -> None:
    stage = Stage()
    reply = await stage.ask(on_disconnect="continue")
    reply.abandoned(told=True)
    assert reply.state == "running"
    reply.abandoned(told=False)
    assert reply.state == "interrupted"
    await ended(reply)


async def test_a_client_that_goes_away_while_it_still_plays_has_not_heard_the_rest() -> None:
    stage = Stage()
    reply = await stage.ask()
    stage.provider.answer("One two three.")
    (await stage.speech.makes("One")).piece(RATE, (0, 0), (4, 300), (8, 600)).end()
    await ended(reply)
    reading = asyncio.create_task(read(reply, [], paced=True))
    await settled()
    await stage.play(reply, 0.36)
    reply.abandoned(told=True)
    await reading
    assert await stage.heard() == [("One two three.", "One", True)]


async def test_a_listener_that_leaves_early_has_heard_no_more() -> None:
    stage = Stage()
    reply = await stage.ask()
    stage.provider.answer("One two three.")
    (await stage.speech.makes("One")).piece(RATE, (0, 0), (4, 300), (8, 600)).end()
    await ended(reply)
    listening = asyncio.create_task(read(reply, [], paced=True))
    await settled()
    await stage.play(reply, 0.36)
    listening.cancel()
    await asyncio.wait({listening})
    assert await stage.heard() == [("One two three.", "One", True)]
    stage.clock.advance(60)
    got: list[bytes] = []
    await read(reply, got, start=340)
    assert samples(got) == RATE - 340
    assert await stage.heard() == [("One two three.", "One two three.", False)]
    assert reply.state == "done"


async def test_what_is_asked_meanwhile_is_answered_with_what_was_heard_by_then() -> None:
    stage = Stage()
    reply = await stage.ask("First?")
    stage.provider.answer("One two three.")
    (await stage.speech.makes("One")).piece(RATE, (0, 0), (4, 300), (8, 600)).end()
    await ended(reply)
    listening = asyncio.create_task(read(reply, [], paced=True))
    await settled()
    await stage.play(reply, 0.66)
    second = await stage.ask("Second?", speak=False)
    await until(lambda: len(stage.provider.prompts) == 2)
    contents = [message.content for message in stage.provider.prompts[1].messages]
    assert contents[1:] == ["First?", "One two", "Second?"]
    assert (await stage.heard())[0] == ("One two three.", "One two three.", False)
    await stage.play(reply, 1)
    await listening
    await second.interrupt()


async def test_a_silent_reply_is_text_only() -> None:
    stage = Stage()
    reply = await stage.ask(speak=False)
    stage.provider.answer("One two three.")
    events = await ended(reply)
    assert [type(event) for event in events] == [ReplyStarted, Token, ReplyDone]
    assert stage.speech.made == []
    got: list[bytes] = []
    await read(reply, got)
    assert got == []
    assert await stage.heard() == [("One two three.", None, False)]
    assert (await reply.interrupt()).state == "done"


async def test_an_interrupted_silent_reply_keeps_its_text() -> None:
    stage = Stage()
    reply = await stage.ask(speak=False)
    stage.provider.write("One two ")
    await settled()
    await reply.interrupt()
    await ended(reply)
    [(text, heard, interrupted)] = await stage.heard()
    assert (text, heard, interrupted) == ("One two ", None, True)


async def test_where_nobody_can_speak_the_text_flows_and_every_chunk_is_skipped() -> None:
    stage = Stage()
    stage.speech.failed = {WANTED.engine, OTHER.engine}
    reply = await stage.ask()
    stage.provider.answer("One is done. Two is not.")
    events = await ended(reply)
    done = events[-1]
    assert isinstance(done, ReplyDone)
    assert (done.totals.spoken, done.totals.skipped) == (0, 2)
    assert {event.reason for event in events if hasattr(event, "reason")} == {"speech.no_engine"}
    assert await stage.heard() == [("One is done. Two is not.", None, False)]


async def test_chunks_say_who_spoke_and_why_it_was_not_the_wanted_one() -> None:
    stage = Stage()
    reply = await stage.say("One is done. Two is not.")
    (await stage.speech.makes("One")).whole(RATE)
    (await stage.speech.makes("Two")).fail("speech.engine_failed")
    await until(lambda: stage.speech.made[-1].voice == OTHER.id)
    stage.speech.made[-1].whole(RATE)
    chunks = of_type(await ended(reply), Chunk)
    assert [(chunk.voice, chunk.engine, chunk.fallback) for chunk in chunks] == [
        (WANTED.id, WANTED.engine, False),
        (OTHER.id, OTHER.engine, True),
    ]
    assert chunks[1].fallback_reason == "it broke"
    assert reply.info().fallback


async def test_every_reader_of_events_gets_all_of_them() -> None:
    stage = Stage()
    reply = await stage.spoken("One two three.", RATE)
    assert await ended(reply) == await ended(reply) == stage.published
