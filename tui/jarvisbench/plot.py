"""Plots as SVG, written by hand: figures against their targets, and a figure along the ramp.

Pure: values in, text out. Marks differ in shape as well as in colour, and take the page's own
colour for text and lines, so that they can be read on paper, in the dark, and without colours.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

from jarvisbench.figures import Percentile, Row

LABEL_X, LEFT, RIGHT = 160, 170, 640  # names end, plot begins, plot ends
LINE_HEIGHT, TOP = 20, 30
DECADES = (-3, 1)  # a thousandth of the target to ten times
CHART_HEIGHT, CHART_LEFT, CHART_FOOT = 220, 60, 40
# Colours that people with any colour vision can tell apart.
PERCENTILES: dict[Percentile, str] = {"p50": "#0072b2", "p95": "#e69f00", "p99": "#cc79a7"}


@dataclass(frozen=True, slots=True)
class Point:
    """One step of the ramp: sessions, the row, and what is asked of it."""

    sessions: int
    row: Row


def against_targets(rows: Sequence[Row]) -> str:
    """Percentiles and floor of every judged row in shares of its target, on a logarithmic scale.

    Rows that are to be reached from below, or that allow nothing, have no such share. Empty where
    no row is left.
    """
    judged = [row for row in rows if row.values and row.target and not row.at_least]
    if not judged:
        return ""
    height = TOP + LINE_HEIGHT * len(judged) + 10
    parts = [*_decades(height - 10)]
    for number, row in enumerate(judged):
        parts += _against_target(row, TOP + LINE_HEIGHT * number + LINE_HEIGHT // 2)
    return _svg(height, parts, "Figures in shares of their targets")


def along_ramp(points: Sequence[Point], *, about: str) -> str:
    """Percentiles (joined), floor and target at every step; empty without measured steps."""
    measured = [point for point in points if point.row.values]
    if not measured:
        return ""
    highest = max(_highest(point.row) for point in measured) * 1.1 or 1.0
    step = (RIGHT - CHART_LEFT) / len(measured)
    xs = [CHART_LEFT + step * (number + 0.5) for number in range(len(measured))]

    def y(value: float) -> float:
        return CHART_HEIGHT - (CHART_HEIGHT - TOP) * value / highest

    parts = [_text(10, 16, about, anchor="start"), *_scale(highest, y(0), y(highest))]
    for x, point in zip(xs, measured, strict=True):
        parts.append(_text(x, CHART_HEIGHT + 18, str(point.sessions), anchor="middle"))
        parts += _floor_and_target(point.row, x, y)
    parts.append(_text(RIGHT, CHART_HEIGHT + 34, "sessions at the same time"))
    for which, colour in PERCENTILES.items():
        if which != "p50" and all(len(point.row.values) == 1 for point in measured):
            continue
        heights = [y(point.row.at(which) or 0.0) for point in measured]
        path = " ".join(f"{x:.1f},{at:.1f}" for x, at in zip(xs, heights, strict=True))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}"/>')
        parts += [_mark(which, x, at) for x, at in zip(xs, heights, strict=True)]
    return _svg(CHART_HEIGHT + CHART_FOOT, parts, about)


def legend() -> str:
    """What the marks mean, as an SVG line."""
    parts = []
    for number, which in enumerate(PERCENTILES):
        parts += [_mark(which, 20 + 70 * number, 10), _text(30 + 70 * number, 14, which, "start")]
    parts += [_line(230, 3, 230, 17, dashes="2 2"), _text(238, 14, "floor", "start")]
    parts += [_line(300, 3, 300, 17, width=2), _text(308, 14, "target", "start")]
    return _svg(20, parts, "p50 round, p95 square, p99 diamond; floor dotted; target a thick line")


def _decades(bottom: int) -> Iterable[str]:
    for exponent in range(DECADES[0], DECADES[1] + 1):
        x = _share_x(10.0**exponent)
        yield _line(x, TOP, x, bottom, width=2 if exponent == 0 else 0.3)
        yield _text(x, TOP - 8, "target" if exponent == 0 else f"{10.0**exponent:g}", "middle")


def _against_target(row: Row, y: float) -> Iterable[str]:
    target = row.target or 1.0
    yield _text(LABEL_X, y + 4, row.name)
    if row.floor:
        x = _share_x(row.floor / target)
        yield _line(x, y - 7, x, y + 7, dashes="2 2")
    marks: list[Percentile] = list(PERCENTILES) if len(row.values) > 1 else ["p50"]
    xs = [(which, _share_x((row.at(which) or 0.0) / target)) for which in marks]
    yield _line(xs[0][1], y, xs[-1][1], y, width=0.6)
    yield from (_mark(which, x, y) for which, x in xs)


def _share_x(share: float) -> float:
    """Where a share of the target lies; what is off the scale lies at its edge."""
    lowest, highest = DECADES
    exponent = math.log10(share) if share > 0 else lowest
    place = (min(max(exponent, lowest), highest) - lowest) / (highest - lowest)
    return LEFT + (RIGHT - LEFT) * place


def _highest(row: Row) -> float:
    return max(row.at("p99") or 0.0, row.floor or 0.0, row.target or 0.0)


def _scale(highest: float, bottom: float, top: float) -> Iterable[str]:
    yield _line(CHART_LEFT, bottom, RIGHT, bottom)
    for value, y in ((0.0, bottom), (highest / 2, (bottom + top) / 2), (highest, top)):
        yield _text(CHART_LEFT - 6, y + 4, f"{value:.3g}")
        yield _line(CHART_LEFT, y, RIGHT, y, width=0.2)


def _floor_and_target(row: Row, x: float, y: Callable[[float], float]) -> Iterable[str]:
    if row.floor is not None:
        yield _line(x - 14, y(row.floor), x + 14, y(row.floor), dashes="2 2")
    if row.target is not None:
        yield _line(x - 18, y(row.target), x + 18, y(row.target), width=2)


def _mark(which: Percentile, x: float, y: float) -> str:
    colour = PERCENTILES[which]
    if which == "p50":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
    square = f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7" fill="{colour}"'
    return square + ("/>" if which == "p95" else f' transform="rotate(45 {x:.1f} {y:.1f})"/>')


def _line(
    x: float, y: float, to_x: float, to_y: float, *, width: float = 1.0, dashes: str = ""
) -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    ends = f'x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}"'
    return f'<line {ends} stroke="currentColor" stroke-width="{width:g}"{dashed}/>'


def _text(x: float, y: float, text: str, anchor: str = "end") -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {where} fill="currentColor">{escape(text)}</text>'


def _svg(height: float, parts: Iterable[str], about: str) -> str:
    box = f'viewBox="0 0 {RIGHT + 20} {height:g}" width="{RIGHT + 20}" height="{height:g}"'
    kind = 'xmlns="http://www.w3.org/2000/svg" role="img" font-family="sans-serif" font-size="12"'
    return f"<svg {kind} {box}><title>{escape(about)}</title>{''.join(parts)}</svg>"
