"""The utterances of the current reply on their way: queued, made, ready, playing, heard."""

from textual.content import Content

from jarvisctl.dashboard import playback
from jarvisctl.dashboard.figures import bar, milliseconds
from jarvisctl.dashboard.look import FAINT, GOOD, OUTCOMES, STAGES, WARN, column, line
from jarvisctl.dashboard.snapshot import ReplyView, ShownUtterance, Snapshot, Stage
from jarvisctl.dashboard.widgets.panel import Panel


class Pipeline(Panel):
    """A line for each utterance; the one that is playing stays in sight."""

    TITLE = "pipeline"

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Content]:
        """The newest reply's utterances, in order."""
        reply = snapshot.current
        if reply is None:
            return [line(("no reply yet", FAINT))]
        if not reply.utterances:
            return [line((_why_empty(reply), FAINT))]
        return [
            row(utterance, stage, reply, snapshot.heard_at, width)
            for utterance, stage in zip(reply.utterances, _stages(snapshot, reply), strict=True)
        ]

    def heading(self, snapshot: Snapshot) -> str:
        """The reply, and how far it was heard."""
        reply = snapshot.current
        if reply is None:
            return ""
        mark, _ = OUTCOMES[reply.outcome]
        total = playback.made(reply) / reply.sample_rate
        if not playback.audible(reply, snapshot.heard_at) or not total:
            return f"{mark} {reply.outcome}"
        heard = playback.position(reply, snapshot.heard_at) / reply.sample_rate
        return f"{mark} {min(heard, total):.1f} of {total:.1f} s"

    def watched(self, snapshot: Snapshot, lines: list[Content]) -> int | None:
        """The line of the utterance that is playing, in the pause after it the one just heard."""
        reply = snapshot.current
        if reply is None:
            return None
        found = list(_stages(snapshot, reply))
        if "playing" in found:
            return found.index("playing")
        if "cut" in found:
            return found.index("cut")
        if "heard" in found:
            return len(found) - 1 - found[::-1].index("heard")
        return len(found) - 1 if reply.ended_at is not None else None


def _why_empty(reply: ReplyView) -> str:
    if reply.silent:
        return "this reply is text only"
    if reply.ended_at is not None:
        return "nothing was spoken"
    return "no utterance yet"


def _stages(snapshot: Snapshot, reply: ReplyView) -> list[Stage]:
    slots = snapshot.status.slots_in_use if snapshot.status else 1
    return list(playback.stages(reply, snapshot.heard_at, slots_in_use=slots))


def row(
    utterance: ShownUtterance, stage: Stage, reply: ReplyView, now: float, width: int
) -> Content:
    """Number, stage, length and text of one utterance."""
    mark, style = STAGES[stage]
    number = (f"{utterance.number + 1:>3} ", FAINT)
    state = (f"{mark} {stage:<8}", style)
    figure = (column(_figure(utterance, stage, reply, now), 7), FAINT)
    text = " ".join(utterance.text.split())
    if utterance.skipped:
        return line(number, state, (utterance.message, WARN), "  ", (text, f"{FAINT} strike"))
    parts = [number, state, figure]
    if width >= 56:
        parts.append(_progress(utterance, stage, reply, now))
    if utterance.fallback:
        parts.append(("fallback ", f"{WARN} bold"))
    if utterance.cached:
        parts.append(("cached ", GOOD))
    plain = {"queued": FAINT, "making": FAINT, "cut": f"{FAINT} strike", "playing": "bold"}
    return line(*parts, (text, plain.get(stage, "")))


def _figure(utterance: ShownUtterance, stage: Stage, reply: ReplyView, now: float) -> str:
    """How long it is, or how long it has been in the making."""
    if utterance.position is not None:
        return f"{utterance.samples / reply.sample_rate:.1f} s"
    if stage == "making" and utterance.cut_at:
        return milliseconds(1_000 * max(0.0, now - utterance.cut_at))
    return ""


def _progress(
    utterance: ShownUtterance, stage: Stage, reply: ReplyView, now: float
) -> tuple[str, str]:
    """How much of it was played, in eight columns; only while it is playing."""
    if stage != "playing" or utterance.position is None:
        return "", ""
    played = playback.position(reply, now) - utterance.position
    return column(bar(played / max(1, utterance.samples), 8), 9), GOOD
