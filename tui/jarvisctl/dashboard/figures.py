"""Figures made small: quantiles of a few values, a curve of block characters, a bar.

Pure: numbers in, text out.
"""

from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"
EIGHTHS = "▏▎▍▌▋▊▉█"


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value that ``share`` of all are not above; ``None`` of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * (len(ordered) - 1))))]


def curve(values: Sequence[float | None], width: int, top: float) -> str:
    """The newest ``width`` values as one row of blocks, newest at the right, ``top`` full height.

    A value that is not there is a dot.
    """
    shown = list(values)[-width:] if width > 0 else []
    return "".join(_block(value, top) for value in shown).rjust(max(0, width))


def _block(value: float | None, top: float) -> str:
    if value is None:
        return "·"
    height = round(min(1.0, max(0.0, value / top if top > 0 else 0.0)) * (len(BLOCKS) - 1))
    return BLOCKS[height]


def bar(share: float, width: int) -> str:
    """A bar of ``width`` columns, ``share`` of it filled to an eighth of a column."""
    eighths = round(min(1.0, max(0.0, share)) * width * 8)
    full, rest = divmod(eighths, 8)
    return "█" * full + (EIGHTHS[rest - 1] if rest else "")


def milliseconds(value: float | None) -> str:
    """A duration for people: ``231 ms``, ``1.4 s``; a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:.0f} ms" if value < 1_000 else f"{value / 1_000:.1f} s"


def rate(value: float | None) -> str:
    """A rate with as many digits as it deserves; a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def per_cent(value: float | None) -> str:
    """Per cent of one core; a dash where it is not known."""
    return "–" if value is None else f"{value:.0f} %"
