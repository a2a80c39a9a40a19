"""The real daemon's log over its socket, and its level while it runs."""

import json
import signal
from pathlib import Path

from tests.support.daemon import running_daemon


async def test_the_log_can_be_read_and_its_level_changed(tmp_path: Path) -> None:
    async with running_daemon(tmp_path) as daemon:
        response = await daemon.client.get("/v1/logs")
        lines = [json.loads(line) for line in response.text.splitlines()]
        (ready,) = (line for line in lines if line["message"].startswith("daemon.ready"))
        assert (ready["level"], ready["component"]) == ("info", "daemon")
        assert [line["event"] for line in lines] == list(range(1, len(lines) + 1))

        wanted = {"level": "error", "for_s": 600}
        changed = (await daemon.client.put("/v1/log/level", json=wanted)).json()
        assert (changed["level"], changed["configured"]) == ("error", "info")
        newest = (await daemon.get("/v1/logs?limit=1"))["message"]
        assert newest == "log.level now=error configured=info"
        assert (await daemon.client.get("/v1/unknown")).status_code == 404
        assert (await daemon.get("/v1/logs?limit=1"))["message"] == newest

        await daemon.client.put("/v1/log/level", json={"level": "configured"})
        assert (await daemon.client.get("/v1/unknown")).status_code == 404
        assert "request.refused" in (await daemon.get("/v1/logs?limit=1"))["message"]


async def test_a_reload_leaves_the_level_that_was_asked_for(tmp_path: Path) -> None:
    async with running_daemon(tmp_path) as daemon:
        await daemon.client.put("/v1/log/level", json={"level": "debug"})
        assert (await daemon.post("/v1/reload")) == {"changed": [], "restart": []}
        assert (await daemon.get("/v1/log/level"))["level"] == "debug"


async def test_followers_do_not_hold_up_the_end(tmp_path: Path) -> None:
    async with (
        running_daemon(tmp_path) as daemon,
        daemon.client.stream("GET", "/v1/logs", params={"follow": "true"}) as response,
    ):
        lines = response.aiter_lines()
        await anext(lines)
        assert await daemon.stop(signal.SIGTERM) == 0
        assert [line async for line in lines][-1].startswith('{"type":"log"')
