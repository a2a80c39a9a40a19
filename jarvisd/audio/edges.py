"""Clean utterance edges on a stream: leading silence dropped, trailing silence cut, ends faded.

Works on pieces as they come, holds back only the silent tail (bounded) and the few milliseconds a
fade-out needs, and uses nothing but the standard library so that a worker starts fast. Runs in
the worker, never on the event loop.
"""

from array import array
from dataclasses import dataclass

from jarvisd.audio.pcm import SAMPLE_BYTES, PcmFormat, sample_count

_WINDOW_MS = 5


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    """How much silence is removed, and how edges are faded.

    ``threshold`` is the peak below which 5 ms count as silent (500 of 32,768 is -36 dBFS: speech
    starts above it, while espeak-ng hums at up to 450 before and after). At most
    ``max_leading_ms`` are dropped at the start, keeping ``preroll_ms`` before the first sound so
    that soft consonants survive; a silent tail is cut to ``max_trailing_ms``, looking back no
    further than ``max_held_ms``.
    """

    threshold: int = 500
    max_leading_ms: int = 500
    preroll_ms: int = 15
    max_trailing_ms: int = 40
    max_held_ms: int = 1_000
    fade_ms: int = 4


class Edges:
    """One utterance's edges: ``push`` every piece, then ``finish`` once.

    ``leading_samples`` is how much was dropped at the start, ``audible`` whether any sound passed.
    """

    def __init__(self, audio: PcmFormat, settings: EdgeSettings | None = None) -> None:
        edges = settings or EdgeSettings()
        self._threshold = edges.threshold
        self._window = max(1, audio.samples(_WINDOW_MS)) * SAMPLE_BYTES
        self._max_leading = audio.samples(edges.max_leading_ms) * SAMPLE_BYTES
        self._preroll = audio.samples(edges.preroll_ms) * SAMPLE_BYTES
        self._max_trailing = audio.samples(edges.max_trailing_ms) * SAMPLE_BYTES
        self._max_held = audio.samples(edges.max_held_ms) * SAMPLE_BYTES
        self._fade = max(1, audio.samples(edges.fade_ms)) * SAMPLE_BYTES
        self._pending = bytearray()  # not yet known to belong to the utterance
        self._dropped = 0
        self._started = False
        self._fade_in_done = 0
        self.audible = False

    @property
    def leading_samples(self) -> int:
        """Samples of leading silence dropped so far."""
        return self._dropped // SAMPLE_BYTES

    def push(self, pcm: bytes) -> bytes:
        """Take the next piece (whole samples); return what can be delivered now."""
        self._pending += pcm
        if not self._started and not self._start():
            return b""
        quiet = self._quiet_tail()
        keep = max(min(quiet, self._max_held), self._fade)
        return self._emit(len(self._pending) - keep)

    def finish(self) -> bytes:
        """The rest: tail cut and faded. Empty where the whole utterance was silent."""
        if not self._started:
            self._drop(len(self._pending))
            return b""
        surplus = self._quiet_tail() - self._max_trailing
        if surplus > 0:
            del self._pending[len(self._pending) - surplus :]
        tail = self._emit(len(self._pending))
        return _faded_out(tail, min(self._fade, len(tail)))

    def _start(self) -> bool:
        """Look for the first sound; drop the silence before it, up to the limit."""
        silent = self._quiet_head()
        allowed = self._max_leading - self._dropped
        if silent == len(self._pending) and silent - self._preroll < allowed:
            self._drop(max(0, silent - self._preroll))
            return False
        self._drop(max(0, min(silent - self._preroll, allowed)))
        self._started = True
        return True

    def _drop(self, size: int) -> None:
        del self._pending[:size]
        self._dropped += size

    def _emit(self, size: int) -> bytes:
        if size <= 0:
            return b""
        out = bytes(self._pending[:size])
        del self._pending[:size]
        self.audible = self.audible or self._loud(out)
        return self._faded_in(out)

    def _faded_in(self, pcm: bytes) -> bytes:
        """Ramp the first samples of the utterance up, however small its first pieces are."""
        todo = min(self._fade - self._fade_in_done, len(pcm))
        if todo <= 0:
            return pcm
        first, total = self._fade_in_done // SAMPLE_BYTES, self._fade // SAMPLE_BYTES
        head = array("h", pcm[:todo])
        for index, value in enumerate(head):
            head[index] = value * (first + index) // total
        self._fade_in_done += todo
        return head.tobytes() + pcm[todo:]

    def _quiet_head(self) -> int:
        """Bytes of silence at the start of what is pending, in whole windows where it goes on."""
        data = self._pending
        for start in range(0, len(data), self._window):
            if self._loud(data[start : start + self._window]):
                return start
        return len(data)

    def _quiet_tail(self) -> int:
        """Bytes of silence at the end of what is pending."""
        data = self._pending
        for end in range(len(data), 0, -self._window):
            if self._loud(data[max(0, end - self._window) : end]):
                return len(data) - end
        return len(data)

    def _loud(self, pcm: bytes | bytearray) -> bool:
        if not pcm:
            return False
        samples = memoryview(pcm).cast("h")
        return max(samples) > self._threshold or min(samples) < -self._threshold


def _faded_out(pcm: bytes, size: int) -> bytes:
    """The last ``size`` bytes ramped down to zero."""
    if not size:
        return pcm
    tail = array("h", pcm[-size:])
    total = sample_count(pcm[-size:])
    for index, value in enumerate(tail):
        tail[index] = value * (total - 1 - index) // total
    return pcm[:-size] + tail.tobytes()
