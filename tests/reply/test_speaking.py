"""The speaker: order, look-ahead, one voice, and nothing left after an interrupt."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import pytest

from jarvisd.config import SpeechSettings
from jarvisd.reply.audio_track import AudioTrack, SpokenUtterance
from jarvisd.reply.speaking import Speaker
from jarvisd.reply.voice import Policy, ReplyVoice
from jarvisd.speech import Speech
from jarvisd.speech.model import Priority
from jarvisd.text.model import SpokenText, Utterance
from tests.fakes.speech import OTHER, RATE, WANTED, Clock, ScriptedSpeech, settled, until


def utterance(
    seq: int, text: str = "", *, skipped: str | None = None, pause_ms: int = 0
) -> Utterance:
    text = text or f"Utterance {seq}. "
    spoken = SpokenText("" if skipped else text)
    return Utterance(seq, seq * 20, seq * 20 + len(text), text, (), spoken, skipped, pause_ms)


class Heard:
    """What the listener was told, in order."""

    def __init__(self) -> None:
        self.chunks: list[SpokenUtterance] = []
        self.skips: dict[int, str] = {}
        self.order: list[int] = []
        self.first = 0

    def first_audio(self) -> None:
        self.first += 1

    def spoken(self, spoken: SpokenUtterance) -> None:
        self.chunks.append(spoken)
        self.order.append(spoken.seq)

    def skipped(self, seq: int, reason: str, message: str) -> None:
        self.skips[seq] = reason
        self.order.append(seq)


class Speaking:
    """A speaker with scripted speech; utterances are given to it one by one."""

    def __init__(
        self,
        *,
        slots: int = 2,
        policy: Policy = "restart-voice",
        look_ahead_s: float = 30,
        max_reply_s: float = 600,
        rate: int = RATE,
    ) -> None:
        self.clock = Clock()
        self.speech = ScriptedSpeech(self.clock, WANTED, OTHER)
        self.voice = ReplyVoice(self.speech, "default", policy)
        self.heard = Heard()
        self.track = AudioTrack(
            self.heard,
            sample_rate=rate,
            max_s=max_reply_s,
            look_ahead_s=look_ahead_s,
            clock=self.clock,
        )
        self.speaker = Speaker(
            cast("Speech", self.speech),
            self.voice,
            self.track,
            settings=SpeechSettings(slots=slots),
            speed=1.0,
        )
        self._utterances: asyncio.Queue[Utterance | None] = asyncio.Queue()
        self.running = asyncio.create_task(self.speaker.run(self._given()))

    def give(self, *utterances: Utterance, end: bool = True) -> None:
        for one in utterances:
            self._utterances.put_nowait(one)
        if end:
            self._utterances.put_nowait(None)

    async def _given(self) -> AsyncIterator[Utterance]:
        while (one := await self._utterances.get()) is not None:
            yield one

    async def stop(self) -> None:
        """What a reply does when it is interrupted."""
        self.speaker.interrupt()
        self.running.cancel()
        await asyncio.wait({self.running})

    @property
    def audio(self) -> list[int]:
        """The timeline's samples."""
        timeline = self.track.timeline
        data = timeline.read(0, timeline.samples)
        return [int.from_bytes(data[i : i + 2], "little") for i in range(0, len(data), 2)]


async def test_utterances_are_heard_in_order_whatever_order_they_are_made_in() -> None:
    speaking = Speaking()
    speaking.give(utterance(0), utterance(1), utterance(2))
    first, second = await speaking.speech.makes("0"), await speaking.speech.makes("1")
    second.piece(5, value=2).end()
    third = await speaking.speech.makes("2")
    third.piece(5, value=3).end()
    await settled()
    assert speaking.audio == []
    first.piece(5, value=1).end()
    await speaking.running
    assert speaking.audio == [1] * 5 + [2] * 5 + [3] * 5
    assert [(chunk.position, chunk.samples) for chunk in speaking.heard.chunks] == [
        (0, 5),
        (5, 5),
        (10, 5),
    ]
    assert speaking.heard.first == 1
    assert speaking.track.timeline.closed


async def test_the_first_utterance_is_the_most_urgent() -> None:
    speaking = Speaking()
    speaking.give(utterance(0), utterance(1))
    await speaking.speech.makes("1")
    urgency = [making.synthesis.request.priority for making in speaking.speech.made]
    assert urgency == [Priority.NOW, Priority.NEXT]
    await speaking.stop()


