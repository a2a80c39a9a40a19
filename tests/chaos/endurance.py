"""Many turns, one after the other: what the daemon holds afterwards does not grow.

Memory is told as the growth in an hour of a busy house, a turn every five seconds: what a turn
leaves behind is what counts, and not how fast this machine makes them.
"""

import re
from pathlib import Path

from tests.chaos.figures import slope
from tests.chaos.stage import Stage
from tests.support.daemon import RunningDaemon

# The first turns fill what is bounded: rings (that of health checks has a thousand entries), the
# database's cache, allocator arenas. Each turn is a conversation of its own, because what memory
# holds of a long one grows up to a bound, too.
WARM_UP = 1_500
TURNS = 600
BETWEEN_LOOKS = 5
TURNS_AN_HOUR = 720
BYTES_PER_MB = 1_000_000


async def talk_for_long(stage: Stage) -> None:
    """Turns, interrupts and looks at the status; counts what is left and how memory grows."""
    stage.model.word_s, stage.model.sentences = 0.0, 1  # audio of replies just ended is kept
    async with stage.daemon(reply__keep=2, api__event_backlog=256, log__level="warning") as daemon:
        await _talk(stage, daemon, range(WARM_UP))
        before = await stage.usage(daemon)
        points: list[tuple[float, float]] = []
        for turns in range(0, TURNS, BETWEEN_LOOKS):
            first = WARM_UP + turns
            await _talk(stage, daemon, range(first, first + BETWEEN_LOOKS))
            points.append((turns / TURNS_AN_HOUR, _anonymous_bytes(daemon) / BYTES_PER_MB))
        await stage.check_usage(daemon, before)
        await stage.check_promises(daemon)
        stage.figures.memory_mb_per_h = max(0.0, slope(points))


async def _talk(stage: Stage, daemon: RunningDaemon, turns: range) -> None:
    for number in turns:
        await stage.ask(daemon, f"c{number}", stop_at=stage.chance.choice((None, None, 6)))
        await daemon.get("/v1/status")


def _anonymous_bytes(daemon: RunningDaemon) -> int:
    """Memory of the daemon's own: pages of files do not count."""
    status = Path(f"/proc/{daemon.pid}/status").read_text()
    found = re.search(r"^RssAnon:\s+(\d+) kB", status, re.MULTILINE)
    return int(found.group(1)) * 1024 if found else 0
