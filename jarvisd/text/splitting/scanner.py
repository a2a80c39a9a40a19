"""Finds every boundary in a reply's text, in one pass.

Each character is read once, in order, and every decision depends only on the characters read so
far, not on chunks or time. Sentences and utterances are both made from the boundaries found here.
The scanner never holds more than one sentence (``MAX_SENTENCE_CHARS``) and never rewrites text.
"""

import re
from enum import Enum, auto

from jarvisd.text.languages import ENGLISH, Language
from jarvisd.text.splitting.boundaries import Boundary, Kind
from jarvisd.text.splitting.clauses import ClauseCut, ClauseFinder
from jarvisd.text.splitting.endings import Verdict, judge, settle
from jarvisd.text.splitting.fences import FENCE_CHARS, CodeFence
from jarvisd.text.splitting.lists import BULLETS, InlineList
from jarvisd.text.splitting.nesting import Nesting
from jarvisd.text.splitting.widestops import LOOK_BACK, WideStop
from jarvisd.text.window import Window

MAX_SENTENCE_CHARS = 4_000  # longer ones, and longer code blocks, are cut
MAX_GAP_CHARS = 16  # an undecided stop with more white space than this ended its sentence
WRAPPED_LINE_CHARS = 60  # a longer line without a stop may go on in the next line

# A stop that ends its sentence whatever word follows.
_AT_ONCE = (Verdict.ENDS, Verdict.UNLESS_DASH)
_PLAIN = re.compile(r"[^\W_]+")


class _Block(Enum):
    PROSE = auto()
    ROW = auto()
    CODE = auto()