async def test_no_more_are_made_at_once_than_there_are_slots() -> None:
    speaking = Speaking(slots=2)
    speaking.give(*map(utterance, range(5)))
    await settled()
    assert len(speaking.speech.made) == 2
    (await speaking.speech.makes("1")).whole(1)
    await settled()
    assert len(speaking.speech.made) == 3
    await speaking.stop()


async def test_audio_is_made_only_so_far_ahead_of_playback() -> None:
    speaking = Speaking(look_ahead_s=10)
    speaking.give(*map(utterance, range(20)))
    for seq in range(8):
        (await speaking.speech.makes(f" {seq}.")).whole(RATE)
    await settled(100)
    made = len(speaking.speech.made)
    assert made <= 9  # seven seconds are ready, and one more was begun before that
    speaking.clock.advance(1)
    speaking.track.changed.notify()
    await settled()
    assert len(speaking.speech.made) == made
    speaking.clock.advance(4)
    speaking.track.changed.notify()
    await until(lambda: len(speaking.speech.made) > made)
    await speaking.stop()


async def test_a_failed_utterance_is_skipped_with_its_reason_and_the_rest_goes_on() -> None:
    speaking = Speaking()
    speaking.give(utterance(0), utterance(1))
    (await speaking.speech.makes("0")).fail("speech.worker_died")
    (await speaking.speech.makes("1")).whole(5)
    await speaking.running
    assert speaking.heard.skips == {0: "speech.worker_died"}
    assert speaking.heard.order == [0, 1]
    assert speaking.track.counts.spoken == speaking.track.counts.skipped == 1


async def test_an_utterance_that_breaks_in_the_middle_is_cut() -> None:
    speaking = Speaking()
    speaking.give(utterance(0), utterance(1))
    (await speaking.speech.makes("0")).piece(5, value=1).fail("speech.worker_died")
    (await speaking.speech.makes("1")).piece(5, value=2).end()
    await speaking.running
    assert speaking.audio == [1] * 5 + [2] * 5
    assert speaking.heard.skips == {0: "speech.worker_died"}
    assert speaking.heard.chunks[0].position == 5


async def test_what_cannot_be_spoken_is_passed() -> None:
    speaking = Speaking()
    speaking.give(utterance(0), utterance(1, skipped="code"), utterance(2))
    (await speaking.speech.makes("0")).whole(5)
    (await speaking.speech.makes("2")).whole(5)
    await speaking.running
    assert speaking.heard.order == [0, 1, 2]
    assert speaking.heard.skips == {1: "code"}


async def test_breaths_lie_between_utterances_and_not_at_the_end() -> None:
    speaking = Speaking()
    speaking.give(utterance(0, pause_ms=3), utterance(1, pause_ms=3))
    (await speaking.speech.makes("0")).piece(2, value=1).end()
    (await speaking.speech.makes("1")).piece(2, value=2).end()
    await speaking.running
    assert speaking.audio == [1, 1, 0, 0, 0, 2, 2]
    assert [chunk.position for chunk in speaking.heard.chunks] == [0, 5]


async def test_a_breath_is_as_long_at_any_sample_rate() -> None:
    speaking = Speaking(rate=8_000)
    speaking.give(utterance(0, pause_ms=3), utterance(1))
    (await speaking.speech.makes("0")).piece(2, value=1).end()
    (await speaking.speech.makes("1")).piece(2, value=2).end()
    await speaking.running
    assert speaking.audio == [1, 1, *[0] * 24, 2, 2]


async def test_a_breath_is_taken_once_also_before_an_utterance_that_breaks() -> None:
    speaking = Speaking()
    speaking.give(utterance(0, pause_ms=3), utterance(1, pause_ms=3), utterance(2))
    (await speaking.speech.makes("0")).piece(1, value=1).end()
    (await speaking.speech.makes("1")).piece(1, value=2).fail("speech.worker_died")
    (await speaking.speech.makes("2")).piece(1, value=3).end()
    await speaking.running
    assert speaking.audio == [1, 0, 0, 0, 2, 3]


