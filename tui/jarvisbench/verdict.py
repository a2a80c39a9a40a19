"""What the benchmark comes to in one line: whether two slots pay on this machine, and why. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jarvisbench.figures import Row
from jarvisbench.machine import BUSY_SHARE

TWO_SLOTS = "two_slots"
# Less is within what a busy machine does to a ratio, and is not worth a second worker's memory.
PAYS_ABOVE = 1.15


@dataclass(frozen=True, slots=True)
class Verdict:
    """``pays`` is ``None`` where it is not known; the reason says why."""

    pays: bool | None
    reason: str

    @property
    def line(self) -> str:
        """The verdict as one line for people."""
        if self.pays is None:
            return f"whether two slots pay on this machine is not known: {self.reason}"
        word = "pay" if self.pays else "do not pay"
        return f"two slots {word} on this machine: {self.reason}"

    def wire(self) -> dict[str, object]:
        """The verdict as ``--json`` prints it."""
        return {"two_slots_pay": self.pays, "reason": self.reason}


def verdict(rows: Sequence[Row], host: Mapping[str, object]) -> Verdict | None:
    """What the rows say of ``host``, as ``machine.describe`` has it; ``None`` where nobody asked.

    Other work can only make the second slot look worse: on a busy machine a good ratio counts, and
    a bad one tells nothing.
    """
    row = next((row for row in rows if row.name == TWO_SLOTS), None)
    if row is None:
        return None
    ratio = row.at("p50")
    if ratio is None:
        return Verdict(None, row.skipped)
    cpus, load = int(str(host["cpus"])), float(str(host.get("load", 0.0)))
    compared = f"with two, a heavy voice makes sentences {ratio:.2f} times as fast as with one"
    if ratio > PAYS_ABOVE:
        return Verdict(pays=True, reason=compared)
    if cpus < 2:
        return Verdict(pays=False, reason=f"{compared}; there is one processor")
    if load >= cpus * BUSY_SHARE:
        busy = f"the machine was busy (load {load:.1f} on {cpus} processors)"
        return Verdict(None, f"{busy}, and {compared}")
    return Verdict(pays=False, reason=f"{compared}; more than {PAYS_ABOVE} is asked")
