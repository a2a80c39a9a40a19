import pytest

from jarvisd.audio import PcmFormat, rescale, sample_count


def test_sizes_positions_and_durations_agree() -> None:
    audio = PcmFormat(22_050)

    assert audio.bytes_per_second == 44_100
    assert audio.samples(20) == 441
    assert audio.seconds(audio.samples(1_000)) == 1.0
    assert sample_count(audio.silence(20)) == 441
    assert not any(audio.silence(20))


def test_a_position_keeps_its_time_at_another_rate() -> None:
    assert rescale(22_050, source=22_050, target=48_000) == 48_000
    assert rescale(7, source=16_000, target=16_000) == 7


@pytest.mark.parametrize("rate", [0, -1, 999, 10_000_000])
def test_an_impossible_rate_is_refused(rate: int) -> None:
    with pytest.raises(ValueError, match="sample rate"):
        PcmFormat(rate)
