"""Pressure as the kernel reports it: the share of time in which tasks had to wait.

Pure parsing and arithmetic; the caller reads the files.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stall:
    """One line of a pressure file: percent of the last ten seconds, and seconds since boot."""

    avg10: float = 0.0
    total_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Pressure:
    """A pressure file. ``some``: at least one task waited; ``full``: all of them at once."""

    some: Stall = Stall()
    full: Stall = Stall()


def parse(text: str) -> Pressure | None:
    """The content of a pressure file; ``None`` if it is not one. Unknown words are ignored."""
    lines: dict[str, Stall] = {}
    for line in text.splitlines():
        kind, _, rest = line.partition(" ")
        fields = dict(word.split("=", 1) for word in rest.split() if "=" in word)
        try:
            lines[kind] = Stall(float(fields["avg10"]), int(fields["total"]) / 1e6)
        except (KeyError, ValueError):
            return None
    if "some" not in lines:
        return None
    return Pressure(lines["some"], lines.get("full", Stall()))


class Share:
    """Turns a counter of seconds into its share of the time between two readings."""

    def __init__(self) -> None:
        self._last: tuple[float, float] | None = None

    def update(self, now: float, total_s: float | None) -> float | None:
        """Seconds counted per second since the last reading; ``None`` for the first one.

        A counter that went back (another group took its place) begins anew.
        """
        last, self._last = self._last, None if total_s is None else (now, total_s)
        if last is None or total_s is None or now <= last[0] or total_s < last[1]:
            return None
        return (total_s - last[1]) / (now - last[0])
