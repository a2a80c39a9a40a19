"""``GET /v1/status`` on a kept connection, beside a bare route that answers almost nothing.

The same client asks both in turn, round after round; the quieter_half round counts.
"""

from collections.abc import Iterator

from jarvisbench.figures import Round, Row, percentile, quieter_half
from jarvisbench.rig import Rig
from jarvisbench.wire import Wire, get

ALLOWED_RATIO = 1.5
ROUND = 200


def measure(rig: Rig) -> Iterator[Row]:
    """The answer's latency."""
    with (
        rig.daemon() as daemon,
        rig.bare_server() as bare_path,
        Wire(daemon.socket) as ours,
        Wire(bare_path) as bare,
    ):
        _round(ours, bare)  # both are warm from here on
        rounds = [_round(ours, bare) for _ in range(rig.samples(40, 12))]
    best = quieter_half(rounds, "p99")
    floor = percentile(best.floor, "p99")
    yield Row(
        name="status",
        unit="ms",
        values=best.ours,
        judged="p99",
        floor=floor,
        target=floor * ALLOWED_RATIO,
    )


def _round(ours: Wire, bare: Wire) -> Round:
    """Milliseconds of a number of answers of each."""
    found = Round([], [])
    for _ in range(ROUND):
        found.floor.append(bare.answer(get("/v1/live"))[0] * 1_000)
        found.ours.append(ours.answer(get("/v1/status"))[0] * 1_000)
    return found
