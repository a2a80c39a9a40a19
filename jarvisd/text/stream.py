"""Utterances: the units of speech, made from a reply's text while it arrives.

The opening is released before its sentence ends, at a written pause or when time presses, so that
speech starts at once; later sentences are spoken whole, short ones together. Code blocks and tables
are announced, skipped or read, as configured. All utterances together are exactly the input, and
are the same for every chunking with the same ticks. Nothing here waits or knows the time, and at
most one utterance and one sentence are held.
"""

from jarvisd.config.settings import TextSettings
from jarvisd.text.languages import ENGLISH, Language
from jarvisd.text.model import Alignment, Sentence, SpokenText, Utterance
from jarvisd.text.opening import Opening
from jarvisd.text.splitting.boundaries import Boundary, Kind
from jarvisd.text.splitting.clauses import COMMAS, PUNCTUATION, ClauseCut
from jarvisd.text.splitting.scanner import MAX_SENTENCE_CHARS, Scanner
from jarvisd.text.splitting.sentences import sentence_at
from jarvisd.text.spoken.own_words import NO_WORDS, OwnWords
from jarvisd.text.spoken.speakable import speakable
from jarvisd.text.window import Window

# A boundary is decided at most this many characters after its place.
_DECISION_CHARS = 64
# A short sentence waits for the next one until both have so many times the least length: then it
# is spoken alone, rather than leave a silence.
_PATIENCE = 3
_LOUDER_PAUSE = 1.3  # after a question or an exclamation
_LINE_PAUSE = 1.4  # after a line: a heading, an item of a list
_PARAGRAPH_PAUSE = 2.0
# Inside a sentence, where it is cut: what espeak-ng makes at these marks when it says it whole. The
# ends of a clip have none of it.
_COMMA_PAUSE = 0.85
_COLON_PAUSE = 1.3
# A code block whose opening line has this word ("```sh quiet") is for the eye alone, whatever the
# settings say.
QUIET = "quiet"


