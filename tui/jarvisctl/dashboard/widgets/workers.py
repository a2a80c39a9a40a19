"""The engine workers, and the voices they can speak with."""

from collections.abc import Iterator

from textual.content import Content

from jarvisctl.dashboard.look import FAINT, GOOD, WARN, WORKERS, line
from jarvisctl.dashboard.snapshot import Snapshot
from jarvisctl.dashboard.widgets.panel import Panel
from jarvisctl.layout import mebibytes
from jarvisd.wire import Voice, WorkerInfo

_UNKNOWN = ("?", WARN)


class Workers(Panel):
    """A line for each worker, then one for each voice, the default first."""

    TITLE = "workers and voices"

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Content]:
        """Workers by number, then voices."""
        status = snapshot.status
        workers = status.workers if status else []
        rows = [_worker(worker) for worker in workers]
        if not rows:
            rows.append(line(("no worker runs", WARN if status else FAINT)))
        return rows + list(_voices(snapshot.voices))

    def heading(self, snapshot: Snapshot) -> str:
        """How many of each."""
        if snapshot.status is None:
            return ""
        there = sum(voice.available for voice in snapshot.voices)
        voices = f", {there} voices" if snapshot.voices else ""
        return f"{len(snapshot.status.workers)}{voices}"


def _worker(worker: WorkerInfo) -> Content:
    mark, style = WORKERS.get(worker.state, _UNKNOWN)
    return line(
        (f"{mark} {worker.state:<8} ", style),
        f"{worker.engine:<7} ",
        (f"{worker.pid:>7} {mebibytes(worker.rss_bytes):>7}  {worker.served} served", FAINT),
    )


def _voices(voices: tuple[Voice, ...]) -> Iterator[Content]:
    for voice in voices:
        if voice.default:
            yield line(("★ ", GOOD), (voice.id, "bold"), (f"  {voice.language}  default", FAINT))
        elif voice.available:
            yield line(("♪ ", FAINT), voice.id, (f"  {voice.language}", FAINT))
        else:
            yield line(("□ ", WARN), (voice.id, FAINT), (f"  {voice.reason}", WARN))
