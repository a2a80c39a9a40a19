"""Many paced streams read by one thread: when each frame came, how far off, and what is missing.

Jitter is how far a frame's arrival lies from its place on a grid of 20 ms; the grid of a session is
laid through the middle of its arrivals. Knows nothing of who writes the frames.
"""

import math
import selectors
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from jarvisbench.wire import ChunkedBody, Wire, WireError

FRAME_S = 0.02
# The first frames come together, to fill the client's buffer.
LEAD_FRAMES = 8


@dataclass
class Session:
    """One paced stream: when it was asked for, when each frame arrived, and its size."""

    wire: Wire
    held: bytes = b""
    body: ChunkedBody | None = None
    sent_at: float = 0.0
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

    def first_ms(self) -> float:
        """Milliseconds from the request to the first frame. Raises ``WireError`` without one."""
        if not self.arrivals:
            raise WireError(f"no audio came: {self.headers.partition(chr(13))[0] or 'no answer'}")
        return (self.arrivals[0] - self.sent_at) * 1_000


def off_grid_ms(arrivals: list[float]) -> list[float]:
    """Distances from a grid of 20 ms through the middle of ``arrivals`` (monotonic seconds)."""
    if not arrivals:
        return []
    offsets = [at - number * FRAME_S for number, at in enumerate(arrivals)]
    middle = median(offsets)
    return [abs(offset - middle) * 1_000 for offset in offsets]


def dropped(arrivals: list[float]) -> int:
    """How many frames were missing when they were due: the gaps, beyond what was sent ahead."""
    missing = 0
    for number, at in enumerate(arrivals[LEAD_FRAMES:], LEAD_FRAMES):
        heard_until = arrivals[0] + (number + missing) * FRAME_S
        if at > heard_until:
            missing += math.ceil((at - heard_until) / FRAME_S)
    return missing


def listen(path: Path, requests: Iterable[bytes], seconds: float) -> list[Session]:
    """Read the answers to all ``requests`` at once, for some seconds or to their end.

    Everybody is connected before the first request is sent. Raises ``WireError``.
    """
    wanted = list(requests)
    sessions = [Session(Wire(path)) for _ in wanted]
    deadline = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        for session, request in zip(sessions, wanted, strict=True):
            session.sent_at = session.wire.send(request)
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
