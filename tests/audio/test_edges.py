import itertools
import math
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.audio import PcmFormat
from jarvisd.audio.edges import Edges, EdgeSettings

AUDIO = PcmFormat(16_000)
LOUDEST = 12_000


def tone(milliseconds: float) -> bytes:
    count = AUDIO.samples(milliseconds)
    return array(
        "h", (round(LOUDEST * math.cos(i * 2 * math.pi * 220 / AUDIO.rate)) for i in range(count))
    ).tobytes()


def through(edges: Edges, *pieces: bytes) -> bytes:
    return b"".join(edges.push(piece) for piece in pieces) + edges.finish()


def samples(pcm: bytes) -> list[int]:
    return array("h", pcm).tolist()


def test_leading_silence_goes_except_a_short_preroll() -> None:
    edges = Edges(AUDIO)

    out = through(edges, AUDIO.silence(300), tone(200))

    assert edges.leading_samples == pytest.approx(AUDIO.samples(285), abs=AUDIO.samples(6))
    assert AUDIO.samples(200) <= len(out) // 2 <= AUDIO.samples(222)


def test_no_more_leading_silence_is_dropped_than_allowed() -> None:
    edges = Edges(AUDIO, EdgeSettings(max_leading_ms=100))

    out = through(edges, AUDIO.silence(150), AUDIO.silence(150), tone(100))

    assert edges.leading_samples <= AUDIO.samples(100)
    assert len(out) // 2 + edges.leading_samples == AUDIO.samples(400)


def test_a_silent_tail_is_cut_to_its_bound() -> None:
    out = through(Edges(AUDIO), tone(200), AUDIO.silence(300), AUDIO.silence(300))

    assert len(out) // 2 == pytest.approx(AUDIO.samples(240), abs=AUDIO.samples(6))


def test_a_pause_inside_the_utterance_stays_whole() -> None:
    pieces = [tone(100), AUDIO.silence(1_500), tone(100)]

    out = through(Edges(AUDIO), *pieces)

    assert len(out) == sum(map(len, pieces))


def test_edges_start_and_end_at_zero_without_a_jump() -> None:
    out = samples(through(Edges(AUDIO), tone(100)))
    step = max(abs(a - b) for a, b in itertools.pairwise(out))

    joined = [0, *out, 0]
    assert max(abs(a - b) for a, b in itertools.pairwise(joined)) <= step * 1.2


def test_silence_alone_leaves_nothing_and_is_not_audible() -> None:
    edges = Edges(AUDIO)

    assert through(edges, AUDIO.silence(90), AUDIO.silence(90)) == b""
    assert not edges.audible


def test_sound_comes_through_at_once() -> None:
    edges = Edges(AUDIO)

    first = edges.push(tone(60))

    assert edges.audible
    assert len(first) // 2 >= AUDIO.samples(50)


@given(st.lists(st.integers(1, 4_000), max_size=8), st.integers(0, 120), st.integers(0, 120))
def test_the_cut_into_pieces_changes_nothing(cuts: list[int], before: int, after: int) -> None:
    whole = AUDIO.silence(before) + tone(150) + AUDIO.silence(after)
    bounds = [0, *sorted({min(cut * 2, len(whole)) for cut in cuts}), len(whole)]
    pieces = [whole[a:b] for a, b in itertools.pairwise(bounds)]

    out = through(Edges(AUDIO), *pieces)

    # Windows start where pieces start, so a cut may move an edge by one window, never more.
    assert abs(len(out) - len(through(Edges(AUDIO), whole))) <= 4 * AUDIO.samples(5)
    assert max(samples(out)) > LOUDEST * 0.9
