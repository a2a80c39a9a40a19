"""What the watchdog and the governor see of a reply."""

from tests.fakes.speech import RATE, settled
from tests.reply.stage import Stage, ended, read


async def test_every_token_event_and_sample_is_a_step() -> None:
    stage = Stage()
    reply = await stage.ask()
    vitals = reply.vitals
    await settled()
    begun = vitals.steps
    stage.provider.write("One")
    await settled()
    assert vitals.steps == begun + 2  # it was written, and told
    stage.provider.write(" two. ")
    making = await stage.speech.makes("One")
    before = vitals.steps
    making.piece(100)
    await settled()
    assert vitals.steps == before + 100
    making.end()
    await settled()
    assert vitals.steps == before + 101
    stage.clock.advance(0.05)
    assert vitals.steps == before + 151  # played
    await reply.interrupt()
    await reply.settled()
    assert vitals.steps == before + 152


async def test_progress_is_expected_where_nobody_else_has_to_move() -> None:
    stage = Stage(speech={"look_ahead_s": 10})
    reply = await stage.say("One is done. Two is not. Three.")
    vitals = reply.vitals
    assert vitals.expects_progress
    making = await stage.speech.makes("One")
    assert not vitals.expects_progress  # the workers have it
    other = await stage.speech.makes("Two")
    making.whole(8 * RATE)
    other.whole(8 * RATE)
    await settled()
    assert vitals.expects_progress  # far ahead, but nobody listens: time passes
    reply.pause()
    assert not vitals.expects_progress
    reply.resume()
    pieces = reply.audio(paced=True)
    await anext(pieces)
    assert not vitals.expects_progress  # far ahead of somebody who listens
    await pieces.aclose()  # type: ignore[attr-defined]
    assert vitals.expects_progress
    await reply.interrupt()
    assert vitals.expects_progress  # to its end


async def test_a_silent_reply_is_expected_to_go_on() -> None:
    stage = Stage()
    reply = await stage.ask(speak=False)
    assert (reply.vitals.expects_progress, reply.vitals.slack_s) == (True, 0)
    await reply.interrupt()


async def test_what_the_governor_looks_at() -> None:
    stage = Stage()
    reply = await stage.ask()
    vitals = reply.vitals
    assert (vitals.writing, vitals.awaited, vitals.made_s) == (True, True, 0)
    stage.provider.answer("One two.")
    (await stage.speech.makes("One")).whole(3 * RATE)
    await ended(reply)
    assert (vitals.writing, vitals.awaited, vitals.made_s) == (False, False, 3)
    got: list[bytes] = []
    await read(reply, got)
    stage.clock.advance(1)
    assert vitals.slack_s == 2
