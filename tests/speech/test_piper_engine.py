import shutil
import subprocess
import sys
import threading
from array import array
from pathlib import Path

import pytest

from jarvisd.speech.engine import SynthesisAborted, VoiceFailed
from jarvisd.speech.engines.piper.catalogue import read_voices
from jarvisd.speech.engines.piper.engine import PiperEngine
from jarvisd.speech.engines.piper.onnx_model import with_phoneme_lengths, with_shared_weights
from jarvisd.speech.shaping import UtteranceShaper

TWO_SENTENCES = "Hello there, how are you? I am in the garden of the house."


def never() -> bool:
    return False


@pytest.fixture(scope="module")
def engine(voices_dir: Path) -> PiperEngine:
    return PiperEngine(voices_dir)


def test_sentences_come_one_by_one(engine: PiperEngine) -> None:
    assert engine.load("tiny") == 22_050

    pieces = list(engine.synthesize(TWO_SENTENCES, "tiny", 1.0, never))

    assert len(pieces) == 2
    assert all(max(array("h", piece.pcm)) > 5_000 for piece in pieces)


def test_a_voice_with_phoneme_lengths_marks_words_where_their_tones_begin(
    engine: PiperEngine,
) -> None:
    pieces = list(engine.synthesize(TWO_SENTENCES, "tiny", 1.0, never))
    pcm = array("h", b"".join(piece.pcm for piece in pieces))
    marks = [mark for piece in pieces for mark in piece.marks]

    words = [TWO_SENTENCES[mark.offset : mark.offset + mark.length] for mark in marks]
    assert words == TWO_SENTENCES.split()
    assert [mark.sample for mark in marks] == sorted(mark.sample for mark in marks)
    hello, there = marks[0].sample, marks[1].sample
    assert max(pcm[:hello]) == 0
    assert max(pcm[there - 768 : there]) == 0  # the gap between two words
    assert max(pcm[there : there + 2 * 768]) > 5_000


def test_a_voice_without_them_has_no_marks(engine: PiperEngine) -> None:
    pieces = list(engine.synthesize(TWO_SENTENCES, "plain", 1.0, never))

    assert [piece.marks for piece in pieces] == [(), ()]


def test_leading_silence_is_trimmed(engine: PiperEngine) -> None:
    shaper = UtteranceShaper(22_050)
    for raw in engine.synthesize(TWO_SENTENCES, "tiny", 1.0, never):
        shaper.push(raw)

    assert shaper.leading_silence_samples > 22_050 * 0.04


def test_speed_changes_the_length(engine: PiperEngine) -> None:
    normal, slow = (
        sum(len(piece.pcm) for piece in engine.synthesize("one two", "tiny", speed, never))
        for speed in (1.0, 0.5)
    )

    assert slow == 2 * normal


def test_phonemes_in_brackets_are_text_like_any_other(engine: PiperEngine) -> None:
    [piece] = engine.synthesize("[[ h @ ]] x", "tiny", 1.0, never)
    assert piece.pcm


def test_nothing_pronounceable_gives_no_pieces(engine: PiperEngine) -> None:
    assert list(engine.synthesize("...", "tiny", 1.0, never)) == []


def test_an_abort_ends_the_model_run_in_the_middle_of_a_sentence(engine: PiperEngine) -> None:
    cancelled = threading.Event()
    running = threading.Event()
    outcome: list[BaseException | None] = []

    def asked() -> bool:
        running.set()
        return cancelled.is_set()

    def speak() -> None:
        try:
            list(engine.synthesize(TWO_SENTENCES * 3, "heavy", 1.0, asked))
            outcome.append(None)
        except SynthesisAborted as error:
            outcome.append(error)

    engine.load("heavy")
    thread = threading.Thread(target=speak)
    thread.start()
    assert running.wait(10)
    cancelled.set()
    engine.abort()
    thread.join(10)

    assert isinstance(outcome[0], SynthesisAborted)
    assert list(engine.synthesize("Hello", "tiny", 1.0, never))


def test_no_voice_and_broken_voices_say_why(engine: PiperEngine, tmp_path: Path) -> None:
    with pytest.raises(VoiceFailed, match="no Piper voice 'nobody'"):
        engine.load("nobody")
    with pytest.raises(VoiceFailed, match="no Piper voice"):
        engine.load("../tiny")

    (tmp_path / "bad.onnx").write_bytes(b"\x08not a model")
    (tmp_path / "bad.onnx.json").write_text("{}")
    with pytest.raises(VoiceFailed, match=r"bad\.onnx cannot be loaded"):
        PiperEngine(tmp_path).load("bad")


def test_the_last_two_voices_stay_loaded(engine: PiperEngine) -> None:
    for voice in ("plain", "tiny", "heavy"):
        engine.load(voice)

    assert set(engine._voices) == {"tiny", "heavy"}


