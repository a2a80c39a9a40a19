"""The room's front door, from settings to audio."""

import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from jarvisd.config.settings import SpeechSettings
from jarvisd.errors import SpeechError
from jarvisd.speech import Speech, SynthesisRequest
from jarvisd.speech.engines.espeak.settings import Settings as EspeakSettings
from jarvisd.speech.engines.piper.settings import Settings as PiperSettings
from tests.speech.test_catalogue import no_descriptors
from tests.support.processes import nothing_left, until


@asynccontextmanager
async def running(settings: SpeechSettings, state_dir: Path) -> AsyncIterator[Speech]:
    speech = Speech(settings, state_dir=state_dir)
    await speech.start()
    try:
        await speech.discovered()
        yield speech
    finally:
        await speech.stop()


async def say(speech: Speech, text: str, voice: str = "default") -> int:
    request = SynthesisRequest(text, speech.choose(voice).voice.id)
    return sum([len(piece.pcm) async for piece in speech.synthesize(request)]) // 2


async def test_without_piper_voices_the_embedded_voice_speaks(tmp_path: Path) -> None:
    async with nothing_left(), running(SpeechSettings(), tmp_path) as speech:
        assert speech.choose().voice.id == "espeak:en-us+f5"
        assert not speech.choose().fallback
        assert await say(speech, "Hello there") > 10_000

        piper = speech.engine_states()["piper"]
        assert piper.state == "absent"
        assert str(tmp_path / "voices") in piper.hint


async def test_a_piper_voice_is_the_default_where_there_is_one(
    voices_dir: Path, tmp_path: Path
) -> None:
    shutil.copytree(voices_dir, tmp_path / "voices")
    async with running(SpeechSettings(), tmp_path) as speech:
        assert [voice.id for voice in speech.voices()][:3] == [
            "piper:heavy",
            "piper:plain",
            "piper:tiny",
        ]
        assert await say(speech, "Hello there", "tiny") > 10_000
        assert await say(speech, "Guten Tag", "espeak:de+f3") > 10_000


async def test_the_voice_is_offered_before_anything_was_looked_up(tmp_path: Path) -> None:
    speech = Speech(SpeechSettings(espeak=EspeakSettings(voice="de+m3")), state_dir=tmp_path)

    assert speech.choose().voice.id == "espeak:de+m3"


async def test_a_voice_that_turns_out_broken_is_replaced_with_the_reason(
    voices_dir: Path, tmp_path: Path
) -> None:
    for ending in (".onnx", ".onnx.json"):
        shutil.copy(voices_dir / f"tiny{ending}", tmp_path / f"good{ending}")
        shutil.copy(voices_dir / f"tiny{ending}", tmp_path / f"bad{ending}")
    (tmp_path / "bad.onnx").write_bytes(b"\x08 this is no model")
    settings = SpeechSettings(piper=PiperSettings(voices_dir=str(tmp_path)))
    async with running(settings, tmp_path) as speech:
        assert speech.choose().voice.id == "piper:bad"
        await until(lambda: speech.choose().voice.id != "piper:bad")  # a worker tried to load it

        chosen = speech.choose("bad")
        assert (chosen.voice.id, chosen.fallback) == ("piper:good", True)
        assert "bad.onnx cannot be loaded" in chosen.reason
        [bad] = [voice for voice in speech.voices() if voice.name == "bad"]
        assert not bad.available
        assert await say(speech, "Hello") > 5_000


async def test_a_configured_voice_that_is_missing_falls_back_and_says_so(tmp_path: Path) -> None:
    async with running(SpeechSettings(voice="piper:amy"), tmp_path) as speech:
        chosen = speech.choose()

        assert (chosen.voice.id, chosen.fallback) == ("espeak:en-us+f5", True)
        assert "piper" in chosen.reason
        assert await say(speech, "Hello") > 10_000


async def test_an_engine_that_cannot_start_is_replaced(voices_dir: Path, tmp_path: Path) -> None:
    settings = SpeechSettings(
        piper=PiperSettings(voices_dir=str(voices_dir), python="/nowhere/python")
    )
    async with running(settings, tmp_path) as speech:
        await until(lambda: speech.engine_states()["piper"].state == "failed")

        chosen = speech.choose()
        assert (chosen.voice.id, chosen.fallback) == ("espeak:en-us+f5", True)
        assert "/nowhere/python" in chosen.reason


async def test_no_engine_at_all(tmp_path: Path) -> None:
    settings = SpeechSettings(espeak=EspeakSettings(library="/no.so", data="/no"))
    async with running(settings, tmp_path) as speech:
        with pytest.raises(SpeechError) as caught:
            speech.choose()

        assert caught.value.code == "speech.no_engine"
        assert speech.engine_states()["espeak"].state == "absent"


async def test_an_unknown_voice_names_the_likeliest(tmp_path: Path) -> None:
    async with running(SpeechSettings(), tmp_path) as speech:
        with pytest.raises(SpeechError) as caught:
            speech.choose("espeak:en-us+f9")

    assert caught.value.code == "speech.voice_unknown"
    assert "espeak:en-us+f5" in caught.value.hint


async def test_slots_move(tmp_path: Path) -> None:
    async with running(SpeechSettings(slots=2), tmp_path) as speech:
        speech.set_slots(1)

        assert (speech.slots, speech.slots_in_use) == (1, 0)


def test_the_daemon_carries_no_engine() -> None:
    code = (
        "import sys\n"
        "from jarvisd.speech import Speech\n"
        "from jarvisd.speech.catalogue import read\n"
        "Speech\n"
        "heavy = {'numpy', 'soxr', 'onnxruntime', 'onnx', 'piper', 'espeakng_loader'}\n"
        "assert not heavy & sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


async def test_a_lack_of_descriptors_at_the_start_is_forgotten_when_it_is_over(
    voices_dir: Path, tmp_path: Path
) -> None:
    settings = SpeechSettings(piper=PiperSettings(voices_dir=str(voices_dir)), voice="piper:tiny")
    speech = Speech(settings, state_dir=tmp_path)
    with no_descriptors():
        await speech.start()
        await speech.discovered()
        chosen = speech.choose()  # what came with the daemon is on offer all the same
        assert (chosen.voice.engine, chosen.fallback) == ("espeak", True)
        assert "Too many open files" in chosen.reason
    try:
        await until(lambda: speech.choose().voice.id == "piper:tiny")
        assert not speech.choose().fallback
        assert await say(speech, "Hello there") > 5_000
    finally:
        await speech.stop()


async def test_workers_that_could_not_be_started_are_when_descriptors_are_back(
    tmp_path: Path,
) -> None:
    async with nothing_left(), running(SpeechSettings(), tmp_path) as speech:
        for worker in speech.workers():
            speech.replace_worker(worker.pid, "the test wants it")
        with no_descriptors():
            request = SynthesisRequest("Hello", "espeak:en-us+f5")
            await speech.synthesize(request).freed()
        await until(lambda: speech.engine_states()["espeak"].state != "failed")
        assert await say(speech, "Hello there") > 5_000
