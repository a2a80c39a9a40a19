"""What the benchmark comes to in one line: whether two slots pay on this machine, and why. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from jarvisctl.bench.figures import Row

TWO_SLOTS = "two_slots"
# Less is within what a busy machine does to a ratio, and is not worth a second worker's memory.
PAYS_ABOVE = 1.15


@dataclass(frozen=True, slots=True)
class Verdict:
    """``pays`` is ``None`` where it was not measured; the reason says why."""

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


def verdict(rows: Sequence[Row], *, cpus: int) -> Verdict | None:
    """What the rows say; ``None`` where nobody asked."""
    row = next((row for row in rows if row.name == TWO_SLOTS), None)
    if row is None:
        return None
    ratio = row.at("p50")
    if ratio is None:
        return Verdict(None, row.skipped)
    compared = f"with two, a heavy voice makes sentences {ratio:.2f} times as fast as with one"
    if ratio > PAYS_ABOVE:
        return Verdict(pays=True, reason=compared)
    why = "there is one processor" if cpus < 2 else f"more than {PAYS_ABOVE} is asked"
    return Verdict(pays=False, reason=f"{compared}; {why}")
