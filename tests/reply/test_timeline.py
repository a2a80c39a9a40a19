"""The timeline gives every reader the same samples, whenever and however it reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.errors import LimitError
from jarvisd.reply.timeline import Timeline

PCM = st.binary(max_size=40).map(lambda data: data[: len(data) // 2 * 2])


def test_append_tells_where_the_audio_lies() -> None:
    timeline = Timeline(1_000)
    assert timeline.append(b"aabb") == 0
    assert timeline.append(b"") == 2
    assert timeline.append(b"cc") == 2
    assert timeline.samples == 3


def test_a_reader_gets_what_is_there_and_then_waits() -> None:
    timeline = Timeline(1_000)
    timeline.append(b"aabbcc")
    assert timeline.read(1, 10) == b"bbcc"
    assert timeline.read(3, 10) == b""
    assert not timeline.exhausted(3)
    timeline.append(b"dd")
    assert timeline.read(3, 10) == b"dd"


def test_a_reader_is_done_only_once_the_audio_is_complete() -> None:
    timeline = Timeline(1_000)
    timeline.append(b"aabb")
    timeline.close()
    timeline.close()
    assert timeline.closed
    assert not timeline.exhausted(1)
    assert timeline.exhausted(2)
    assert timeline.read(7, 10) == b""


def test_what_does_not_fit_is_refused_whole() -> None:
    timeline = Timeline(7)
    timeline.append(b"aabb")
    assert timeline.space == 1
    with pytest.raises(LimitError) as refused:
        timeline.append(b"ccdd")
    assert refused.value.code == "limit.reply_audio"
    assert timeline.samples == 2
    assert timeline.append(b"cc") == 2


def test_half_samples_and_audio_after_the_end_are_bugs_of_the_caller() -> None:
    timeline = Timeline(100)
    with pytest.raises(ValueError, match="half a sample"):
        timeline.append(b"a")
    timeline.close()
    with pytest.raises(ValueError, match="after the end"):
        timeline.append(b"aa")
    with pytest.raises(ValueError, match="count from 0"):
        timeline.read(-1, 5)


@given(st.lists(PCM, max_size=12), st.integers(0, 60), st.integers(0, 60))
def test_reading_is_slicing_of_everything_appended(
    pieces: list[bytes], position: int, limit: int
) -> None:
    timeline = Timeline(10_000)
    for piece in pieces:
        timeline.append(piece)
    whole = b"".join(pieces)
    assert timeline.read(position, limit) == whole[position * 2 : (position + limit) * 2]


@given(st.lists(PCM, max_size=12), st.lists(st.integers(1, 9), min_size=1, max_size=5), st.data())
def test_readers_at_their_own_pace_read_the_same(
    pieces: list[bytes], limits: list[int], data: st.DataObject
) -> None:
    timeline = Timeline(10_000)
    read = [b"" for _ in limits]
    for piece in pieces:
        timeline.append(piece)
        reader = data.draw(st.integers(0, len(limits) - 1))
        read[reader] += timeline.read(len(read[reader]) // 2, limits[reader])
    timeline.close()
    for reader, limit in enumerate(limits):
        while not timeline.exhausted(len(read[reader]) // 2):
            read[reader] += timeline.read(len(read[reader]) // 2, limit)
    assert read == [b"".join(pieces)] * len(limits)
