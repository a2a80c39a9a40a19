"""Sends a reply's audio to one listener: as fast as it reads, or in 20 ms frames in real time.

Every wait ends when the reply is interrupted, and nothing is sent after that.
"""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import contextmanager

from jarvisd.reply.broadcast import Broadcast
from jarvisd.reply.life import ReplyLife
from jarvisd.reply.listeners import AudioListener
from jarvisd.reply.pacing import Pacer
from jarvisd.reply.playback_position import PlaybackPosition
from jarvisd.reply.timeline import Timeline

# A quarter of a second at 24 kHz: large enough to be cheap, small enough to stop soon.
UNPACED_SAMPLES = 6_000


class Delivery:
    """One reply's audio for its listeners; an interrupt ends every listener's next step."""

    def __init__(
        self,
        timeline: Timeline,
        position: PlaybackPosition,
        changed: Broadcast,
        life: ReplyLife,
        *,
        sample_rate: int,
        jitter_frames: int,
        clock: Callable[[], float],
        on_written: Callable[[], None] = lambda: None,
        on_frame: Callable[[float], None] = lambda _late_s: None,
    ) -> None:
        """``on_written`` gets all audio sent, ``on_frame`` the delay of each paced frame."""
        self._timeline = timeline
        self._position = position
        self._changed = changed
        self._life = life
        self._rate = sample_rate
        self._jitter_frames = jitter_frames
        self._clock = clock
        self._on_written = on_written
        self._on_frame = on_frame

    async def unpaced(self, start: int) -> AsyncGenerator[bytes, None]:
        """All audio from sample ``start`` on, as soon as it is made."""
        with self._listening(start) as listener:
            while not self._interrupted():
                at = listener.written
                data = b"" if self._life.paused else self._timeline.read(at, UNPACED_SAMPLES)
                if data:
                    self._position.wrote(listener, at + len(data) // 2, paced=False)
                    self._on_written()
                    yield data
                    self._changed.notify()
                elif self._timeline.exhausted(at):
                    return
                else:
                    await self._changed.wait()

    async def paced(self, start: int) -> AsyncGenerator[bytes, None]:
        """Frames in real time from sample ``start`` on, a few ahead of the clock."""
        pacer = Pacer(self._rate, jitter_frames=self._jitter_frames)
        read = start
        due: float | None = None
        with self._listening(start) as listener:
            while not self._interrupted():
                read = self._fill(pacer, read)
                self._follow_pause(pacer)
                frames = pacer.due(now := self._clock())
                if frames and due is not None:
                    self._on_frame(now - due)
                due = None
                for frame in frames:
                    sent = listener.written + len(frame) // 2
                    self._position.wrote(listener, sent, paced=True)
                    self._on_written()
                    yield frame
                    if self._interrupted():
                        return
                if pacer.done:
                    return
                # Only straight after having looked: what changed during a yield woke nobody.
                if not frames:
                    due = pacer.next_due(self._clock())
                    await self._changed.wait(None if due is None else max(0.0, due - self._clock()))

    @contextmanager
    def _listening(self, start: int) -> Generator[AudioListener, None, None]:
        """A listener is attached during the block; then waiting producers check again."""
        listener = self._position.attach(start)
        try:
            yield listener
        finally:
            self._position.detach(listener)
            self._changed.notify()

    def _interrupted(self) -> bool:
        # A method, because it changes while a reader is suspended at a yield.
        return self._life.interrupted

    def _fill(self, pacer: Pacer, position: int) -> int:
        while not pacer.full:
            data = self._timeline.read(position, min(pacer.space, UNPACED_SAMPLES))
            if not data:
                break
            pacer.push(data)
            position += len(data) // 2
        if self._timeline.exhausted(position):
            pacer.finish()
        return position

    def _follow_pause(self, pacer: Pacer) -> None:
        if self._life.paused and not pacer.clock.paused:
            pacer.pause(self._clock())
        elif not self._life.paused and pacer.clock.paused:
            pacer.resume(self._clock())
