"""``GET /v1/status`` on a kept connection, beside a bare route that answers almost nothing.

The same client asks both in turn.
"""

from collections.abc import Iterator

from jarvisctl.bench.figures import Row, percentile
from jarvisctl.bench.rig import Rig
from jarvisctl.bench.wire import Wire, get

ALLOWED_RATIO = 1.5
WARM_UPS = 50


def measure(rig: Rig) -> Iterator[Row]:
    """The answer's latency."""
    ours, bare = [], []
    with (
        rig.daemon() as daemon,
        rig.bare_server() as bare_path,
        Wire(daemon.socket) as wire,
        Wire(bare_path) as bare_wire,
    ):
        for _ in range(rig.samples(4_000, 1_000) + WARM_UPS):
            bare.append(bare_wire.answer(get("/v1/live"))[0] * 1_000)
            ours.append(wire.answer(get("/v1/status"))[0] * 1_000)
    floor = percentile(bare[WARM_UPS:], "p99")
    yield Row(
        name="status",
        unit="ms",
        values=ours[WARM_UPS:],
        judged="p99",
        floor=floor,
        target=floor * ALLOWED_RATIO,
    )
