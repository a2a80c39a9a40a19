"""The one pass over a reply's text that finds every boundary in it.

Each character is looked at once, in order, and every decision depends on the characters read so
far and on nothing else: neither on how they were grouped into chunks nor on time. Sentences and
utterances are both made from the boundaries found here. The scanner never holds more than one
sentence (``MAX_SENTENCE_CHARS``) and never rewrites text.
"""

import re
from enum import Enum, auto
from typing import NamedTuple

from jarvisd.text.clauses import ClauseFinder, Nesting
from jarvisd.text.endings import LIST_MARKER, WIDE_STOPS, Verdict, judge, settle
from jarvisd.text.window import Window

MAX_SENTENCE_CHARS = 4_000  # longer ones, and longer code blocks, are cut
MAX_GAP_CHARS = 16  # an undecided stop with more white space than this ended its sentence
WRAPPED_LINE_CHARS = 60  # a longer line without a stop may go on in the next line

_WIDE_CLOSERS = "”’」』）】》\"')"
_BULLETS = "•⁃‣▪◦"
_PLAIN = re.compile(r"[^\W_]+")
_FENCE = re.compile(r"`{3,}|~{3,}")


class Kind(Enum):
    """What kind of boundary the text has at a place."""

    CLAUSE = auto()  # a sentence may be cut here
    SENTENCE = auto()  # a sentence ended
    LINE = auto()  # a sentence ended with its line
    PARAGRAPH = auto()  # a blank line
    ROW = auto()  # a row of a table ended
    FENCE = auto()  # the line that opens a code block ended
    CODE_LINE = auto()  # a line inside a code block ended
    CODE_PART = auto()  # an over-long code block is cut here
    CODE = auto()  # a code block ended


class Boundary(NamedTuple):
    """A boundary: what it closes is ``[start:end]``; ``after`` includes the white space read.

    ``decided`` counts the characters that had to be read to know it.
    """

    kind: Kind
    start: int
    end: int
    after: int
    decided: int


class _Block(Enum):
    PROSE = auto()
    ROW = auto()
    CODE = auto()


