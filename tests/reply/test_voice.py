"""The voice of a reply: one engine speaks it, and it changes at most once."""

import pytest

from jarvisd.errors import SpeechError
from jarvisd.reply.voice import Policy, ReplyVoice
from jarvisd.speech.model import VoiceChoice
from tests.fakes.speech import OTHER, WANTED, Clock, ScriptedSpeech, voice

BROKEN = SpeechError("it broke", code="speech.engine_failed")
THIRD = voice("third")


def speaking(policy: Policy = "restart-voice") -> tuple[ReplyVoice, ScriptedSpeech, VoiceChoice]:
    speech = ScriptedSpeech(Clock(), WANTED, OTHER, THIRD)
    reply_voice = ReplyVoice(speech, "default", policy)
    assert reply_voice.current is not None
    return reply_voice, speech, reply_voice.current


def test_the_chosen_voice_speaks() -> None:
    reply_voice, _, choice = speaking()
    assert choice.voice == WANTED
    assert reply_voice.silence is None


def test_an_unknown_voice_is_the_callers_mistake() -> None:
    speech = ScriptedSpeech(Clock(), WANTED)
    with pytest.raises(SpeechError) as raised:
        ReplyVoice(speech, "nobody", "silence")
    assert raised.value.code == "speech.voice_unknown"


def test_without_any_engine_the_reply_is_silent_and_says_why() -> None:
    reply_voice = ReplyVoice(ScriptedSpeech(Clock()), "default", "restart-voice")
    assert reply_voice.current is None
    assert reply_voice.silence is not None
    assert reply_voice.silence.code == "speech.no_engine"


def test_under_silence_nobody_takes_over() -> None:
    reply_voice, _, choice = speaking("silence")
    assert reply_voice.engine_failed(choice, BROKEN)
    assert reply_voice.current is None
    assert reply_voice.silence is BROKEN


def test_the_fallback_takes_over_and_says_why() -> None:
    reply_voice, _, choice = speaking()
    assert reply_voice.engine_failed(choice, BROKEN)
    assert reply_voice.current == VoiceChoice(OTHER, fallback=True, reason="it broke")


def test_a_second_failure_is_the_end_of_the_voice() -> None:
    reply_voice, _, choice = speaking()
    reply_voice.engine_failed(choice, BROKEN)
    assert reply_voice.current is not None
    assert reply_voice.engine_failed(reply_voice.current, BROKEN)
    assert reply_voice.current is None


def test_what_the_first_voice_reports_later_changes_nothing() -> None:
    reply_voice, _, choice = speaking()
    reply_voice.engine_failed(choice, BROKEN)
    assert not reply_voice.engine_failed(choice, BROKEN)
    assert reply_voice.current is not None


def test_where_no_other_engine_is_left_the_reply_falls_silent() -> None:
    reply_voice, speech, choice = speaking()
    speech.failed = {"other", "third"}
    assert reply_voice.engine_failed(choice, BROKEN)
    assert reply_voice.current is None
    assert reply_voice.silence is not None
    assert reply_voice.silence.code == "speech.no_engine"
