"""A trace as a waterfall for a terminal: a line a span, a bar where it lay. Pure."""

from collections.abc import Iterator

from jarvisctl.layout import display_width, padded, shortened
from jarvisd.wire import TraceFigures, TraceResponse, TraceSpan

NAME_COLUMNS = 20
FIGURE_COLUMNS = 17
LEAST_BAR_COLUMNS = 10
EIGHTHS = " ▏▎▍▌▋▊▉█"


def waterfall(trace: TraceResponse, columns: int) -> str:
    """The spans in the order in which they began, as wide as ``columns`` allows."""
    end = max((span.start_ms + span.duration_ms for span in trace.spans), default=0.0)
    width = max(LEAST_BAR_COLUMNS, columns - NAME_COLUMNS - FIGURE_COLUMNS - 2)
    lines = [_line(span, end, width) for span in trace.spans]
    if trace.dropped:
        lines.append(f"({trace.dropped} more moments were not kept)")
    return "\n".join(lines)


def headline(figures: TraceFigures) -> Iterator[tuple[str, str]]:
    """The figures by name, those that happened."""
    for name in TraceFigures.__struct_fields__:
        value: float | None = getattr(figures, name)
        if value is not None:
            yield name.removesuffix("_ms"), milliseconds(value)


def milliseconds(value: float) -> str:
    """A duration for people: ``0.31 ms``, ``12.3 ms``, ``1.24 s``."""
    if value >= 1_000:
        return f"{value / 1_000:.2f} s"
    return f"{value:.1f} ms" if value >= 1 else f"{value:.2f} ms"


def _line(span: TraceSpan, end_ms: float, width: int) -> str:
    name = span.name.replace("_", " ")
    if span.utterance is not None:
        name = f"  {span.utterance} {name}"
    figure = f"{milliseconds(span.duration_ms):>9} @ {span.start_ms:.0f}"
    name = padded(shortened_indented(name), NAME_COLUMNS)
    return f"{name} {padded(_bar(span, end_ms, width), width)} {figure}".rstrip()


def shortened_indented(name: str) -> str:
    """``name`` in its column, its indentation kept."""
    indent = name[: len(name) - len(name.lstrip())]
    return indent + shortened(name, NAME_COLUMNS - display_width(indent))


def _bar(span: TraceSpan, end_ms: float, width: int) -> str:
    """At least a sliver, however short the span."""
    scale = width / end_ms if end_ms else 0.0
    start = min(width - 1, int(span.start_ms * scale))
    eighths = max(1, round(span.duration_ms * scale * 8))
    whole, part = divmod(min(eighths, (width - start) * 8), 8)
    return " " * start + "█" * whole + (EIGHTHS[part] if part else "")
