"""Plots of the report as SVG: figures against their goals, and a figure along the ramp.

Values in, text out. Marks differ in shape as well as in colour, so that they can be read on paper
and without colours. The figures that a plot says are in the report's table too.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jarvisbench.figures import Percentile, Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_IN, LINE_IN, CHART_IN = 9.0, 0.28, 2.8
# From a thousandth of the goal to ten times: what lies beyond is drawn at the edge.
LOWEST, HIGHEST = 1e-3, 10.0
# Shapes, and colours that people with any colour vision can tell apart.
MARKS: dict[Percentile, tuple[str, str]] = {
    "p50": ("o", "#0072b2"),
    "p95": ("s", "#e69f00"),
    "p99": ("D", "#cc79a7"),
}
# Readable on a dark page and on a light one.
NEUTRAL = "#888888"
# Dates and makers would only make two drawings of the same figures differ.
NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


@dataclass(frozen=True, slots=True)
class Point:
    """One step of the ramp: sessions, and the row that was measured there."""

    sessions: int
    row: Row


def against_goals(rows: Sequence[Row]) -> str:
    """Percentiles and floor of every judged row in shares of its goal, on a logarithmic scale.

    Rows that are to be reached from below, or that allow nothing, have no such share. Empty where
    no row is left.
    """
    judged = [row for row in rows if row.values and row.goal and not row.at_least][::-1]
    if not judged:
        return ""
    figure, axes = _axes(0.9 + LINE_IN * len(judged))
    for which, (mark, colour) in MARKS.items():
        drawn = [(_share(row, row.at(which)), y) for y, row in _having(judged, which)]
        if drawn:
            axes.plot(*zip(*drawn, strict=True), mark, color=colour, label=which, markersize=5)
    floors = [(_share(row, row.floor), y) for y, row in enumerate(judged) if row.floor]
    if floors:
        axes.plot(*zip(*floors, strict=True), "|", color=NEUTRAL, label="floor", markersize=10)
    axes.axvline(1.0, color=NEUTRAL, linewidth=1.5, label="goal")
    axes.set_xscale("log")
    axes.set_xlim(LOWEST * 0.8, HIGHEST * 1.25)
    axes.set_yticks(range(len(judged)), [row.name for row in judged])
    axes.set_xlabel("share of the goal")
    return _svg(figure, axes)


def along_ramp(points: Sequence[Point], *, about: str) -> str:
    """Percentiles, floor and goal at every step; empty without measured steps."""
    measured = [point for point in points if point.row.values]
    if not measured:
        return ""
    figure, axes = _axes(CHART_IN)
    sessions = [str(point.sessions) for point in measured]
    for which, (mark, colour) in MARKS.items():
        if which == "p50" or any(len(point.row.values) > 1 for point in measured):
            values = [point.row.at(which) or 0.0 for point in measured]
            axes.plot(sessions, values, f"-{mark}", color=colour, label=which, markersize=5)
    for name, style, found in (
        ("floor", ":", [point.row.floor for point in measured]),
        ("goal", "--", [point.row.goal for point in measured]),
    ):
        if any(value is not None for value in found):
            shown = [float("nan") if value is None else value for value in found]
            axes.plot(sessions, shown, style, color=NEUTRAL, label=name)
    axes.set_ylim(bottom=0.0)
    axes.set_title(about, color=NEUTRAL, fontsize=10)
    axes.set_xlabel("sessions at the same time")
    return _svg(figure, axes)


def _having(rows: Sequence[Row], which: Percentile) -> list[tuple[int, Row]]:
    """The rows that have this percentile; a single value is its own median, and nothing more."""
    return [(y, row) for y, row in enumerate(rows) if which == "p50" or len(row.values) > 1]


def _share(row: Row, value: float | None) -> float:
    share = (value or 0.0) / (row.goal or 1.0)
    return min(max(share, LOWEST), HIGHEST)


def _axes(height_in: float) -> "tuple[Figure, Axes]":
    """A figure without a screen behind it, in colours that suit light and dark pages."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - takes half a second to import

    figure = Figure(figsize=(WIDTH_IN, height_in), layout="constrained")
    axes = figure.subplots()
    axes.tick_params(colors=NEUTRAL, labelsize=8)
    for side in axes.spines.values():
        side.set_color(NEUTRAL)
    axes.grid(axis="both", color=NEUTRAL, linewidth=0.3, alpha=0.5)
    axes.xaxis.label.set_color(NEUTRAL)
    return figure, axes


def _svg(figure: "Figure", axes: "Axes") -> str:
    """The drawing as an SVG element whose words stay words."""
    import matplotlib as mpl  # noqa: PLC0415 - takes half a second to import

    axes.legend(fontsize=8, labelcolor=NEUTRAL, frameon=False, ncols=5, loc="upper right")
    drawn = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "jarvisbench"}):
        figure.savefig(drawn, format="svg", transparent=True, metadata=NO_METADATA)
    return drawn.getvalue()[drawn.getvalue().index("<svg") :]
