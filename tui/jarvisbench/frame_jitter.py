"""Whether paced frames come when they should, three sessions at a time, and none is missing.

The floor is a bare server that streams frames of its own to three readers.
"""

from collections.abc import Iterator

from jarvisbench.figures import Row, percentile
from jarvisbench.frame_reading import FRAME_S, dropped, listen
from jarvisbench.replies import ANSWERS
from jarvisbench.rig import EMBEDDED, Rig
from jarvisbench.wire import PCM, get, post

TARGET_MS = 2.0
SESSIONS = 3


def measure(rig: Rig) -> Iterator[Row]:
    """Jitter, and frames that are missing."""
    seconds = rig.samples(8, 3)
    text = " ".join(ANSWERS[: 2 * seconds])
    with rig.daemon() as daemon, rig.bare_server() as bare_path:
        bare = listen(
            bare_path, [get(f"/frames?count={int(seconds / FRAME_S)}")] * SESSIONS, seconds
        )
        body: dict[str, object] = {"text": text, "voice": EMBEDDED, "paced": True}
        ours = listen(daemon.socket, [post("/v1/say", body, accept=PCM)] * SESSIONS, seconds)
    yield Row(
        name="frames.jitter",
        unit="ms",
        values=[value for session in ours for value in session.jitter_ms()],
        judged="p95",
        floor=percentile([value for one in bare for value in one.jitter_ms()], "p95"),
        within=TARGET_MS,
    )
    yield Row(
        name="frames.dropped",
        unit="frames",
        values=[sum(dropped(session.arrivals) for session in ours)],
        floor=sum(dropped(session.arrivals) for session in bare),
        within=0,
    )
