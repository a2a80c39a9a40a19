"""``jarvisctl replies``: the replies that run, the last that ended, and how long things took."""

import time
from typing import Any

import click
import msgspec

from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisctl.output import Output
from jarvisctl.report import voice_name
from jarvisd.wire import Quantiles, RecentRepliesResponse, RepliesResponse, ReplySummary


@click.command(
    "replies",
    epilog=examples(
        "jarvisctl replies",
        "jarvisctl replies -n 50",
    ),
)
@click.option(
    "-n", "--limit", type=click.IntRange(0, 100), default=10, metavar="N",
    help="How many ended replies (10).",
)  # fmt: skip
@daemon_options
@pass_invocation
def command(invocation: Invocation, limit: int) -> None:
    """List running and recent replies.

    Also shows percentiles of the measured times since the daemon started: ttft is the time to
    the first token, ttfa the time to the first audio.
    """
    out = invocation.out
    with invocation.client() as client:
        running = client.get("/v1/replies", dict[str, Any])
        recent = client.get(f"/v1/replies/recent?limit={limit}", dict[str, Any])
    if out.json:
        out.object({"running": running["replies"], **recent})
        return
    _show_running(out, msgspec.convert(running, RepliesResponse))
    _show_recent(out, msgspec.convert(recent, RecentRepliesResponse))


def _show_running(out: Output, running: RepliesResponse) -> None:
    for reply in running.replies:
        voice = voice_name(reply.engine, reply.voice)
        heard = f"{reply.played_samples / reply.sample_rate:.1f} s heard"
        state = "playing" if reply.state == "done" else reply.state  # made, and still heard
        out.line(f"{out.style('●', 'green')} {reply.reply}  {state}  {heard}  {voice}")
    if running.replies:
        out.line()


def _show_recent(out: Output, recent: RecentRepliesResponse) -> None:
    if not recent.replies:
        out.talk('No reply has ended yet. Ask for one: jarvisctl ask "Good evening."')
        return
    header = ("ended", "reply", "outcome", "first sound", "all", "spoken", "voice")
    out.table(header, map(_row, recent.replies), right="   rrr")
    out.line()
    spans = map(_span, recent.spans.items())
    out.table(("span", "count", "p50", "p95", "p99"), spans, right=" rrrr")


def _row(reply: ReplySummary) -> list[str]:
    voice = voice_name(reply.engine, reply.voice) + " (fallback)" * reply.fallback
    return [
        time.strftime("%H:%M:%S", time.localtime(reply.ended_at)),
        reply.reply,
        reply.error or reply.outcome,
        _milliseconds(reply.spans.get("ttfa")),
        _milliseconds(reply.spans.get("reply")),
        f"{reply.totals.spoken}/{reply.totals.utterances}",
        voice,
    ]


def _span(named: tuple[str, Quantiles]) -> list[str]:
    name, found = named
    shown = map(_milliseconds, (found.p50_ms, found.p95_ms, found.p99_ms))
    return [name, str(found.count), *shown]


def _milliseconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} ms"
