"""``jarvisctl trace``: where the time of a reply went."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import msgspec

from jarvisctl import otlp
from jarvisctl.completing import complete_traced_reply
from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisctl.layout import columns, fine_milliseconds, folded
from jarvisctl.terminal import escaped
from jarvisctl.waterfall import of_trace, plain
from jarvisd.errors import JarvisError
from jarvisd.wire import TraceFigures, TraceInfo, TraceResponse, TracesResponse
from jarvisd.wire.client import ApiClient

# The three figures: until the first token, the first sound, and until it was heard.
HEADER = ("reply", "when", "outcome", "token", "sound", "heard", "voice")


@click.group(
    "trace",
    invoke_without_command=True,
    epilog=examples(
        'jarvisctl ask --trace "How are you?"',
        "jarvisctl trace show",
    ),
)
@daemon_options
@click.pass_context
def command(context: click.Context) -> None:
    """Show where the time of a reply went.

    Without a command it lists the traces. Trace a reply with --trace, or all of them with
    telemetry.traces in the configuration.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_)


@command.command(
    "list",
    epilog=examples(
        "jarvisctl trace list",
    ),
)
@daemon_options
@pass_invocation
def list_(invocation: Invocation) -> None:
    """List the traces that are kept, newest first."""
    out = invocation.out
    with invocation.client() as client:
        fields = client.get("/v1/traces", dict[str, Any])
    if out.json:
        out.object(fields)
        return
    found = msgspec.convert(fields, TracesResponse)
    if not found.traces:
        out.talk('No reply was traced yet. Trace one: jarvisctl ask --trace "How are you?"')
        return
    rows = [
        (
            one.reply,
            time.strftime("%H:%M:%S", time.localtime(one.started_at)),
            one.outcome,
            _figure(one.figures.ttft_ms),
            _figure(one.figures.ttfa_ms),
            _figure(one.figures.e2e_ms),
            one.voice,
        )
        for one in found.traces
    ]
    out.table(HEADER, rows, right="   rrr")


@command.command(
    "show",
    epilog=examples(
        "jarvisctl trace show",
        "jarvisctl trace show r-7f3a",
    ),
)
@click.argument("reply", required=False, shell_complete=complete_traced_reply)
@daemon_options
@pass_invocation
def show(invocation: Invocation, reply: str | None) -> None:
    """Show one trace as a chart; without REPLY the newest."""
    out = invocation.out
    with invocation.client() as client:
        fields = _fetch(client, reply or _newest(client))
    if out.json:
        out.object(fields)
        return
    trace = msgspec.convert(fields, TraceResponse)
    who = f"{trace.provider}, {trace.voice or 'not spoken'}"
    out.line(f"{out.style(trace.reply, 'bold')}  {trace.outcome}  {who}")
    figures = " · ".join(f"{name} {value}" for name, value in _figures(trace.figures))
    for line in folded(figures, columns()):
        out.line(out.style(line, "dim"))
    out.line()
    for line in plain(of_trace(trace), columns()):
        out.line(line)
    if trace.dropped:
        out.line(f"({trace.dropped} more moments were not kept)")


@command.command(
    "export",
    epilog=examples(
        "jarvisctl trace export -o traces.json",
    ),
)
@click.argument("reply", required=False, shell_complete=complete_traced_reply)
@click.option("-o", "--output", metavar="FILE", help="Write to FILE instead of stdout.")
@daemon_options
@pass_invocation
def export(invocation: Invocation, reply: str | None, output: str | None) -> None:
    """Export one trace or all of them as OpenTelemetry JSON."""
    with invocation.client() as client:
        replies = [reply] if reply else [one.reply for one in _all(client)]
        traces = [msgspec.convert(_fetch(client, one), TraceResponse) for one in replies]
    plain = msgspec.json.format(msgspec.json.encode(otlp.document(traces)), indent=1)
    document = escaped(plain).decode()
    if not output:
        invocation.out.line(document)
        return
    try:
        Path(output).write_text(document + "\n", encoding="utf-8")
    except OSError as error:
        raise JarvisError(f"cannot write {output}: {error.strerror}", code="file.write") from error
    invocation.out.talk(f"{len(traces)} traces written to {output}")


def _fetch(client: ApiClient, reply: str) -> dict[str, Any]:
    return client.get(f"/v1/traces/{quote(reply, safe='')}", dict[str, Any])


def _all(client: ApiClient) -> list[TraceInfo]:
    return client.get("/v1/traces", TracesResponse).traces


def _newest(client: ApiClient) -> str:
    found = _all(client)
    if not found:
        raise JarvisError(
            "no reply was traced yet",
            code="trace.none",
            hint='Trace one: jarvisctl ask --trace "How are you?"',
        )
    return found[0].reply


def _figures(figures: TraceFigures) -> Iterator[tuple[str, str]]:
    """Those that happened, by name."""
    for name in TraceFigures.__struct_fields__:
        if shown := _figure(getattr(figures, name)):
            yield name.removesuffix("_ms").replace("_", " "), shown


def _figure(value: float | None) -> str:
    return "" if value is None else fine_milliseconds(value)
