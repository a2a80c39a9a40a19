"""Delivery: all the audio, in order, at the right time, and nothing after the end."""

import asyncio
from collections.abc import AsyncIterator

from jarvisd.reply.broadcast import Broadcast
from jarvisd.reply.delivery import UNPACED_SAMPLES, Delivery
from jarvisd.reply.life import ReplyLife
from jarvisd.reply.playback_position import PlaybackPosition
from jarvisd.reply.timeline import Timeline
from tests.fakes.speech import RATE, Clock, settled

FRAME = RATE // 50


class Playing:
    """A reply's audio, one reader of it, and what it got."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.timeline = Timeline(max_bytes=10_000_000)
        self.position = PlaybackPosition(self.timeline, RATE, look_ahead_s=10, clock=self.clock)
        self.changed = Broadcast()
        self.life = ReplyLife()
        self.delivery = Delivery(
            self.timeline,
            self.position,
            self.changed,
            self.life,
            sample_rate=RATE,
            jitter_frames=4,
            clock=self.clock,
        )
        self.got: list[bytes] = []

    def make(self, samples: int) -> None:
        first = self.timeline.samples
        numbers = (number % 32_768 for number in range(first, first + samples))
        self.timeline.append(b"".join(number.to_bytes(2, "little") for number in numbers))
        self.changed.notify()

    def close(self) -> None:
        self.timeline.close()
        self.changed.notify()

    def read(self, pieces: AsyncIterator[bytes]) -> asyncio.Task[None]:
        async def reading() -> None:
            async for data in pieces:
                self.got.append(data)

        return asyncio.create_task(reading())

    async def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.changed.notify()
        await settled()

    @property
    def samples(self) -> list[int]:
        data = b"".join(self.got)
        return [int.from_bytes(data[i : i + 2], "little") for i in range(0, len(data), 2)]


async def test_unpaced_audio_comes_as_it_is_made() -> None:
    playing = Playing()
    reading = playing.read(playing.delivery.unpaced(0))
    await settled()
    playing.make(10)
    await settled()
    assert playing.samples == list(range(10))
    playing.make(UNPACED_SAMPLES * 2)
    playing.close()
    await reading
    assert playing.samples == list(range(UNPACED_SAMPLES * 2 + 10))
    assert playing.position.written == UNPACED_SAMPLES * 2 + 10


async def test_a_reader_may_start_anywhere() -> None:
    playing = Playing()
    playing.make(100)
    playing.close()
    await playing.read(playing.delivery.unpaced(60))
    assert playing.samples == list(range(60, 100))


async def test_paced_audio_comes_in_frames_as_time_passes() -> None:
    playing = Playing()
    playing.make(10 * FRAME + 5)
    reading = playing.read(playing.delivery.paced(0))
    await settled()
    assert [len(frame) // 2 for frame in playing.got] == [FRAME] * 4
    await playing.pass_time(0.060)
    assert len(playing.got) == 7
    playing.close()
    await playing.pass_time(1)
    await playing.pass_time(1)
    await reading
    assert playing.samples == list(range(10 * FRAME + 5))
    assert len(playing.got[-1]) // 2 == 5


async def test_audio_that_comes_while_the_reader_is_busy_is_not_missed() -> None:
    playing = Playing()
    playing.make(FRAME)
    pieces = playing.delivery.paced(0)
    first = await anext(pieces)
    # The reader is busy sending; the rest is made and the timeline closed meanwhile.
    playing.make(FRAME)
    playing.close()
    rest = [piece async for piece in pieces]
    assert [len(piece) // 2 for piece in (first, *rest)] == [FRAME, FRAME]


async def test_nothing_comes_after_a_stop() -> None:
    for paced in (False, True):
        playing = Playing()
        playing.make(UNPACED_SAMPLES * 2)
        how = playing.delivery.paced if paced else playing.delivery.unpaced
        pieces = how(0)
        await anext(pieces)
        playing.life.stop()
        playing.changed.notify()
        assert [piece async for piece in pieces] == []
        assert [piece async for piece in how(0)] == []


async def test_a_stop_ends_a_reader_that_waits() -> None:
    for paced in (False, True):
        playing = Playing()
        reading = playing.read((playing.delivery.paced if paced else playing.delivery.unpaced)(0))
        await settled()
        playing.life.stop()
        playing.changed.notify()
        await reading
        assert playing.got == []


async def test_nothing_comes_during_a_pause() -> None:
    for paced in (False, True):
        playing = Playing()
        playing.make(8 * FRAME)
        playing.life.pause()
        reading = playing.read((playing.delivery.paced if paced else playing.delivery.unpaced)(0))
        await playing.pass_time(5)
        assert playing.got == []
        playing.life.resume()
        playing.close()
        await playing.pass_time(1)
        await playing.pass_time(1)
        await reading
        assert playing.samples == list(range(8 * FRAME))


async def test_two_readers_get_the_same() -> None:
    playing = Playing()
    playing.make(5 * FRAME)
    playing.close()
    await playing.read(playing.delivery.unpaced(0))
    await playing.read(playing.delivery.unpaced(0))
    assert playing.samples == [*range(5 * FRAME)] * 2
