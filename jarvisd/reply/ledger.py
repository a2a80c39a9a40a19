"""What of a reply was heard: original text -> spoken text -> samples -> played.

Each utterance's audio is a range of the reply's samples, in order. A playback position leads to an
utterance, to its last word that was played to the end, to that word's position in the spoken text,
and from there to the original. A word never counts as heard before it was played to its end.
It must never read a clock or guess what the client plays: it gets both from outside.
"""

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from jarvisd.speech.model import WordMark
from jarvisd.text.model import Utterance

# Each ideograph or kana is a word of its own: these scripts write no spaces.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+")

# A slow speaker, assumed until the reply's own pace is known: words are claimed late, not early.
_SLOW_CHARS_PER_S = 10.0
# A sentence may be this much slower than those before it.
_PACE_MARGIN = 1.1


@dataclass(slots=True)
class _Track:
    """One utterance's range of the reply: ``samples`` of audio from ``start`` on."""

    utterance: Utterance
    start: int
    heard_before: int  # offset in the original that was heard once ``start`` is reached
    expected: int  # samples it will have, as far as can be told before its end
    samples: int = 0
    mark_samples: list[int] = field(default_factory=list)
    mark_offsets: list[int] = field(default_factory=list)
    whole: bool = False  # its audio is complete, so its last word can be heard too
    closed: bool = False  # nothing more of it follows

    def add(self, samples: int, marks: Sequence[WordMark]) -> None:
        """Append audio and the words that begin in it; both lists stay sorted for bisection."""
        self.samples += samples
        for mark in marks:
            self.mark_samples.append(max([mark.sample, *self.mark_samples[-1:]]))
            self.mark_offsets.append(max([mark.offset, *self.mark_offsets[-1:]]))

    def heard_end(self, played: int) -> int:
        """Offset in the original that was heard after ``played`` samples of this utterance."""
        played = min(played, self.samples)
        if self.whole and played == self.samples:
            return self.utterance.end
        said = self._said_by_marks(played) if self.mark_samples else self._said_by_share(played)
        return max(self.heard_before, self._original_end(said))

    def missed_end(self, missed: int) -> int:
        """Offset in the original of the first word of which nothing was missed."""
        if missed <= 0:
            return self.utterance.start
        begun = bisect_left(self.mark_samples, missed)
        if begun < len(self.mark_samples):
            return self._original_start(self.mark_offsets[begun])
        if self.mark_samples or not self.whole or missed >= self.samples:
            return self.utterance.end  # how fast it is said is not known before its end
        said = self._said_by_share(missed)
        words = (word.start() for word in _WORD.finditer(self.utterance.spoken.text))
        following = next((start for start in words if start > said), None)
        return self.utterance.end if following is None else self._original_start(following)

    def _original_start(self, said: int) -> int:
        """Offset in the original of the spoken character ``said``, or of the next one."""
        for part in self.utterance.spoken.alignments:
            if said <= part.spoken_start:
                return part.start
            if said < part.spoken_end:
                return part.start + (said - part.spoken_start) if part.verbatim else part.end
        return self.utterance.end

    def _original_end(self, said: int) -> int:
        """Offset in the original where the last word of ``said`` spoken characters ends; or 0."""
        spoken = self.utterance.spoken
        ends = [word.end() for word in _WORD.finditer(spoken.text)]
        words = bisect_right(ends, said)
        if words == 0 or not spoken.alignments:
            return 0
        reached = spoken.original_end(ends[words - 1])
        # Still at the start of the first stretch: it was rewritten, and not said whole.
        return reached if reached > spoken.alignments[0].start else 0

    def _said_by_marks(self, played: int) -> int:
        """Spoken characters before the word that has begun: they were all spoken."""
        begun = bisect_right(self.mark_samples, played)
        return self.mark_offsets[begun - 1] if begun else 0

    def _said_by_share(self, played: int) -> int:
        """Spoken characters by the share of the audio that was played."""
        samples = self.samples if self.whole else max(self.samples, self.expected)
        return len(self.utterance.spoken.text) * played // samples if samples else 0


