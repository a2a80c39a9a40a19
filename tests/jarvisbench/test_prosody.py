"""The figures of a join, from sounds that are known."""

import numpy as np
import pytest

from jarvisbench.prosody import Samples, hertz, join_at

RATE = 22_050


def tone(pitch: float, seconds: float, loud: float = 8_000) -> Samples:
    """A voiced sound: a tone with its overtones."""
    at = np.arange(round(seconds * RATE)) / RATE
    return loud * sum(np.sin(2 * np.pi * pitch * k * at) / k for k in (1, 2, 3))


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE))


@pytest.mark.parametrize("pitch", [80.0, 120.0, 210.0, 350.0])
def test_a_pitch_is_found(pitch: float) -> None:
    assert hertz(tone(pitch, 0.04), RATE) == pytest.approx(pitch, rel=0.02)


def test_noise_and_silence_have_no_pitch() -> None:
    noise = np.random.default_rng(1).normal(0, 3_000, RATE // 25)
    assert hertz(noise, RATE) is None
    assert hertz(silence(0.04), RATE) is None


def test_a_join_tells_its_steps_and_its_pause() -> None:
    before, after = tone(100, 0.5), tone(200, 0.5, loud=4_000)
    samples = np.concatenate([before, silence(0.1), after])
    found = join_at(samples, RATE, len(samples) - len(after))
    assert found.semitones == pytest.approx(12, abs=0.3)
    assert found.decibels == pytest.approx(6, abs=0.5)
    assert found.pause_ms == pytest.approx(100, abs=12)


def test_a_place_without_a_pause_has_none() -> None:
    found = join_at(np.concatenate([tone(150, 0.5), tone(150, 0.5)]), RATE, RATE // 2)
    assert found.pause_ms == 0
    assert found.semitones == pytest.approx(0, abs=0.3)
    assert found.decibels == pytest.approx(0, abs=0.5)


def test_a_side_that_is_too_short_has_no_pitch() -> None:
    found = join_at(np.concatenate([tone(150, 0.5), silence(0.05)]), RATE, RATE // 2)
    assert found.semitones is None
