"""A real daemon in a temporary directory, as a child process, driven over its socket."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from jarvisd.llm.providers.llama_server.unix_socket import UnixTransport

# Nothing waits this long unless it is broken; a busy machine may be twenty times slower than usual.
LONG_S = 300.0
FREE_PORT_URL = "http://127.0.0.1:9"  # the discard port: nobody listens there


class RunningDaemon:
    """One daemon and the ways in."""

    def __init__(self, directory: Path, process: asyncio.subprocess.Process) -> None:
        self.directory = directory
        self.process = process
        self.socket = directory / "control.sock"
        self.log_path = directory / "log"
        self.client = httpx.AsyncClient(
            transport=UnixTransport(str(self.socket), httpx.Limits()),
            base_url="http://jarvisd",
            timeout=LONG_S,
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    async def get(self, path: str) -> Any:
        response = await self.client.get(path)
        response.raise_for_status()
        return response.json()

    async def post(self, path: str, body: Mapping[str, object] | None = None) -> Any:
        response = await self.client.post(path, json=body)
        return response.json()

    async def events(self, path: str, body: Mapping[str, object]) -> AsyncIterator[dict[str, Any]]:
        """The events of a reply as they come."""
        async with self.client.stream("POST", path, json=body) as response:
            assert response.status_code == 200, (await response.aread()).decode()
            async for line in response.aiter_lines():
                yield json.loads(line)

    async def all_events(self, path: str, body: Mapping[str, object]) -> list[dict[str, Any]]:
        return [event async for event in self.events(path, body)]

    def descriptors(self) -> int:
        return sum(1 for _ in Path(f"/proc/{self.pid}/fd").iterdir())

    def children(self) -> list[int]:
        text = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(pid) for pid in text.split()]

    async def until(self, reached: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Ask for the status until it is as wanted; the test's own time limit bounds it."""
        async with asyncio.timeout(LONG_S):
            while not reached(status := await self.get("/v1/status")):
                await asyncio.sleep(0.05)
        return status

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), LONG_S)


@asynccontextmanager
async def running_daemon(
    directory: Path,
    *,
    llm_url: str = FREE_PORT_URL,
    settings: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    configuration: Path | None = None,
    prefix: Sequence[str] = (),
    check_exit: bool = True,
    module: str = "jarvisd",
) -> AsyncIterator[RunningDaemon]:
    """Start a daemon, wait until it answers and has found its voices, stop it at the end.

    ``settings`` are dotted paths, as in the environment, to which ``environ`` is added;
    ``configuration`` is a file, ``prefix`` a command that becomes the daemon, ``module`` what runs
    it. The log is shown when the test fails.
    """
    surroundings = dict(os.environ) | {"JARVISD__LLM__URL": llm_url}
    for path, value in (settings or {}).items():
        surroundings["JARVISD__" + path.upper().replace(".", "__")] = str(value)
    surroundings.pop("NOTIFY_SOCKET", None)
    surroundings |= environ or {}
    with (directory / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *prefix,
            *(sys.executable, "-m", module),
            *("--socket", str(directory / "control.sock")),
            *("--state-dir", str(directory / "state")),
            *(("--config", str(configuration)) if configuration else ()),
            env=surroundings,
            stdout=log,
            stderr=log,
        )
    daemon = RunningDaemon(directory, process)
    try:
        await _answers(daemon)
        await daemon.until(_can_speak_or_never_will)
        yield daemon
    finally:
        await daemon.client.aclose()
        code = await daemon.stop()
        print(daemon.log)
    if check_exit:
        assert code == 0, f"the daemon exited with {code}"


def _can_speak_or_never_will(status: dict[str, Any]) -> bool:
    idle = any(worker["state"] == "idle" for worker in status["workers"])
    return idle or any(
        part["name"] == "voice" and part["state"] == "failed" for part in status["components"]
    )


async def _answers(daemon: RunningDaemon) -> None:
    async with asyncio.timeout(LONG_S):
        while True:
            assert daemon.process.returncode is None, daemon.log
            try:
                await daemon.get("/v1/live")
            except httpx.TransportError:
                await asyncio.sleep(0.02)
            else:
                return
