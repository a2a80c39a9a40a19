"""How fast it is: time to first audio and tokens a second, over time and as quantiles."""

from collections.abc import Callable, Sequence

from textual.content import Content

from jarvisctl.dashboard.figures import curve, milliseconds, quantile, rate
from jarvisctl.dashboard.look import BUSY, FAINT, GOOD, line
from jarvisctl.dashboard.snapshot import ReplyView, Snapshot
from jarvisctl.dashboard.widgets.panel import Panel

MIN_CURVE = 40  # columns


class SpeedPanel(Panel):
    """First audio reply by reply, tokens second by second."""

    TITLE = "speed"

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Content]:
        """Two lines each: the figures, and the past."""
        first = [s.first_audio_ms for s in snapshot.speeds if s.first_audio_ms is not None]
        rates = [s.tokens_s for s in snapshot.speeds if s.tokens_s is not None]
        past = [sample.tokens_s for sample in snapshot.samples]
        if all(value is None for value in past):
            past = list(rates)
        if width < MIN_CURVE:
            return [
                *_stacked("first audio", milliseconds, first[-1] if first else None, first),
                *_stacked("tokens/s", rate, _rate_now(snapshot), rates),
            ]
        return [
            _figures("first audio", milliseconds, first[-1] if first else None, first),
            _curve(first, width, GOOD),
            _figures("tokens/s", rate, _rate_now(snapshot), rates),
            _curve(past, width, BUSY),
        ]

    def heading(self, snapshot: Snapshot) -> str:
        """How many replies that is about."""
        count = len(snapshot.speeds)
        return f"last {count} replies" if count > 1 else ""


def _figures(
    name: str, told: Callable[[float | None], str], now: float | None, values: Sequence[float]
) -> Content:
    """A name with its figure now, and the quantiles of all."""
    quantiles = f"p50 {told(quantile(values, 0.5))}  p95 {told(quantile(values, 0.95))}"
    return line(f"{name:<12}", (f"{told(now):<8}", "bold"), (quantiles, FAINT))


def _stacked(
    name: str, told: Callable[[float | None], str], now: float | None, values: Sequence[float]
) -> list[Content]:
    """The same on two lines, where there is no room for curves."""
    quantiles = f"  p50 {told(quantile(values, 0.5))}  p95 {told(quantile(values, 0.95))}"
    return [line(f"{name:<12}", (told(now), "bold")), line((quantiles, FAINT))]


def _curve(values: Sequence[float | None], width: int, style: str) -> Content:
    top = max((value for value in values if value is not None), default=0.0)
    return line((curve(values, width, top), style))


def _rate_now(snapshot: Snapshot) -> float | None:
    """Tokens a second of the reply being written, else of the last one."""
    reply = snapshot.current
    live = _live_rate(reply, snapshot.heard_at) if reply is not None else None
    if live is not None:
        return live
    return next((s.tokens_s for s in reversed(snapshot.speeds) if s.tokens_s is not None), None)


def _live_rate(reply: ReplyView, now: float) -> float | None:
    times = [at for at in reply.token_times if now - at <= 2.0]
    if len(times) < 3 or times[-1] <= times[0]:
        return None
    return (len(times) - 1) / (times[-1] - times[0])
