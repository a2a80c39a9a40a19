"""Handing a reply's audio to one reader: as fast as it takes it, or in 20 ms frames in real time.

Every wait ends when the reply is interrupted, and nothing is handed out after that.
"""

from collections.abc import AsyncIterator, Callable

from jarvisd.reply.broadcast import Broadcast
from jarvisd.reply.pacing import Pacer
from jarvisd.reply.progress import Progress
from jarvisd.reply.timeline import Timeline

# A quarter of a second at 24 kHz: large enough to be cheap, small enough to stop soon.
UNPACED_SAMPLES = 6_000


class Delivery:
    """One reply's audio as readers see it; ``stopped`` ends every reader at its next step."""

    def __init__(
        self,
        timeline: Timeline,
        progress: Progress,
        changed: Broadcast,
        *,
        sample_rate: int,
        jitter_frames: int,
        clock: Callable[[], float],
        on_written: Callable[[], None] = lambda: None,
        on_frame: Callable[[float], None] = lambda _late_s: None,
    ) -> None:
        """``on_written`` hears of all sound handed out, ``on_frame`` how late a paced frame was."""
        self._timeline = timeline
        self._progress = progress
        self._changed = changed
        self._rate = sample_rate
        self._jitter_frames = jitter_frames
        self._clock = clock
        self._on_written = on_written
        self._on_frame = on_frame
        self.stopped = False
        self.paused = False

    async def unpaced(self, start: int) -> AsyncIterator[bytes]:
        """Everything from sample ``start`` on, as soon as it is there."""
        self._progress.attach()
        position = start
        while not self._interrupted():
            data = b"" if self.paused else self._timeline.read(position, UNPACED_SAMPLES)
            if data:
                position += len(data) // 2
                self._progress.wrote(position, paced=False)
                self._on_written()
                yield data
                self._changed.notify()
            elif self._timeline.exhausted(position):
                return
            else:
                await self._changed.wait()

    async def paced(self, start: int) -> AsyncIterator[bytes]:
        """Frames in real time from sample ``start`` on, a few ahead of the clock."""
        self._progress.attach()
        pacer = Pacer(self._rate, jitter_frames=self._jitter_frames)
        position, sent = start, start
        due: float | None = None
        while not self._interrupted():
            position = self._fill(pacer, position)
            self._follow_pause(pacer)
            frames = pacer.due(now := self._clock())
            if frames and due is not None:
                self._on_frame(now - due)
            due = None
            for frame in frames:
                sent += len(frame) // 2
                self._progress.wrote(sent, paced=True)
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

    def _interrupted(self) -> bool:
        # A method, because it changes while a reader is suspended at a yield.
        return self.stopped

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
        if self.paused and not pacer.clock.paused:
            pacer.pause(self._clock())
        elif not self.paused and pacer.clock.paused:
            pacer.resume(self._clock())
