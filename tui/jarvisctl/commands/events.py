"""``jarvisctl events``: follow what the daemon does, line by line."""

import time
from collections.abc import Callable
from typing import Any

import click
import msgspec

from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisctl.layout import columns, shortened
from jarvisctl.output import Output
from jarvisctl.report import voice_name

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
# Fields that every line shows in a column of their own.
_SHOWN_ELSEWHERE = {"type", "event", "life", "reply", "seq"}


@click.command(
    "events",
    epilog=examples(
        "jarvisctl events",
        "jarvisctl events --since 120 --no-follow",
        "jarvisctl events --json | jq .type",
    ),
)
@click.option(
    "--since", type=click.IntRange(min=0), metavar="N", help="Start after event number N."
)
@click.option(
    "-f", "--follow/--no-follow", default=True,
    help="Wait for new events (default), or stop after the past ones.",
)  # fmt: skip
@daemon_options
@pass_invocation
def command(invocation: Invocation, since: int | None, follow: bool) -> None:
    """Follow the daemon's events.

    Shows the state, then every event as it happens, until Ctrl-C.
    """
    newest: int | None = None
    with (
        invocation.client(stream_timeout_s=SILENCE_S) as client,
        client.stream_daemon_events(since) as lines,
    ):
        for line in lines:
            event = msgspec.json.decode(line, type=dict[str, Any])
            if event.get("type") == "heartbeat" and not invocation.out.json:
                continue
            _show(invocation.out, line, event, news=_is_news(event, newest))
            if event.get("type") == "state":
                newest = int(event["event"])
            if not follow and newest is not None and _reached(event, newest, since):
                return


def _is_news(event: dict[str, Any], newest: int | None) -> bool:
    """Whether this is news; what happened before we came carries no time."""
    return newest is None or int(event.get("event", 0)) > newest


def _reached(event: dict[str, Any], newest: int, since: int | None) -> bool:
    """Whether everything that had happened when we connected has been shown."""
    if event.get("type") == "state":
        return since is None or since >= newest
    return int(event.get("event", 0)) >= newest


def _show(out: Output, line: bytes, event: dict[str, Any], *, news: bool) -> None:
    if out.json:
        out.raw_object(line)
        return
    kind = str(event.get("type", "?"))
    at = time.strftime("%H:%M:%S") if news else " " * 8
    number = str(event.get("event", "")).rjust(5)
    reply = str(event.get("reply", ""))
    said = shortened(_summary(kind, event), columns() - 38 - len(reply))
    name = out.style(kind.ljust(17), _COLOURS.get(kind, "bold"))
    out.line(f"{out.style(at, 'dim')} {out.style(number, 'dim')}  {name}  {reply}  {said}".rstrip())
    out.text("")


def _summary(kind: str, event: dict[str, Any]) -> str:
    """What a person wants to know of an event; of a type that is new to us, its plain fields."""
    summarise = _SUMMARIES.get(kind)
    try:
        return summarise(event) if summarise else _fields(event)
    except (KeyError, TypeError, AttributeError):  # a daemon of another version
        return _fields(event)


def _state(event: dict[str, Any]) -> str:
    status = event["status"]
    running = len(status["replies"])
    return f"{status['state']}, {running} {'reply' if running == 1 else 'replies'} running"


def _started(event: dict[str, Any]) -> str:
    fallback = f" (fallback: {event['fallback_reason']})" if event["fallback"] else ""
    voice = voice_name(event["engine"], event["voice"])
    return ", ".join(filter(None, (event["provider"], voice))) + fallback


def _chunk(event: dict[str, Any]) -> str:
    length = event["samples"] / event["sample_rate"]
    return f"#{event['utterance']} {length:.2f} s{' from the cache' * event['cached']}"


def _decision(event: dict[str, Any]) -> str:
    quota = "" if event["quota"] is None else f", {event['quota']:.2f} cores"
    slots = f"{event['slots']} slot{'s' * (event['slots'] != 1)}"
    return f"{event['phase']}: {event['reason']} ({slots}, weight {event['weight']}{quota})"


def _done(event: dict[str, Any]) -> str:
    totals = event["totals"]
    return f"{totals['spoken']} of {totals['utterances']} spoken"


_SUMMARIES: dict[str, Callable[[dict[str, Any]], str]] = {
    "state": _state,
    "reply.started": _started,
    "token": lambda event: repr(event["text"]),
    "utterance": lambda event: f"#{event['utterance']} {event['text']!r}",
    "chunk": _chunk,
    "chunk.skipped": lambda event: f"#{event['utterance']} {event['message'] or event['reason']}",
    "reply.done": _done,
    "reply.interrupted": lambda event: f"{_done(event)}, heard {event['heard']!r}",
    "governor.decision": _decision,
    "reply.failed": lambda event: str(event["error"]["message"]),
    "lagged": lambda event: f"{event['missed']} lost; continue with --since {event['event']}",
}


def _fields(event: dict[str, Any]) -> str:
    return " ".join(
        f"{name}={value}"
        for name, value in event.items()
        if name not in _SHOWN_ELSEWHERE and not isinstance(value, dict | list) and value != ""
    )
