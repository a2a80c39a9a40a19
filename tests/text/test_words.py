"""The tables of words: there is one for each language, whole, and the right form is chosen."""

import pytest

from jarvisd.text.languages.words import CODES, NO_WORDS, words_of
from jarvisd.text.languages.words.plurals import category

LONG = 31  # days of a month


@pytest.mark.parametrize("code", CODES)
def test_every_table_is_whole(code: str) -> None:
    words = words_of(code)
    assert words.code == code
    assert words.cldr.isdigit()
    assert len(words.months) == len(words.short_months) == 12
    assert len(words.ordinals) == (0 if code in {"ja", "zh"} else LONG)
    assert sorted(words.date_order) == ["d", "m", "y"]
    assert words.decimal != words.group
    assert {"s", "min", "h", "d", "km", "kg", "l", "GB", "MHz", "W", "°C"} <= words.units.keys()
    assert {"EUR", "USD", "GBP"} <= words.currencies.keys()


@pytest.mark.parametrize("code", CODES)
def test_every_word_has_as_many_forms_as_the_language_has_plurals(code: str) -> None:
    words = words_of(code)
    tables = (words.units, words.currencies, words.scales)
    for forms in (forms for table in tables for forms in table.values()):
        assert len(forms) in {1, len(words.plurals)}
        assert all(form and "/" not in form for form in forms)


@pytest.mark.parametrize("code", CODES)
def test_every_number_has_a_form(code: str) -> None:
    words = words_of(code)
    numbers = ["0", "1", "1.0", "0.5", "2", "5", "11", "12", "21", "1000000", "1000001"]
    assert {category(code, number) for number in numbers} <= set(words.plurals)


@pytest.mark.parametrize(
    ("code", "symbol", "number", "said"),
    [
        ("de", "h", "1", "1 Stunde"),
        ("de", "h", "1.5", "1.5 Stunden"),
        ("de", "%", "10", "10 Prozent"),
        ("fr", "GB", "1.5", "1.5 gigaoctet"),
        ("fr", "Go", "2", "2 gigaoctets"),
        ("es", "d", "1", "1 día"),
        ("da", "d", "0.5", "0.5 dag"),
        ("pl", "h", "22", "22 godziny"),
        ("pl", "h", "21", "21 godzin"),
        ("pl", "h", "12", "12 godzin"),
        ("pl", "h", "1.5", "1.5 godziny"),
        ("ru", "s", "21", "21 секунда"),
        ("ru", "s", "11", "11 секунд"),
        ("uk", "kg", "3", "3 кілограми"),
        ("ja", "°C", "20", "摂氏 20 度"),
    ],
)
def test_the_form_goes_with_the_number(code: str, symbol: str, number: str, said: str) -> None:
    words = words_of(code)
    assert words.counted(words.units[symbol], number, number) == said


@pytest.mark.parametrize("code", ["", "en", "xx", "../de"])
def test_a_language_without_a_table_has_no_words(code: str) -> None:
    assert words_of(code) is NO_WORDS
