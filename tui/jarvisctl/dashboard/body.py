"""The panels, placed by ``arrangement`` for the size that there is."""

from textual.containers import Container
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from jarvisctl.dashboard.arrangement import PANELS, arrange
from jarvisctl.dashboard.snapshot import Snapshot
from jarvisctl.dashboard.widgets.conversation import ConversationPanel
from jarvisctl.dashboard.widgets.cpu import Cpu
from jarvisctl.dashboard.widgets.health import HealthPanel
from jarvisctl.dashboard.widgets.log import Log
from jarvisctl.dashboard.widgets.panel import Panel
from jarvisctl.dashboard.widgets.pipeline import Pipeline
from jarvisctl.dashboard.widgets.speed import SpeedPanel
from jarvisctl.dashboard.widgets.workers import Workers

KINDS: dict[str, type[Panel]] = dict(
    zip(
        PANELS,
        (ConversationPanel, Pipeline, Log, Cpu, SpeedPanel, HealthPanel, Workers),
        strict=True,
    )
)


class Arranged(Layout):
    """Textual's way to ``arrange``."""

    name = "arranged"

    def __init__(self) -> None:
        self.chosen, self.zoomed = "pipeline", ""

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        """Every panel that has a place."""
        found = {str(child.id): child for child in children}
        places = arrange(size.width, size.height, chosen=self.chosen, zoomed=self.zoomed)
        return [
            WidgetPlacement(
                Region(place.x, place.y, place.width, place.height),
                NULL_OFFSET,
                NULL_SPACING,
                found[place.panel],
            )
            for place in places
            if place.panel in found
        ]


class PanelGrid(Container):
    """All panels; those without a place are hidden."""

    def __init__(self) -> None:
        self._arranged = Arranged()
        self.panels: dict[str, Panel] = {
            name: kind(number, name) for number, (name, kind) in enumerate(KINDS.items(), start=1)
        }
        super().__init__(*self.panels.values(), id="body")

    @property
    def layout(self) -> Layout:
        """Places by size."""
        return self._arranged

    @property
    def log_panel(self) -> Log:
        """The log, whose level and filter can be set."""
        return self.query_one("#log", Log)

    def show(self, snapshot: Snapshot) -> None:
        """Let every panel in sight draw."""
        self.set_class(snapshot.link.state == "down", "-stale")
        for panel in self.panels.values():
            panel.show(snapshot)

    def choose(self, name: str) -> None:
        """Put a panel where it can be seen, and the focus on it."""
        if name != "conversation":
            self._arranged.chosen = name
        if self._arranged.zoomed:
            self._arranged.zoomed = name
        self._place()
        self.panels[name].focus()

    def zoom(self, name: str) -> None:
        """Give all the room to one panel, or back to all."""
        self._arranged.zoomed = "" if self._arranged.zoomed else name
        self._place()

    def on_resize(self) -> None:
        """Another size, other places."""
        self._place()

    def _place(self) -> None:
        chosen, zoomed = self._arranged.chosen, self._arranged.zoomed
        places = arrange(self.size.width, self.size.height, chosen=chosen, zoomed=zoomed)
        shown = {place.panel for place in places}
        for name, panel in self.panels.items():
            panel.display = name in shown
        self.refresh(layout=True)
