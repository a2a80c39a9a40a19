"""Values that the text room hands out: spans, sentences, spoken text, utterances.

All offsets are counted in characters (Python ``str`` indices) from the start of the reply's text.
"""

from dataclasses import dataclass


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
    """One stretch of spoken text and the stretch of original text it stands for.

    ``verbatim`` is true where the two are the same characters, so that positions inside map one to
    one; otherwise the stretch was rewritten ("3 €" -> "three euros") and maps only as a whole.
    """

    spoken_start: int
    spoken_end: int
    start: int
    end: int
    verbatim: bool


@dataclass(frozen=True, slots=True)
class SpokenText:
    """What an engine is given to say, and where each part of it came from in the original."""

    text: str
    alignments: tuple[Alignment, ...] = ()

    def original_end(self, spoken_offset: int) -> int:
        """Offset in the original text just after what ``spoken_offset`` characters have said.

        A rewritten stretch counts only once it was said whole: half of "three euros" is nothing
        of "3 €".
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
    back. ``sentences`` are the display sentences that end with it: one that is spoken in parts is
    shown with its last part. ``skipped`` holds the reason where nothing is to be said (``blank``,
    ``code``, ``table``, ``unspeakable``); ``spoken.text`` is empty then. ``pause_ms`` is the
    breath to leave after it.
    """

    seq: int
    start: int
    end: int
    text: str
    sentences: tuple[Sentence, ...]
    spoken: SpokenText
    skipped: str | None = None
    pause_ms: int = 0
