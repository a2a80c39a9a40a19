"""How long the daemon's loop makes anybody wait while two syntheses keep the processor busy.

A client asks ``/v1/live`` every few milliseconds: whatever holds the loop up, it waits for. A bare
server is asked in turn, on the same busy machine; both figures hold the client's own waiting for a
processor, so they are upper bounds.
"""

import time
from collections.abc import Iterator
from pathlib import Path

from jarvisbench.figures import Row, percentile
from jarvisbench.listener import Listener
from jarvisbench.replies import LONG_ANSWER
from jarvisbench.rig import HEAVY, PartUnavailable, Rig, count_workers
from jarvisbench.wire import Wire, get, post

TARGET_MS = 20.0
PROBE_S = 0.004
ROUNDS_LIMIT_S = 60.0
NAME = "loop_stall"
LIVE = get("/v1/live")


def measure(rig: Rig) -> Iterator[Row]:
    """The wait for an answer while at least two syntheses run."""
    try:
        rig.voices  # noqa: B018 - built before the daemon starts
    except PartUnavailable as reason:
        yield Row(name=NAME, unit="ms", skipped=str(reason))
        return
    wanted = rig.samples(1_000, 200)
    ours: list[float] = []
    bare: list[float] = []
    with rig.daemon(voice=HEAVY, slots=2) as daemon, rig.bare_server() as bare_path:
        deadline = time.monotonic() + ROUNDS_LIMIT_S
        while len(ours) < wanted and time.monotonic() < deadline:
            _probe_one_reply(daemon.socket, bare_path, ours, bare, wanted=wanted)
    yield Row(
        name=NAME,
        unit="ms",
        values=ours,
        judged="p99",
        floor=percentile(bare, "p99"),
        within=TARGET_MS,
    )


def _probe_one_reply(
    socket: Path, bare_path: Path, ours: list[float], bare: list[float], *, wanted: int
) -> None:
    """Probe while the sentences of one answer are made two at a time."""
    listener = Listener(socket, "/v1/say", {"text": LONG_ANSWER})
    with Wire(socket) as wire, Wire(bare_path) as bare_wire, listener.listening():
        listener.wait_until_audible()
        while len(ours) < wanted and count_workers(wire, "busy") >= 2:
            for _ in range(10):
                time.sleep(PROBE_S)
                ours.append(wire.answer(LIVE)[0] * 1_000)
                bare.append(bare_wire.answer(LIVE)[0] * 1_000)
        wire.answer(post(f"/v1/replies/{listener.reply}/interrupt", {"wait": True}))
