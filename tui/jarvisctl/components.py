"""The parts that the daemon depends on, as lines for people: state, reason, and what helps."""

from textwrap import wrap

from jarvisctl.layout import columns, seconds
from jarvisctl.output import Output
from jarvisd.wire import Component

# Said with a shape and a word as well: colour alone tells some people nothing.
MARKS = {
    "running": ("●", "green"),
    "ready": ("●", "green"),
    "idle": ("●", "green"),
    "starting": ("◐", "blue"),
    "degraded": ("▲", "yellow"),
    "absent": ("○", "dim"),
    "failed": ("✗", "red"),
}
LEAST_COLUMNS = 20  # for what is said of a part, however long its name
WELL = frozenset({"ready", "idle"})


def show_components(
    out: Output, components: list[Component], *, now: float, times: bool = False
) -> None:
    """One part a line, wrapped; ``now`` is what durations are counted to.

    With ``times`` every line says for how long, and parts that are optional what installs them.
    """
    ages = {part.name: _age(part, now) for part in components}
    width = max((len(part.name) for part in components), default=0)
    aged = max(map(len, ages.values()), default=0) if times else 0
    aged += 2 * (aged > 0)
    indent = " " * (width + 16 + aged)
    for part in components:
        mark, colour = MARKS.get(part.state, ("?", "yellow"))
        age = ages[part.name]
        said = part.reason if times or part.reason else age and f"for {age}"
        first, *more = wrap(said, max(LEAST_COLUMNS, columns() - len(indent))) or [""]
        state = "optional" if part.optional else part.state
        lead = f"  {out.style(mark, colour)} {part.name.ljust(width)}  {state.ljust(9)} "
        out.line(f"{lead}{age.ljust(aged) if times else ''}{first}".rstrip())
        for line in more:
            out.line(indent + line)
        if part.hint and part.state not in WELL and (times or not part.optional):
            for line in wrap(
                f"→ {part.hint}",
                max(LEAST_COLUMNS, columns() - len(indent)),
                subsequent_indent="  ",
            ):
                out.line(indent + out.style(line, "cyan"))


def _age(part: Component, now: float) -> str:
    """How long the part has been in its state; empty if unknown."""
    return seconds(max(0.0, now - part.since)) if part.since else ""
