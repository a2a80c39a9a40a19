"""The series: measurements over time, in steps of one second for minutes and ten seconds for hours.

The names are part of the API: they are added, never changed. A gap without rows means that the
daemon was idle; ``sampling`` decides when there is a row.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jarvisd.errors import NotFoundError
from jarvisd.telemetry.rings import NOTHING, Columns, Folding
from jarvisd.wire import SampleEvent, SeriesResponse

FINE_S = 1
COARSE_S = 10
FINE_ROWS = 900
COARSE_ROWS = 2_160


@dataclass(frozen=True, slots=True)
class Series:
    """One series; ``peak``: of ten seconds the maximum counts, not the mean."""

    name: str
    unit: str
    about: str
    peak: bool = False


SERIES: tuple[Series, ...] = (
    Series("daemon_cpu", "cores", "CPU that the daemon used"),
    Series("workers_cpu", "cores", "CPU that all engine workers used"),
    Series("model_cpu", "cores", "CPU that the language model's server used"),
    Series(
        "cpu_pressure",
        "percent",
        "CPU pressure: share of ten seconds in which a task waited for a CPU",
    ),
    Series("tokens_per_s", "1/s", "tokens that the language model wrote"),
    Series("slack_s", "s", "audio synthesised and not yet played, of the reply with the least"),
    Series("replies", "", "replies in progress or still playing"),
    Series("speech_waiting", "", "utterances that wait for a worker", peak=True),
    Series("store_waiting", "", "changes that wait to be written to disk", peak=True),
    Series("slots", "", "utterances that may be synthesised at the same time"),
    Series("slots_in_use", "", "utterances being synthesised"),
    Series("loop_lag_ms", "ms", "longest delay of the daemon's event loop", peak=True),
    Series("daemon_rss_bytes", "B", "memory of the daemon"),
    Series("workers_rss_bytes", "B", "memory of all engine workers"),
)
NAMES = tuple(series.name for series in SERIES)


class SeriesHistory:
    """Rows of all series at both resolutions; wall-clock seconds."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._newest_at = float("-inf")
        self._fine = Columns(len(SERIES), FINE_ROWS)
        self._coarse = Columns(len(SERIES), COARSE_ROWS)
        peaks = [index for index, series in enumerate(SERIES) if series.peak]
        self._folding = Folding(len(SERIES), COARSE_S, peaks)

    @property
    def nbytes(self) -> int:
        """Memory of all rows; it never changes."""
        return self._fine.nbytes + self._coarse.nbytes

    def record(self, time: float, row: Sequence[float]) -> None:
        """Add one row, in the order of ``SERIES``. Times rise.

        A clock that was set back clears the history: its times would come twice.
        """
        if time < self._newest_at - COARSE_S:
            self._begin()
        time = self._newest_at = max(time, self._newest_at)
        self._fine.record(time, row)
        if (folded := self._folding.add(time, row)) is not None:
            self._coarse.record(*folded)

    def newest(self) -> dict[str, float | None]:
        """The newest row by name; empty before the first."""
        return dict(zip(NAMES, map(_known, self._fine.newest()), strict=False))

    def since(
        self, time: float, names: Iterable[str] = (), *, resolution_s: int = FINE_S
    ) -> SeriesResponse:
        """The rows after ``time`` of these series, all of them for none.

        Raises ``NotFoundError`` (``series.unknown``).
        """
        wanted = [_index(name) for name in names] or range(len(SERIES))
        columns = self._fine if resolution_s == FINE_S else self._coarse
        newest = columns.since(time)
        return SeriesResponse(
            resolution_s=resolution_s,
            times=columns.times(newest),
            series={
                NAMES[index]: [_known(number) for number in columns.column(index, newest)]
                for index in wanted
            },
            units={NAMES[index]: SERIES[index].unit for index in wanted},
        )


def sample(time: float, row: Sequence[float]) -> SampleEvent:
    """One row as watching clients get it."""
    values = {name: _known(number) for name, number in zip(NAMES, row, strict=True)}
    return SampleEvent(time=time, values=values)


def row_of(values: Mapping[str, float | None]) -> list[float]:
    """Values by name as a row; missing ones have no value."""
    found = (values.get(name) for name in NAMES)
    return [NOTHING if value is None else float(value) for value in found]


def _known(number: float) -> float | None:
    return None if math.isnan(number) else round(number, 4)


def _index(name: str) -> int:
    if name not in NAMES:
        raise NotFoundError(
            f"There is no series {name!r}.",
            code="series.unknown",
            hint=f"Known series: {', '.join(NAMES)}.",
        )
    return NAMES.index(name)
