"""Long texts: what does not fit is a failure that names the setting, or is spoken in parts."""

import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisctl.splitting import parts
from tests.jarvisctl.conftest import Jarvisctl
from tests.support.daemon import running_daemon

SENTENCE = "This is one of many sentences. "
LONG = SENTENCE * 24  # some 50 seconds
TEXT = st.text(alphabet="ab 。.!?\n好,", max_size=400)


@given(TEXT, st.integers(1, 80), st.floats(1.0, 20.0))
def test_parts_are_the_text_and_within_the_limits(text: str, chars: int, seconds: float) -> None:
    found = list(parts(text, max_chars=chars, max_seconds=seconds))
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(part.strip() and len(part) <= chars for part in found)


def test_parts_end_with_sentences() -> None:
    found = list(parts(LONG, max_chars=100, max_seconds=1_000.0))
    assert len(found) > 8
    assert all(part.rstrip().endswith(".") for part in found)


def test_the_slower_the_shorter() -> None:
    counts = [len(list(parts(LONG, max_chars=10_000, max_seconds=60 * speed))) for speed in (2, 1)]
    assert counts == [1, 2]


def seconds_of(path: Path) -> float:
    with wave.open(str(path)) as file:
        return file.getnframes() / file.getframerate()


async def test_what_does_not_fit_fails_or_is_split(tmp_path: Path, jarvisctl: Jarvisctl) -> None:
    limits = {"audio.max_reply_s": 20, "api.max_text_chars": 500}
    whole, kept = tmp_path / "whole.wav", tmp_path / "kept.wav"
    async with running_daemon(tmp_path, settings=limits) as daemon:
        there = {"JARVISD_SOCKET": str(daemon.socket)}
        words = LONG[:496]
        ran = jarvisctl.run("say", words, "-o", str(kept), environ=there)
        assert ran.code == 1
        assert "utterances were not spoken: The reply's audio reached its limit" in ran.stderr
        assert "jarvisctl say --split" in ran.stderr
        assert "audio.max_reply_s" in ran.stderr
        ran = jarvisctl.run("say", LONG, environ=there)
        assert ran.code == 2
        assert "api.max_text_chars" in ran.stderr
        assert "jarvisctl say --split" in ran.stderr
        ran = jarvisctl.run("say", "--split", "-o", str(whole), environ=there, stdin=LONG.encode())
        assert (ran.code, ran.stderr) == (0, "")
        recent = await daemon.get("/v1/replies/recent")
    assert seconds_of(kept) == pytest.approx(20, abs=3)
    assert seconds_of(whole) > 35
    totals = [reply["totals"] for reply in recent["replies"]]
    assert len(totals) > 2
    assert all(one["skipped"] == 0 for one in totals[:-1])  # the first one said was not split
