"""The first line: is it well, who speaks, who writes; below it, when the daemon is away, why."""

from textual.content import Content
from textual.widget import Widget

from jarvisctl.dashboard.look import BAD, COMPONENTS, FAINT, HINT, WARN, between, line, safe
from jarvisctl.dashboard.snapshot import Snapshot
from jarvisctl.layout import mebibytes, seconds


class Header(Widget):
    """One line; the rarer facts come only where there is room."""

    def __init__(self) -> None:
        super().__init__(id="header")
        self._line = Content("")
        self._snapshot = Snapshot()

    def show(self, snapshot: Snapshot) -> None:
        """Draw what changed."""
        self._snapshot = snapshot
        drawn = safe(header(snapshot, self.size.width))
        if (drawn.plain, drawn.spans) != (self._line.plain, self._line.spans):
            self._line = drawn
            self.refresh()

    def render(self) -> Content:
        """The line."""
        return self._line

    def on_resize(self) -> None:
        """What fits depends on the width."""
        self.show(self._snapshot)


class Banner(Widget):
    """Lines that are there only while the daemon is not."""

    def __init__(self) -> None:
        super().__init__(id="banner")
        self._text = Content("")
        self.display = False

    def show(self, snapshot: Snapshot) -> None:
        """Say what is wrong and what to type."""
        self.display = snapshot.link.state == "down"
        text = safe(banner(snapshot))
        if text.plain != self._text.plain:
            self._text = text
            self.refresh(layout=True)

    def render(self) -> Content:
        """The lines."""
        return self._text

    def get_content_height(self, *_: object) -> int:
        """As many lines as there are."""
        return self._text.plain.count("\n") + 1


def header(snapshot: Snapshot, width: int) -> Content:
    """The line at ``width`` columns."""
    status = snapshot.status
    lead = line((" jarvisd ", "bold $text-primary"), " ", *_state(snapshot))
    if status is None:
        return lead.truncate(max(1, width), ellipsis=True)
    parts = [lead, _voice(snapshot)]
    if width >= 72:
        parts.append(line(("✎ ", FAINT), status.provider or "no provider"))
    if width >= 140:
        replies = len([reply for reply in status.replies if reply.state == "running"])
        parts.append(line((f"{replies} running, {status.replies_total} in all", FAINT)))
    right = [f"up {_uptime(status.uptime_s)}"] if width >= 60 else []
    if width >= 110:
        right = [status.version, f"pid {status.pid}", mebibytes(status.rss_bytes), *right]
    return between(Content("   ").join(parts), line((" · ".join(right) + " ", FAINT)), width)


def _state(snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    if snapshot.link.state == "connecting":
        return (("◐ connecting", HINT),)
    if snapshot.link.state == "down":
        age = f", seen {seconds(snapshot.age_s)} ago" if snapshot.seen_at is not None else ""
        return ((f"✖ disconnected{age}", f"{BAD} bold"),)
    state = snapshot.status.state if snapshot.status else "?"
    mark, style = COMPONENTS.get(state, ("?", WARN))
    return ((f"{mark} {state}", f"{style} bold"),)


def _voice(snapshot: Snapshot) -> Content:
    """Who speaks now; a fallback is a badge, because it must not be overlooked."""
    status = snapshot.status
    reply = snapshot.current
    live = reply is not None and reply.outcome in ("running", "paused")
    voice = reply.voice if reply and live else status.voice if status else ""
    fallback = reply.fallback if reply and live else bool(status and status.fallback)
    badge = (" ▲ FALLBACK ", "$background on $warning bold") if fallback else ("", "")
    return line(("♪ ", FAINT), voice or "no voice", " " if fallback else "", badge)


def _uptime(uptime_s: float) -> str:
    """Whole minutes: a figure that changes each second would draw the line each second."""
    return "a moment" if uptime_s < 60 else seconds(uptime_s // 60 * 60).removesuffix(" 0 s")


def banner(snapshot: Snapshot) -> Content:
    """Why the daemon is away, what to type, and that everything below is old."""
    link = snapshot.link
    wait = max(0.0, link.retry_at - snapshot.now)
    again = f"trying again in {wait:.0f} s" if wait >= 1 else "trying again"
    rows = [line((" ✖ ", BAD), (link.reason, BAD), (f" · {again}", FAINT))]
    rows += [line("   ", (row.strip(), HINT)) for row in link.hint.splitlines()]
    return Content("\n").join(rows)
