"""``jarvisctl days``: how each day was."""

from typing import Any

import click
import msgspec

from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisd.wire import Day, DaysResponse

_HEADER = ("day", "replies", "failed", "cut", "spoken", "fallback", "skipped", "sound", "p95")


@click.command(
    "days",
    epilog=examples(
        "jarvisctl days -n 7",
    ),
)
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(1, 1_000),
    default=14,
    metavar="N",
    help="How many days to show (14).",
)
@daemon_options
@pass_invocation
def command(invocation: Invocation, limit: int) -> None:
    """Show a summary of each day, newest first.

    For each day: replies, failed replies, interrupted ones; utterances spoken, the share spoken
    by the fallback voice, utterances skipped; the time to the first sound (median and p95). Days
    are in UTC. --json shows every measured time.
    """
    out = invocation.out
    with invocation.client() as client:
        fields = client.get(f"/v1/days?limit={limit}", dict[str, Any])
    if out.json:
        out.object(fields)
        return
    rows = [_row(day) for day in msgspec.convert(fields, DaysResponse).days]
    out.table(_HEADER, rows, right=" rrrrrrrr")


def _row(day: Day) -> list[str]:
    sound = day.spans.get("ttfa")
    counts = (day.replies, day.errors, day.interrupted, day.utterances)
    share = f"{day.fallback / day.utterances:.0%}" if day.utterances else "-"
    return [
        day.day,
        *map(str, counts),
        share,
        str(day.skipped),
        _milliseconds(sound.p50_ms if sound else None),
        _milliseconds(sound.p95_ms if sound else None),
    ]


def _milliseconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} ms"
