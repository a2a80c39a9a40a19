from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisctl.dashboard import playback
from jarvisctl.dashboard.snapshot import Playback, ReplyView, ShownUtterance
from tests.jarvisctl.dashboard import scenes
from tests.jarvisctl.dashboard.scenes import NOW, RATE


@pytest.fixture
def reply() -> ReplyView:
    """Two of four utterances are made, three seconds each; 4.4 s were played at ``NOW``."""
    current = scenes.snapshot(scenes.speaking()).current
    assert current is not None
    return current


def said(reply: ReplyView, now: float) -> str:
    span = playback.word(reply, now)
    return reply.text[slice(*span)] if span else ""


def test_the_position_runs_on_with_the_clock_and_never_beyond_what_was_written(
    reply: ReplyView,
) -> None:
    assert playback.position(reply, NOW + 1) - playback.position(reply, NOW) == RATE
    assert playback.position(reply, NOW + 60) == 132_300


def test_a_paused_reply_stands_still(reply: ReplyView) -> None:
    paused = replace(reply, outcome="paused")
    assert playback.position(paused, NOW + 9) == playback.position(reply, NOW)
    assert said(paused, NOW + 9) == said(reply, NOW)


def test_the_word_being_said_moves_with_the_voice(reply: ReplyView) -> None:
    assert said(reply, NOW) == "finished"
    assert said(reply, NOW + 1.5) == "error."


def test_an_utterance_whose_audio_is_not_whole_is_followed_by_the_speed_of_speech(
    reply: ReplyView,
) -> None:
    streaming = replace(reply, playback=Playback(NOW, 132_300 + RATE, 200_000, running=True))
    assert said(streaming, NOW) == "look"


def test_nothing_is_said_by_a_reply_that_ended_unheard(reply: ReplyView) -> None:
    assert said(replace(reply, outcome="interrupted"), NOW) == ""
    assert said(replace(reply, playback=None), NOW) == ""


def test_each_utterance_has_its_stage(reply: ReplyView) -> None:
    assert list(playback.stages(reply, NOW)) == ["heard", "playing", "making", "queued"]
    assert list(playback.stages(reply, NOW, slots_in_use=2))[2:] == ["making", "making"]
    assert list(playback.stages(reply, NOW, slots_in_use=0))[2:] == ["queued", "queued"]
    cut = replace(reply, outcome="interrupted", ended_at=NOW)
    assert list(playback.stages(cut, NOW)) == ["heard", "cut", "cut", "cut"]


def test_what_is_skipped_stays_skipped(reply: ReplyView) -> None:
    first, *rest = reply.utterances
    skipped = replace(reply, utterances=(replace(first, skipped="code"), *rest))
    assert next(playback.stages(skipped, NOW)) == "skipped"


@given(st.floats(-5, 60), st.floats(0, 30))
def test_the_position_never_goes_back(began: float, passed: float) -> None:
    reply = ReplyView("r", playback=Playback(NOW, 1_000, 90_000, running=True))
    earlier, later = (playback.position(reply, NOW + at) for at in (began, began + passed))
    assert 0 <= earlier <= later <= 90_000


@given(st.text(max_size=200), st.integers(0, 200), st.integers(0, 200), st.floats(0, 20))
def test_the_word_lies_within_the_text(text: str, start: int, end: int, at: float) -> None:
    utterance = ShownUtterance(0, start, end, text[start:end], position=0, samples=220_500)
    reply = ReplyView(
        "r", text=text, utterances=(utterance,), playback=Playback(NOW, 0, 220_500, running=True)
    )
    span = playback.word(reply, NOW + at)
    assert span is None or 0 <= span[0] < span[1] <= len(text)
