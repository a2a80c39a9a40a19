"""Whether paced frames come when they should, three sessions at a time, and none is missing.

One thread reads all of them. Jitter is how far a frame's arrival lies from its place on a grid of
20 ms; the grid of a session is laid through the middle of its arrivals. The floor is a bare server
that streams frames of its own to three readers.
"""

import math
import selectors
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from jarvisctl.bench.figures import Row, percentile
from jarvisctl.bench.replies import ANSWERS
from jarvisctl.bench.rig import EMBEDDED, Rig
from jarvisctl.bench.wire import PCM, ChunkedBody, Wire, get, post

FRAME_S = 0.02
TARGET_MS = 2.0
SESSIONS = 3
# The first frames come together, to fill the client's buffer.
LEAD_FRAMES = 8


@dataclass
class Session:
    """One paced stream: when each frame arrived, and its size."""

    wire: Wire
    held: bytes = b""
    body: ChunkedBody | None = None
    arrivals: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    headers: str = ""

    @property
    def ended(self) -> bool:
        """Whether the whole body is here."""
        return self.body is not None and self.body.ended

    def take(self, at: float, data: bytes) -> None:
        """Note what arrived."""
        if self.body is None:
            self.held += data
            head, found, data = self.held.partition(b"\r\n\r\n")
            if not found:
                return
            self.headers, self.body = head.decode("latin-1"), ChunkedBody()
        for chunk in self.body.feed(data):
            self.arrivals.append(at)
            self.sizes.append(len(chunk))

    def jitter_ms(self) -> list[float]:
        """How far each frame was from its place, in milliseconds."""
        return off_grid_ms(self.arrivals[LEAD_FRAMES:])


def off_grid_ms(arrivals: list[float]) -> list[float]:
    """Distances from a grid of 20 ms through the middle of ``arrivals`` (monotonic seconds)."""
    if not arrivals:
        return []
    offsets = [at - number * FRAME_S for number, at in enumerate(arrivals)]
    middle = median(offsets)
    return [abs(offset - middle) * 1_000 for offset in offsets]


def measure(rig: Rig) -> Iterator[Row]:
    """Jitter, and frames that are missing."""
    seconds = rig.samples(8, 3)
    text = " ".join(ANSWERS[: 2 * seconds])
    with rig.daemon() as daemon, rig.bare_server() as bare_path:
        bare = _listen(bare_path, get(f"/frames?count={int(seconds / FRAME_S)}"), seconds)
        body: dict[str, object] = {"text": text, "voice": EMBEDDED, "paced": True}
        ours = _listen(daemon.socket, post("/v1/say", body, accept=PCM), seconds)
    yield Row(
        name="frames.jitter",
        unit="ms",
        values=[value for session in ours for value in session.jitter_ms()],
        judged="p95",
        floor=percentile([value for one in bare for value in one.jitter_ms()], "p95"),
        target=TARGET_MS,
    )
    yield Row(
        name="frames.dropped",
        unit="frames",
        values=[sum(dropped(session.arrivals) for session in ours)],
        floor=sum(dropped(session.arrivals) for session in bare),
        target=0,
    )


def dropped(arrivals: list[float]) -> int:
    """How many frames were missing when they were due: the gaps, beyond what was sent ahead."""
    missing = 0
    for number, at in enumerate(arrivals[LEAD_FRAMES:], LEAD_FRAMES):
        heard_until = arrivals[0] + (number + missing) * FRAME_S
        if at > heard_until:
            missing += math.ceil((at - heard_until) / FRAME_S)
    return missing


def _listen(path: Path, request: bytes, seconds: float) -> list[Session]:
    """Read ``SESSIONS`` streams for some seconds, or to their end."""
    sessions = [Session(Wire(path)) for _ in range(SESSIONS)]
    deadline = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        for session in sessions:
            session.wire.send(request)
            selector.register(session.wire, selectors.EVENT_READ, session)
        while selector.get_map() and time.monotonic() < deadline:
            for key, _ in selector.select(timeout=1.0):
                _read(selector, key.data)
    for session in sessions:
        session.wire.close()
    return sessions


def _read(selector: selectors.BaseSelector, session: Session) -> None:
    at, data = session.wire.receive()
    session.take(at, data)
    if session.ended:
        selector.unregister(session.wire)
