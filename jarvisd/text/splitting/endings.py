"""Whether a word with a full stop ends its sentence: pure rules for a word and the text after it.

What is known of the language comes in as ``Stops``. ``judge`` uses the word alone and says what
else must be known; ``settle`` uses the following text, as far as it was read. Both look at most
one word ahead, and more text never changes their answer: this makes the splitter independent of
chunking.
"""

import re
from enum import Enum, auto

from jarvisd.text.languages.stops.model import Stops
from jarvisd.text.splitting.lists import BULLETS, LIST_MARKER

QUOTES = "\"'“”‘’„‚«»‹›「」『』"
CLOSERS = QUOTES + ")]}）】》*_~`"
OPENERS = QUOTES + "([{（【《*_~`¿¡#>-–—" + BULLETS

_ACRONYM = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]{1,2}")
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxzß]+")
# After a stop these go on with the same sentence.
CONTINUES = ".,;:!?…)»—–&"
_BEHIND_WORDS = CLOSERS + "!?…,;:"
_OMISSION = re.compile(r"\[(?:\.\.\.|…)\]")
_ELIDED = re.compile(r"['’](.+)")  # "l'avv"
_NUMBER_SIGNS = "№#§"
_DASHES = "—–/"  # a slash stands between verses


class Verdict(Enum):
    """What a word says about the end of its sentence."""

    GOES_ON = auto()
    ENDS = auto()
    UNLESS_LOWER = auto()  # ends it unless a lower-case word follows
    UNLESS_NUMBER = auto()  # ends it unless a number or a lower-case word follows
    UNLESS_ORDINAL = auto()  # a number: as UNLESS_LOWER, and not before "3. Oktober"'s month
    UNLESS_PART = auto()  # "z.": as UNLESS_NUMBER, and not before another part: "z. B."
    UNLESS_ZONE = auto()  # "9 a.m.": as UNLESS_LOWER, and not before a time zone
    BEFORE_STARTER = auto()  # ends it only before a word that clearly starts a sentence
    AFTER_ELLIPSIS = auto()  # ends it before a capital other than "I"
    UNLESS_DASH = auto()  # ends it unless a dash follows: « — Что? — спросил он. »


_BEFORE_NUMBERS = (Verdict.UNLESS_NUMBER, Verdict.UNLESS_PART)
# With these the word may still be the first part of an abbreviation.
_MAYBE_PARTS = (Verdict.UNLESS_LOWER, Verdict.UNLESS_NUMBER)


def judge(word: str, previous: str, words_before: int, known: Stops) -> Verdict:
    """Judge ``word``, which white space follows, in the language that ``known`` is of.

    ``previous`` is the word before it, ``words_before`` counts the sentence's words so far.
    """
    core = word.rstrip(CLOSERS)
    if not core:  # « Bonjour ! » closes with a word of its own
        stopped = previous[-1:] in tuple(known.terminators)
        return Verdict.UNLESS_LOWER if stopped else Verdict.GOES_ON
    if core[-1] not in known.terminators or _OMISSION.search(word):
        return Verdict.GOES_ON
    verdict = _judge_stopped(core, previous, words_before, known)
    if verdict is not Verdict.ENDS:
        return verdict
    if len(core) < len(word):
        return Verdict.UNLESS_LOWER
    return Verdict.UNLESS_DASH if known.dash_goes_on and core[-1] in "!?" else verdict


def _judge_stopped(core: str, previous: str, words_before: int, known: Stops) -> Verdict:
    """Judge a word that ends with a stop."""
    bare = core.rstrip(known.terminators)
    stops, body = core[len(bare) :], bare.lstrip(OPENERS)
    if not body:
        return _only_stops(stops, words_before)
    if "!" in stops or "?" in stops:
        named = body.lower() in known.exclamation_names
        return Verdict.BEFORE_STARTER if named else Verdict.ENDS
    if len(stops) > 1 or stops == "…":
        return _several_stops(stops, body, known)
    return _full_stop(body, previous, words_before, known) if stops == "." else Verdict.ENDS


def _several_stops(stops: str, body: str, known: Stops) -> Verdict:
    """An ellipsis, or an abbreviation's stop and the sentence's: "EE. UU..", "Nov..": two."""
    if stops == ".." and _listed(body, body.lower(), known):
        return Verdict.UNLESS_LOWER
    return Verdict.AFTER_ELLIPSIS


def _only_stops(stops: str, words_before: int) -> Verdict:
    """A lone "?" (as French sets it) ends what came before; a lone "." is part of an ellipsis."""
    if not words_before:
        return Verdict.GOES_ON
    return Verdict.AFTER_ELLIPSIS if set(stops) <= {".", "…"} else Verdict.ENDS


def _full_stop(body: str, previous: str, words_before: int, known: Stops) -> Verdict:
    if not words_before and LIST_MARKER.fullmatch(body + "."):
        return Verdict.GOES_ON
    joined = _joined(body, previous)
    if joined in known.pairs:
        return _of_parts(joined, body, words_before, known)
    lower = body.lower()
    if lower in known.half_days:  # "At 5 a.m." alone is no sentence
        return Verdict.UNLESS_ZONE if words_before > 2 else Verdict.BEFORE_STARTER
    if len(body) == 1 and body.isupper():
        return _single_letter(body, previous)
    verdict = _listed(body, lower, known) or _by_shape(body, lower, previous, known)
    part = verdict in _MAYBE_PARTS and lower in known.first_parts
    return Verdict.UNLESS_PART if part else verdict