@pytest.mark.parametrize(("pause_ms", "position"), [(RATE // 2, RATE), (RATE // 2 + 1, RATE // 2)])
async def test_a_breath_is_left_out_where_it_would_not_fit(pause_ms: int, position: int) -> None:
    speaking = Speaking(max_reply_s=1)
    speaking.give(utterance(0, pause_ms=pause_ms), utterance(1))
    (await speaking.speech.makes("0")).whole(RATE // 2)
    (await speaking.speech.makes("1")).piece(0).end()
    await speaking.running
    assert [chunk.position for chunk in speaking.heard.chunks] == [0, position]


async def test_an_interrupt_cancels_what_is_being_made_and_takes_nothing_more() -> None:
    speaking = Speaking()
    speaking.give(utterance(0), utterance(1), utterance(2))
    first, second = await speaking.speech.makes("0"), await speaking.speech.makes("1")
    first.piece(5)
    await settled()
    running = speaking.speaker.interrupt()
    assert [one.request.text for one in running] == [first.text, second.text]
    assert first.cancelled
    assert second.cancelled
    await speaking.stop()
    assert len(speaking.speech.made) == 2
    assert speaking.track.timeline.samples == 5
    assert speaking.track.timeline.closed


async def test_the_fallback_speaks_the_rest_once_the_engine_failed() -> None:
    speaking = Speaking()
    speaking.give(*map(utterance, range(4)))
    (await speaking.speech.makes("0")).whole(5)
    (await speaking.speech.makes("1")).fail("speech.engine_failed")
    for seq in (1, 2, 3):
        await until(lambda: speaking.voice.current is not None)
        making = await speaking.speech.makes(f" {seq}.")
        await until(
            lambda seq=seq: any(
                one.voice == OTHER.id and f" {seq}." in one.text for one in speaking.speech.made
            )
        )
        making = await speaking.speech.makes(f" {seq}.")
        making.whole(5)
    await speaking.running
    voices = [chunk.choice.voice.id for chunk in speaking.heard.chunks]
    assert voices == [WANTED.id, OTHER.id, OTHER.id, OTHER.id]
    assert [chunk.choice.fallback for chunk in speaking.heard.chunks] == [False, True, True, True]


async def test_what_the_old_voice_is_still_making_is_made_again_by_the_new_one() -> None:
    speaking = Speaking(slots=3)
    speaking.give(*map(utterance, range(3)))
    old = [await speaking.speech.makes(f" {seq}.") for seq in range(3)]
    old[1].fail("speech.engine_failed")
    await until(lambda: len(speaking.speech.made) == 6)
    assert old[0].cancelled
    assert old[2].cancelled
    for making in speaking.speech.made[3:]:
        assert making.voice == OTHER.id
        making.whole(5)
    await speaking.running
    assert speaking.heard.order == [0, 1, 2]
    assert {chunk.choice.voice.id for chunk in speaking.heard.chunks} == {OTHER.id}


async def test_the_voice_never_goes_back_and_forth() -> None:
    speaking = Speaking(slots=3)
    speaking.give(*map(utterance, range(3)))
    old = [await speaking.speech.makes(f" {seq}.") for seq in range(3)]
    old[1].piece(5)  # the old voice has begun to speak the second
    await settled()
    old[0].fail("speech.engine_failed")
    await until(lambda: len(speaking.speech.made) == 4)
    old[1].end()
    speaking.speech.made[3].whole(5)
    await speaking.running
    assert speaking.heard.skips == {0: "speech.engine_failed"}
    assert [chunk.choice.voice.id for chunk in speaking.heard.chunks] == [WANTED.id, OTHER.id]


async def test_under_silence_the_rest_is_skipped_with_the_reason() -> None:
    speaking = Speaking(policy="silence")
    speaking.give(*map(utterance, range(4)))
    (await speaking.speech.makes("0")).fail("speech.engine_failed")
    (await speaking.speech.makes("1")).fail("speech.engine_failed")
    await speaking.running
    assert speaking.heard.skips == dict.fromkeys(range(4), "speech.engine_failed")
    assert len(speaking.speech.made) == 2


async def test_a_reply_that_grows_too_long_ends_with_a_reason() -> None:
    speaking = Speaking(max_reply_s=1, slots=1)
    speaking.give(*map(utterance, range(4)))
    (await speaking.speech.makes("0")).whole(RATE // 2)
    (await speaking.speech.makes("1")).piece(RATE).piece(1).end()
    await speaking.running
    assert speaking.heard.order == [0, 1, 2, 3]
    assert speaking.heard.skips == dict.fromkeys((1, 2, 3), "speech.reply_too_long")
    assert speaking.track.timeline.samples == RATE // 2
