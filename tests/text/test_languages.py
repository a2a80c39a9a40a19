"""Which data a language tag means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.text.languages import ENGLISH, NEUTRAL, language
from jarvisd.text.languages.nearest import CODES


@pytest.mark.parametrize("tag", ["en", "en-us", "en_GB", "EN", "eng", "en-GB-x-rp", "en-us+f5"])
def test_a_tag_means_the_nearest_language(tag: str) -> None:
    assert language(tag) is ENGLISH


@pytest.mark.parametrize("tag", ["", "xx", "tlh-Latn", "english", "-", "e"])
def test_an_unknown_tag_is_no_language(tag: str) -> None:
    assert language(tag) is NEUTRAL


@pytest.mark.parametrize("code", CODES)
def test_every_language_has_its_file(code: str) -> None:
    assert language(code).code == code


@given(st.text(max_size=12))
def test_any_tag_is_taken(tag: str) -> None:
    assert language(tag).code in {"", *CODES}