def _joined(body: str, previous: str) -> str:
    """The abbreviation that ``body`` and the word before it may be together: "z.b"."""
    before = previous.lstrip(OPENERS)
    return f"{before}{body}".lower() if before.endswith(".") else ""


def _of_parts(joined: str, body: str, words_before: int, known: Stops) -> Verdict:
    """The verdict on a later part of an abbreviation that is written with spaces."""
    if joined in known.half_days:
        return Verdict.UNLESS_ZONE if words_before > 2 else Verdict.BEFORE_STARTER
    listed = _listed(joined, joined, known)
    if listed or body.lower() not in known.first_parts:
        return listed or Verdict.BEFORE_STARTER
    return Verdict.UNLESS_PART


def _by_shape(body: str, lower: str, previous: str, known: Stops) -> Verdict:
    """The verdict on a word that is in no list."""
    if len(body) == 1 and body.isalpha():
        return _single_letter(body, previous)
    if _ACRONYM.fullmatch(body):
        return Verdict.BEFORE_STARTER
    if body[-1].isdigit():
        ordinal = previous in known.before_ordinal
        return Verdict.BEFORE_STARTER if ordinal else Verdict.UNLESS_ORDINAL
    if lower.endswith(known.number_endings):
        return Verdict.UNLESS_NUMBER
    plain = body.replace("-", "").replace("'", "").replace("’", "").isalpha()
    if plain and len(body) > 3 and not _CONSONANTS.fullmatch(lower):
        return Verdict.ENDS
    return Verdict.UNLESS_LOWER


def _listed(body: str, lower: str, known: Stops) -> Verdict | None:
    """The verdict on a known abbreviation or a known short word."""
    if lower in known.calendar and body[0].isupper():
        return Verdict.BEFORE_STARTER
    if lower in known.short_words:
        return Verdict.ENDS
    for looked_up in (lower, *_ELIDED.findall(lower)):
        verdict = _abbreviation(looked_up, known)
        if verdict:
            return verdict
    return None


def _abbreviation(lower: str, known: Stops) -> Verdict | None:
    if lower in known.before_anything:
        return Verdict.GOES_ON
    if lower in known.titles:
        return Verdict.BEFORE_STARTER
    if lower in known.before_number:
        return Verdict.UNLESS_NUMBER
    return Verdict.UNLESS_LOWER if lower in known.after_something else None


def _single_letter(letter: str, previous: str) -> Verdict:
    """An initial before a name ("Jonas E. Smith"), or the word "I" ("you and I.")."""
    if letter.islower() or (letter == "I" and not previous[:1].isupper()):
        return Verdict.UNLESS_LOWER
    return Verdict.BEFORE_STARTER


def settle(verdict: Verdict, following: str, known: Stops, *, complete: bool) -> bool | None:
    """Whether the sentence ended, given the start of the next word; None: read on.

    ``following`` is not empty and starts with no white space; ``complete`` says that the word is
    over.
    """
    emphasised, following = following, following.lstrip("*_")
    if not following:
        return True if complete or len(emphasised) > 3 else None
    if verdict is Verdict.UNLESS_DASH:
        return _no_dash(following, complete)
    bare = following.lstrip("(")
    if not bare and not complete:
        return None
    if _goes_on_with((bare or following)[0], verdict):
        return False
    if verdict is Verdict.AFTER_ELLIPSIS:
        return _not_the_pronoun(following, complete)
    return _settle_by_word(verdict, following, known, complete)


def _goes_on_with(first: str, verdict: Verdict) -> bool:
    """Whether the next word's first character alone says that the sentence goes on."""
    if first.islower() or first in CONTINUES:
        return True
    return verdict in _BEFORE_NUMBERS and (first.isdigit() or first in _NUMBER_SIGNS)


def _no_dash(following: str, complete: bool) -> bool | None:
    if following[0] in _DASHES or (following == "-" and complete):
        return False
    return True if following != "-" else None


def _settle_by_word(verdict: Verdict, following: str, known: Stops, complete: bool) -> bool | None:
    if verdict is Verdict.BEFORE_STARTER:
        return _is_one_of(following, known.starters, known.starter_prefixes, complete)
    if verdict is Verdict.UNLESS_ORDINAL:
        found = _is_one_of(following, known.ordinal_nouns, known.noun_prefixes, complete)
    elif verdict is Verdict.UNLESS_ZONE:
        found = _is_one_of(following, known.zones, known.zone_prefixes, complete)
    elif verdict is Verdict.UNLESS_PART:
        found = _is_a_part(following, known, complete)
    else:
        found = False
    return None if found is None else not found


def _is_one_of(
    following: str, words: frozenset[str], prefixes: frozenset[str], complete: bool
) -> bool | None:
    """Whether the word is listed; None while it still may become so."""
    word = following.replace("’", "'").lstrip(OPENERS)
    if complete:
        return word.rstrip(_BEHIND_WORDS + ".") in words
    if word in prefixes or not word:
        return None
    # "Oktober," is over; "A." may be an initial, not the word "A"
    return word[-1] in _BEHIND_WORDS and word.rstrip(_BEHIND_WORDS) in words


def _is_a_part(following: str, known: Stops, complete: bool) -> bool | None:
    """Whether the word is a later part of an abbreviation: the "B." of "z. B."."""
    part = following.lower()
    if part.endswith("."):
        return part[:-1] in known.next_parts
    return None if not complete and part in known.part_prefixes else False


def _not_the_pronoun(following: str, complete: bool) -> bool | None:
    if following[0] != "I":
        return True
    if len(following) == 1 and not complete:
        return None
    return len(following) > 1 and following[1].isalpha()