class Scanner:
    """Finds the boundaries of the text in ``window``, which its owner appends to and trims."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._found: list[Boundary] = []
        self._nesting = Nesting()
        self._clauses = ClauseFinder()
        self._position = 0  # of the character being read
        self._seen = 0  # characters read
        self._block = _Block.PROSE
        self._fence = ""
        self._fence_opens = False
        self._line = 0
        self._line_blank = True
        self._sentence = -1  # where the sentence in progress begins, -1: none
        self._word = -1  # where the word in progress begins, -1: none
        self._word_opens_line = False
        self._previous = ""
        self._previous_end = 0
        self._words = 0
        self._marker: tuple[int, str] | None = None
        self._verdict = Verdict.GOES_ON  # of the stop that waits for what follows it
        self._stop = 0
        self._wide_stop = -1
        self._wide_start = -1
        self._wide_closed = False

    @property
    def needed_from(self) -> int:
        """The scanner still reads the window from here on."""
        return self._sentence if self._sentence >= 0 else self._position

    def read(self) -> list[Boundary]:
        """Read what was appended to the window; return the boundaries now certain, in order."""
        offset = self._position
        chunk = self._window.cut(offset, self._window.end)
        while self._position - offset < len(chunk):
            index = self._position - offset
            skipped = self._plain_run(chunk, index)
            if skipped > index:
                self._position = self._seen = offset + skipped
            else:
                self._seen = self._position + 1
                self._step(chunk[index])
                self._position += 1
            if self._sentence >= 0 and self._position - self._sentence >= MAX_SENTENCE_CHARS:
                self._cut_overlong()
        return self._take()

    def finish(self) -> list[Boundary]:
        """The text is over: return the remaining boundaries."""
        if self._block is _Block.CODE:
            self._end_sentence(Kind.CODE, self._position, self._position)
        elif self._block is _Block.ROW:
            self._end_sentence(Kind.ROW, self._position, self._position)
        else:
            self._end_word("\n")
            if self._sentence >= 0:
                self._end_sentence(Kind.SENTENCE, self._previous_end, self._position)
        return self._take()

    def _take(self) -> list[Boundary]:
        found, self._found = self._found, []
        return found

    def _plain_run(self, chunk: str, index: int) -> int:
        """Skip characters that cannot decide anything, up to the limit of a sentence."""
        if self._sentence < 0:
            return index
        limit = index + MAX_SENTENCE_CHARS - (self._position - self._sentence)
        if self._block is not _Block.PROSE:
            line_end = chunk.find("\n", index)
            return min(limit, line_end if line_end >= 0 else len(chunk))
        if self._word < 0 or self._verdict is not Verdict.GOES_ON or self._wide_stop >= 0:
            return index
        run = _PLAIN.match(chunk, index)
        return min(limit, run.end()) if run else index

    def _step(self, character: str) -> None:
        if self._block is _Block.CODE:
            self._end_code_line()
        elif character == "\n":
            self._end_line()
        elif character.isspace():
            self._space(character)
        else:
            self._visible(character)

    # White space and lines

    def _space(self, gap: str) -> None:
        self._end_word(gap)
        if self._waiting and self._position - self._stop > MAX_GAP_CHARS:
            self._end_sentence(Kind.SENTENCE, self._stop, self._position + 1)

    def _end_line(self) -> None:
        if self._block is _Block.ROW:
            self._end_sentence(Kind.ROW, self._position, self._position + 1)
        elif self._line_blank:
            self._end_paragraph()
        else:
            self._end_word("\n")
            self._end_prose_line()
        self._nesting.reset()
        self._line, self._line_blank = self._position + 1, True

    def _end_prose_line(self) -> None:
        if self._sentence < 0:
            return
        wrapped = not self._waiting and self._previous_end - self._line >= WRAPPED_LINE_CHARS
        if wrapped and self._previous[-1] not in ".!?…:":
            self._verdict, self._stop = Verdict.UNLESS_LOWER, self._previous_end
        else:
            self._end_sentence(Kind.LINE, self._previous_end, self._position + 1)

    def _end_paragraph(self) -> None:
        if self._sentence >= 0:
            self._end_sentence(Kind.LINE, self._previous_end, self._position)
        after = self._position + 1
        self._found.append(Boundary(Kind.PARAGRAPH, after, after, after, after))

    # Words

    def _visible(self, character: str) -> None:
        first = self._word < 0
        if first:
            self._begin_word(character)
        if self._waiting:
            self._settle(complete=False)
        if first:
            self._add_clause(self._clauses.next_character(character))
        if self._wide_stop >= 0 and not self._extend_wide_stop(character):
            self._end_wide_sentence(character)
        self._nesting.character(character)
        if character in WIDE_STOPS and not self._nesting.code:
            self._begin_wide_stop()
        elif self._word_opens_line and self._position - self._word == 2:
            self._open_block()

    def _begin_word(self, character: str) -> None:
        self._word = self._position
        self._word_opens_line, self._line_blank = self._line_blank, False
        if self._sentence < 0:
            self._sentence = self._word
        if character in _BULLETS and self._words:
            self._end_sentence(Kind.SENTENCE, self._previous_end, self._word)
        if character == "|" and self._word_opens_line:
            if self._waiting:
                self._end_sentence(Kind.LINE, self._stop, self._word)
            self._block = _Block.ROW

    def _open_block(self) -> None:
        """Three characters into a line: is it the fence of a code block?"""
        fence = self._window.cut(self._word, self._position + 1)
        if _FENCE.fullmatch(fence):
            self._fence, self._fence_opens = fence, True
            self._block = _Block.CODE
            self._line = self._word

    def _end_word(self, gap: str) -> None:
        if self._word < 0:
            return
        if self._waiting:
            self._settle(complete=True)
        if self._wide_stop >= 0:
            self._end_sentence(Kind.SENTENCE, self._wide_stop, self._position + 1)
            return
        word = self._window.cut(self._word, self._position)
        marker = _marker(word)
        self._split_inline_list(marker)
        if gap != "\n":
            self._find_clause(word)
        verdict = judge(word, self._previous, self._words)
        self._close_word(word, marker)
        if gap == "\n" or self._nesting.code or verdict is Verdict.GOES_ON:
            return
        if verdict is Verdict.ENDS:
            self._end_sentence(Kind.SENTENCE, self._previous_end, self._position + 1)
        else:
            self._verdict, self._stop = verdict, self._previous_end

    def _close_word(self, word: str, marker: tuple[int, str] | None) -> None:
        leads = marker is not None and not self._words
        if leads:
            self._marker = marker
        elif any(map(str.isalnum, word)):
            self._words += 1
        self._previous, self._previous_end, self._word = word, self._position, -1

    def _split_inline_list(self, marker: tuple[int, str] | None) -> None:
        """ "1) one 2) two": the next number in the same style begins the next sentence."""
        if marker is None or self._marker is None or not self._words:
            return
        value, style = self._marker
        if marker == (value + 1, style):
            self._end_sentence(Kind.SENTENCE, self._previous_end, self._word)

    def _find_clause(self, word: str) -> None:
        self._add_clause(self._clauses.word(word, self._word, nested=self._nesting.open))

    def _add_clause(self, cut: int | None) -> None:
        if cut is None or self._waiting:
            return
        self._found.append(Boundary(Kind.CLAUSE, self._sentence, cut, cut, self._seen))

    # Sentences

    @property
    def _waiting(self) -> bool:
        return self._verdict is not Verdict.GOES_ON

    def _settle(self, *, complete: bool) -> None:
        following = self._window.cut(self._word, self._position + (not complete))
        ended = settle(self._verdict, following, complete=complete)
        if ended:
            kind = Kind.LINE if self._stop < self._line <= self._word else Kind.SENTENCE
            self._end_sentence(kind, self._stop, self._word)
        elif ended is not None:
            self._verdict = Verdict.GOES_ON

    def _begin_wide_stop(self) -> None:
        if self._wide_stop < 0:
            self._wide_start, self._wide_closed = self._position, False
        self._wide_stop = self._position + 1

    def _extend_wide_stop(self, character: str) -> bool:
        if character not in WIDE_STOPS and character not in _WIDE_CLOSERS:
            return False
        if self._position - self._wide_start > MAX_GAP_CHARS:
            return False
        self._wide_closed = self._wide_closed or character not in WIDE_STOPS
        self._wide_stop = self._position + 1
        return True

    def _end_wide_sentence(self, character: str) -> None:
        quoted = self._wide_closed and character in "とっ"  # 「…。」と言った goes on
        if not quoted:
            self._end_sentence(Kind.SENTENCE, self._wide_stop, self._wide_stop)
            self._sentence = self._word = self._position
        self._wide_stop = -1

    def _cut_overlong(self) -> None:
        if self._block is _Block.CODE:
            self._end_sentence(Kind.CODE_PART, self._position, self._position)
            self._block, self._sentence = _Block.CODE, self._position
        elif self._word > self._sentence:
            self._end_sentence(Kind.SENTENCE, self._previous_end, self._word)
        else:
            self._end_sentence(Kind.SENTENCE, self._position, self._position)

    def _end_sentence(self, kind: Kind, end: int, after: int) -> None:
        self._found.append(Boundary(kind, self._sentence, end, after, self._seen))
        goes_on = self._word >= after
        self._sentence = self._word = self._word if goes_on else -1
        self._block = _Block.PROSE
        self._previous, self._words, self._marker = "", 0, None
        self._verdict, self._wide_stop = Verdict.GOES_ON, -1
        self._clauses.start_sentence()
        self._nesting.reset()

    # Code blocks

    def _end_code_line(self) -> None:
        line = self._window.cut(max(self._line, self._sentence), self._position).strip()
        after = self._position + 1
        if self._fence_opens:
            self._fence_opens = False
            self._fence = line[: len(line) - len(line.lstrip(self._fence[0]))]
            self._found.append(Boundary(Kind.FENCE, self._sentence, after, after, after))
        elif line.startswith(self._fence) and not line.strip(self._fence[0]):
            self._end_sentence(Kind.CODE, self._position, after)
            self._line_blank = True
        else:
            self._found.append(Boundary(Kind.CODE_LINE, self._sentence, after, after, after))
        self._line = after


def _marker(word: str) -> tuple[int, str] | None:
    """The value and style of a list marker: "2.)" is 2 in the style ".)"."""
    match = LIST_MARKER.fullmatch(word.lstrip(_BULLETS)) if word[-1] in ".)" else None
    if match is None:
        return None
    value, style = match.groups()
    return (int(value), style) if value.isdigit() else (ord(value), f"letter{style}")
