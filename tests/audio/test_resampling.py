import itertools
import math
from array import array

import pytest

from jarvisd.audio import PcmFormat
from jarvisd.audio.resampling import Resampler


def sine(rate: int, seconds: float, hertz: float = 440) -> bytes:
    return array(
        "h",
        (
            round(10_000 * math.sin(i * 2 * math.pi * hertz / rate))
            for i in range(int(rate * seconds))
        ),
    ).tobytes()


@pytest.mark.parametrize(
    ("source", "target"), [(22_050, 48_000), (22_050, 8_000), (24_000, 16_000)]
)
def test_a_second_stays_a_second_and_keeps_its_pitch(source: int, target: int) -> None:
    resampler = Resampler(source, target)
    pcm = sine(source, 1)
    size = PcmFormat(source).samples(60) * 2

    out = b"".join(resampler.push(pcm[at : at + size]) for at in range(0, len(pcm), size))
    out += resampler.finish()

    assert len(out) // 2 == pytest.approx(target, abs=2)
    values = array("h", out)[200:-200]
    crossings = sum(1 for a, b in itertools.pairwise(values) if a < 0 <= b)
    assert crossings == pytest.approx(440 * len(values) / target, abs=2)


def test_an_utterance_shorter_than_the_look_ahead_is_not_lost() -> None:
    resampler = Resampler(22_050, 48_000)

    out = resampler.push(sine(22_050, 0.01)) + resampler.finish()

    assert len(out) // 2 == pytest.approx(480, abs=2)
