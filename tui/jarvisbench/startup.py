"""From starting the process to its first answer, beside a bare server started the same way."""

import time
from collections.abc import Iterator
from pathlib import Path

from jarvisbench.figures import Row, percentile
from jarvisbench.rig import EMBEDDED, Rig, spawned, wait_until_live

TARGET_S = 0.7
POLL_S = 0.002


def measure(rig: Rig) -> Iterator[Row]:
    """The time until a client is answered. The first start reads the disk and does not count."""
    ours, bare = [], []
    config = rig.path(".toml")
    config.write_text(rig.config(voice=EMBEDDED))
    for _ in range(rig.samples(15, 3) + 1):
        path = rig.path(".sock")
        bare.append(_start_s(path, "jarvisbench.bare_server", str(path)))
        path, state = rig.path(".sock"), rig.path("")
        options = ["--socket", str(path), "--state-dir", str(state), "--config", str(config)]
        ours.append(_start_s(path, "jarvisd", *options))
    yield Row(
        name="ready_after_start",
        unit="s",
        values=ours[1:],
        judged="p95",
        floor=percentile(bare[1:], "p95"),
        within=TARGET_S,
    )


def _start_s(path: Path, module: str, *arguments: str) -> float:
    began = time.monotonic()
    with spawned(module, *arguments) as process:
        return wait_until_live(path, process, poll_s=POLL_S) - began
