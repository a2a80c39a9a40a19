"""Text on a terminal: nothing is wider than it may be, and nothing is lost in folding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisctl.layout import display_width, folded, padded, seconds, shortened, table

WORDS = st.text(alphabet="ab cd é日本🙂", max_size=60)


@given(text=WORDS, width=st.integers(2, 30))
def test_folding_keeps_every_letter_and_the_width(text: str, width: int) -> None:
    lines = folded(text, width)
    assert all(display_width(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(text=WORDS, width=st.integers(2, 30))
def test_shortening_fits_and_says_that_it_cut(text: str, width: int) -> None:
    short = shortened(text, width)
    flat = " ".join(text.split())
    assert display_width(short) <= width
    assert short == flat or (short.endswith("…") and flat.startswith(short[:-1]))


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("🙂", 2), ("", 0)]
)
def test_width_is_what_a_terminal_shows(text: str, width: int) -> None:
    assert display_width(text) == width
    assert display_width(padded(text, 9)) == 9


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (41.2, "41 s"), (59.9, "59 s"),
     (61, "1 min 1 s"), (7_860, "2 h 11 min"),
     (270_000, "3 d 3 h")],
)  # fmt: skip
def test_durations_are_for_people(value: float, said: str) -> None:
    assert seconds(value) == said


def test_a_table_is_as_wide_as_its_content(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    rows = [("a", "10", "short"), ("bcd", "5", "a text that does not fit here")]
    assert table(("name", "n", "about"), rows, right=" r").splitlines() == [
        "name   n  about",
        "a     10  short",
        "bcd    5  a text that does no…",
    ]
