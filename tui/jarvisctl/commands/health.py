"""``jarvisctl health``: the parts that the daemon depends on, and what helps those that are ill."""

import time
from typing import Any

import click
import msgspec

from jarvisctl.components import MARKS, show_components
from jarvisctl.exitcodes import ExitCode
from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisctl.layout import columns, shortened
from jarvisctl.output import Output
from jarvisd.wire import HealthCheck, HealthResponse


@click.command(
    "health",
    epilog=examples(
        "jarvisctl health",
        "jarvisctl health --checks 5",
    ),
)
@click.option(
    "--checks", type=click.IntRange(0, 1_000), default=0, metavar="N",
    help="Also show the last N checks.",
)  # fmt: skip
@daemon_options
@pass_invocation
def command(invocation: Invocation, checks: int) -> ExitCode:
    """Show the state of every component.

    Shows each state, for how long, why, and the command that helps. The exit code is 1 if a
    component has failed, or if no question could be answered and spoken now.
    """
    out = invocation.out
    with invocation.client() as client:
        fields = client.get(f"/v1/health?limit={checks}", dict[str, Any])
    health = msgspec.convert(fields, HealthResponse)
    if out.json:
        out.object(fields)
    else:
        _show(out, health)
    failed = any(part.state == "failed" for part in health.components)
    return ExitCode.FAILED if failed or not health.ready else ExitCode.OK


def _show(out: Output, health: HealthResponse) -> None:
    verdict = ("ready", "green") if health.ready else ("not ready", "red")
    out.line(f"jarvisd is {out.style(verdict[0], verdict[1], 'bold')}")
    out.line()
    show_components(out, health.components, now=time.time(), times=True)
    if health.checks:
        out.line()
    for check in health.checks:
        _show_check(out, check)
    if not health.ready:
        out.talk("Check this host: jarvisctl doctor")


def _show_check(out: Output, check: HealthCheck) -> None:
    mark, colour = MARKS.get(check.state, ("?", "yellow"))
    at = out.style(time.strftime("%H:%M:%S", time.localtime(check.time)), "dim")
    said = shortened(f"{check.component}  {check.state}  {check.reason}", columns() - 14)
    out.line(f"  {at}  {out.style(mark, colour)} {said}")
