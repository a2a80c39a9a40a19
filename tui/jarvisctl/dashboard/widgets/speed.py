"""How fast it is: time to first audio and tokens a second, over time and as quantiles."""

from collections.abc import Sequence

from textual.content import Content

from jarvisctl.dashboard.figures import curve, milliseconds, quantile, rate
from jarvisctl.dashboard.look import BUSY, FAINT, GOOD, line
from jarvisctl.dashboard.snapshot import ReplyView, Snapshot
from jarvisctl.dashboard.widgets.panel import Panel


class SpeedPanel(Panel):
    """First audio reply by reply, tokens second by second."""

    TITLE = "speed"

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Content]:
        """Two lines each: the past, and the quantiles."""
        first = [s.first_audio_ms for s in snapshot.speeds if s.first_audio_ms is not None]
        rates = [s.tokens_s for s in snapshot.speeds if s.tokens_s is not None]
        now = _rate_now(snapshot)
        past = [sample.tokens_s for sample in snapshot.samples]
        known = [value for value in past if value is not None]
        rows = [
            *_pair("first audio", first, milliseconds, first[-1] if first else None, GOOD, width),
            *_pair("tokens/s", rates, rate, now, BUSY, width, past if known else None),
        ]
        return rows if height > 4 else [row for row in rows if row.plain]

    def heading(self, snapshot: Snapshot) -> str:
        """How many replies that is about."""
        count = len(snapshot.speeds)
        return f"last {count} replies" if count > 1 else ""


def _pair(
    name: str,
    values: Sequence[float],
    told: "type[str] | object",
    now: float | None,
    style: str,
    width: int,
    past: Sequence[float | None] | None = None,
) -> list[Content]:
    """A name with its figure now and its quantiles, and its curve below."""
    show = told if callable(told) else str
    quantiles = f"p50 {show(quantile(values, 0.5))}  p95 {show(quantile(values, 0.95))}"
    left = line(f"{name:<12}", (f"{show(now):<8}", "bold"), (quantiles, FAINT))
    drawn = list(past) if past is not None else list(values)
    top = max((value for value in drawn if value is not None), default=0.0)
    return [left, line((curve(drawn, width, top), style))]


def _rate_now(snapshot: Snapshot) -> float | None:
    """Tokens a second of the reply being written, else of the last one."""
    reply = snapshot.current
    live = _live_rate(reply, snapshot.now) if reply is not None else None
    if live is not None:
        return live
    return next((s.tokens_s for s in reversed(snapshot.speeds) if s.tokens_s is not None), None)


def _live_rate(reply: ReplyView, now: float) -> float | None:
    times = [at for at in reply.token_times if now - at <= 2.0]
    if len(times) < 3 or times[-1] <= times[0]:
        return None
    return (len(times) - 1) / (times[-1] - times[0])
