"""Where the time of one reply went, as rows of a waterfall. Pure.

From what events told of any past reply; spans of the daemon's own trace take their place where it
kept one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from jarvisctl.dashboard.figures import milliseconds
from jarvisctl.dashboard.look import BUSY, FAINT, GOOD, HINT, WARN, column, line
from jarvisctl.dashboard.snapshot import ReplyView
from jarvisd.wire import TraceResponse

NAME_COLUMNS, FIGURE_COLUMNS = 22, 9
_STYLES = {"model": BUSY, "text": HINT, "speech": GOOD, "wait": FAINT, "heard": WARN}

# The daemon's spans that are not about text.
_KINDS = {
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
    """One bar: from ``start_ms`` after the question for ``length_ms``."""

    name: str
    start_ms: float
    length_ms: float
    kind: str
    detail: str = ""


def of_reply(reply: ReplyView) -> list[Stretch]:
    """The stretches that events tell of."""
    timings, found = reply.timings, []
    if timings is not None:
        first, last = timings.first_token_ms, timings.last_token_ms
        if timings.headers_ms is not None:
            found.append(Stretch("accepted", 0.0, timings.headers_ms, "wait"))
        if first is not None:
            begun = timings.headers_ms or 0.0
            found.append(Stretch("first token", begun, max(0.0, first - begun), "model"))
            if last is not None:
                found.append(Stretch("writing", first, max(0.0, last - first), "model"))
    for utterance in reply.utterances:
        if (made := utterance.timings) is None:
            continue
        name, text = f"#{utterance.number + 1}", " ".join(utterance.text.split())
        wait, ttfb = made.started_ms - made.text_ms, made.first_audio_ms - made.started_ms
        found += [
            Stretch(f"{name} queued", made.text_ms, max(0.0, wait), "wait", text),
            Stretch(f"{name} first sound", made.started_ms, max(0.0, ttfb), "text"),
            Stretch(
                f"{name} made",
                made.first_audio_ms,
                max(0.0, made.finished_ms - made.first_audio_ms),
                "speech",
            ),
        ]
    return found


def of_trace(trace: TraceResponse) -> list[Stretch]:
    """The daemon's own spans, in the order in which they began."""
    return [
        Stretch(
            span.name if span.utterance is None else f"#{span.utterance + 1} {span.name}",
            span.start_ms,
            span.duration_ms,
            _KINDS.get(span.name, "text"),
            span.detail,
        )
        for span in sorted(trace.spans, key=lambda span: span.start_ms)
    ]


def drawn(stretches: Sequence[Stretch], width: int) -> list[Content]:
    """The bars under each other on one scale, with the scale on top."""
    if not stretches:
        return [line(("nothing was measured for this reply", FAINT))]
    end = max(stretch.start_ms + stretch.length_ms for stretch in stretches) or 1.0
    room = max(10, width - NAME_COLUMNS - FIGURE_COLUMNS - 1)
    return [_scale(end, room), *(_bar(stretch, end, room) for stretch in stretches)]


def _scale(end: float, room: int) -> Content:
    left, middle, right = "0", milliseconds(end / 2), milliseconds(end)
    gap = max(1, room // 2 - len(left) - len(middle) // 2)
    text = left + " " * gap + middle
    text += " " * max(1, room - len(text) - len(right)) + right
    return line((" " * (NAME_COLUMNS + FIGURE_COLUMNS + 1) + text, FAINT))


def _bar(stretch: Stretch, end: float, room: int) -> Content:
    start = min(room - 1, int(stretch.start_ms / end * room))
    length = max(1, round(stretch.length_ms / end * room))
    length = min(length, room - start)
    glyph = "█" if stretch.length_ms > 0 else "▏"
    style = _STYLES[stretch.kind]
    rest = room - start - length
    detail = column(f" {stretch.detail}", rest) if stretch.detail and rest > 8 else ""
    return line(
        column(stretch.name, NAME_COLUMNS),
        (f"{milliseconds(stretch.length_ms):>{FIGURE_COLUMNS}} ", "bold"),
        ("┈" * start, "$frame"),
        (glyph * length, style),
        (detail, FAINT),
    )
