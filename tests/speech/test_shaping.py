from array import array

from jarvisd.speech.engine import RawPiece
from jarvisd.speech.model import AudioPiece, WordMark
from jarvisd.speech.shaping import UtteranceShaper

RATE = 16_000
SOUND = array("h", [9_000, -9_000] * (RATE // 20)).tobytes()  # 0.1 s
SILENCE = bytes(len(SOUND))
SAMPLES = len(SOUND) // 2


def shape(shaper: UtteranceShaper, *raw: RawPiece) -> list[AudioPiece]:
    pieces = [shaper.push(one) for one in raw]
    return [piece for piece in (*pieces, shaper.finish()) if piece]


def test_marks_move_with_the_trimmed_silence() -> None:
    shaper = UtteranceShaper(RATE)

    pieces = shape(
        shaper,
        RawPiece(SILENCE, (WordMark(0, 3, SAMPLES), WordMark(4, 3, SAMPLES + 800))),
        RawPiece(SOUND),
    )

    trimmed = shaper.leading_silence_samples
    marks = [mark for piece in pieces for mark in piece.marks]
    assert 0 < trimmed < SAMPLES
    assert [mark.sample for mark in marks] == [SAMPLES - trimmed, SAMPLES + 800 - trimmed]


def test_a_mark_leaves_with_the_piece_that_contains_it() -> None:
    shaper = UtteranceShaper(RATE)
    late = WordMark(4, 3, SAMPLES + 10)

    pieces = shape(shaper, RawPiece(SOUND, (WordMark(0, 3, 0), late)), RawPiece(SOUND))

    begin = 0
    for piece in pieces:
        end = begin + len(piece.pcm) // 2
        assert all(begin <= mark.sample < end for mark in piece.marks)
        begin = end
    assert sum(len(piece.marks) for piece in pieces) == 2
    assert begin == shaper.samples


def test_samples_and_marks_are_counted_at_the_delivered_rate() -> None:
    shaper = UtteranceShaper(RATE, 48_000)

    pieces = shape(shaper, RawPiece(SOUND), RawPiece(SOUND, (WordMark(0, 3, SAMPLES),)))

    assert shaper.samples == 3 * 2 * SAMPLES
    assert [mark.sample for piece in pieces for mark in piece.marks] == [3 * SAMPLES]


def test_a_mark_behind_the_end_is_kept_inside() -> None:
    pieces = shape(UtteranceShaper(RATE), RawPiece(SOUND, (WordMark(0, 3, 10 * SAMPLES),)))

    assert [mark.sample for piece in pieces for mark in piece.marks] == [SAMPLES - 1]


def test_silence_is_not_audible() -> None:
    shaper = UtteranceShaper(RATE)

    assert shape(shaper, RawPiece(SILENCE), RawPiece(SILENCE)) == []
    assert not shaper.audible
