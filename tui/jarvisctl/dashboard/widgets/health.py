"""Whether all is well: every component, the worst first, with the reason and what helps."""

from textual.content import Content

from jarvisctl.dashboard.look import COMPONENTS, FAINT, HINT, WARN, line
from jarvisctl.dashboard.snapshot import Snapshot
from jarvisctl.dashboard.widgets.panel import Panel
from jarvisctl.layout import seconds
from jarvisd.api.types import Component

_ORDER = ("failed", "degraded", "absent", "starting", "ready", "idle")
_WELL = {"ready", "idle"}


class Health(Panel):
    """A line for each component; one that is not well says why, and what to type."""

    TITLE = "health"

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Content]:
        """The components, the worst first."""
        if snapshot.status is None:
            return [line(("not known yet", FAINT))]
        parts = sorted(snapshot.status.components, key=_rank)
        longest = max((len(part.name) for part in parts), default=0)
        rows: list[Content] = []
        for part in parts:
            rows += component(part, longest, width, snapshot.wall)
        return rows

    def heading(self, snapshot: Snapshot) -> str:
        """How many are not well."""
        if snapshot.status is None:
            return ""
        unwell = sum(part.state not in _WELL for part in snapshot.status.components)
        return "all well" if not unwell else f"{unwell} to look at"


def _rank(part: Component) -> tuple[int, str]:
    return (_ORDER.index(part.state) if part.state in _ORDER else 0), part.name


def component(part: Component, longest: int, width: int, wall: float) -> list[Content]:
    """One component; what is not well takes as many lines as its reason and its hint need."""
    mark, style = COMPONENTS.get(part.state, ("?", WARN))
    lead = line((f"{mark} ", style), f"{part.name:<{longest}}  ", (f"{part.state:<9}", style))
    since = f"since {seconds(wall - part.since)}" if part.since and wall > part.since else ""
    if part.state in _WELL:
        return [line(lead, (part.reason or since, FAINT))]
    reason = part.reason or since
    margin = "  "
    rows = [lead if width < 50 else line(lead, (since, FAINT))]
    rows += (
        [line(margin, row) for row in Content(reason).wrap(max(10, width - 2))] if reason else []
    )
    for number, row in enumerate(Content.styled(part.hint, HINT).wrap(max(10, width - 4))):
        if part.hint:
            rows.append(line((margin + ("→ " if number == 0 else "  "), HINT), row))
    return rows
