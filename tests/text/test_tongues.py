"""No language but English is said with English words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.text.languages import NEUTRAL, language
from jarvisd.text.spoken.speakable import speakable

SIGNS = ["%", "€", "$", "&", "=", "+", "×", "≈", "≤", "->", "#", "@", "§", "°", "~", "/", "*", "-"]
PIECES = st.sampled_from(
    [*SIGNS, "10", "3.5", "2:30", "1/2", "10:30", "N°", "e.g.", "GB", "v1.2", "/etc/x", "xy", " "]
)


@given(st.lists(PIECES, max_size=8))
def test_a_language_without_a_table_gets_no_word_added(pieces: list[str]) -> None:
    written = "".join(pieces)
    said = speakable(written, language=NEUTRAL).text
    assert set(re.findall(r"[^\W\d]+", said)) <= set(re.findall(r"[^\W\d]+", written))


@pytest.mark.parametrize(
    ("tag", "written", "said"),
    [
        ("de", "10 % von 80 GB.", "10 Prozent von 80 Gigabyte."),
        ("de", "Noch 1,5 h und 1 h.", "Noch 1,5 Stunden und 1 Stunde."),
        ("de", "Mit 1.000 MB/s in 3 Minuten", "Mit 1.000 Megabyte pro Sekunde in 3 Minuten"),
        ("de", "Sie kam in 2 in die Stadt.", "Sie kam in 2 in die Stadt."),
        ("fr", "Le n° 12 a 5 Go, 5 €.", "Le n° 12 a 5 gigaoctets, 5 euros."),
        ("pl", "22 h, 5 h", "22 godziny, 5 godzin"),
        ("ru", "5 с половиной ГБ, 21 мин", "5 с половиной ГБ, 21 минута"),
        ("ja", "気温は20°Cです。", "気温は 摂氏 20 度 です。"),
        ("xx", "10 % & **5 GB** = 3", "10 % & 5 GB = 3"),
        ("xx", "Siehe https://www.example.com/a?b und …", "Siehe example.com und."),
        ("hi", "नमस्ते", "नमस्ते"),
    ],
)
def test_amounts_are_said_in_the_words_of_the_language(tag: str, written: str, said: str) -> None:
    assert speakable(written, language=language(tag)).text == said
