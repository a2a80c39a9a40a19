"""How speech goes on at a place: the steps in pitch and loudness there, and the pause.

Pure: samples in, figures out. Pitch is found by autocorrelation; where a side has no voiced sound
there is no step to tell.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]

QUIET_PEAK = 500.0  # as the edges of an utterance are judged
_WINDOW_S = 0.005
_SIDE_S = 0.15  # of the sound on each side of the place
_FRAME_S = 0.04
_HOP_S = 0.01
_LOWEST_HZ, _HIGHEST_HZ = 70.0, 400.0
_VOICED = 0.5  # share of its energy that a voiced frame repeats after one period
_NEARLY = 0.85
_BEFORE_S, _AFTER_S = 0.4, 0.06  # where the pause that belongs to a place is looked for


@dataclass(frozen=True, slots=True)
class Join:
    """The place between two words: ``semitones`` is ``None`` beside sounds without a pitch."""

    semitones: float | None
    decibels: float
    pause_ms: float


def join_at(samples: Samples, rate: int, place: int) -> Join:
    """What happens at ``place``, where a word begins or a clip was joined to another."""
    end, start = _pause_around(samples, rate, place)
    side = round(_SIDE_S * rate)
    before, after = samples[max(0, end - side) : end], samples[start : start + side]
    low, high = _pitch(before, rate), _pitch(after, rate)
    return Join(
        semitones=abs(12 * math.log2(high / low)) if low and high else None,
        decibels=abs(_level(after) - _level(before)),
        pause_ms=1_000 * (start - end) / rate,
    )


def hertz(frame: Samples, rate: int) -> float | None:
    """The pitch of a frame; ``None`` where it is not voiced."""
    wave = frame - frame.mean()
    spectrum = np.fft.rfft(wave, 2 * len(wave))
    repeated = np.fft.irfft(np.abs(spectrum) ** 2)[: len(wave)]
    first, last = int(rate / _HIGHEST_HZ), min(int(rate / _LOWEST_HZ), len(wave) - 1)
    if repeated[0] <= 0 or first >= last:
        return None
    # Fewer samples overlap at a longer lag: each is compared with what could repeat there.
    share = repeated[first:last] / (repeated[0] * (1 - np.arange(first, last) / len(wave)))
    # What repeats after one period does so after two: the first peak that is nearly the highest.
    inner = share[1:-1]
    peaks = np.flatnonzero((inner >= share[:-2]) & (inner >= share[2:]) & (inner >= _VOICED)) + 1
    high = [int(peak) for peak in peaks if share[peak] >= _NEARLY * share[peaks].max()]
    return rate / (first + high[0]) if high else None


def _pause_around(samples: Samples, rate: int, place: int) -> tuple[int, int]:
    """Where the sound before ``place`` ends and where the next one begins."""
    size = round(_WINDOW_S * rate)
    first = max(0, place - round(_BEFORE_S * rate)) // size
    last = min(len(samples), place + round(_AFTER_S * rate)) // size
    quiet = [
        bool(np.abs(samples[index * size : (index + 1) * size]).max() <= QUIET_PEAK)
        for index in range(first, last)
    ]
    run, begin = _longest_run(quiet)
    if not run:
        return place, place
    return (first + begin) * size, (first + begin + run) * size


def _longest_run(quiet: Sequence[bool]) -> tuple[int, int]:
    """The length of the longest stretch of ``True``, the last of them, and where it begins."""
    best = run = begin = 0
    for index, still in enumerate(quiet):
        run = run + 1 if still else 0
        if run and run >= best:
            best, begin = run, index - run + 1
    return best, begin


def _pitch(side: Samples, rate: int) -> float | None:
    frame, hop = round(_FRAME_S * rate), round(_HOP_S * rate)
    starts = range(0, len(side) - frame + 1, hop)
    found = [pitch for at in starts if (pitch := hertz(side[at : at + frame], rate))]
    return float(np.median(found)) if found else None


def _level(side: Samples) -> float:
    power = float(np.mean(side**2)) if len(side) else 0.0
    return 10 * math.log10(max(power, 1.0))