class SpokenLedger:
    """The ledger of one reply at ``sample_rate``. Positions are samples of the whole reply.

    Utterances are registered as they are cut from the text, and delivered (``audio``, ``silence``,
    ``ended`` or ``skipped``) strictly in order; breaking the order raises ``ValueError``.
    """

    def __init__(self, sample_rate: int) -> None:
        self._undelivered: deque[Utterance] = deque()
        self._registered = 0
        self._tracks: list[_Track] = []
        self._starts: list[int] = []
        self._delivered = 0
        self._played = 0
        self._slow_pace = sample_rate / _SLOW_CHARS_PER_S
        self._spoken_samples = 0
        self._spoken_chars = 0

    @property
    def delivered(self) -> int:
        """Samples delivered so far, silences included."""
        return self._delivered

    @property
    def position(self) -> int:
        """Samples played so far, as far as is known."""
        return self._played

    def utterance(self, utterance: Utterance) -> None:
        """Register an utterance; they come in order of ``seq``."""
        if utterance.seq != self._registered:
            raise ValueError(f"utterance {utterance.seq} registered, {self._registered} is next")
        self._registered += 1
        self._undelivered.append(utterance)

    def audio(self, seq: int, samples: int, marks: Sequence[WordMark] = ()) -> None:
        """``samples`` more of utterance ``seq`` were delivered, with the words that begin there."""
        track = self._open(seq)
        if self._delivered != track.start + track.samples:
            raise ValueError(f"audio of utterance {seq} after its silence")
        track.add(samples, marks)
        self._delivered += samples

    def silence(self, seq: int, samples: int) -> None:
        """A pause next to the audio of utterance ``seq``: before its start or after its end."""
        if self._tracks and not self._tracks[-1].closed and self._tracks[-1].utterance.seq != seq:
            raise ValueError(f"silence at utterance {seq} inside another one")
        self._delivered += samples

    def ended(self, seq: int) -> None:
        """The audio of utterance ``seq`` is complete."""
        track = self._open(seq)
        track.whole = track.closed = True
        self._spoken_samples += track.samples
        self._spoken_chars += len(track.utterance.spoken.text)

    def skipped(self, seq: int) -> None:
        """Utterance ``seq`` ends without (more) audio.

        An utterance without spoken text (code, blank lines) counts when playback gets there; one
        that failed counts as far as its audio goes.
        """
        track = self._open(seq)
        track.whole = track.utterance.skipped is not None
        track.closed = True

    def played(self, samples: int) -> int:
        """Playback is at ``samples``: never back, never beyond what was delivered."""
        self._played = max(self._played, min(samples, self._delivered))
        return self._played

    def heard_end(self, played: int | None = None) -> int:
        """Offset in the original text up to which it was heard at ``played``, or now.

        All text before it was heard, except utterances that failed.
        """
        position = self._position(played)
        index = self._index(position)
        if index < 0:
            return 0
        track = self._tracks[index]
        return track.heard_end(position - track.start)

    def heard_text(self, played: int | None = None, since: int = 0) -> str:
        """The original text that was heard, without what failed; ``since``: from that sample on.

        A word that began before ``since`` does not count.
        """
        position = self._position(played)
        slices: list[str] = []
        for track in self._tracks[: self._index(position) + 1]:
            first = track.utterance.start
            begin = track.missed_end(since - track.start) - first
            end = track.heard_end(position - track.start) - first
            slices.append(track.utterance.text[begin : max(begin, end)])
        return "".join(slices)

    def _position(self, played: int | None) -> int:
        return self._played if played is None else min(played, self._delivered)

    def _index(self, position: int) -> int:
        """The last utterance that playback has reached; -1 before the first sample."""
        return bisect_right(self._starts, position) - 1 if position > 0 else -1

    def _open(self, seq: int) -> _Track:
        """The track of ``seq``; starts it if it is the next one."""
        last = self._tracks[-1] if self._tracks else None
        if last is not None and not last.closed and last.utterance.seq == seq:
            return last
        if last is not None and not last.closed:
            raise ValueError(f"utterance {seq} delivered before {last.utterance.seq} ended")
        if not self._undelivered or self._undelivered[0].seq != seq:
            raise ValueError(f"utterance {seq} delivered out of order")
        utterance = self._undelivered.popleft()
        heard = last.heard_end(last.samples) if last is not None else 0
        expected = round(len(utterance.spoken.text) * self._samples_per_char())
        track = _Track(utterance, self._delivered, heard, expected)
        self._tracks.append(track)
        self._starts.append(track.start)
        return track

    def _samples_per_char(self) -> float:
        """The speed of this reply's voice, estimated rather too slow than too fast."""
        if not self._spoken_chars or not self._spoken_samples:
            return self._slow_pace
        return _PACE_MARGIN * self._spoken_samples / self._spoken_chars
