"""Whether a word with a full stop ends its sentence: pure rules for a word and the text after it.

``judge`` uses the word alone and says what else must be known; ``settle`` uses the following text,
as far as it was read. Both look at most one word ahead, and more text never changes their answer:
this makes the splitter independent of chunking.
"""

import re
from enum import Enum, auto

from jarvisd.text.splitting import abbreviations as known
from jarvisd.text.splitting.lists import BULLETS, LIST_MARKER

STOPS = ".!?…‽।؟۔"
QUOTES = "\"'“”‘’„‚«»‹›「」『』"
CLOSERS = QUOTES + ")]}）】》*_~`"
OPENERS = QUOTES + "([{（【《*_~`¿¡#>-–—" + BULLETS

_ACRONYM = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]{1,2}")
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxzß]+")
# After a stop these go on with the same sentence.
CONTINUES = ".,;:!?…)»—–&"
_OMISSION = re.compile(r"\[(?:\.\.\.|…)\]")


class Verdict(Enum):
    """What a word says about the end of its sentence."""

    GOES_ON = auto()
    ENDS = auto()
    UNLESS_LOWER = auto()  # ends it unless a lower-case word follows
    UNLESS_NUMBER = auto()  # ends it unless a number or a lower-case word follows
    UNLESS_ORDINAL = auto()  # a number: as UNLESS_LOWER, and not before "3. Oktober"'s month
    BEFORE_STARTER = auto()  # ends it only before a word that clearly starts a sentence
    AFTER_ELLIPSIS = auto()  # ends it before a capital other than "I"


def judge(word: str, previous: str, words_before: int) -> Verdict:
    """Judge ``word``, which white space follows.

    ``previous`` is the word before it, ``words_before`` counts the sentence's words so far.
    """
    core = word.rstrip(CLOSERS)
    if not core:  # « Bonjour ! » closes with a word of its own
        return Verdict.UNLESS_LOWER if previous[-1:] in tuple(STOPS) else Verdict.GOES_ON
    if core[-1] not in STOPS or _OMISSION.search(word):
        return Verdict.GOES_ON
    verdict = _judge_stopped(core, previous, words_before)
    closed = len(core) < len(word)
    return Verdict.UNLESS_LOWER if closed and verdict is Verdict.ENDS else verdict


def _judge_stopped(core: str, previous: str, words_before: int) -> Verdict:
    """Judge a word that ends with a stop."""
    bare = core.rstrip(STOPS)
    stops, body = core[len(bare) :], bare.lstrip(OPENERS)
    if not body:
        return _only_stops(stops, words_before)
    if "!" in stops or "?" in stops:
        named = body.lower() in known.EXCLAMATION_NAMES
        return Verdict.BEFORE_STARTER if named else Verdict.ENDS
    if len(stops) > 1 or stops == "…":
        return Verdict.AFTER_ELLIPSIS
    return _full_stop(body, previous, words_before) if stops == "." else Verdict.ENDS


def _only_stops(stops: str, words_before: int) -> Verdict:
    """A lone "?" (as French sets it) ends what came before; a lone "." is part of an ellipsis."""
    if not words_before:
        return Verdict.GOES_ON
    return Verdict.AFTER_ELLIPSIS if set(stops) <= {".", "…"} else Verdict.ENDS


def _full_stop(body: str, previous: str, words_before: int) -> Verdict:
    if not words_before and LIST_MARKER.fullmatch(body + "."):
        return Verdict.GOES_ON
    lower = body.lower()
    if lower in known.HALF_DAYS:  # "At 5 a.m." alone is no sentence
        return Verdict.UNLESS_LOWER if words_before > 2 else Verdict.BEFORE_STARTER
    return _listed(body, lower) or _by_shape(body, lower, previous)


def _by_shape(body: str, lower: str, previous: str) -> Verdict:
    """The verdict on a word that is in no list."""
    if len(body) == 1 and body.isalpha():
        return _single_letter(body, previous)
    if _ACRONYM.fullmatch(body):
        return Verdict.BEFORE_STARTER
    if body[-1].isdigit():
        return Verdict.UNLESS_ORDINAL
    plain = body.replace("-", "").replace("'", "").replace("’", "").isalpha()
    if plain and len(body) > 3 and not _CONSONANTS.fullmatch(lower):
        return Verdict.ENDS
    return Verdict.UNLESS_LOWER


def _listed(body: str, lower: str) -> Verdict | None:
    """The verdict on a known abbreviation or a known short word."""
    if lower in known.SHORT_WORDS:
        return Verdict.ENDS
    if lower in known.BEFORE_ANYTHING:
        return Verdict.GOES_ON
    if lower in known.TITLES or (lower in known.CALENDAR and body[0].isupper()):
        return Verdict.BEFORE_STARTER
    if lower in known.BEFORE_NUMBER:
        return Verdict.UNLESS_NUMBER
    if lower in known.AFTER_SOMETHING:
        return Verdict.UNLESS_LOWER
    return None


def _single_letter(letter: str, previous: str) -> Verdict:
    """An initial before a name ("Jonas E. Smith"), or the word "I" ("you and I.")."""
    if letter.islower() or (letter == "I" and not previous[:1].isupper()):
        return Verdict.UNLESS_LOWER
    return Verdict.BEFORE_STARTER


def settle(verdict: Verdict, following: str, *, complete: bool) -> bool | None:
    """Whether the sentence ended, given the start of the next word; None: read on.

    ``following`` is not empty and starts with no white space; ``complete`` says that the word is
    over.
    """
    emphasised, following = following, following.lstrip("*_")
    if not following:
        return True if complete or len(emphasised) > 3 else None
    first = following[0]
    if first.islower() or first in CONTINUES:
        return False
    if verdict is Verdict.UNLESS_NUMBER:
        return not first.isdigit()
    if verdict is Verdict.AFTER_ELLIPSIS:
        return first != "I" or _not_the_pronoun(following, complete)
    return _settle_by_word(verdict, following, complete)


def _settle_by_word(verdict: Verdict, following: str, complete: bool) -> bool | None:
    if verdict is Verdict.BEFORE_STARTER:
        return _is_one_of(following, known.STARTERS, known.STARTER_PREFIXES, complete)
    if verdict is Verdict.UNLESS_ORDINAL:
        found = _is_one_of(following, known.ORDINAL_NOUNS, known.ORDINAL_NOUN_PREFIXES, complete)
        return None if found is None else not found
    return True


def _is_one_of(
    following: str, words: frozenset[str], prefixes: frozenset[str], complete: bool
) -> bool | None:
    """Whether the word is listed; None while it still may become so."""
    word = following.replace("’", "'").lstrip(OPENERS)
    if complete:
        return word.rstrip(CLOSERS + STOPS + ",;:") in words
    return None if not word or word in prefixes else False


def _not_the_pronoun(following: str, complete: bool) -> bool | None:
    if len(following) == 1 and not complete:
        return None
    return len(following) > 1 and following[1].isalpha()
