"""The waterfall in the dashboard: what events told of any past reply, and its colours. Pure."""

from collections.abc import Sequence

from textual.content import Content

from jarvisctl.dashboard.look import BUSY, FAINT, GOOD, HINT, WARN, line
from jarvisctl.dashboard.snapshot import ReplyView
from jarvisctl.waterfall import Kind, Stretch, WaterfallRow, rows, scale

_STYLES: dict[Kind, str] = {
    "model": BUSY,
    "text": HINT,
    "speech": GOOD,
    "wait": FAINT,
    "heard": WARN,
}


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


def drawn(stretches: Sequence[Stretch], width: int) -> list[Content]:
    """The bars under each other, with the scale on top."""
    if not stretches:
        return [line(("nothing was measured for this reply", FAINT))]
    return [line((scale(stretches, width), FAINT)), *map(_coloured, rows(stretches, width))]


def _coloured(row: WaterfallRow) -> Content:
    return line(
        row.name,
        (f"{row.length} ", "bold"),
        ("┈" * row.start, "$frame"),
        (row.bar, _STYLES[row.kind]),
        (row.detail, FAINT),
    )
