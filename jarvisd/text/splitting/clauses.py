"""Where a sentence may be cut before it ends, so that its first part can be spoken at once.

A cut is safe after clause punctuation and, in English, before a word that opens a phrase; each has
a strength. It is never placed inside a number, a name, brackets, a quotation or code, nor inside a
short subject or before "of", which goes on with the noun before it. The rules see one word and at
most the first character of the next one, so a cut depends on the text alone. When a cut is used is
decided by the caller.
"""

from typing import NamedTuple

from jarvisd.text.languages.stops.model import words
from jarvisd.text.splitting.boundaries import Strength

COMMAS = ",、，"
PUNCTUATION = COMMAS + ";:—–；："

_CONJUNCTIONS = words("and but or so")
_SUBORDINATORS = words(
    """after although as because before if once since than that though unless until when where
    whereas whether which while who whose why"""
)
_PREPOSITIONS = words(
    """about at by despite during except for from in inside into near on onto outside over through
    to toward towards under with within without"""
)
_OPENERS = {
    **dict.fromkeys(_PREPOSITIONS, Strength.PHRASE),
    **dict.fromkeys(_SUBORDINATORS, Strength.SUBORDINATE),
    **dict.fromkeys(_CONJUNCTIONS, Strength.CONJUNCTION),
}
# Verbs that follow a finished noun phrase: "The lights in the kitchen | are off."
VERB_OPENERS = words("are can could has have is should was were will would")
_SUBJECTS = words(
    """and but he here how i it she that there they this these those we what when where which who
    why you as if so not"""
)

# Words that belong to the opener behind them: "such as", "want to", "turn on", "out of".
_BOUND: dict[str, frozenset[str]] = {
    "to": words(
        """able according due going got had has have like likes need needs next ought used want
        wanted wants try"""
    ),
    "on": words(
        """based carry come depend depending depends go going hold keep log logged moved put rely
        switch switched turn turned turns depends"""
    ),
    "in": words("log logged come plug plugged"),
    "as": words("as such well same soon long known"),
    "that": words("so all is was like at in of"),
    "for": words("as except looking"),
    "than": words("more less rather other"),
    "and": words("both"),
}
_NEVER_BEFORE = words(
    """a an and are at because but by for from if in is my of on or our that the their this to was
    were which while with your not very too"""
)

# What a subject begins with: "The lights in the kitchen" is said in one breath. So many words of it
# are taken for a subject where no verb is known.
_DETERMINERS = words(
    "a all an each every her his its my no our some that the their these this your"
)
_SUBJECT_WORDS = 4


class ClauseCut(NamedTuple):
    """A place where a sentence may be cut: the offset of what follows, and how strong it is."""

    at: int
    strength: Strength


class ClauseFinder:
    """Reads a sentence word by word and says where it may be cut."""

    def __init__(self) -> None:
        self._previous = ""
        self._waiting: ClauseCut | None = None
        self._barred = ""
        self._subject = 0  # words of the subject, as far as it is one

    def start_sentence(self) -> None:
        """Forget the sentence that ended."""
        self._previous, self._waiting, self._subject = "", None, 0

    def word(self, word: str, start: int, *, nested: bool) -> ClauseCut | None:
        """Take a word that begins at ``start`` and has a space behind it; return a cut or None.

        ``nested`` says that the word is inside brackets, a quotation or code. A cut that still
        depends on the next word's first character is returned by ``next_character``.
        """
        previous, self._previous = self._previous, word
        self._waiting = None
        self._follow_subject(previous, word)
        if nested:
            return None
        if word[-1] in PUNCTUATION or word.endswith(("…", "...")):
            return self._after_punctuation(word, start + len(word))
        if self._subject and word in _PREPOSITIONS:
            return None
        strength = _opens_phrase(previous, word)
        return self._before_opener(previous, ClauseCut(start, strength)) if strength else None

    def next_character(self, character: str) -> ClauseCut | None:
        """Take the first character of the next word; return the cut that waited for it, or None."""
        cut, self._waiting = self._waiting, None
        if cut is None:
            return None
        if self._barred == "number":
            barred = character.isdigit()
        elif self._barred == "name":
            barred = character.isupper()
        else:
            barred = not character.islower()
        return None if barred else cut

    def _follow_subject(self, previous: str, word: str) -> None:
        begins = not previous and word.lower() in _DETERMINERS
        goes_on = 0 < self._subject < _SUBJECT_WORDS and word not in VERB_OPENERS
        self._subject = self._subject + 1 if begins or goes_on else 0

    def _after_punctuation(self, word: str, at: int) -> ClauseCut | None:
        cut = ClauseCut(at, Strength.COMMA if word[-1] in COMMAS else Strength.COLON)
        if word.endswith(("…", "...")):
            self._wait(cut, "sentence")
            return None
        if len(word) > 1 and word[-2].isdigit():
            self._wait(cut, "number")
            return None
        return cut if len(word) > 1 or word in "—–" else None

    def _before_opener(self, previous: str, cut: ClauseCut) -> ClauseCut | None:
        if previous[-1].isdigit():
            self._wait(cut, "number")
        elif previous[0].isupper() and previous != "I":
            self._wait(cut, "name")
        else:
            return cut
        return None

    def _wait(self, cut: ClauseCut, barred: str) -> None:
        self._waiting, self._barred = cut, barred


def _opens_phrase(previous: str, word: str) -> Strength | None:
    """How strong the place before ``word`` is; ``None`` where nothing begins."""
    before = previous.lower()
    if not previous or before in _NEVER_BEFORE:
        return None
    if word in _OPENERS:
        return None if before in _BOUND.get(word, ()) else _OPENERS[word]
    return Strength.PHRASE if word in VERB_OPENERS and before not in _SUBJECTS else None
