import pytest

from tests.text.ear.cases import Case
from tests.text.ear.numerals import in_words
from tests.text.ear.phonemes import ear, parse
from tests.text.ear.scores import hear


@pytest.mark.parametrize(
    ("language", "digits", "words"),
    [
        (
            "pl",
            "1 234 567",
            "milion dwieście trzydzieści cztery tysiące pięćset sześćdziesiąt siedem",
        ),
        ("pl", "22 000", "dwadzieścia dwa tysiące"),
        ("pl", "12,05", "dwanaście przecinek zero pięć"),
        ("ru", "21000", "двадцать одна тысяча"),
        ("ru", "2019", "две тысячи девятнадцать"),
        ("ru", "в 14:30", "в четырнадцать тридцать"),
        ("uk", "999", "дев'ятсот дев'яносто дев'ять"),
        ("sv", "101", "ett hundra ett"),
        ("sv", "2 048", "två tusen fyrtioåtta"),
        ("sv", "1984", "nitton hundra åttiofyra"),
        ("da", "75", "femoghalvfjerds"),
        ("da", "1.500", "et tusind fem hundrede"),
        ("da", "den 21. maj", "den enogtyvende maj"),
        ("zh", "有32个", "有三十二个"),
    ],
)
def test_numbers_that_the_engine_says_right(language: str, digits: str, words: str) -> None:
    assert in_words(digits, language) == words


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "3 dogs"),
        ("pl", "-5, 2.4.1, v2, 5-10, #7, 3. próba, 8:15"),
        ("ru", "5-й, 2ГБ, 2,5, 1000000"),
        ("uk", "1000"),
        ("sv", "3:e, 0,5"),
        ("zh", "5G, 0.75, 101"),
    ],
)
def test_what_the_engine_may_say_otherwise_stays(language: str, text: str) -> None:
    assert in_words(text, language) == text


@pytest.mark.parametrize(("language", "least"), [("pl", 75), ("zh", 100)])
def test_the_words_are_those_of_the_engine(language: str, least: int) -> None:
    """Where digits sound like words: Polish in most numbers, Chinese apart from the stress."""
    alike = [
        parse(ear().listen(str(number), language)).sounds
        == parse(ear().listen(in_words(str(number), language), language)).sounds
        for number in range(100)
    ]
    assert sum(alike) >= least


def test_digits_pass_for_their_words_but_not_for_another_form() -> None:
    assert hear(Case("da", "cardinal", "Jeg har 12 diske.", "Jeg har tolv diske.")).passed
    assert not hear(Case("da", "cardinal", "Jeg har 12 diske.", "Jeg har ti diske.")).passed
    assert not hear(Case("pl", "cardinal", "Minęły 2 godziny.", "Minęły dwie godziny.")).passed
