"""How many listen at the same time, step by step, and what the rows of every step are called.

Names only: what lists the parts, measures them or draws them agrees on them here.
"""

from collections.abc import Iterator

CACHED, LIVE = "frames", "live"
STEPS: dict[str, tuple[int, ...]] = {CACHED: (1, 3, 5, 8, 10, 25, 50), LIVE: (1, 3, 5, 8)}
FIGURES = ("jitter", "first", "cpu")


def name(kind: str, figure: str, sessions: int | str) -> str:
    """The row of one figure at one step, such as ``frames.jitter.50``."""
    return f"{kind}.{figure}.{sessions}"


def dropped(kind: str) -> str:
    """The row that counts what was missing at any step."""
    return name(kind, "dropped", "ramp")


def names() -> Iterator[str]:
    """Every row, in the order in which they are measured."""
    for kind, steps in STEPS.items():
        for sessions in steps:
            for figure in FIGURES:
                yield name(kind, figure, sessions)
        yield dropped(kind)
