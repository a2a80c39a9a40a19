"""What one word says about the end of its sentence, and what the next one makes of it."""

import pytest

from jarvisd.text.languages import ENGLISH
from jarvisd.text.splitting.endings import Verdict, judge, settle


@pytest.mark.parametrize(
    ("word", "previous", "words_before", "verdict"),
    [
        ("Sure?", "is", 2, Verdict.ENDS),
        ("Yahoo?", "use", 2, Verdict.BEFORE_STARTER),
        ("Dr‽", "a", 2, Verdict.ENDS),
        ("well…", "a", 2, Verdict.AFTER_ELLIPSIS),
        ("…", "a", 1, Verdict.AFTER_ELLIPSIS),
        (".…", "a", 1, Verdict.AFTER_ELLIPSIS),
        ("?", "a", 1, Verdict.ENDS),
        ("?", "", 0, Verdict.GOES_ON),
        ("p.m.", "5", 2, Verdict.BEFORE_STARTER),
        ("p.m.", "5", 3, Verdict.UNLESS_ZONE),
        ("well-known.", "a", 2, Verdict.ENDS),
        ("o'clock.", "a", 2, Verdict.ENDS),
        ("o’clock.", "a", 2, Verdict.ENDS),
        ("I.", "and", 2, Verdict.UNLESS_LOWER),
        ("I.", "Henry", 2, Verdict.BEFORE_STARTER),
        ("»", "Bonjour!", 2, Verdict.UNLESS_LOWER),
        ("»", "Bonjour", 2, Verdict.GOES_ON),
    ],
)
def test_a_word_with_a_stop(word: str, previous: str, words_before: int, verdict: Verdict) -> None:
    assert judge(word, previous, words_before, ENGLISH.stops) is verdict


@pytest.mark.parametrize(
    ("verdict", "following", "complete", "ended"),
    [
        (Verdict.AFTER_ELLIPSIS, "I", True, False),
        (Verdict.AFTER_ELLIPSIS, "I", False, None),
        (Verdict.AFTER_ELLIPSIS, "In", False, True),
        (Verdict.UNLESS_ORDINAL, "Oktober,", True, False),
        (Verdict.UNLESS_ORDINAL, "Oktober", False, None),
        (Verdict.UNLESS_ORDINAL, "Xaver", True, True),
        (Verdict.BEFORE_STARTER, "The,", True, True),
        (Verdict.BEFORE_STARTER, "“The", True, True),
        (Verdict.BEFORE_STARTER, "It’s", True, True),
        (Verdict.BEFORE_STARTER, "Jones", True, False),
        (Verdict.BEFORE_STARTER, "So", True, True),
        (Verdict.BEFORE_STARTER, "SoX", True, False),
        (Verdict.UNLESS_LOWER, "*x", True, False),
        (Verdict.UNLESS_LOWER, "X", True, True),
    ],
)
def test_what_follows_settles_it(
    verdict: Verdict, following: str, complete: bool, ended: bool | None
) -> None:
    assert settle(verdict, following, ENGLISH.stops, complete=complete) is ended
