from hypothesis import given
from hypothesis import strategies as st

from jarvisd.speech.word_alignment import align, written_words

sounds = st.lists(st.floats(0.5, 20), min_size=1, max_size=20)


def test_words_are_what_is_pronounced() -> None:
    words = written_words("Grüße – an 23 Äpfel…")

    assert [(word.offset, word.length) for word in words] == [(0, 5), (8, 2), (11, 2), (14, 6)]


def test_as_many_words_pronounced_as_written_map_one_to_one() -> None:
    assert align([3, 4, 5], [2, 6, 4]) == [0, 1, 2]


def test_joined_words_share_one_and_spelled_out_numbers_take_several() -> None:
    written = [word.sounds for word in written_words("one of the 23 apples")]

    # pronounced: "one", "of the", "twenty", "three", "apples"
    assert [int(at) for at in align(written, [3, 4, 6, 3, 5])] == [0, 1, 1, 2, 4]


@given(sounds, sounds)
def test_positions_never_go_back_and_stay_inside(written: list[float], heard: list[float]) -> None:
    positions = align(written, heard)

    assert len(positions) == len(written)
    assert positions == sorted(positions)
    assert all(0 <= at < len(heard) for at in positions)


def test_nothing_pronounced_gives_no_positions() -> None:
    assert align([1.0], []) == []


def test_a_very_long_text_is_spread_evenly() -> None:
    positions = align([4.0] * 300, [2.0] * 600)

    assert positions[150] == 300
