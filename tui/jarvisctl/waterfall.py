"""Where the time of one reply went: stretches of time as bars on one scale. Pure.

All that ``jarvisctl trace`` and the dashboard show of it is worked out here; the dashboard only
colours it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from jarvisctl.layout import fine_milliseconds, padded, shortened
from jarvisd.wire import TraceResponse, TraceSpan

NAME_COLUMNS, FIGURE_COLUMNS = 22, 9
LEAST_BAR_COLUMNS, LEAST_DETAIL_COLUMNS = 10, 8
EIGHTHS = "▏▎▍▌▋▊▉█"

Kind = Literal["model", "text", "speech", "wait", "heard"]

# The daemon's spans that are not about text.
_KINDS: dict[str, Kind] = {
    "preparing": "wait",
    "connecting": "wait",
    "held_back": "wait",
    "queued": "wait",
    "prefill": "model",
    "writing": "model",
    "synthesis": "speech",
    "speaking": "heard",
    "handing_over": "heard",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """From ``start_ms`` after the question for ``length_ms``."""

    name: str
    start_ms: float
    length_ms: float
    kind: Kind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class WaterfallRow:
    """A stretch drawn: its name and length in columns of their own, a bar after ``start`` columns.

    ``detail`` follows the bar where there is room.
    """

    name: str
    length: str
    start: int
    bar: str
    detail: str
    kind: Kind


def of_trace(trace: TraceResponse) -> list[Stretch]:
    """The daemon's own spans, in the order in which they began."""
    ordered = sorted(trace.spans, key=lambda span: span.start_ms)
    return [
        Stretch(
            _name(span),
            span.start_ms,
            span.duration_ms,
            _KINDS.get(span.name, "text"),
            span.detail,
        )
        for span in ordered
    ]


def _name(span: TraceSpan) -> str:
    name = span.name.replace("_", " ")
    return name if span.utterance is None else f"#{span.utterance + 1} {name}"


def scale(stretches: Sequence[Stretch], columns: int) -> str:
    """The line above the bars: where they begin, the middle where there is room, and the end."""
    end, room = _end(stretches), _room(columns)
    middle, last = fine_milliseconds(end / 2), fine_milliseconds(end)
    if len(middle) + 2 * len(last) + 2 > room:
        middle = ""
    begin = "0" if len(last) + 2 <= room else ""
    half = begin.ljust(room // 2 - len(middle) // 2) + middle
    return " " * (columns - room) + half[: room - len(last)] + last.rjust(room - len(half))


def rows(stretches: Sequence[Stretch], columns: int) -> list[WaterfallRow]:
    """A row for each stretch, all on one scale, together at most ``columns`` wide."""
    end, room = _end(stretches), _room(columns)
    return [_row(stretch, end, room) for stretch in stretches]


def plain(stretches: Sequence[Stretch], columns: int) -> Iterable[str]:
    """The lines of a terminal without colours."""
    yield scale(stretches, columns)
    for row in rows(stretches, columns):
        yield f"{row.name}{row.length} {' ' * row.start}{row.bar}{row.detail}".rstrip()


def _end(stretches: Sequence[Stretch]) -> float:
    return max((one.start_ms + one.length_ms for one in stretches), default=0.0) or 1.0


def _room(columns: int) -> int:
    return max(LEAST_BAR_COLUMNS, columns - NAME_COLUMNS - FIGURE_COLUMNS - 1)


def _row(stretch: Stretch, end_ms: float, room: int) -> WaterfallRow:
    """At least a sliver, however short the stretch."""
    start = min(room - 1, int(stretch.start_ms / end_ms * room))
    eighths = max(1, round(stretch.length_ms / end_ms * room * 8))
    whole, part = divmod(min(eighths, (room - start) * 8), 8)
    bar = "█" * whole + (EIGHTHS[part - 1] if part else "")
    rest = room - start - len(bar) - 1
    wanted = stretch.detail and rest >= LEAST_DETAIL_COLUMNS
    return WaterfallRow(
        padded(shortened(stretch.name, NAME_COLUMNS), NAME_COLUMNS),
        f"{fine_milliseconds(stretch.length_ms):>{FIGURE_COLUMNS}}",
        start,
        bar,
        f" {shortened(stretch.detail, rest)}" if wanted else "",
        stretch.kind,
    )
