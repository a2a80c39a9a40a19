"""From an engine's raw pieces to what is delivered: edges cleaned, rate converted, marks moved.

For one utterance, in the worker. Every mark is sent with the piece that contains its sample, so
that the player knows the words in time.
"""

from collections import deque

from jarvisd.audio.edges import Edges, EdgeSettings
from jarvisd.audio.pcm import PcmFormat, rescale, sample_count
from jarvisd.speech.engine import RawPiece
from jarvisd.speech.model import AudioPiece, WordMark

# Words whose place is known before their audio passed; more would be a fault of the engine.
_MAX_WAITING_MARKS = 10_000


class UtteranceShaper:
    """``push`` raw pieces, then ``finish`` once; both return what can be delivered.

    ``rate`` is the voice's own, ``target_rate`` the listener's (0: the same). ``samples`` counts
    what was delivered, at the delivered rate.
    """

    def __init__(
        self, rate: int, target_rate: int = 0, *, edges: EdgeSettings | None = None
    ) -> None:
        self.rate = rate
        self.target_rate = target_rate or rate
        self.samples = 0
        self._edges = Edges(PcmFormat(rate), edges)
        self._marks: deque[WordMark] = deque(maxlen=_MAX_WAITING_MARKS)
        self._resampler = None
        if self.target_rate != rate:
            from jarvisd.audio.resampling import Resampler  # noqa: PLC0415 - starting stays fast

            self._resampler = Resampler(rate, self.target_rate)

    @property
    def leading_silence_samples(self) -> int:
        """Samples of silence dropped at the start, at the delivered rate."""
        return self._delivered(self._edges.leading_samples)

    @property
    def audible(self) -> bool:
        """Whether anything but silence was delivered."""
        return self._edges.audible

    def push(self, raw: RawPiece) -> AudioPiece | None:
        """Take the next raw piece; ``None`` if nothing can be delivered yet."""
        self._marks.extend(raw.marks)
        pcm = self._edges.push(raw.pcm)
        if self._resampler and pcm:
            pcm = self._resampler.push(pcm)
        return self._piece(pcm, last=False)

    def finish(self) -> AudioPiece | None:
        """The rest of the utterance."""
        pcm = self._edges.finish()
        if self._resampler:
            pcm = (self._resampler.push(pcm) if pcm else b"") + self._resampler.finish()
        return self._piece(pcm, last=True)

    def _piece(self, pcm: bytes, *, last: bool) -> AudioPiece | None:
        if not pcm:
            return None
        end = self.samples + sample_count(pcm)
        marks: list[WordMark] = []
        while self._marks and (last or self._position(self._marks[0]) < end):
            mark = self._marks.popleft()
            position = min(max(self._position(mark), 0), end - 1)
            marks.append(WordMark(mark.offset, mark.length, position))
        self.samples = end
        return AudioPiece(pcm, tuple(marks))

    def _position(self, mark: WordMark) -> int:
        return self._delivered(mark.sample - self._edges.leading_samples)

    def _delivered(self, samples: int) -> int:
        return rescale(samples, source=self.rate, target=self.target_rate)
