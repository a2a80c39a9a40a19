"""``jarvisctl series``: what is measured over time, with its percentiles."""

import time
from typing import Any
from urllib.parse import urlencode

import click
import msgspec

from jarvisctl.durations import duration
from jarvisctl.invocation import Invocation, daemon_options, examples, pass_invocation
from jarvisctl.output import Output
from jarvisctl.percentiles import summary
from jarvisd.wire import SeriesResponse

_FINE_S = 900.0  # what the daemon keeps second by second
_BARS = "▁▂▃▄▅▆▇█"
_BARS_SHOWN = 24


@click.command(
    "series",
    epilog=examples(
        "jarvisctl series",
        "jarvisctl series --last 1h cpu",
    ),
)
@click.argument("word", required=False)
@click.option(
    "--last", "last_s", type=duration, default="10m", metavar="DURATION",
    help="How far to look back (10m); at most 6h.",
)  # fmt: skip
@daemon_options
@pass_invocation
def command(invocation: Invocation, word: str | None, last_s: float) -> None:
    """Show measurements over time, with percentiles.

    With WORD only the series with that word in their name. An idle daemon does not measure. Up to
    15 minutes are shown in steps of one second, more in steps of ten.
    """
    query = {"since": f"{time.time() - last_s:.3f}", "resolution": 1 if last_s <= _FINE_S else 10}
    with invocation.client() as client:
        fields = client.get(f"/v1/series?{urlencode(query)}", dict[str, Any])
    wanted = [name for name in fields["series"] if (word or "").lower() in name]
    for part in ("series", "units"):
        fields[part] = {name: fields[part][name] for name in wanted}
    if invocation.out.json:
        summaries = {name: summary(values) for name, values in fields["series"].items()}
        invocation.out.object(fields | {"summary": summaries})
    elif wanted:
        _show(invocation.out, msgspec.convert(fields, SeriesResponse))
    else:
        invocation.out.talk(f"No series has {word!r} in its name. All: jarvisctl series")


def _show(out: Output, answer: SeriesResponse) -> None:
    rows = [_row(name, values, answer.units[name]) for name, values in answer.series.items()]
    header = ("series", "now", "p50", "p95", "most", "unit", "")
    out.table(header, rows, right=" rrrr")


def _row(name: str, values: list[float | None], unit: str) -> list[str]:
    found = summary(values)
    scale, unit = (1 / 1_048_576, "MB") if unit == "B" else (1.0, unit)
    figures = (found["last"], found["p50"], found["p95"], found["max"])
    shown = ["-" if value is None else f"{value * scale:.3g}" for value in figures]
    return [name, *shown, unit, _sparkline(values[-_BARS_SHOWN:])]


def _sparkline(values: list[float | None]) -> str:
    """The newest values as bars between zero and the most of them; dots where there are none."""
    most = max((value for value in values if value is not None), default=0.0)
    return "".join(
        "·" if value is None else _BARS[round(value / most * 7) if most > 0 else 0]
        for value in values
    )
