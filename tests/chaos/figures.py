"""What chaos counts: six figures, all of which must be nothing. Pure: values in, values out."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

MOST_MEMORY_MB_PER_H = 1.0


@dataclass(slots=True)
class Figures:
    """Added up over all faults; ``memory_mb_per_h`` is the steepest slope that was seen."""

    lost_turns: int = 0
    frozen_replies: int = 0
    leaked_descriptors: int = 0
    leaked_tasks: int = 0
    leaked_processes: int = 0
    memory_mb_per_h: float = 0.0

    @property
    def clean(self) -> bool:
        """Whether nothing was lost, frozen or leaked."""
        counts = (
            self.lost_turns,
            self.frozen_replies,
            self.leaked_descriptors,
            self.leaked_tasks,
            self.leaked_processes,
        )
        return not any(counts) and self.memory_mb_per_h <= MOST_MEMORY_MB_PER_H

    def line(self) -> str:
        """All of it in one line."""
        return (
            f"lost turns {self.lost_turns}, frozen replies {self.frozen_replies}, "
            f"leaked descriptors {self.leaked_descriptors}, tasks {self.leaked_tasks}, "
            f"processes {self.leaked_processes}, memory {self.memory_mb_per_h:.2f} MB/h"
        )

    def add(self, other: "Figures") -> None:
        """Take another's figures in."""
        self.lost_turns += other.lost_turns
        self.frozen_replies += other.frozen_replies
        self.leaked_descriptors += other.leaked_descriptors
        self.leaked_tasks += other.leaked_tasks
        self.leaked_processes += other.leaked_processes
        self.memory_mb_per_h = max(self.memory_mb_per_h, other.memory_mb_per_h)


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The median slope between all pairs of points (Theil and Sen): outliers do not tilt it.

    0 where there are fewer than two points in time.
    """
    slopes = [
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for earlier, later in combinations(sorted(points), 2)
        if later[0] > earlier[0]
    ]
    return median(slopes) if slopes else 0.0
