"""Word marks from Piper's phonemes: which samples each written word starts at. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from jarvisd.speech.model import WordMark
from jarvisd.speech.word_alignment import align, written_words

_PAD = "_"
_BETWEEN_WORDS = " "


@dataclass(frozen=True, slots=True)
class _PronouncedWord:
    """Phonemes ``first`` to ``end`` of a sentence."""

    sentence: int
    first: int
    end: int
    sounds: int


class SpokenWords:
    """The words of one text, matched with what Piper's phonemizer made of it.

    ``sentences`` are phonemes as Piper gives them, ``id_map`` the voice's own.
    """

    def __init__(
        self, text: str, sentences: Sequence[Sequence[str]], id_map: Mapping[str, Sequence[int]]
    ) -> None:
        self._text = text
        self._sentences = sentences
        self._id_map = id_map
        self._placed: list[tuple[int, int, _PronouncedWord, float]] | None = None

    def marks(self, sentence: int, lengths: Sequence[int], start: int) -> tuple[WordMark, ...]:
        """Marks of the words that begin in ``sentence``, whose audio begins at sample ``start``.

        ``lengths`` are samples per phoneme id; where they do not fit the phonemes, no marks.
        """
        starts = self._phoneme_starts(self._sentences[sentence], lengths)
        if not starts:
            return ()
        marks = []
        for offset, length, word, fraction in self._place():
            if word.sentence == sentence:
                first, end = starts[word.first], starts[word.end]
                sample = start + first + int((end - first) * fraction)
                marks.append(WordMark(offset, length, sample))
        return tuple(marks)

    def _place(self) -> list[tuple[int, int, _PronouncedWord, float]]:
        """Every written word as (offset, length, pronounced word, fraction of it)."""
        if self._placed is None:
            pronounced = [
                word
                for number, sentence in enumerate(self._sentences)
                for word in _pronounced(number, sentence)
            ]
            written = written_words(self._text)
            positions = align(
                [word.sounds for word in written], [float(word.sounds) for word in pronounced]
            )
            self._placed = [
                (word.offset, word.length, pronounced[int(at)], at - int(at))
                for word, at in zip(written, positions, strict=False)
            ]
        return self._placed

    def _phoneme_starts(self, sentence: Sequence[str], lengths: Sequence[int]) -> list[int]:
        """Sample at which each phoneme begins, and the end of the last; empty where unknown.

        Ids are: begin, pad, then each phoneme's ids with a pad after them, then end.
        """
        ends = [0, *accumulate(lengths)]
        pad = len(self._id_map.get(_PAD, ()))
        at = len(self._id_map.get("^", ())) + pad
        starts = []
        for phoneme in sentence:
            starts.append(at)
            if phoneme in self._id_map:
                at += len(self._id_map[phoneme]) + pad
        starts.append(at)
        if at + len(self._id_map.get("$", ())) != len(lengths):
            return []
        return [ends[index] for index in starts]


def _pronounced(number: int, sentence: Sequence[str]) -> list[_PronouncedWord]:
    words = []
    first = 0
    for index, phoneme in enumerate([*sentence, _BETWEEN_WORDS]):
        if phoneme == _BETWEEN_WORDS:
            sounds = sum(1 for sound in sentence[first:index] if sound.isalpha())
            if sounds:
                words.append(_PronouncedWord(number, first, index, sounds))
            first = index + 1
    return words
