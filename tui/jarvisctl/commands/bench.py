"""``jarvisctl bench``: measure this machine against its own floor."""

import time
from typing import TYPE_CHECKING

import click

from jarvisctl.exitcodes import ExitCode
from jarvisctl.invocation import Invocation, json_option, pass_invocation
from jarvisctl.layout import table
from jarvisctl.output import Output

if TYPE_CHECKING:
    from jarvisctl.bench.figures import Row
    from jarvisctl.bench.parts import Part


@click.command("bench")
@click.argument("parts", nargs=-1, metavar="[PART]...")
@click.option("--list", "list_parts", is_flag=True, help="List the parts, and measure nothing.")
@click.option("--quick", is_flag=True, help="Fewer samples: a minute instead of four.")
@click.option("--strict", is_flag=True, help="Exit with 1 when a figure is missed.")
@click.option("--llama-server", default="", metavar="PATH", help="llama-server for neighbour.")
@click.option("--model", default="", metavar="PATH", help="GGUF file for neighbour.")
@json_option
@pass_invocation
def command(
    invocation: Invocation,
    parts: tuple[str, ...],
    *,
    list_parts: bool,
    quick: bool,
    strict: bool,
    llama_server: str,
    model: str,
) -> ExitCode:
    """Measure this machine against its own floor.

    Starts private daemons with synthetic voices and a model that writes at an exact pace; a
    daemon of yours is not touched. PART is a name that --list shows; without one, all are
    measured but neighbour, which needs a real llama-server and control groups.
    """
    out = invocation.out
    chosen = _chosen(parts)
    if list_parts:
        _list(out, chosen)
        return ExitCode.OK
    rows = _measure(out, chosen, quick=quick, llama_server=llama_server, model=model)
    return exit_code(rows, strict=strict)


def exit_code(rows: "list[Row]", *, strict: bool) -> ExitCode:
    """Failed when something could not be measured, and when ``strict`` for a missed figure."""
    broken = any(row.broken for row in rows)
    missed = any(row.passed is False for row in rows)
    return ExitCode.FAILED if broken or (strict and missed) else ExitCode.OK


def _chosen(names: tuple[str, ...]) -> "list[Part]":
    from jarvisctl.bench.parts import PARTS, selected  # noqa: PLC0415 - only this verb needs it

    try:
        return selected(names)
    except KeyError as unknown:
        known = ", ".join(part.name for part in PARTS)
        raise click.UsageError(f"There is no part {unknown}. Parts: {known}.") from None


def _list(out: Output, parts: "list[Part]") -> None:
    if out.json:
        for part in parts:
            out.object({"part": part.name, "about": part.about, "rows": list(part.rows)})
        return
    header = ("part", "measures", "rows")
    out.line(table(header, [(part.name, part.about, ", ".join(part.rows)) for part in parts]))


def _measure(
    out: Output, parts: "list[Part]", *, quick: bool, llama_server: str, model: str
) -> "list[Row]":
    from jarvisctl.bench import machine, report  # noqa: PLC0415 - heavy, and only for this verb
    from jarvisctl.bench.run import run  # noqa: PLC0415 - the same

    def say(what: str) -> None:
        out.talk(out.talk_style(f"{time.monotonic() - began:5.0f} s  {what} …", "dim"))

    began, host = time.monotonic(), machine.describe()
    if busy := machine.busy():
        out.talk(out.talk_style(busy, "yellow"))
    measured = run(parts, quick=quick, say=say, llama_server=llama_server, model=model)
    rows = [row for _, found in measured for row in found]
    host |= {"quick": quick, "seconds": round(time.monotonic() - began, 1)}
    if out.json:
        out.object(report.document(rows, host))
    else:
        out.talk()
        out.line(report.table(rows))
    return rows
