"""What folding takes as one, and what it must keep apart."""

import pytest

from tests.text.ear.folding import fold
from tests.text.ear.phonemes import ear
from tests.text.ear.scores import alike

NUMBERS = {
    "de": {
        17: "siebzehn",
        42: "zweiundvierzig",
        85: "fünfundachtzig",
        107: "einhundertsieben",
        252: "zweihundertzweiundfünfzig",
        800: "achthundert",
        1234: "eintausendzweihundertvierunddreißig",
    },
    "fr": {
        21: "vingt et un",
        65: "soixante-cinq",
        82: "quatre-vingt-deux",
        83: "quatre-vingt-trois",
        97: "quatre-vingt-dix-sept",
        252: "deux cent cinquante-deux",
        501: "cinq cent un",
        1234: "mille deux cent trente-quatre",
    },
    "es": {
        16: "dieciséis",
        18: "dieciocho",
        48: "cuarenta y ocho",
        85: "ochenta y cinco",
        252: "doscientos cincuenta y dos",
        1234: "mil doscientos treinta y cuatro",
        1_000_000: "un millón",
    },
    "it": {
        0: "zero",
        6: "sei",
        15: "quindici",
        21: "ventuno",
        22: "ventidue",
        37: "trentasette",
        40: "quaranta",
        59: "cinquantanove",
        108: "centootto",
        252: "duecentocinquantadue",
        1234: "milleduecentotrentaquattro",
    },
    "nl": {
        13: "dertien",
        14: "veertien",
        21: "eenentwintig",
        26: "zesentwintig",
        98: "achtennegentig",
        252: "tweehonderdtweeënvijftig",
        800: "achthonderd",
        1234: "duizendtweehonderdvierendertig",
        90_000: "negentigduizend",
    },
    "pt": {
        1: "um",
        14: "catorze",
        18: "dezoito",
        45: "quarenta e cinco",
        400: "quatrocentos",
        252: "duzentos e cinquenta e dois",
        1234: "mil duzentos e trinta e quatro",
    },
}
APART = [
    ("de", "ein Server", "eine Server"),
    ("de", "am dritten Mai", "am dritte Mai"),
    ("de", "zwei Grad", "zwei Gramm"),
    ("fr", "un an", "une an"),
    ("fr", "deux heures", "douze heures"),
    ("es", "veintiún", "veintiuno"),
    ("es", "doscientos", "doscientas"),
    ("it", "primo", "prima"),
    ("nl", "de derde", "de dertig"),
    ("pt", "dois", "duas"),
    ("pt", "quarto", "quarta"),
]


def alike_texts(one: str, other: str, language: str) -> bool:
    return alike(ear().listen(one, language), ear().listen(other, language), language)


@pytest.mark.parametrize("language", NUMBERS)
def test_a_number_sounds_like_its_words(language: str) -> None:
    odd = [n for n, words in NUMBERS[language].items() if not alike_texts(str(n), words, language)]
    assert not odd


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hay 1.234 libros", "Hay mil doscientos treinta y cuatro libros"),
        ("Mide aprox, 20 metros", "Mide aprox veinte metros"),
    ],
)
def test_spanish_d_and_b_are_the_same_after_a_pause(one: str, other: str) -> None:
    assert alike_texts(one, other, "es")


@pytest.mark.parametrize("language", NUMBERS)
def test_no_two_numbers_sound_alike(language: str) -> None:
    sounds = {fold(" ".join(ear().listen(str(n), language)), language) for n in range(1000)}
    assert len(sounds) == 1000


@pytest.mark.parametrize(("language", "one", "other"), APART)
def test_other_words_stay_apart(language: str, one: str, other: str) -> None:
    assert not alike_texts(one, other, language)
