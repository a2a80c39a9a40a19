"""Cuts a reply's PCM into frames and says when each is to be sent.

The client gets at most ``jitter_frames`` ahead of its playback, so that an interrupt takes effect
within them. Audio waits here in a bounded buffer, whose watermark slows the producers. The time
comes from outside; this module must never read a clock, sleep, or change a sample.
"""

from jarvisd.reply.playback_clock import PlaybackClock
from jarvisd.reply.watermark import Watermark

_SAMPLE_BYTES = 2


class Pacer:
    """Frames of ``frame_ms`` from signed 16-bit mono PCM at ``sample_rate``, in real time.

    Every frame has ``frame_samples`` samples but the last of the reply, which is as short as the
    audio is: padding would invent samples that no position of the reply accounts for. Frames are
    scheduled by samples, so rates that do not divide evenly do not drift.
    """

    def __init__(
        self,
        sample_rate: int,
        *,
        frame_ms: int = 20,
        jitter_frames: int = 4,
        capacity_s: float = 2.0,
    ) -> None:
        self.frame_samples = sample_rate * frame_ms // 1000
        self.clock = PlaybackClock(sample_rate)
        self._capacity = int(sample_rate * capacity_s)
        if jitter_frames < 1 or not 0 < self.frame_samples <= self._capacity:
            raise ValueError("a pacer needs frames, and a buffer that holds at least one")
        self._rate = sample_rate
        self._lead = (jitter_frames - 1) * self.frame_samples
        self._watermark = Watermark(self._capacity)
        self._buffer = bytearray()
        self._finished = False

    @property
    def buffered_s(self) -> float:
        """Seconds of audio waiting here."""
        return self._buffered / self._rate

    @property
    def space(self) -> int:
        """Samples that ``push`` takes now."""
        return self._capacity - self._buffered

    @property
    def full(self) -> bool:
        """Whether producers slow down: from 70 % of the buffer on, until it is down to 50 %."""
        return self._watermark.full

    @property
    def underruns(self) -> int:
        """Gaps that the listener heard because nothing was sent in time."""
        return self.clock.underruns

    @property
    def done(self) -> bool:
        """Whether every frame of a finished reply was sent."""
        return self._finished and not self._buffer

    def push(self, pcm: bytes) -> None:
        """Append audio. Raises ``ValueError`` beyond ``space``, after ``finish``, for odd bytes."""
        samples, odd = divmod(len(pcm), _SAMPLE_BYTES)
        if odd or self._finished or samples > self.space:
            raise ValueError(f"cannot take {len(pcm)} bytes: space for {self.space} samples")
        self._buffer += pcm
        self._watermark.update(self._buffered)

    def finish(self) -> None:
        """No more audio follows: the rest becomes a last, short frame."""
        self._finished = True

    def pause(self, now: float) -> None:
        """Send nothing from ``now`` on; the player is assumed to pause, too."""
        self.clock.pause(now)

    def resume(self, now: float) -> None:
        """Go on, with the client as far ahead as it was."""
        self.clock.resume(now)

    def played(self, now: float) -> int:
        """Samples of the sent audio that the client should have played by ``now``."""
        return self.clock.played(now)

    def due(self, now: float) -> list[bytes]:
        """Frames to send now: at most ``jitter_frames``, however late the call comes."""
        frames: list[bytes] = []
        while self._has_frame and not self.clock.paused:
            if self.clock.written - self.clock.played(now) > self._lead:
                break
            frame = self._take()
            self.clock.wrote(len(frame) // _SAMPLE_BYTES, now)
            frames.append(frame)
        if frames:
            self._watermark.update(self._buffered)
        return frames

    def next_due(self, now: float) -> float | None:
        """When ``due`` has the next frame; ``None`` while it takes a push, finish or resume."""
        if self.clock.paused or not self._has_frame:
            return None
        threshold = self.clock.written - self._lead
        if threshold <= self.clock.played(now):
            return now
        return self.clock.when(threshold)

    @property
    def _buffered(self) -> int:
        return len(self._buffer) // _SAMPLE_BYTES

    @property
    def _has_frame(self) -> bool:
        return self._buffered >= self.frame_samples or (self._finished and bool(self._buffer))

    def _take(self) -> bytes:
        size = self.frame_samples * _SAMPLE_BYTES
        frame = bytes(self._buffer[:size])
        del self._buffer[:size]
        return frame
