"""``jarvisctl status``: how the daemon is and what it does, on one screen."""

import time
from typing import Any

import click
import msgspec

from jarvisctl.components import MARKS, show_components
from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisctl.layout import mebibytes, seconds
from jarvisctl.output import Output
from jarvisctl.report import voice_name
from jarvisd.wire import ReplyInfo, StatusResponse


@click.command(
    "status",
    epilog=examples(
        "jarvisctl status",
        "jarvisctl status --json | jq .voice",
    ),
)
@daemon_options
@pass_invocation
def command(invocation: Invocation) -> None:
    """Show the daemon's state and what it is doing.

    A component with a problem is shown with the reason and what helps.
    """
    out = invocation.out
    with invocation.client() as client:
        fields = client.get("/v1/status", dict[str, Any])
    if out.json:
        out.object(fields)
        return
    show(out, msgspec.convert(fields, StatusResponse), now=time.time())


def show(out: Output, status: StatusResponse, *, now: float) -> None:
    """Print ``status``; ``now`` is the time that durations are counted to."""
    bold, colour = out.style(f"jarvisd {status.version}", "bold"), _state_colour(status.state)
    out.line(
        f"{bold}   {out.style(status.state, colour, 'bold')}"
        f"   pid {status.pid}   up {seconds(status.uptime_s)}"
    )
    out.line()
    for name, value in _figures(out, status):
        out.line(f"  {out.style(name.ljust(9), 'dim')} {value}")
    if status.components:
        out.line()
        show_components(out, status.components, now=now)
    _replies(out, status.replies)
    _workers(out, status)


def _state_colour(state: str) -> str:
    return MARKS.get(state, ("", "yellow"))[1]


def _figures(out: Output, status: StatusResponse) -> list[tuple[str, str]]:
    voice = status.voice or "none"
    if status.fallback:
        voice += out.style("  (fallback)", "yellow")
    share = f", {status.fallback_share:.0%} by the fallback voice" if status.fallback_share else ""
    skipped = f", {status.skipped_total} skipped" if status.skipped_total else ""
    replies = _count(status.replies_total, "reply", "replies")
    utterances = _count(status.utterances_total, "utterance", "utterances")
    connections = _count(status.connections, "connection", "connections")
    load = f"{status.slots_in_use} of {status.slots} slots, {connections}"
    return [
        ("answers", status.provider or "none"),
        ("voice", voice),
        ("so far", f"{replies}, {utterances}{skipped}{share}"),
        ("now", f"{load}, {mebibytes(status.rss_bytes)}, loop lag {status.loop_lag_ms:.1f} ms"),
    ]


def _replies(out: Output, replies: list[ReplyInfo]) -> None:
    active = [reply for reply in replies if reply.state in {"running", "paused"}]
    if not active:
        return
    out.line()
    rows = [
        (
            f"  {reply.reply}",
            reply.state,
            _heard(reply),
            voice_name(reply.engine, reply.voice) + (" (fallback)" if reply.fallback else ""),
        )
        for reply in active
    ]
    out.table(("  reply", "state", "heard", "voice"), rows)


def _heard(reply: ReplyInfo) -> str:
    if not reply.sample_rate:
        return "text only"
    played, written = (
        samples / reply.sample_rate for samples in (reply.played_samples, reply.written_samples)
    )
    return f"{played:.1f} of {written:.1f} s"


def _workers(out: Output, status: StatusResponse) -> None:
    if not status.workers:
        return
    out.line()
    rows = [
        (
            f"  {worker.worker}",
            worker.engine,
            worker.state,
            str(worker.pid),
            mebibytes(worker.rss_bytes),
            str(worker.served),
        )
        for worker in status.workers
    ]
    header = ("  worker", "engine", "state", "pid", "memory", "served")
    out.table(header, rows, right="r  rrr")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
