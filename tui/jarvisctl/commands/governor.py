"""``jarvisctl governor``: how much of the machine speech may have, and why."""

import time
from typing import Any

import click
import msgspec

from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisctl.output import Output
from jarvisd.wire import GovernorDecision, GovernorResponse


@click.command(
    "governor",
    epilog=examples(
        "jarvisctl governor",
    ),
)
@daemon_options
@pass_invocation
def command(invocation: Invocation) -> None:
    """Show how much CPU speech may use, and why.

    Shows the current limits, the last measurements and the newest decisions.
    """
    out = invocation.out
    with invocation.client() as client:
        fields = client.get("/v1/governor", dict[str, Any])
    if out.json:
        out.object(fields)
    else:
        _show(out, msgspec.convert(fields, GovernorResponse))


def _show(out: Output, governor: GovernorResponse) -> None:
    now = governor.now
    state = now.phase if governor.enabled else "off: set by the configuration"
    out.line(f"governor   {out.style(state, 'bold')}   {now.reason}")
    out.line()
    for name, value in _figures(now):
        out.line(f"  {out.style(name.ljust(9), 'dim')} {value}")
    if governor.decisions:
        out.line()
        rows = [_row(decision) for decision in reversed(governor.decisions)]
        out.table(("  at", "phase", "slots", "weight", "cores", "why"), rows, right="  rrr")


def _figures(now: GovernorDecision) -> list[tuple[str, str]]:
    slots = f"{now.slots} slot{'s' * (now.slots != 1)}"
    figures = [
        ("speech", f"{slots}, weight {now.weight}, {_cores(now.quota)}"),
    ]
    if now.slack_s is not None:
        figures.append(("ahead", f"{now.slack_s:.1f} s of audio"))
    if now.tokens_per_s is not None:
        silent = f" of {now.baseline:.1f} without speech" if now.baseline is not None else ""
        lost = f", {now.loss:.0%} lost" if now.loss is not None else ""
        figures.append(("model", f"{now.tokens_per_s:.1f} tokens/s{silent}{lost}"))
    if now.cost is not None:
        figures.append(("cost", f"{now.cost:.2f} s of CPU time per second of audio"))
    return figures


def _row(decision: GovernorDecision) -> list[str]:
    return [
        "  " + time.strftime("%H:%M:%S", time.localtime(decision.at)),
        decision.phase,
        str(decision.slots),
        str(decision.weight),
        "-" if decision.quota is None else f"{decision.quota:.2f}",
        decision.reason,
    ]


def _cores(quota: float | None) -> str:
    return "all cores" if quota is None else f"{quota:.2f} cores"
