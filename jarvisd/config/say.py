"""The rules for ``[text.say.LANG]``: which words of the owner are taken, and how many.

Pure. A value may hold any words; a key must have something that can be found in a text.
"""

import re
from collections.abc import Mapping

Say = Mapping[str, Mapping[str, str]]

EVERY_LANGUAGE = "all"
MAX_WORDS = 1_000  # of all languages together
MAX_WRITTEN_CHARS = 64
MAX_SPOKEN_CHARS = 200
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-zA-Z0-9]{2,8}){0,3}")


def problem(language: str, written: str, spoken: object) -> str:
    """What is wrong with one line of ``[text.say.LANGUAGE]``; empty where it is right."""
    if language != EVERY_LANGUAGE and not _TAG.fullmatch(language):
        return f"{language!r} is no language; use a tag as in [text.say.de], or [text.say.all]"
    if not isinstance(spoken, str):
        return f"expected the words to say, in quotes; got {spoken!r:.40}"
    for what, text, most in (
        ("the word", written, MAX_WRITTEN_CHARS),
        ("what is said for it", spoken, MAX_SPOKEN_CHARS),
    ):
        if len(text) > most:
            return f"{what} has {len(text)} characters; at most {most} are allowed"
        if not text.isprintable():
            return f"{what} has a line break or another character that cannot be printed"
    return "" if written.strip() else "the word is empty"


def too_many(say: Say) -> str:
    """What is wrong with all of them together; empty where it is right."""
    count = sum(map(len, say.values()))
    return (
        f"{count} words are too many; at most {MAX_WORDS} are allowed" if count > MAX_WORDS else ""
    )


def merged(before: Say, more: Say) -> dict[str, dict[str, str]]:
    """Both; a word in ``more`` takes the place of the same word in ``before``."""
    languages = [*before, *(name for name in more if name not in before)]
    return {name: {**before.get(name, {}), **more.get(name, {})} for name in languages}
