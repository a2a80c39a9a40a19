"""``jarvisctl metrics``: what Prometheus would read."""

import click

from jarvisctl.exposition import families
from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation

_ACCEPT = "application/openmetrics-text"


@click.command(
    "metrics",
    epilog=examples(
        "jarvisctl metrics",
        "jarvisctl metrics utterances",
    ),
)
@click.argument("word", required=False)
@daemon_options
@pass_invocation
def command(invocation: Invocation, word: str | None) -> None:
    """Print the metrics in Prometheus format.

    With WORD only the metrics with that word in their name. With --json an object for each
    metric. Values over time: jarvisctl series
    """
    with invocation.client() as client, client.stream_bytes("/metrics", accept=_ACCEPT) as pieces:
        text = b"".join(pieces).decode()
    if not word and not invocation.out.json:
        invocation.out.text(text)
        return
    wanted = [one for one in families(text) if (word or "").lower() in one["name"].lower()]
    if invocation.out.json:
        for family in wanted:
            invocation.out.object(family)
        return
    names = tuple(family["name"] for family in wanted)
    for line in text.splitlines():
        subject = line.split(" ", 3)[2] if line.startswith("# ") and line.count(" ") > 1 else line
        if names and subject.startswith(names):
            invocation.out.line(line)
    if not wanted:
        invocation.out.talk(f"No metric has {word!r} in its name. All: jarvisctl metrics")
