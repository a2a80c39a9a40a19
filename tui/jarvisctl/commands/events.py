"""``jarvisctl events``: follow what the daemon does, line by line."""

import time
from typing import Any

import click
import msgspec

from jarvisctl.invocation import Invocation, daemon_options, pass_invocation
from jarvisctl.output import Output, columns, shortened

# The daemon sends a heartbeat when nothing happens; this much silence means that it hangs.
SILENCE_S = 120.0
_COLOURS = {
    "reply.started": "green",
    "reply.done": "green",
    "reply.interrupted": "yellow",
    "reply.failed": "red",
    "chunk.skipped": "yellow",
    "lagged": "red",
}
# Fields that every line shows elsewhere, or that say nothing to a person.
_SHOWN_ELSEWHERE = {"type", "event", "reply", "seq", "time", "schema"}


@click.command("events")
@click.option("--since", type=click.IntRange(min=0), metavar="N", help="Begin after event N.")
@click.option(
    "-f", "--follow/--no-follow", default=True,
    help="Go on with what happens next (the default), or stop at what has happened.",
)  # fmt: skip
@daemon_options
@pass_invocation
def command(invocation: Invocation, since: int | None, follow: bool) -> None:
    """Follow what the daemon does.

    First its state, then each event as it happens, until Ctrl-C.
    """
    path = "/v1/events" if since is None else f"/v1/events?since={since}"
    newest: int | None = None
    with (
        invocation.client(stream_timeout_s=SILENCE_S) as client,
        client.stream_lines(path) as lines,
    ):
        for line in lines:
            event = msgspec.json.decode(line, type=dict[str, Any])
            if event.get("type") == "heartbeat" and not invocation.out.json:
                continue
            _show(invocation.out, line, event)
            if event.get("type") == "state":
                newest = int(event["event"])
            if not follow and newest is not None and _reached(event, newest, since):
                return


def _reached(event: dict[str, Any], newest: int, since: int | None) -> bool:
    """Whether everything that had happened when we connected has been shown."""
    if event.get("type") == "state":
        return since is None or since >= newest
    return int(event.get("event", 0)) >= newest


def _show(out: Output, line: bytes, event: dict[str, Any]) -> None:
    if out.json:
        out.raw_object(line)
        return
    kind = str(event.get("type", "?"))
    at = time.strftime("%H:%M:%S", time.localtime(event.get("time")))
    number = str(event.get("event", "")).rjust(5)
    reply = str(event.get("reply", ""))
    said = shortened(_summary(kind, event), columns() - 36 - len(reply))
    name = out.style(kind.ljust(17), _COLOURS.get(kind, "bold"))
    out.line(f"{out.style(at, 'dim')} {out.style(number, 'dim')}  {name}  {reply}  {said}".rstrip())
    out.text("")


def _summary(kind: str, event: dict[str, Any]) -> str:
    if kind == "state":
        status = event.get("status", {})
        return f"{status.get('state')}, {len(status.get('replies', []))} replies running"
    if kind == "token":
        return repr(event.get("text", ""))
    if kind == "reply.failed":
        return str(event.get("error", {}).get("message", ""))
    fields = (
        f"{name}={_short(value)}"
        for name, value in event.items()
        if name not in _SHOWN_ELSEWHERE and not isinstance(value, dict | list) and value != ""
    )
    return " ".join(fields)


def _short(value: object) -> str:
    if isinstance(value, str):
        return repr(value) if " " in value else value
    return str(value).lower() if isinstance(value, bool) else str(value)
