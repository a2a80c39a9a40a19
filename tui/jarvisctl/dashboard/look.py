"""How states look: a mark of its own for each, so that no meaning rests on colour alone.

Styles name colours of the theme (``$success``), never colours themselves.
"""

from collections.abc import Sequence

from textual.content import Content

from jarvisctl.dashboard.snapshot import Level, Outcome, Stage
from jarvisctl.terminal import printable

GOOD, WARN, BAD, BUSY = "$text-success", "$text-warning", "$text-error", "$text-primary"
FAINT, HINT, KEY, STRONG = "$text-muted", "$text-accent", "$text-accent bold", "bold"

COMPONENTS = {
    "running": ("●", GOOD),
    "ready": ("●", GOOD),
    "idle": ("○", GOOD),
    "starting": ("◐", BUSY),
    "stopping": ("◑", WARN),
    "degraded": ("▲", WARN),
    "absent": ("□", WARN),
    "failed": ("✖", BAD),
}
STAGES: dict[Stage, tuple[str, str]] = {
    "queued": ("·", FAINT),
    "making": ("◐", BUSY),
    "ready": ("●", HINT),
    "playing": ("▶", f"{GOOD} bold"),
    "heard": ("✔", GOOD),
    "skipped": ("✖", WARN),
    "cut": ("✂", WARN),
}
LEVELS: dict[Level, tuple[str, str]] = {
    "debug": ("·", FAINT),
    "info": ("i", GOOD),
    "warning": ("▲", WARN),
    "error": ("✖", BAD),
}
OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "running": ("▶", GOOD),
    "paused": ("‖", WARN),
    "done": ("✔", GOOD),
    "interrupted": ("✂", WARN),
    "failed": ("✖", BAD),
}
WORKERS = {"idle": ("○", FAINT), "busy": ("●", GOOD), "starting": ("◐", BUSY)}

Part = str | Content | tuple[str, str]


def line(*parts: Part) -> Content:
    """One line of text with styles."""
    return Content.assemble(*parts)


def column(text: str, width: int) -> str:
    """``text`` cut or filled to exactly ``width`` columns."""
    return Content(text).truncate(width, ellipsis=True, pad=True).plain


def between(left: Content, right: Content, width: int) -> Content:
    """``left`` and ``right`` at the two ends of a line; the left gives way."""
    room = width - right.cell_length - 1
    if room < 4:
        return left.truncate(width, ellipsis=True)
    kept = left.truncate(room, ellipsis=True)
    return Content.assemble(kept, " " * (width - kept.cell_length - right.cell_length), right)


def unavailable(what: str) -> list[Content]:
    """The line of a panel whose data this daemon does not give."""
    return [line((f"not available: {what}", FAINT))]


def safe(text: Content) -> Content:
    """``text`` without what drives a terminal: the one way out for words that others wrote.

    Each such character becomes a space, so that styles stay where they are.
    """
    cleaned = printable(text.plain, mark=" ")
    return text if cleaned == text.plain else Content(cleaned, list(text.spans))


def clipped(lines: Sequence[Content], width: int) -> list[Content]:
    """Every line safe to show, and cut at ``width`` columns."""
    return [safe(text).truncate(width, ellipsis=True) for text in lines]
