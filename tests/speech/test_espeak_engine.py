import itertools
from array import array
from pathlib import Path

import pytest

from jarvisd.errors import SpeechError
from jarvisd.speech.engine import SynthesisAborted, VoiceFailed
from jarvisd.speech.engines.espeak.catalogue import read_voices
from jarvisd.speech.engines.espeak.engine import EspeakEngine
from jarvisd.speech.engines.espeak.library import Library
from jarvisd.speech.engines.espeak.paths import find
from jarvisd.speech.shaping import UtteranceShaper

VOICE = "en-us+f5"
LONG = "There is a lot to be said about this, and all of it takes its time. " * 20


@pytest.fixture(scope="module")
def engine() -> EspeakEngine:
    return EspeakEngine()


def never() -> bool:
    return False


def length(engine: EspeakEngine, text: str, *, speed: float = 1.0, voice: str = VOICE) -> int:
    return sum(len(piece.pcm) for piece in engine.synthesize(text, voice, speed, never)) // 2


def test_it_speaks(engine: EspeakEngine) -> None:
    assert engine.load(VOICE) == 22_050
    pieces = list(engine.synthesize("Hello there, how are you?", VOICE, 1.0, never))

    pcm = array("h", b"".join(piece.pcm for piece in pieces))
    assert 0.5 < len(pcm) / 22_050 < 4
    assert max(pcm) > 5_000


def test_words_are_counted_in_characters_of_any_alphabet(engine: EspeakEngine) -> None:
    text = "Grüße 😀 from one naïve café in 日本 today"

    marks = [m for p in engine.synthesize(text, VOICE, 1.0, never) for m in p.marks]

    words = [text[mark.offset : mark.offset + mark.length] for mark in marks]
    assert {"Grüße", "from", "one", "naïve", "café", "today"} <= set(words)
    assert [mark.sample for mark in marks] == sorted(mark.sample for mark in marks)


def test_pieces_come_while_the_native_call_still_runs(engine: EspeakEngine) -> None:
    stopped = False
    pieces = engine.synthesize(LONG, VOICE, 1.0, lambda: stopped)
    next(pieces)
    stopped = True

    with pytest.raises(SynthesisAborted):
        list(pieces)


def test_a_cancel_leaves_the_library_usable(engine: EspeakEngine) -> None:
    before = length(engine, "Hello there")
    with pytest.raises(SynthesisAborted):
        list(engine.synthesize(LONG, VOICE, 1.0, lambda: True))

    assert length(engine, "Hello there") == pytest.approx(before, rel=0.02)


def test_closing_the_iterator_frees_the_library(engine: EspeakEngine) -> None:
    pieces = engine.synthesize(LONG, VOICE, 1.0, never)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]

    assert length(engine, "Hello there") > 10_000


def test_an_exception_in_the_callback_is_not_lost(engine: EspeakEngine) -> None:
    def raises() -> bool:
        raise RuntimeError("asked at a bad time")

    with pytest.raises(RuntimeError, match="bad time"):
        list(engine.synthesize(LONG, VOICE, 1.0, raises))


@pytest.mark.parametrize("text", ["...", "?!", " ", "--"])
def test_text_without_words_makes_no_sound(engine: EspeakEngine, text: str) -> None:
    assert length(engine, "Hello") > 0
    assert length(engine, text) == 0


def test_speed_changes_the_length(engine: EspeakEngine) -> None:
    text = "The quick brown fox jumps over the lazy dog."

    assert length(engine, text, speed=2.0) < 0.7 * length(engine, text)


@pytest.mark.parametrize("voice", ["xx-nowhere", "en-us+nobody", "en-us+../../lang/gmw/en"])
def test_an_unknown_voice_or_variant_is_refused(engine: EspeakEngine, voice: str) -> None:
    with pytest.raises(VoiceFailed, match="no voice"):
        engine.load(voice)


def test_null_characters_and_lone_surrogates_do_not_cut_the_text(engine: EspeakEngine) -> None:
    assert length(engine, "one\0two \ud800 three") > 1.5 * length(engine, "one")


def test_utterances_can_be_joined_without_a_click(engine: EspeakEngine) -> None:
    """The jump from one utterance's last sample to the next one's first is inaudible."""
    outputs = []
    for text in ("First sentence.", "Second one!", "And a third?"):
        shaper = UtteranceShaper(22_050)
        pieces = [shaper.push(raw) for raw in engine.synthesize(text, VOICE, 1.0, never)]
        pcm = b"".join(piece.pcm for piece in (*pieces, shaper.finish()) if piece)
        outputs.append(array("h", pcm))

    for before, after in itertools.pairwise(outputs):
        assert abs(before[-1] - after[0]) < 50
        assert max(abs(a - b) for a, b in itertools.pairwise((*before[-20:], *after[:20]))) < 1_500


def test_a_library_that_is_not_there_says_so() -> None:
    with pytest.raises(SpeechError) as caught:
        EspeakEngine(library="/nowhere/libespeak-ng.so.1", data="/nowhere")

    assert "/nowhere/libespeak-ng.so.1" in caught.value.message


def test_a_configured_library_brings_its_own_data(tmp_path: Path) -> None:
    library, data = find("", "")
    copy = tmp_path / "libespeak-ng.so.1"
    copy.symlink_to(library)
    (tmp_path / "espeak-ng-data").symlink_to(data)

    assert find(str(copy), "") == (str(copy), str(tmp_path / "espeak-ng-data"))
    assert find(str(copy), "/elsewhere") == (str(copy), "/elsewhere")


def test_the_catalog_knows_languages_and_variants_without_the_library() -> None:
    catalog = read_voices("", "")

    assert len(catalog.voices("en-us+f5")) > 100
    assert catalog.voices("en-us+f5")[0].id == "espeak:en-us+f5"
    german = catalog.voice("de+f3")
    assert german is not None
    assert (german.language, german.sample_rate) == ("de", 22_050)
    british = catalog.voice("en-gb")
    assert british is not None
    assert (british.id, british.language) == ("espeak:en", "en-gb")
    assert catalog.voice("de+nobody") is None
    assert catalog.voice("xx") is None


def test_every_listed_voice_is_one_that_the_library_accepts(engine: EspeakEngine) -> None:
    refused = []
    for voice in read_voices("", "").voices("en-us+f5"):
        try:
            engine.load(voice.name)
        except VoiceFailed as error:
            refused.append(str(error))

    assert refused == []


def test_data_that_is_missing_makes_the_embedded_voice_unavailable_with_the_reason() -> None:
    [voice] = read_voices("/nowhere/lib.so", "/nowhere/data").voices("en-us")

    assert not voice.available
    assert "/nowhere/data" in voice.reason


def test_phonemes_come_clause_by_clause_and_without_audio() -> None:
    library = Library.open("", "")
    assert library.select("en-us")

    assert library.phonemes("Hello world. Three dogs") == ["həlˈoʊ wˈɜːld", "θɹˈiː dˈɑːɡz"]
    assert library.phonemes("") == []
    assert library.phonemes("…") == []