class UtteranceStream:
    """Turns a text that arrives in chunks into utterances.

    ``pause_ms`` is the pause after a plain sentence; other endings get a multiple of it.
    ``language`` is that of the voice that will speak; ``own_words`` are said as the owner wants.
    """

    def __init__(
        self,
        settings: TextSettings,
        *,
        pause_ms: int = 180,
        language: Language = ENGLISH,
        own_words: OwnWords = NO_WORDS,
    ) -> None:
        self._settings = settings
        self._language = language
        self._own_words = own_words
        self._pause_ms = pause_ms
        self._window = Window()
        self._scanner = Scanner(self._window, language)
        self._made: list[Utterance] = []
        self._seq = 0
        self._start = 0  # where the utterance in progress begins
        self._sentences: list[Sentence] = []  # that ended in it
        self._held_until = 0  # where the last of them ends, white space included
        self._held_kind = Kind.SENTENCE
        self._clause = 0  # the last place where it may be cut
        self._skipping: str | None = None  # why the block in progress is not spoken
        self._in_table = False
        self._opening = True  # nothing but clauses of the first sentence was released
        self._cuts = Opening(
            self._window,
            budget_ms=settings.first_audio_budget_ms,
            part_chars=settings.utterance_min_chars,
        )

    def feed(self, text: str) -> list[Utterance]:
        """Take the next chunk; return the utterances that are now certain."""
        self._window.append(text)
        self._take_all(self._scanner.read())
        self._cut_up(self._window.end, self._window.end)
        self._window.forget(min(self._start, self._scanner.needed_from))
        return self._hand_out()

    def tick(self, elapsed_ms: float) -> list[Utterance]:
        """So much time has passed since the first token; return what is spoken for lack of time."""
        if self._opening and not self._sentences:
            cut = self._cuts.tick(self._start, elapsed_ms)
            if cut is not None:
                self._release(cut, Kind.CLAUSE)
        return self._hand_out()

    @property
    def wake_ms(self) -> float | None:
        """When the next tick is wanted, if no text comes before; ``None``: none is."""
        waits = self._opening and not self._sentences
        return self._cuts.wake_ms(self._start) if waits else None

    def finish(self) -> list[Utterance]:
        """The text is over: return the rest of it."""
        self._take_all(self._scanner.finish())
        self._release(self._window.end, Kind.SENTENCE)
        return self._hand_out()

    def _hand_out(self) -> list[Utterance]:
        made, self._made = self._made, []
        return made

    def _take_all(self, boundaries: list[Boundary]) -> None:
        for boundary in boundaries:
            self._cut_up(boundary.decided, boundary.decided - 1)
            self._take(boundary)

    def _take(self, boundary: Boundary) -> None:
        kind = boundary.kind
        if kind is Kind.CLAUSE:
            self._clause = boundary.after
            if self._opening:
                self._cuts.add(ClauseCut(boundary.after, boundary.strength))
            return
        sentence = sentence_at(self._window, boundary)
        if kind is Kind.PARAGRAPH:
            self._in_table = False
            if self._sentences:
                self._release(boundary.after, kind)
        elif kind in (Kind.FENCE, Kind.CODE_LINE, Kind.CODE_PART, Kind.CODE):
            self._take_code(boundary, sentence)
        elif kind is Kind.ROW:
            self._take_row(boundary, sentence)
        else:
            self._in_table = False
            self._take_sentence(boundary, sentence)

    # Prose

    def _take_sentence(self, boundary: Boundary, sentence: Sentence | None) -> None:
        if sentence:
            self._sentences.append(sentence)
        self._held_until, self._held_kind = boundary.after, boundary.kind
        long_enough = boundary.after - self._start >= self._settings.utterance_min_chars
        if self._opening or long_enough:
            self._release(boundary.after, boundary.kind)
        self._end_opening()

    def _end_opening(self) -> None:
        self._opening = False
        self._cuts.start_sentence()

    # Blocks

    def _take_code(self, boundary: Boundary, sentence: Sentence | None) -> None:
        setting = self._settings.code_blocks
        line_end = boundary.end - 1  # its "\n" is left for the block's end, which is always shown
        if boundary.kind is Kind.FENCE:
            self._release_before(boundary.start)
            fence = self._window.cut(boundary.start, boundary.end)
            quiet = QUIET in fence.split()
            self._skipping = None if setting == "read" and not quiet else "code"
            if setting == "announce" and not quiet:
                self._announce(line_end, _code_phrase(fence))
        elif boundary.kind is Kind.CODE_LINE:
            if self._skipping is None:
                self._release(line_end, Kind.LINE)
        else:
            if sentence:
                self._sentences.append(sentence)
            self._release(boundary.after, Kind.LINE)
            if boundary.kind is Kind.CODE:
                self._skipping = None

    def _take_row(self, boundary: Boundary, row: Sentence | None) -> None:
        setting = self._settings.tables
        if setting == "read":
            self._take_sentence(boundary, row)
            return
        if not self._in_table:
            self._release_before(boundary.start)
        if row:
            self._sentences.append(row)
        if setting == "announce" and not self._in_table:
            self._announce(boundary.after, "Table skipped.")
        else:
            self._skipping = "table"
            self._release(boundary.after, Kind.ROW)
            self._skipping = None
        self._in_table = True

    def _release_before(self, start: int) -> None:
        """A block begins: release the held text before it."""
        self._end_opening()
        if self._sentences or self._window.cut(self._start, start).strip():
            self._release(start, Kind.PARAGRAPH)

    # Release

    def _cut_up(self, seen: int, opening_seen: int) -> None:
        """Release what is certain after ``seen`` characters, in the order in which it became so.

        A boundary that the last of them decides comes before a cut that it would allow, so that
        of the opening only ``opening_seen`` count.
        """
        while True:
            overlong = self._start + self._patience + _DECISION_CHARS + 1
            waits = self._opening and not self._sentences
            strong = self._cuts.strong(self._start, opening_seen) if waits else None
            if strong and strong[1] < overlong:
                self._release(strong[0], Kind.CLAUSE)
            elif seen >= overlong:
                self._cut_overlong()
            else:
                return

    def _cut_overlong(self) -> None:
        """Release text that waited too long: a short sentence, or one without an end."""
        if self._start < self._held_until:
            self._release(self._held_until, self._held_kind)
        else:
            self._release(self._cut_within(self._start + self._limit), Kind.CLAUSE)

    @property
    def _patience(self) -> int:
        """How long the utterance in progress may grow before something must be released."""
        if self._start < self._held_until:
            return min(self._limit, _PATIENCE * self._settings.utterance_min_chars)
        return self._limit

    @property
    def _limit(self) -> int:
        return MAX_SENTENCE_CHARS if self._skipping else self._settings.utterance_max_chars

    def _cut_within(self, furthest: int) -> int:
        """The best place for a cut: a clause, else a space, else anywhere."""
        if self._start < self._clause <= furthest:
            return self._clause
        gap = _last_gap(self._window.cut(self._start, furthest))
        return self._start + gap if gap else furthest

    def _release(self, end: int, kind: Kind) -> None:
        text = self._window.cut(self._start, end)
        if not text:
            return
        if self._skipping and text.strip():
            self._add(end, SpokenText(""), skipped=self._skipping)
            return
        spoken = speakable(text, self._start, language=self._language, own_words=self._own_words)
        continues = kind is Kind.CLAUSE
        if spoken.text:
            # A mark such as a dash is written and not said.
            pause_ms = self._pause(text.rstrip() if continues else spoken.text, kind)
            said = spoken.continuing(end) if continues else spoken
            self._add(end, said, pause_ms=pause_ms, continues=continues)
        else:
            self._add(end, spoken, skipped="unspeakable" if text.strip() else "blank")

    def _announce(self, end: int, phrase: str) -> None:
        whole = Alignment(0, len(phrase), self._start, end, verbatim=False)
        self._add(end, SpokenText(phrase, (whole,)), pause_ms=self._pause(phrase, Kind.LINE))

    def _add(
        self,
        end: int,
        spoken: SpokenText,
        *,
        skipped: str | None = None,
        pause_ms: int = 0,
        continues: bool = False,
    ) -> None:
        self._made.append(
            Utterance(
                seq=self._seq,
                start=self._start,
                end=end,
                text=self._window.cut(self._start, end),
                sentences=tuple(self._sentences),
                spoken=spoken,
                skipped=skipped,
                pause_ms=pause_ms,
                continues=continues,
            )
        )
        self._cuts.released(self._start, end)
        self._seq += 1
        self._start = end
        self._sentences = []

    def _pause(self, spoken: str, kind: Kind) -> int:
        if kind is Kind.CLAUSE:
            return round(self._pause_ms * _pause_inside(spoken[-1:]))
        if kind is Kind.PARAGRAPH:
            return round(self._pause_ms * _PARAGRAPH_PAUSE)
        if kind in (Kind.LINE, Kind.ROW):
            return round(self._pause_ms * _LINE_PAUSE)
        return round(self._pause_ms * (_LOUDER_PAUSE if spoken[-1] in "?!？！" else 1))


def _pause_inside(mark: str) -> float:
    """The pause behind ``mark`` inside a sentence, as a share of that behind a sentence."""
    if mark in COMMAS:
        return _COMMA_PAUSE
    return _COLON_PAUSE if mark in PUNCTUATION or mark == "…" else 0.0


def _code_phrase(fence: str) -> str:
    """What is said for a code block whose opening line is ``fence``."""
    language = fence.strip("`~ \n").split(" ")[0]
    if language.isalnum() and len(language) <= 20:
        return f"{language.capitalize()} code block skipped."
    return "Code block skipped."


def _last_gap(text: str) -> int:
    """Where the last word of ``text`` begins; 0 when there is no space in it."""
    head = text.rstrip()
    if len(head) < len(text):
        return len(text)
    return max(head.rfind(" "), head.rfind("\n"), head.rfind("\t")) + 1
