import io
import wave

import pytest

from jarvisd.audio import PcmFormat, wav

AUDIO = PcmFormat(22_050)
PCM = bytes(range(256)) * 10


def read(data: bytes) -> tuple[int, int, int, bytes]:
    with wave.open(io.BytesIO(data)) as reader:
        frames = reader.readframes(len(PCM))
        return reader.getframerate(), reader.getnchannels(), reader.getsampwidth(), frames


def test_a_file_of_known_length_is_exact() -> None:
    data = wav.file(AUDIO, PCM)

    assert read(data) == (22_050, 1, 2, PCM)
    assert len(data) == wav.HEADER_BYTES + len(PCM)
    with wave.open(io.BytesIO(data)) as reader:
        assert reader.getnframes() == len(PCM) // 2


def test_a_stream_can_be_read_to_its_end_before_its_length_is_known() -> None:
    assert read(wav.streaming_header(AUDIO) + PCM) == (22_050, 1, 2, PCM)


def test_more_than_a_wav_file_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        wav.header(AUDIO, 2**32)
