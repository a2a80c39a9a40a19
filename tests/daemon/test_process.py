"""The process: how it begins, how it ends, and what it leaves behind."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.fakes.conducted import Conducted
from tests.support.daemon import LONG_S, RunningDaemon, running_daemon
from tests.support.turn import turn, until

TEXT = "This is a sentence that somebody is listening to while the daemon has to stop. "


def jarvisd(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run it to its end."""
    command: Sequence[str | Path] = (sys.executable, "-m", "jarvisd", *arguments)
    return subprocess.run(command, capture_output=True, text=True, timeout=LONG_S, check=False)


def gone(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


async def with_workers(daemon: RunningDaemon) -> list[int]:
    status = await daemon.until(lambda status: len(status["workers"]) >= 2)
    return [worker["pid"] for worker in status["workers"]]


async def test_a_reply_may_end_before_the_daemon_does(tmp_path: Path, model: Conducted) -> None:
    async with running_daemon(tmp_path, llm_url=model.url) as daemon:
        workers = await with_workers(daemon)
        async with turn(daemon, "/v1/replies", {"text": "Well?", "conversation": "c"}) as answer:
            model.write("It is sunny. ")
            await answer.until("token")
            daemon.process.send_signal(signal.SIGTERM)
            await until(lambda: "daemon.stopping" in daemon.log)
            model.answer("It will rain.")
            assert (await answer.end())["type"] == "reply.done"
        assert await asyncio.wait_for(daemon.process.wait(), LONG_S) == 0
        assert gone(workers)
        assert not daemon.socket.exists()
    async with running_daemon(tmp_path, llm_url=model.url) as daemon:
        messages = (await daemon.get("/v1/conversations/c"))["messages"]
    assert messages[-1]["text"] == "It is sunny. It will rain."


async def test_at_the_deadline_replies_are_cut_and_say_so(tmp_path: Path, model: Conducted) -> None:
    settings = {"daemon.shutdown_deadline_s": 0.5}
    async with running_daemon(tmp_path, llm_url=model.url, settings=settings) as daemon:
        workers = await with_workers(daemon)
        async with turn(daemon, "/v1/replies", {"text": "Well?", "conversation": "c"}) as answer:
            model.write(TEXT)
            await answer.until("token")
            daemon.process.send_signal(signal.SIGTERM)
            assert (await answer.end())["type"] == "reply.interrupted"
        assert await asyncio.wait_for(daemon.process.wait(), LONG_S) == 0
        assert gone(workers)
    async with running_daemon(tmp_path, llm_url=model.url) as daemon:
        message = (await daemon.get("/v1/conversations/c"))["messages"][-1]
    assert (message["text"], message["interrupted"]) == (TEXT, True)


async def test_a_second_signal_ends_it_at_once(tmp_path: Path, model: Conducted) -> None:
    settings = {"daemon.shutdown_deadline_s": 600}
    async with running_daemon(
        tmp_path, llm_url=model.url, settings=settings, check_exit=False
    ) as daemon:
        workers = await with_workers(daemon)
        async with turn(daemon, "/v1/replies", {"text": "Well?"}) as answer:
            model.write(TEXT)
            await answer.until("token")
            daemon.process.send_signal(signal.SIGTERM)
            await until(lambda: "daemon.stopping" in daemon.log)
            assert daemon.process.returncode is None
            assert await daemon.stop() == 1
            await answer.vanish()
        await until(lambda: gone(workers))


@pytest.mark.slow
async def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, model: Conducted) -> None:
    async with running_daemon(tmp_path, llm_url=model.url, check_exit=False) as daemon:
        workers = await with_workers(daemon)
        for number in range(5):
            model.answer(f"Answer {number}.")
            body = {"text": f"Question {number}?", "conversation": "c"}
            assert (await daemon.all_events("/v1/replies", body))[-1]["type"] == "reply.done"
        async with turn(daemon, "/v1/replies", {"text": "Last?", "conversation": "c"}) as answer:
            model.write(TEXT)
            await answer.until("token")
            await daemon.stop(signal.SIGKILL)
            await answer.vanish()
        await until(lambda: gone(workers))
        assert daemon.socket.exists()
    async with running_daemon(tmp_path, llm_url=model.url) as daemon:  # over the stale socket
        messages = (await daemon.get("/v1/conversations/c"))["messages"]
    texts = [message["text"] for message in messages]
    expected = [text for n in range(5) for text in (f"Question {n}?", f"Answer {n}.")]
    assert texts[:10] == expected


async def test_a_second_daemon_on_the_same_socket_is_refused(daemon: RunningDaemon) -> None:
    second = await asyncio.to_thread(
        jarvisd, "--socket", daemon.socket, "--state-dir", daemon.directory / "other"
    )
    assert second.returncode == 1
    assert "another process answers" in second.stdout + second.stderr
    assert (await daemon.get("/v1/live"))["live"]


async def test_ready_with_nothing_to_depend_on(tmp_path: Path) -> None:
    library = "/nowhere/libespeak-ng.so.1"
    settings = {"speech.espeak.library": library, "store.enabled": "false"}
    async with running_daemon(tmp_path, settings=settings) as daemon:
        ready = await daemon.get("/v1/ready")
        states = {component["name"]: component["state"] for component in ready["components"]}
        assert states["llm"] == "degraded"
        assert states["voice"] == "failed"
        assert (await daemon.get("/v1/status"))["state"] == "running"
        events = await daemon.all_events("/v1/replies", {"text": "What is missing?"})
        assert events[-1]["type"] == "reply.done"


def test_a_bad_configuration_is_listed_and_ends_with_78(tmp_path: Path) -> None:
    config = tmp_path / "jarvisd.toml"
    config.write_text('[speech]\nslotz = 2\nspares = "many"\n')
    for extra in ((), ("--check-config",)):
        ended = jarvisd("--config", config, *extra)
        assert ended.returncode == 78
        assert "slotz" in ended.stderr
        assert "slots" in ended.stderr  # did you mean
        assert "speech.spares" in ended.stderr


def test_a_good_configuration_is_valid(tmp_path: Path) -> None:
    config = tmp_path / "jarvisd.toml"
    config.write_text("[speech]\nslots = 2\n")
    ended = jarvisd("--config", config, "--check-config")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_socket_that_cannot_be_had_is_said_plainly(tmp_path: Path) -> None:
    taken = tmp_path / "control.sock"
    taken.write_text("a file")
    ended = jarvisd("--socket", taken, "--state-dir", tmp_path)
    assert ended.returncode == 1
    assert "is not a socket" in ended.stdout + ended.stderr
    assert taken.read_text() == "a file"


async def test_systemd_hears_when_it_is_ready_and_when_it_stops(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(tmp_path / "notify"))
        notify.setblocking(False)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "jarvisd"),
            *("--socket", str(tmp_path / "control.sock"), "--state-dir", str(tmp_path)),
            env=dict(os.environ) | {"NOTIFY_SOCKET": str(tmp_path / "notify")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        heard: list[str] = []

        def listen(for_: str) -> bool:
            try:
                heard.append(notify.recv(4_096).decode())
            except BlockingIOError:
                return False
            return for_ in heard[-1]

        await until(lambda: listen("READY=1"))
        process.send_signal(signal.SIGINT)
        await until(lambda: listen("STOPPING=1"))
        assert await asyncio.wait_for(process.wait(), LONG_S) == 0
