"""Pause and resume, and how far audio is made ahead of its listener."""

from pathlib import Path

import pytest

from tests.support.daemon import RunningDaemon, running_daemon
from tests.support.turn import Event, Turn, listening, turn

RATE = 22_050
FRAME = RATE // 50
SENTENCE = "This is one of the many sentences that are said while nobody plays any of them. "

# So often the daemon says that nothing is made, before that is believed.
QUIET_ANSWERS = 20


async def test_a_paused_reply_sends_nothing_and_goes_on_where_it_was(
    daemon: RunningDaemon,
) -> None:
    async with (
        turn(daemon, "/v1/say", {"text": SENTENCE}) as said,
        listening(daemon, said.id) as listener,
    ):
        done = await said.end()
        await listener.has(RATE // 2)
        paused = await said.post("pause")
        sent = paused["written_samples"]
        await listener.has(sent)
        for _ in range(20):  # as many frames as would have been sent meanwhile
            assert (await said.info())["written_samples"] == sent
        assert listener.samples == sent
        resumed = await said.post("resume")
        assert resumed["played_samples"] <= sent
        assert await listener.end() == done["samples"]


async def test_a_paused_reply_can_be_interrupted(daemon: RunningDaemon) -> None:
    async with (
        turn(daemon, "/v1/say", {"text": SENTENCE}) as said,
        listening(daemon, said.id) as listener,
    ):
        await listener.has(RATE)
        paused = await said.post("pause")
        cut = await said.post("interrupt")
        assert cut["played_samples"] == paused["played_samples"]
        assert await listener.end() == paused["written_samples"]


@pytest.mark.parametrize("paced", [True, False])
async def test_a_listener_that_leaves_does_not_hold_up_the_reply(
    tmp_path: Path, paced: bool
) -> None:
    async with (
        running_daemon(tmp_path, settings={"speech.look_ahead_s": 3}) as daemon,
        turn(daemon, "/v1/say", {"text": SENTENCE * 12}) as said,
    ):
        async with listening(daemon, said.id, paced=paced) as listener:
            await listener.has(RATE // 2)
        await daemon.until(lambda status: status["connections"] == 2)
        made = len(said.of("chunk"))
        await said.until("chunk", made + 3)
        cut = await said.post("interrupt")
        assert cut["played_samples"] <= (await said.info())["written_samples"]


async def test_audio_is_made_only_as_far_ahead_as_playback_needs(tmp_path: Path) -> None:
    settings = {"speech.look_ahead_s": 10}
    async with (
        running_daemon(tmp_path, settings=settings) as daemon,
        turn(daemon, "/v1/say", {"text": SENTENCE * 20}) as said,
    ):
        assert (await said.post("pause"))["state"] == "paused"
        chunks = await _made_while_nobody_plays(said, daemon)
        assert len(said.of("utterance")) == len(said.of("chunk.skipped")) + 20
        # Seven seconds are enough; at most the last of two slots was given away before that.
        assert chunks[-1]["position"] + chunks[-1]["samples"] > 7 * RATE
        assert chunks[-2]["position"] < 7.5 * RATE
        await said.post("resume")
        async with listening(daemon, said.id, paced=False) as listener:
            done = await said.end()
            assert await listener.end() == done["samples"]
        assert done["totals"]["spoken"] == 20


async def _made_while_nobody_plays(said: Turn, daemon: RunningDaemon) -> list[Event]:
    """A slot that is free is given away in the step in which it became free, or not at all."""
    made, quiet = 0, 0
    while quiet < QUIET_ANSWERS:
        idle = (await daemon.get("/v1/status"))["slots_in_use"] == 0
        last, made = made, len(said.of("chunk"))
        quiet = quiet + 1 if idle and made == last > 0 else 0
    return said.of("chunk")
