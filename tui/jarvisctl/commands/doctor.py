"""``jarvisctl doctor``: check this host and suggest fixes."""

import os
from collections import Counter
from collections.abc import Iterator
from textwrap import wrap

import click
import msgspec

from jarvisctl.doctor import access, language_model, machine, speaking
from jarvisctl.doctor.findings import Finding
from jarvisctl.doctor.probe import Probe
from jarvisctl.doctor.this_host import ThisHost
from jarvisctl.exitcodes import ExitCode
from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisctl.layout import columns
from jarvisctl.output import Output

MARKS = {"ok": ("ok", "green"), "warn": ("warn", "yellow"), "fail": ("FAIL", "red"),
         "optional": ("opt", "dim"), "skip": ("skip", "dim")}  # fmt: skip


@click.command(
    "doctor",
    epilog=examples(
        "jarvisctl doctor",
        "sudo jarvisctl doctor",
    ),
)
@daemon_options
@pass_invocation
def command(invocation: Invocation) -> ExitCode:
    """Check this host and suggest fixes.

    Checks the daemon, its socket, llama-server and its options, the voices, control groups and
    the processor. It changes nothing. The exit code is 1 if a check fails.
    """
    out = invocation.out
    with invocation.client(timeout_s=5.0) as client:
        findings = list(examine(ThisHost(client, invocation.sockets, os.environ)))
    counts = Counter(finding.verdict for finding in findings)
    if out.json:
        out.object({"findings": msgspec.to_builtins(findings), "counts": dict(counts)})
    else:
        for finding in findings:
            _show(out, finding)
        out.talk(
            f"{counts['ok']} ok, {counts['warn']} to improve, {counts['fail']} failing, "
            f"{counts['optional']} optional, {counts['skip']} unknown"
        )
    return ExitCode.FAILED if counts["fail"] else ExitCode.OK


def examine(probe: Probe) -> Iterator[Finding]:
    """Every check, in the order in which problems are best solved."""
    for area in (access, language_model, speaking, machine):
        yield from area.checks(probe)


def _show(out: Output, finding: Finding) -> None:
    """The verdict and what it is about; below it what helps."""
    mark, colour = MARKS[finding.verdict]
    label, indent = mark.ljust(4), " " * 6
    lines = wrap(f"{finding.check}: {finding.message}", max(20, columns() - len(indent)))
    out.line(f"{out.style(label, colour, 'bold')}  {lines[0]}")
    for line in lines[1:]:
        out.line(indent + line)
    for number, line in enumerate(wrap(finding.fix, max(20, columns() - len(indent) - 2))):
        out.line(indent + ("  " if number else "\u2192 ") + line)
