from dataclasses import replace

import pytest

from jarvisd.errors import SpeechError
from jarvisd.speech import choice
from jarvisd.speech.choice import Candidates
from jarvisd.speech.model import VoiceInfo

AMY = VoiceInfo("piper:amy", "piper", "amy", "en-us", 22_050)
EVA = VoiceInfo("piper:eva", "piper", "eva", "de-de", 22_050)
ENGLISH = VoiceInfo("espeak:en-us", "espeak", "en-us", "en-us", 22_050)
GERMAN = VoiceInfo("espeak:de", "espeak", "de", "de", 22_050)
VOICES = [AMY, EVA, ENGLISH, GERMAN]
ALL_WELL = Candidates(VOICES, {})


def test_the_wanted_voice_speaks_when_its_engine_is_well() -> None:
    chosen = choice.choose(EVA, ALL_WELL)

    assert (chosen.voice, chosen.fallback, chosen.reason) == (EVA, False, "")


def test_a_failed_engine_is_replaced_by_a_voice_of_the_same_language_with_the_reason() -> None:
    chosen = choice.choose(EVA, Candidates(VOICES, {"piper": "its workers died"}))

    assert (chosen.voice, chosen.fallback) == (GERMAN, True)
    assert "its workers died" in chosen.reason


def test_a_broken_voice_is_replaced_within_its_engine() -> None:
    broken = replace(AMY, available=False, reason="not a model")

    chosen = choice.choose(broken, Candidates([broken, *VOICES[1:]], {}))

    assert chosen.voice == ENGLISH  # the same language comes before the same engine
    assert chosen.reason == "piper:amy: not a model"


@pytest.mark.parametrize("excluded", ["piper", "piper:amy"])
def test_what_a_reply_gave_up_is_not_chosen_again(excluded: str) -> None:
    chosen = choice.choose(AMY, ALL_WELL, frozenset({excluded}))

    assert (chosen.voice, chosen.fallback) == (ENGLISH, True)


def test_nobody_left_to_speak() -> None:
    with pytest.raises(SpeechError) as caught:
        choice.choose(AMY, Candidates(VOICES, {"piper": "broken", "espeak": "no library"}))

    assert caught.value.code == "speech.no_engine"


@pytest.mark.parametrize(
    ("name", "found"),
    [("", AMY), ("default", AMY), ("piper:eva", EVA), ("eva", EVA), ("de", GERMAN)],
)
def test_voices_are_found_by_id_or_bare_name(name: str, found: VoiceInfo) -> None:
    assert choice.find(name, VOICES) == found


def test_an_unknown_voice_is_explained_by_the_likeliest() -> None:
    with pytest.raises(SpeechError) as caught:
        choice.find("piper:amie", VOICES)

    assert caught.value.code == "speech.voice_unknown"
    assert "piper:amy" in caught.value.hint