class Scanner:
    """Finds the boundaries of the text in ``window``, which its owner appends to and trims.

    ``language`` is that of the text; one sentence of another language does little harm.
    """

    def __init__(self, window: Window, language: Language = ENGLISH) -> None:
        self._window = window
        self._known = language.stops
        self._found: list[Boundary] = []
        self._position = 0  # of the character being read
        self._seen = 0  # characters read
        self._block = _Block.PROSE
        self._line = 0
        self._line_blank = True
        self._sentence = -1  # where the sentence in progress begins, -1: none
        self._words = 0  # words read of it
        self._word = -1  # where the word in progress begins, -1: none
        self._word_opens_line = False
        self._previous = ""  # word
        self._previous_end = 0
        self._verdict = Verdict.GOES_ON  # of the stop that waits for what follows it
        self._stop = 0  # where that stop ends
        self._wide_stop = WideStop(self._known)
        self._fence = CodeFence()
        self._list = InlineList()
        self._nesting = Nesting()
        self._clauses = ClauseFinder()

    @property
    def needed_from(self) -> int:
        """The scanner still reads the window from here on."""
        return self._sentence if self._sentence >= 0 else self._position

    def read(self) -> list[Boundary]:
        """Read the appended text; return the boundaries that are certain now, in order."""
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
        if self._block is not _Block.PROSE:
            kind = Kind.CODE if self._block is _Block.CODE else Kind.ROW
            self._end_sentence(kind, self._position, self._position)
        else:
            self._end_word("\n")
            if self._sentence >= 0:
                self._end_sentence(Kind.SENTENCE, self._previous_end, self._position)
        return self._take()

    def _take(self) -> list[Boundary]:
        found, self._found = self._found, []
        return found

    def _plain_run(self, chunk: str, index: int) -> int:
        """Skip characters that mean nothing here, up to the limit of a sentence."""
        if self._sentence < 0:
            return index
        limit = index + MAX_SENTENCE_CHARS - (self._position - self._sentence)
        if self._block is not _Block.PROSE:
            line_end = chunk.find("\n", index)
            return min(limit, line_end if line_end >= 0 else len(chunk))
        if self._word < 0 or self._waiting or self._wide_stop.open:
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
        """A line ends its sentence, unless it is long and the next one goes on in lower case."""
        if self._sentence < 0 or self._previous[-1] in self._known.wraps_after:
            return
        long = self._previous_end - self._line >= WRAPPED_LINE_CHARS
        if long and not self._waiting and self._previous[-1] not in ".!?…:":
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
        if self._word < 0:
            self._begin_word(character)
        elif self._waiting:
            self._settle(complete=False)
        self._nesting.character(character)
        if self._wide_stop.open:
            self._read_wide_stop(character)
        elif character in self._wide_stop.openers:
            self._open_wide_stop(character)
        if self._word_opens_line and self._position - self._word == FENCE_CHARS - 1:
            self._open_code_block()

    def _begin_word(self, character: str) -> None:
        self._word = self._position
        self._word_opens_line, self._line_blank = self._line_blank, False
        if self._sentence < 0:
            self._sentence = self._word
        if self._waiting:
            self._settle(complete=False)
        self._add_clause(self._clauses.next_character(character))
        if character in BULLETS and self._words:
            self._end_sentence(Kind.SENTENCE, self._previous_end, self._word)
        if character == "|" and self._word_opens_line:
            self._block = _Block.ROW

    def _end_word(self, gap: str) -> None:
        if self._word < 0:
            return
        if self._waiting:
            self._settle(complete=True)
        if self._wide_stop.open and self._wide_stop.ended_by_space():
            self._end_wide_sentence(self._seen)
            return
        word = self._window.cut(self._word, self._position)
        if self._words and self._list.continues_with(word) and self._begins_item(word):
            self._end_sentence(Kind.SENTENCE, self._previous_end, self._word)
        if gap == "\n":
            self._close_word(word)
            return
        verdict = judge(word, self._previous, self._words, self._known)
        clause = self._clauses.word(word, self._word, nested=self._nesting.open)
        self._add_clause(clause if verdict is not Verdict.ENDS else None)
        self._close_word(word)
        self._apply(verdict)

    def _begins_item(self, word: str) -> bool:
        """Whether ``word``, the marker of the next item, is no initial of another name."""
        initial = word[0].isupper() and word.endswith(".")
        return not initial or (
            self._previous[-1] not in ".," and self._previous not in self._known.joiners
        )

    def _close_word(self, word: str) -> None:
        leads = not self._words and self._list.lead(word)
        if not leads and any(map(str.isalnum, word)):
            self._words += 1
        self._previous, self._previous_end, self._word = word, self._position, -1

    def _apply(self, verdict: Verdict) -> None:
        """Use the verdict on a word that is followed by a space."""
        if self._nesting.indivisible:
            return
        if verdict in _AT_ONCE and self._nesting.guillemets:  # « Bonjour ! »
            verdict = Verdict.UNLESS_LOWER
        elif verdict is Verdict.ENDS and self._nesting.quoted and self._known.dash_goes_on:
            verdict = Verdict.UNLESS_DASH
        if verdict is Verdict.ENDS:
            self._end_sentence(Kind.SENTENCE, self._previous_end, self._position + 1)
        else:
            self._verdict, self._stop = verdict, self._previous_end

    # Sentences

    @property
    def _waiting(self) -> bool:
        return self._verdict is not Verdict.GOES_ON

    def _settle(self, *, complete: bool) -> None:
        """Decide about the last full stop, now that more of the next word is known."""
        following = self._window.cut(self._word, self._position + (not complete))
        ended = settle(self._verdict, following, self._known, complete=complete)
        if ended:
            kind = Kind.LINE if self._stop < self._line else Kind.SENTENCE
            self._end_sentence(kind, self._stop, self._word)
        elif ended is not None:
            self._verdict = Verdict.GOES_ON

    def _open_wide_stop(self, character: str) -> None:
        if not self._nesting.code and not self._nesting.title:
            before = max(self._word, self._position - LOOK_BACK)
            self._wide_stop.begin(
                character, self._window.cut(before, self._position), self._position
            )

    def _read_wide_stop(self, character: str) -> None:
        ended = self._wide_stop.character(character, self._position)
        if ended:
            self._end_wide_sentence(self._wide_stop.end)
            self._sentence = self._word = self._position
        elif ended is not None:
            self._wide_stop.reset()

    def _end_wide_sentence(self, after: int) -> None:
        self._end_sentence(Kind.SENTENCE, self._wide_stop.end, after)

    def _add_clause(self, cut: ClauseCut | None) -> None:
        if cut is not None and not self._waiting:
            at, strength = cut
            self._found.append(Boundary(Kind.CLAUSE, self._sentence, at, at, self._seen, strength))

    def _end_sentence(self, kind: Kind, end: int, after: int) -> None:
        """Close the sentence; a word in progress behind it begins the next one."""
        self._found.append(Boundary(kind, self._sentence, end, after, self._seen))
        self._sentence = self._word = self._word if self._word >= after else -1
        self._block, self._verdict = _Block.PROSE, Verdict.GOES_ON
        self._previous, self._words = "", 0
        self._wide_stop.reset()
        self._list.start_sentence()
        self._clauses.start_sentence()
        self._nesting.reset()

    def _cut_overlong(self) -> None:
        if self._block is _Block.CODE:
            self._end_sentence(Kind.CODE_PART, self._position, self._position)
            self._block, self._sentence = _Block.CODE, self._position
        elif self._word > self._sentence:
            self._end_sentence(Kind.SENTENCE, self._previous_end, self._word)
        else:
            self._end_sentence(Kind.SENTENCE, self._position, self._position)

    # Code blocks

    def _open_code_block(self) -> None:
        """Check at the start of a line whether it is the fence of a code block."""
        if self._fence.opened_by(self._window.cut(self._word, self._position + 1)):
            self._block = _Block.CODE
            self._line = self._word

    def _end_code_line(self) -> None:
        line = self._window.cut(max(self._line, self._sentence), self._position)
        kind, after = self._fence.line(line), self._position + 1
        if kind is Kind.CODE:
            self._end_sentence(kind, self._position, after)
            self._line_blank = True
        else:
            self._found.append(Boundary(kind, self._sentence, after, after, after))
        self._line = after
