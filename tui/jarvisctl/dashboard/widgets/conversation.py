"""The conversation: questions, answers as they are written, and the word that is being said."""

from collections.abc import Iterator

from textual.content import Content, Span

from jarvisctl.dashboard import playback
from jarvisctl.dashboard.look import BAD, FAINT, HINT, WARN, line
from jarvisctl.dashboard.snapshot import ReplyView, Snapshot
from jarvisctl.dashboard.widgets.panel import Panel
from jarvisctl.quiet_blocks import INDENT, QUIET, LineKind, lines_of

SPOKEN_WORD = "$block-cursor-foreground on $block-cursor-background bold"
EMPTY = (
    "Nothing has been said yet.",
    "Type a question below and press Enter;",
    "whatever others ask is shown here, too.",
)


class ConversationPanel(Panel):
    """The newest turns, the current one at the bottom."""

    TITLE = "conversation"
    TAIL = True

    def __init__(self, number: int, name: str) -> None:
        super().__init__(number, name)
        self._wrapped: dict[tuple[str, int], tuple[ReplyView, list[Content]]] = {}

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Content]:
        """Every turn; those that are over are wrapped once."""
        if not snapshot.replies:
            return [line((text, FAINT)) for text in EMPTY]
        found: list[Content] = []
        for reply in snapshot.replies:
            found += self._turn(reply, snapshot.heard_at, width)
        return found[:-1]

    def _turn(self, reply: ReplyView, now: float, width: int) -> list[Content]:
        if playback.audible(reply, now):
            return list(turn(reply, now, width))
        key = reply.reply, width
        known = self._wrapped.get(key)
        if known is None or known[0] is not reply:
            if len(self._wrapped) > 400:  # widths that are gone
                self._wrapped.clear()
            known = self._wrapped[key] = reply, list(turn(reply, now, width))
        return known[1]

    def watched(self, snapshot: Snapshot, lines: list[Content]) -> int | None:
        """The line of the word being said."""
        for number in range(len(lines) - 1, -1, -1):
            if any(span.style == SPOKEN_WORD for span in lines[number].spans):
                return number
        return None

    def heading(self, snapshot: Snapshot) -> str:
        """Whether it is being written or spoken; nothing is by a daemon that is away."""
        reply = snapshot.current
        if (
            snapshot.link.state == "down"
            or reply is None
            or not playback.audible(reply, snapshot.heard_at)
        ):
            return ""
        writing = "writing" if reply.outcome == "running" and reply.ended_at is None else ""
        speaking = "speaking" if playback.word(reply, snapshot.heard_at) else ""
        if reply.outcome == "paused":
            return "paused"
        return " and ".join(part for part in (writing, speaking) if part)


def turn(reply: ReplyView, now: float, width: int) -> Iterator[Content]:
    """One turn as lines, and an empty one after it."""
    if reply.question:
        question = Content.assemble((reply.question, "$text-accent bold"))
        yield from _indented(question, "❯ ", HINT, width)
    live = playback.audible(reply, now)
    text = _answer(reply, now)
    if live and reply.outcome == "running" and reply.ended_at is None:
        text = Content.assemble(text, ("▌", HINT))
    if text.plain:
        yield from _indented(text, "  ", FAINT, width)
    yield from _end(reply, width)
    yield Content("")


def _answer(reply: ReplyView, now: float) -> Content:
    """The text: what was said, the word being said, and what is still to come."""
    text = raw = reply.text
    spans: list[Span] = []
    if reply.outcome in ("interrupted", "failed") and reply.heard_chars is not None:
        spans.append(Span(playback.said(reply, now), len(raw), "$text-muted strike"))
    elif playback.audible(reply, now) and reply.utterances:
        current = playback.word(reply, now)
        upto = current[1] if current else playback.said(reply, now)
        if upto < len(raw):
            spans.append(Span(upto, len(raw), "$text-muted"))
        if current:
            spans.append(Span(*current, SPOKEN_WORD))
    kept = len(text.rstrip())
    start = len(text) - len(text.lstrip())
    shown = Content(text, spans)[start:kept] if kept > start else Content("")
    shown = _for_the_eye(shown)
    return Content.assemble(("… ", FAINT), shown) if reply.missed != 0 else shown


def _for_the_eye(text: Content) -> Content:
    """Quiet blocks indented and coloured, without their fences."""
    if QUIET not in text.plain:
        return text
    parts: list[Content] = []
    for start, end, kind in lines_of(text.plain):
        if kind is LineKind.BODY:
            parts += Content(INDENT), text[start:end].stylize_before(HINT)
        elif kind is LineKind.TEXT:
            parts.append(text[start:end])
    return Content("").join(parts).rstrip()


def _end(reply: ReplyView, width: int) -> Iterator[Content]:
    if reply.outcome == "interrupted":
        yield line(("  ✂ interrupted", WARN), (" what is struck out was not heard", FAINT))
    elif reply.outcome == "failed" and reply.error is not None:
        yield from _indented(Content.styled(reply.error.message, BAD), "  ✖ ", BAD, width)
        if reply.error.hint:
            yield from _indented(Content.styled(reply.error.hint, HINT), "  → ", HINT, width)
    elif reply.outcome == "paused":
        yield line(("  ‖ paused", WARN))


def _indented(text: Content, mark: str, style: str, width: int) -> Iterator[Content]:
    """``text`` wrapped beside ``mark``."""
    margin = " " * len(mark)
    for number, row in enumerate(text.wrap(max(8, width - len(mark)))):
        lead = (mark, style) if number == 0 else margin
        yield Content.assemble(lead, row)
