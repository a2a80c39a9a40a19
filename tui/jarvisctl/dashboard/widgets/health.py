"""Whether all is well: every component, the worst first, with the reason and what helps.

What is optional and not there comes last and asks for nothing: the daemon works without it.
"""

from textual.content import Content

from jarvisctl.dashboard.look import COMPONENTS, FAINT, HINT, WARN, line
from jarvisctl.dashboard.snapshot import Snapshot
from jarvisctl.dashboard.widgets.panel import Panel
from jarvisctl.layout import seconds
from jarvisd.wire import Component

_ORDER = ("failed", "degraded", "absent", "starting", "ready", "idle")
_WELL = {"ready", "idle"}


class HealthPanel(Panel):
    """A line for each component; one that is not well says why, and what to type."""

    TITLE = "health"

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Content]:
        """The components, the worst first; in whole sentences where all of them fit."""
        if snapshot.status is None:
            return [line(("not known yet", FAINT))]
        parts = sorted(snapshot.status.components, key=_rank)
        longest = max((len(part.name) for part in parts), default=0)
        told = [row for part in parts for row in component(part, longest, width, snapshot.wall)]
        if len(told) <= height:
            return told
        return [row for part in parts for row in shortly(part, longest, snapshot.wall)]

    def heading(self, snapshot: Snapshot) -> str:
        """How many are not well; of a daemon that is away nobody can say that all is."""
        if snapshot.status is None:
            return ""
        if snapshot.link.state == "down":
            return "as it was last known"
        unwell = sum(not _asks_for_nothing(part) for part in snapshot.status.components)
        return "all well" if not unwell else f"{unwell} problem{'s' * (unwell != 1)}"


def _asks_for_nothing(part: Component) -> bool:
    return part.optional or part.state in _WELL


def _rank(part: Component) -> tuple[bool, int, str]:
    badness = _ORDER.index(part.state) if part.state in _ORDER else 0
    return part.optional, badness, part.name


def _lead(part: Component, longest: int) -> Content:
    mark, style = ("□", FAINT) if part.optional else COMPONENTS.get(part.state, ("?", WARN))
    state = "optional" if part.optional else part.state
    return line((f"{mark} ", style), f"{part.name:<{longest}}  ", (f"{state:<9}", style))


def _why(part: Component, wall: float) -> str:
    age = f"for {seconds(wall - part.since)}" if part.since and wall > part.since else ""
    return part.reason or age


def component(part: Component, longest: int, width: int, wall: float) -> list[Content]:
    """One component; what is not well takes as many lines as its reason and its hint need."""
    lead, why = _lead(part, longest), _why(part, wall)
    if part.state in _WELL or (not part.hint and lead.cell_length + len(why) <= width):
        return [line(lead, (why, FAINT))]
    rows = [lead, *(line("  ", row) for row in Content(why).wrap(max(10, width - 2)) if why)]
    hint = Content.styled(part.hint, HINT).wrap(max(10, width - 4)) if part.hint else []
    marks = ["  → ", *["    "] * len(hint)]
    return rows + [line((mark, HINT), row) for mark, row in zip(marks, hint, strict=False)]


def shortly(part: Component, longest: int, wall: float) -> list[Content]:
    """One component on one line, and what helps on a second."""
    lead = line(_lead(part, longest), (_why(part, wall), FAINT))
    hint = " ".join(part.hint.split())
    if _asks_for_nothing(part) or not hint:
        return [lead]
    return [lead, line(("  → ", HINT), (hint, HINT))]
