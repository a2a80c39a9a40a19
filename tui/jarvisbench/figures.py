"""What a measurement comes to: percentiles, the floor beside them, and whether the target was met.

Pure values. A row is judged by one of its percentiles; where something is missing it says why and
is not judged.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Percentile = Literal["p50", "p95", "p99"]
Judgement = Literal["ok", "missed", "no verdict"]
_SHARES: dict[Percentile, float] = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


def percentile(values: Sequence[float], which: Percentile) -> float:
    """The smallest value that at least that share of ``values`` does not exceed.

    The nearest rank: always a value that was measured. Raises ``ValueError`` without values.
    """
    if not values:
        raise ValueError("no values were measured")
    rank = max(1, math.ceil(_SHARES[which] * len(values)))
    return sorted(values)[rank - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure: ``values`` in ``unit``, judged by one percentile against its goal.

    ``floor`` is the same percentile of the least that the machine needs for this. The goal is
    ``target``, or ``within``: so much above the floor. Where the floor alone is beyond ``within``
    the machine cannot show the figure, and there is no verdict. Without a goal the row is
    information. ``skipped`` says why there are no values.
    """

    name: str
    unit: str
    values: Sequence[float] = ()
    judged: Percentile = "p50"
    floor: float | None = None
    target: float | None = None
    within: float | None = None
    at_least: bool = False
    skipped: str = ""
    broken: bool = False

    @property
    def goal(self) -> float | None:
        """What the judged percentile is compared with; ``None`` where nothing is asked."""
        return self.target if self.within is None else (self.floor or 0.0) + self.within

    @property
    def beyond_this_machine(self) -> bool:
        """Whether the floor alone misses what is promised."""
        return self.within is not None and self.floor is not None and self.floor > self.within

    @property
    def verdict(self) -> Judgement:
        """Whether the goal was met; none where nothing was measured, asked, or can be shown."""
        if self.broken:
            return "missed"
        goal = self.goal
        if goal is None or not self.values:
            return "no verdict"
        value = percentile(self.values, self.judged)
        if value >= goal if self.at_least else value <= goal:
            return "ok"
        return "no verdict" if self.beyond_this_machine else "missed"

    def at(self, which: Percentile) -> float | None:
        """One of its percentiles; ``None`` where nothing was measured."""
        return percentile(self.values, which) if self.values else None

    def wire(self) -> dict[str, object]:
        """The row as ``--json`` prints it."""
        return {
            "name": self.name,
            "unit": self.unit,
            "p50": _rounded(self.at("p50")),
            "p95": _rounded(self.at("p95")),
            "p99": _rounded(self.at("p99")),
            "floor": _rounded(self.floor),
            "target": _rounded(self.goal),
            "verdict": self.verdict,
            "pass": self.verdict != "missed",
        }


@dataclass(frozen=True, slots=True)
class Round:
    """Samples of ours and of the floor, taken in turn."""

    ours: list[float]
    floor: list[float]


def quieter_half(rounds: Sequence[Round], which: Percentile) -> Round:
    """The samples of those rounds in which other work on the machine disturbed less.

    The floor decides which they are, never our own samples: that can only make it harder for us.
    """
    ranked = sorted(rounds, key=lambda one: percentile(one.floor, which))
    kept = ranked[: math.ceil(len(ranked) / 2)]
    return Round([x for one in kept for x in one.ours], [x for one in kept for x in one.floor])


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
