"""Values of the text room: sentences, spoken text, utterances.

All offsets are counted in characters (Python ``str`` indices) from the start of the reply's text.
"""

from dataclasses import dataclass

_CLOSING = "\"'’”»)]}%°€$£"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One display sentence, exactly as written and without the white space around it.

    ``text`` is the original slice ``[start:end]``. Sentences are in order and do not overlap; the
    gaps between them, before the first and after the last, hold white space only, so a text is
    ``sentences`` plus the slices ``[previous.end:next.start]``.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Alignment:
    """A range of spoken text and the range of original text that it stands for.

    ``verbatim``: both have the same characters, so positions inside map one to one; otherwise the
    text was rewritten ("3 €" -> "three euros") and maps only as a whole.
    """

    spoken_start: int
    spoken_end: int
    start: int
    end: int
    verbatim: bool


@dataclass(frozen=True, slots=True)
class SpokenText:
    """The text for the engine, and where each part of it came from in the original."""

    text: str
    alignments: tuple[Alignment, ...] = ()

    def continuing(self, end: int) -> "SpokenText":
        """The same for a sentence that goes on at ``end``: engines hear that by a comma."""
        if not self.text or not (self.text[-1].isalnum() or self.text[-1] in _CLOSING):
            return self  # it has a mark of its own
        size = len(self.text)
        comma = Alignment(size, size + 1, end, end, verbatim=False)
        return SpokenText(self.text + ",", (*self.alignments, comma))

    def original_end(self, spoken_offset: int) -> int:
        """Offset in the original text after ``spoken_offset`` spoken characters.

        A rewritten range counts only when it was spoken completely: half of "three euros" is
        nothing of "3 €".
        """
        reached = self.alignments[0].start if self.alignments else 0
        for part in self.alignments:
            if spoken_offset >= part.spoken_end:
                reached = part.end
            elif part.verbatim and spoken_offset > part.spoken_start:
                return part.start + (spoken_offset - part.spoken_start)
            else:
                break
        return reached


@dataclass(frozen=True, slots=True)
class Utterance:
    """One speakable unit of a reply: usually a sentence, a first clause, or a few short sentences.

    ``text`` is the original slice ``[start:end]``, utterances concatenated give the reply's text
    back. ``sentences`` are the display sentences that end in it: a sentence that is spoken in parts
    belongs to its last part. ``skipped`` holds the reason where nothing is to be said (``blank``,
    ``code``, ``table``, ``unspeakable``); ``spoken.text`` is empty then. ``pause_ms`` is the
    pause after it. ``continues``: its sentence goes on in the next one, and the engine is told so.
    """

    seq: int
    start: int
    end: int
    text: str
    sentences: tuple[Sentence, ...]
    spoken: SpokenText
    skipped: str | None = None
    pause_ms: int = 0
    continues: bool = False
