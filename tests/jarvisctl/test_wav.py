"""WAV in and out: true headers at any moment, whole samples from any cut."""

import io
import wave
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisctl.wav import WavFile, WavStream
from jarvisd.audio.wav import UNKNOWN_LENGTH, WavReader, header
from tests.jarvisctl.samples import RATE, pcm


def read_back(path: Path) -> tuple[int, bytes]:
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return file.getframerate(), file.readframes(file.getnframes())


def test_a_file_is_valid_after_every_write(tmp_path: Path) -> None:
    path = tmp_path / "reply.wav"
    file = WavFile(path, RATE)
    assert read_back(path) == (RATE, b"")
    file.write(pcm(100))
    assert read_back(path) == (RATE, pcm(100))
    file.write(pcm(50))
    assert read_back(path) == (RATE, pcm(100) + pcm(50))
    assert file.position() == 150
    file.end()
    file.close()
    file.close()  # twice is fine
    assert path.stat().st_size == 44 + 300


def test_a_longer_file_that_was_there_before_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "reply.wav"
    path.write_bytes(b"x" * 10_000)
    WavFile(path, RATE).close()
    assert path.stat().st_size == 44


def test_a_stream_promises_no_length() -> None:
    out = io.BytesIO()
    stream = WavStream(out, RATE)
    stream.write(pcm(10))
    assert out.getvalue() == header(RATE, None) + pcm(10)
    assert out.getvalue()[40:44] == UNKNOWN_LENGTH.to_bytes(4, "little")


def test_a_length_that_does_not_fit_becomes_unknown() -> None:
    assert header(RATE, 2**32) == header(RATE, None)


@given(cuts=st.lists(st.integers(0, 144), max_size=8), extra=st.booleans())
def test_a_reader_gives_the_same_samples_for_every_cut(cuts: list[int], extra: bool) -> None:
    note = b"LIST\x05\x00\x00\x00hello\x00" if extra else b""  # an odd chunk and its padding
    whole = header(RATE, None)[:36] + note + header(RATE, None)[36:] + pcm(50)
    bounds = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    reader = WavReader()
    read = b"".join(reader.feed(whole[a:b]) for a, b in pairwise(bounds))
    assert (reader.sample_rate, read) == (RATE, pcm(50))


@pytest.mark.parametrize(
    "data",
    [
        b"<html>",
        b"RIFX" + header(RATE, 0)[4:],
        header(RATE, 0)[:22] + b"\x02\x00" + header(RATE, 0)[24:],
        b"RIFF" + b"\x00" * 5_000,
    ],
    ids=["not audio", "big endian", "stereo", "no data chunk"],
)
def test_what_is_not_16_bit_mono_wav_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"audio|expected"):
        WavReader().feed(data)
