"""Who gets the processor: model, workers and daemon, and what the governor did about it."""

import time

from textual.content import Content

from jarvisctl.dashboard.figures import bar, curve
from jarvisctl.dashboard.look import BUSY, FAINT, GOOD, HINT, column, line, unavailable
from jarvisctl.dashboard.snapshot import Sample, Snapshot
from jarvisctl.dashboard.widgets.panel import Panel
from jarvisd.wire import GovernorDecision

SHARES = (("model", BUSY), ("workers", GOOD), ("daemon", HINT))


class Cpu(Panel):
    """Three bars with their past, then the governor."""

    TITLE = "processor"

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Content]:
        """One line each, a line of slack and pressure, the governor's decisions newest first."""
        rows = shares(snapshot.samples, width)
        if (extra := _room(snapshot.samples)) is not None and height > 4:
            rows.append(extra)
        return rows + governor(snapshot, width)

    def heading(self, snapshot: Snapshot) -> str:
        """Slots in use."""
        status = snapshot.status
        return f"{status.slots_in_use} of {status.slots} slots" if status else ""


def shares(samples: tuple[Sample, ...], width: int) -> list[Content]:
    """Cores used now, as a bar and as a curve over the last minutes."""
    if not samples:
        return unavailable("no figures yet")
    room = width - 15
    long, past = max(5, room * 4 // 10), max(5, room - 1 - room * 4 // 10)
    top = max(1.0, *(_of(sample, name) or 0.0 for sample in samples[-past:] for name, _ in SHARES))
    rows = []
    for name, style in SHARES:
        now = _of(samples[-1], name)
        figure = "    –" if now is None else f"{now * 100:>4.0f}%"
        curved = curve([_of(sample, name) for sample in samples], past, top)
        filled = column(bar((now or 0.0) / top, long), long)
        rows.append(
            line(f"{name:<8}", (figure, "bold"), " ", (filled, style), " ", (curved, style))
        )
    return rows


def _of(sample: Sample, name: str) -> float | None:
    value: float | None = getattr(sample, name)
    return value


def _room(samples: tuple[Sample, ...]) -> Content | None:
    if not samples:
        return None
    last = samples[-1]
    parts = []
    if last.slack_s is not None:
        parts.append(f"{last.slack_s:.1f} s ahead")
    if last.pressure is not None:
        parts.append(f"CPU pressure {last.pressure:.0f} %")
    return line((", ".join(parts), FAINT)) if parts else None


def governor(snapshot: Snapshot, width: int) -> list[Content]:
    """How it stands and its decisions, newest first, each with its reason."""
    if snapshot.governed is None:
        told = "not available" if "governor" in snapshot.missing else "not known yet"
        return [line(("governor  ", "bold"), (told, FAINT))]
    if not snapshot.governed:
        return [line(("governor  ", "bold"), ("off", FAINT))]
    rows: list[Content] = []
    for number, decision in enumerate(reversed(snapshot.decisions)):
        rows += _decided(decision, width, newest=number == 0)
    return rows or [line(("governor  ", "bold"), ("no decision yet", FAINT))]


def _decided(decision: GovernorDecision, width: int, *, newest: bool) -> list[Content]:
    """What was decided and why, in full where it is what is in force."""
    at = (time.strftime(" %H:%M:%S ", time.localtime(decision.at)), FAINT)
    if not newest:
        return [line(at, (decision.reason, FAINT))]
    quota = f", {decision.quota:g} cores" if decision.quota is not None else ""
    slots = f"{decision.slots} slot{'s' * (decision.slots != 1)}, weight {decision.weight}{quota}"
    phase = f"  {decision.phase}" if width >= 60 else ""
    first, *more = Content(decision.reason).wrap(max(10, width - 10)) or [Content("")]
    return [
        line(("governor  ", "bold"), (slots, HINT), (phase, FAINT)),
        line(at, first),
        *(line(" " * 10, row) for row in more),
    ]
