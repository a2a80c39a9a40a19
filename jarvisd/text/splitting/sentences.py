"""Sentences for display, found while the text is still arriving."""

from jarvisd.text.languages import ENGLISH, Language
from jarvisd.text.model import Sentence
from jarvisd.text.splitting.boundaries import Boundary, Kind
from jarvisd.text.splitting.scanner import Scanner
from jarvisd.text.window import Window

_NO_SENTENCE = frozenset({Kind.CLAUSE, Kind.PARAGRAPH, Kind.FENCE, Kind.CODE_LINE})


class SentenceSplitter:
    """Cuts a text that arrives in chunks into sentences; the same ones for every chunking.

    ``language`` is that of the text.
    Each sentence is returned as soon as the text decides that it ended. White space around a
    sentence belongs to none: between one sentence's ``end`` and the next one's ``start`` is only
    white space. A fenced code block is one sentence, so is a row of
    a table. Memory is bounded: a sentence longer than ``scanner.MAX_SENTENCE_CHARS`` is cut.
    """

    def __init__(self, language: Language = ENGLISH) -> None:
        self._window = Window()
        self._scanner = Scanner(self._window, language)

    def feed(self, text: str) -> list[Sentence]:
        """Take the next chunk; return the sentences that are now certain."""
        self._window.append(text)
        sentences = self._sentences(self._scanner.read())
        self._window.forget(self._scanner.needed_from)
        return sentences

    def finish(self) -> list[Sentence]:
        """The text is over: return the rest of it."""
        return self._sentences(self._scanner.finish())

    def _sentences(self, boundaries: list[Boundary]) -> list[Sentence]:
        found = (sentence_at(self._window, boundary) for boundary in boundaries)
        return [sentence for sentence in found if sentence]


def sentence_at(window: Window, boundary: Boundary) -> Sentence | None:
    """The sentence that ``boundary`` closes; None where it closes none."""
    if boundary.kind in _NO_SENTENCE:
        return None
    text = window.cut(boundary.start, boundary.end)
    body = text.strip()
    start = boundary.start + len(text) - len(text.lstrip())
    return Sentence(body, start, start + len(body)) if body else None
