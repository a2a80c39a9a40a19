import io
import subprocess
import sys
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisd.audio import wav

PCM = bytes(range(256)) * 10


def read(data: bytes) -> tuple[int, int, int, bytes]:
    with wave.open(io.BytesIO(data)) as reader:
        frames = reader.readframes(len(PCM))
        return reader.getframerate(), reader.getnchannels(), reader.getsampwidth(), frames


def test_a_file_of_known_length_is_exact() -> None:
    data = wav.header(22_050, len(PCM)) + PCM
    assert read(data) == (22_050, 1, 2, PCM)
    assert len(data) == wav.HEADER_BYTES + len(PCM)
    with wave.open(io.BytesIO(data)) as reader:
        assert reader.getnframes() == len(PCM) // 2


def test_a_stream_can_be_read_to_its_end_before_its_length_is_known() -> None:
    assert read(wav.header(22_050) + PCM) == (22_050, 1, 2, PCM)


def test_more_than_a_wav_file_can_hold_claims_no_length() -> None:
    assert wav.header(22_050, wav.LARGEST_DATA) != wav.header(22_050)
    assert wav.header(22_050, wav.LARGEST_DATA + 1) == wav.header(22_050)


@given(st.integers(1, 384_000), st.none() | st.integers(0, 2**33), st.lists(st.integers(1, 50)))
def test_what_was_put_around_pcm_is_taken_away_however_it_is_cut(
    rate: int, data_bytes: int | None, cuts: list[int]
) -> None:
    data, reader, found = wav.header(rate, data_bytes) + PCM[:200], wav.WavReader(), b""
    for cut in [*cuts, len(data)]:
        found += reader.feed(data[:cut])
        data = data[cut:]
    assert (reader.sample_rate, found) == (rate, PCM[:200])


@pytest.mark.parametrize("size", [0, 4, 15])
def test_a_format_that_is_cut_short_is_no_wav(size: int) -> None:
    short = b"RIFF\0\0\0\0WAVEfmt " + size.to_bytes(4, "little") + bytes(size) + b"data\0\0\0\0"
    with pytest.raises(ValueError, match="is not WAV"):
        wav.WavReader().feed(short)


def test_it_is_light() -> None:
    """The CLI starts with it."""
    code = "import sys, jarvisd.audio.wav; sys.exit(not {'numpy', 'soxr'}.isdisjoint(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
