"""``jarvisctl bench``: benchmark this machine."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from jarvisctl.exitcodes import ExitCode
from jarvisctl.invocation import Invocation, examples, json_option, pass_invocation
from jarvisctl.layout import table
from jarvisctl.output import Output

if TYPE_CHECKING:
    from jarvisbench.figures import Row
    from jarvisbench.parts import Part


@click.command(
    "bench",
    epilog=examples("jarvisctl bench --quick", "jarvisctl bench latency --report bench.html"),
)
@click.argument("parts", nargs=-1, metavar="[PART]...")
@click.option("--list", "list_parts", is_flag=True, help="Only list the parts.")
@click.option("--quick", is_flag=True, help="Fewer samples: two minutes instead of six.")
@click.option("--strict", is_flag=True, help="Exit with 1 if a target is missed.")
@click.option(
    "--report",
    "report_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write an HTML page with figures and plots.",
)
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
    report_file: Path | None,
    llama_server: str,
    model: str,
) -> ExitCode:
    """Benchmark this machine.

    Starts daemons of its own with synthetic voices and a model that writes at an exact pace; it
    does not touch your daemon. PART is a name or a group that --list shows. Without PART it runs
    all but neighbour, which needs a real llama-server and control groups.
    """
    out = invocation.out
    chosen = _chosen(parts)
    if list_parts:
        _list(out, chosen)
        return ExitCode.OK
    if report_file is not None and not report_file.absolute().parent.is_dir():
        raise click.BadParameter(f"{report_file.parent} is no directory.", param_hint="--report")
    rows, host = _measure(out, chosen, quick=quick, llama_server=llama_server, model=model)
    _show(out, rows, host)
    if report_file is not None:
        _write(out, report_file, rows, host)
    return exit_code(rows, strict=strict)


def exit_code(rows: "list[Row]", *, strict: bool) -> ExitCode:
    """Failed when something could not be measured, and when ``strict`` for a missed figure."""
    broken = any(row.broken for row in rows)
    missed = any(row.verdict == "missed" for row in rows)
    return ExitCode.FAILED if broken or (strict and missed) else ExitCode.OK


def _chosen(names: tuple[str, ...]) -> "list[Part]":
    from jarvisbench.parts import PARTS, groups, selected  # noqa: PLC0415 - only this verb

    try:
        return selected(names)
    except KeyError as unknown:
        known = ", ".join(part.name for part in PARTS)
        raise click.UsageError(
            f"There is no part {unknown}. Parts: {known}. Groups: {', '.join(groups())}."
        ) from None


def _list(out: Output, parts: "list[Part]") -> None:
    if out.json:
        for part in parts:
            found = {"part": part.name, "group": part.group, "about": part.about}
            out.object(found | {"rows": list(part.rows)})
        return
    header = ("part", "group", "measures", "rows")
    listed = [(part.name, part.group, part.about, ", ".join(part.rows)) for part in parts]
    out.line(table(header, listed))


def _measure(
    out: Output, parts: "list[Part]", *, quick: bool, llama_server: str, model: str
) -> "tuple[list[Row], dict[str, object]]":
    from jarvisbench import machine  # noqa: PLC0415 - only for this verb
    from jarvisbench.progress import Progress  # noqa: PLC0415 - the same
    from jarvisbench.run import run  # noqa: PLC0415 - the same

    host = machine.describe()
    if busy := machine.busy():
        out.talk(out.talk_style(busy, "yellow"))
    progress = Progress(out, len(parts))
    measured = run(
        parts,
        quick=quick,
        say=progress.say,
        done=progress.step,
        llama_server=llama_server,
        model=model,
    )
    try:
        rows = [row for _, found in measured for row in found]
    finally:
        progress.clear()
    return rows, host | {"quick": quick, "seconds": round(progress.seconds, 1)}


def _show(out: Output, rows: "list[Row]", host: dict[str, object]) -> None:
    from jarvisbench import report  # noqa: PLC0415 - only for this verb
    from jarvisbench.verdict import verdict  # noqa: PLC0415 - the same

    if out.json:
        out.object(report.document(rows, host))
        return
    out.talk()
    out.line(report.table(rows))
    if found := verdict(rows, host):
        out.line()
        out.line(out.style(found.line, "bold"))


def _write(out: Output, path: Path, rows: "list[Row]", host: dict[str, object]) -> None:
    from jarvisbench.page import page  # noqa: PLC0415 - only for this verb

    try:
        path.write_text(page(rows, host), encoding="utf-8")
    except OSError as error:
        raise click.FileError(str(path), str(error.strerror)) from error
    out.talk(f"{path} is written")
