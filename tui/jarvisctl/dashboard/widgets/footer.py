"""The last line: what the keys do here. Each can be clicked."""

from collections.abc import Iterable

from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from jarvisctl.dashboard.look import FAINT, KEY

Hint = tuple[str, str, str]  # key, what it does, action


class Footer(Widget):
    """As many keys as there is room for, the most important first."""

    def __init__(self) -> None:
        super().__init__(id="footer")
        self._hints: tuple[Hint, ...] = ()

    def show(self, hints: Iterable[Hint]) -> None:
        """Draw these keys."""
        if (new := tuple(hints)) != self._hints:
            self._hints = new
            self.refresh()

    def render(self) -> Content:
        """The keys that fit."""
        return footer(self._hints, self.size.width)


def footer(hints: Iterable[Hint], width: int) -> Content:
    """Keys and their meanings in at most ``width`` columns."""
    shown, used = [], 1
    for key, meaning, action in hints:
        size = len(key) + len(meaning) + 3
        if used + size > width:
            continue
        used += size
        click = Style.from_meta({"@click": action})
        hint = Content.assemble((key, KEY), (f" {meaning}", FAINT))
        shown.append(hint.stylize(click))
    return Content.assemble(" ", Content("  ").join(shown))