def test_models_that_are_not_understood_are_used_as_they_are(voices_dir: Path) -> None:
    tiny = (voices_dir / "tiny.onnx").read_bytes()
    extended = with_phoneme_lengths(tiny)

    assert extended is not None
    assert extended.startswith(tiny)
    assert with_phoneme_lengths(extended) is None  # has the output already
    assert with_phoneme_lengths((voices_dir / "plain.onnx").read_bytes()) is None  # no Ceil
    assert with_phoneme_lengths(b"\xff\xff\xff junk") is None
    assert with_phoneme_lengths(tiny[:-5]) is None
    assert with_phoneme_lengths(b"") is None


def test_the_catalog_reads_descriptions_and_names_what_is_wrong(
    voices_dir: Path, tmp_path: Path
) -> None:
    good = {voice.name: voice for voice in read_voices(voices_dir)[0]}
    assert good.keys() == {"heavy", "plain", "tiny"}
    assert (good["tiny"].language, good["tiny"].sample_rate) == ("en-us", 22_050)

    (tmp_path / "alone.onnx").write_bytes(b"\x08")
    (tmp_path / "html.onnx").write_bytes(b"<html>")
    (tmp_path / "html.onnx.json").write_text("{}")
    (tmp_path / "torn.onnx").write_bytes(b"\x08")
    (tmp_path / "torn.onnx.json").write_text('{"audio": {"sample_rate": 22')
    reasons = {voice.name: voice.reason for voice in read_voices(tmp_path)[0]}
    assert reasons["alone"] == "alone.onnx.json is missing"
    assert reasons["html"] == "html.onnx is not an ONNX model"
    assert "truncated" in reasons["torn"]
    assert not any(voice.available for voice in read_voices(tmp_path)[0])
    assert read_voices(tmp_path / "nowhere") == ([], False)


def test_neither_the_engine_nor_the_catalog_needs_the_onnx_package() -> None:
    code = (
        "import sys, jarvisd.speech.engines.piper.catalogue as c\n"
        "assert not {'onnxruntime', 'piper', 'numpy'} & sys.modules.keys()\n"
        "import jarvisd.speech.engines.piper.engine\n"
        "assert 'onnx' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_weights_are_left_in_their_file(voices_dir: Path) -> None:
    whole = (voices_dir / "heavy.onnx").read_bytes()

    slim = with_shared_weights(memoryview(whole), "heavy.onnx")

    assert slim is not None
    assert len(slim) < len(whole) / 50
    assert len(with_phoneme_lengths(slim) or b"") > len(slim)  # what is left is a model
    assert with_shared_weights(memoryview(slim), "heavy.onnx") is None
    assert with_shared_weights(memoryview(whole[:-5]), "heavy.onnx") is None
    assert with_shared_weights(memoryview(b""), "heavy.onnx") is None


def test_workers_share_the_weights_of_a_voice(voices_dir: Path) -> None:
    model = voices_dir / "heavy.onnx"
    engine = PiperEngine(voices_dir)
    with_weights = model.stat().st_size

    assert engine.load("heavy") == 22_050

    assert mapped_from(model) > 0.9 * with_weights


def test_a_voice_that_is_a_link_is_loaded(voices_dir: Path, tmp_path: Path) -> None:
    for ending in (".onnx", ".onnx.json"):
        (tmp_path / f"linked{ending}").symlink_to(voices_dir / f"heavy{ending}")

    assert PiperEngine(tmp_path).load("linked") == 22_050
    assert mapped_from(voices_dir / "heavy.onnx") > 0


def test_with_shared_weights_a_voice_sounds_the_same(voices_dir: Path, tmp_path: Path) -> None:
    """Beside a model whose bytes are not understood, which is loaded as it is."""
    for ending in (".onnx", ".onnx.json"):
        shutil.copy(voices_dir / f"heavy{ending}", tmp_path / f"odd{ending}")
    with (tmp_path / "odd.onnx").open("ab") as file:
        file.write(EMPTY_GROUP)

    def spoken(folder: Path, voice: str) -> "array[int]":
        pieces = PiperEngine(folder).synthesize("One.", voice, 1.0, never)
        return array("h", b"".join(piece.pcm for piece in pieces))

    shared, own = spoken(voices_dir, "heavy"), spoken(tmp_path, "odd")

    assert mapped_from(tmp_path / "odd.onnx") == 0
    assert all(abs(one - other) <= 1 for one, other in zip(shared, own, strict=True))


# Unknown field 100 as a group, which our reader does not know and protobuf steps over.
EMPTY_GROUP = b"\xa3\x06\xa4\x06"


def mapped_from(path: Path) -> int:
    """Bytes of this process's memory that are pages of the file."""
    mapped = 0
    for line in Path("/proc/self/maps").read_text().splitlines():
        if line.endswith(str(path)):
            first, last = line.split()[0].split("-")
            mapped += int(last, 16) - int(first, 16)
    return mapped
