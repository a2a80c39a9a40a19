"""Piper voices made from nothing, for tests of engines and their workers."""

from pathlib import Path

from jarvisbench.synthetic_voice import Ballast, build_heavy, build_tiny


def build_voices(folder: Path) -> Path:
    """A tiny voice, one without phoneme lengths, and one that takes seconds for a sentence."""
    build_tiny(folder)
    build_tiny(folder, "plain", alignments=False)
    build_heavy(folder, ballast=Ballast(channels=256, layers=4, passes=40, steps_per_id=32))
    return folder
