"""Engines that die, or never live: text flows on, skips say why, and the voice changes once."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import espeakng_loader
import pytest

from tests.fakes.conducted import Conducted
from tests.support.daemon import RunningDaemon, running_daemon
from tests.support.turn import Turn, turn

LONG = "This sentence takes a heavy voice long enough to be killed in the middle of it. "


def of_engine(status: dict[str, Any], engine: str) -> list[dict[str, Any]]:
    return [worker for worker in status["workers"] if worker["engine"] == engine]


async def kill(daemon: RunningDaemon, engine: str, state: str) -> None:
    """End a worker of that engine that is in that state, as a crash would."""
    status = await daemon.until(
        lambda status: any(worker["state"] == state for worker in of_engine(status, engine))
    )
    for worker in of_engine(status, engine):
        if worker["state"] == state:
            os.kill(worker["pid"], signal.SIGKILL)


async def test_a_worker_that_dies_before_any_audio_costs_nothing(
    tmp_path: Path, voices_dir: Path
) -> None:
    settings = {
        "speech.piper.voices_dir": voices_dir,
        "speech.voice": "piper:heavy",
        "speech.deadline_s": 300,  # on a busy machine a heavy voice takes its time
    }
    async with running_daemon(tmp_path, settings=settings) as daemon:
        async with turn(daemon, "/v1/say", {"text": LONG, "voice": "piper:heavy"}) as said:
            await kill(daemon, "piper", "busy")
            done = await said.end()
        assert done["type"] == "reply.done"
        totals = done["totals"]
        assert totals["spoken"] == totals["utterances"]
        events = await daemon.all_events("/v1/say", {"text": "Yes.", "voice": "piper:tiny"})
        assert events[-1]["totals"]["spoken"] == 1
        assert events[0]["voice"] == "piper:tiny"


async def test_a_voice_that_is_a_link_to_elsewhere_says_why_it_does_not_speak(
    tmp_path: Path, voices_dir: Path
) -> None:
    """A confined worker reads the directory of voices, and nothing that a link in it leads to."""
    linking = tmp_path / "voices"
    linking.mkdir()
    for ending in (".onnx", ".onnx.json"):
        (linking / f"linked{ending}").symlink_to(voices_dir / f"tiny{ending}")
    settings = {"speech.piper.voices_dir": linking, "speech.voice": "piper:linked"}
    async with running_daemon(tmp_path, settings=settings) as daemon:
        events = await daemon.all_events("/v1/say", {"text": "Yes."})
        status = await daemon.get("/v1/status")
    assert events[-1]["totals"]["spoken"] == 1
    [reason] = {event["fallback_reason"] for event in events if event["type"] == "chunk"}
    assert f"leads to {voices_dir}/tiny.onnx" in reason
    assert "or set sandbox = false in [speech.piper]" in reason
    [voice] = [part for part in status["components"] if part["name"] == "voice"]
    assert "leads to" in voice["reason"]


async def stop_whoever_speaks(daemon: RunningDaemon, engine: str) -> None:
    """SIGSTOP to every busy worker of that engine, for ever."""
    while True:
        for worker in of_engine(await daemon.get("/v1/status"), engine):
            if worker["state"] == "busy":
                with suppress(ProcessLookupError):
                    os.kill(worker["pid"], signal.SIGSTOP)
        await asyncio.sleep(0.02)  # a heavy voice takes longer for the least that it says


async def test_workers_that_hang_hand_the_reply_to_the_fallback_before_any_deadline(
    tmp_path: Path, voices_dir: Path
) -> None:
    settings = {
        "speech.piper.voices_dir": voices_dir,
        "speech.voice": "piper:heavy",
        "speech.hang_timeout_s": 0.3,
    }
    async with running_daemon(tmp_path, settings=settings) as daemon:
        stopping = asyncio.create_task(stop_whoever_speaks(daemon, "piper"))
        async with turn(daemon, "/v1/say", {"text": LONG * 4}) as said:
            done = await said.end()
        assert (done["type"], done["fallback"]) == ("reply.done", True)
        assert said.of("chunk.skipped") == []
        assert said.of("chunk")[-1]["engine"] == "espeak"
        assert "hung" in said.of("chunk")[-1]["fallback_reason"]
        events = await daemon.all_events("/v1/say", {"text": "Yes."})
        assert events[-1]["totals"]["spoken"] == 1
        stopping.cancel()
        await daemon.until(
            lambda status: any(
                (c["name"], c["state"]) == ("engine.piper", "ready") for c in status["components"]
            )
        )


async def test_a_broken_default_voice_shows_and_what_is_no_file_holds_nobody_up(
    tmp_path: Path,
) -> None:
    voices = tmp_path / "state" / "voices"
    voices.mkdir(parents=True)
    (voices / "amy.onnx").write_bytes(b"\x08 garbage")
    (voices / "amy.onnx.json").write_text("[" * 1_000_000)
    os.mkfifo(voices / "pipe.onnx")
    os.mkfifo(voices / "pipe.onnx.json")
    async with running_daemon(tmp_path) as daemon:
        status = await daemon.get("/v1/status")
        assert (status["voice"], status["fallback"]) == ("espeak:en-us+f5", True)
        [voice] = [c for c in status["components"] if c["name"] == "voice"]
        assert voice["state"] == "degraded"
        assert "piper:amy" in voice["reason"]
        events = await daemon.all_events("/v1/say", {"text": "Yes."})
        assert events[-1]["fallback"]
        assert (await daemon.get("/v1/status"))["fallback_share"] == 1


@pytest.mark.parametrize("library", ["missing", "broken"])
async def test_without_any_engine_the_text_still_flows(
    tmp_path: Path, model: Conducted, library: str
) -> None:
    path = tmp_path / library
    settings: dict[str, object] = {"speech.espeak.library": path}
    if library == "broken":
        path.write_text("This is no library.")
        settings["speech.espeak.data"] = espeakng_loader.get_data_path()
    async with running_daemon(tmp_path, llm_url=model.url, settings=settings) as daemon:
        for text in ("It is sunny. It will rain.", "No. Never."):
            model.answer(text)
            body = {"text": "Well?", "conversation": "c"}
            events = await daemon.all_events("/v1/replies", body)
            done = events[-1]
            assert done["type"] == "reply.done"
            assert "".join(e["text"] for e in events if e["type"] == "token") == text
            assert done["totals"]["spoken"] == 0
            skips = [event for event in events if event["type"] == "chunk.skipped"]
            assert len(skips) == done["totals"]["utterances"] == done["totals"]["skipped"] > 0
            assert all(skip["message"] for skip in skips)
            assert {skip["reason"] for skip in skips} <= {
                "speech.engine_failed",
                "speech.no_engine",
            }
        components = {c["name"]: c for c in (await daemon.get("/v1/ready"))["components"]}
        assert components["engine.espeak"]["state"] in ("absent", "failed")
        assert library in components["engine.espeak"]["reason"]
        # What could not be spoken was read: it is in the next prompt.
        assert model.prompt(1) == ["Well?", "It is sunny. It will rain.", "Well?"]


@asynccontextmanager
async def losing_piper(
    directory: Path, voices_dir: Path, model: Conducted, policy: str
) -> AsyncIterator[Turn]:
    """A reply whose first utterance Piper spoke, and whose Piper is gone for good then."""
    python = directory / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    settings = {
        "speech.piper.voices_dir": voices_dir,
        "speech.piper.python": python,
        "speech.voice": "piper:tiny",
        "speech.on_engine_death": policy,
    }
    async with (
        running_daemon(directory, llm_url=model.url, settings=settings) as daemon,
        turn(daemon, "/v1/replies", {"text": "Well?"}) as answer,
    ):
        model.write("It is sunny today. And")
        assert (await answer.until("chunk"))["engine"] == "piper"
        python.write_text("#!/bin/sh\nexit 1\n")
        await kill(daemon, "piper", "idle")
        await daemon.until(
            lambda status: any(
                (c["name"], c["state"]) == ("engine.piper", "failed") for c in status["components"]
            )
        )
        model.write(" tomorrow it will rain all day. On Sunday there will be snow. ")
        model.end()
        await answer.end()
        yield answer


async def test_the_fallback_takes_over_once_and_says_so(
    tmp_path: Path, voices_dir: Path, model: Conducted
) -> None:
    async with losing_piper(tmp_path, voices_dir, model, "restart-voice") as answer:
        assert answer.events[-1]["type"] == "reply.done"
        engines = [chunk["engine"] for chunk in answer.of("chunk")]
        changes = [one for one, other in pairwise(engines) if one != other]
        assert changes == ["piper"]
        assert engines[-1] == "espeak"
        for chunk in answer.of("chunk"):
            assert chunk["fallback"] == (chunk["engine"] == "espeak")
            assert bool(chunk["fallback_reason"]) == chunk["fallback"]
        assert answer.events[-1]["fallback"]
        info = await answer.info()
        assert (info["engine"], info["fallback"]) == ("espeak", True)


async def test_under_silence_the_text_goes_on_and_nobody_else_speaks(
    tmp_path: Path, voices_dir: Path, model: Conducted
) -> None:
    async with losing_piper(tmp_path, voices_dir, model, "silence") as answer:
        assert answer.events[-1]["type"] == "reply.done"
        assert {chunk["engine"] for chunk in answer.of("chunk")} == {"piper"}
        assert {skip["reason"] for skip in answer.of("chunk.skipped")} == {"speech.engine_failed"}
        text = "".join(event["text"] for event in answer.of("token"))
        assert text.endswith("On Sunday there will be snow. ")


@pytest.mark.parametrize("policy", ["restart-voice", "silence"])
async def test_the_next_reply_begins_with_the_voice_that_works(
    tmp_path: Path, voices_dir: Path, model: Conducted, policy: str
) -> None:
    async with losing_piper(tmp_path, voices_dir, model, policy) as answer:
        events = await answer.daemon.all_events("/v1/say", {"text": "Yes."})
        started = events[0]
        assert (started["engine"], started["fallback"]) == ("espeak", True)
        assert started["fallback_reason"]
        assert events[-1]["totals"]["spoken"] == 1
