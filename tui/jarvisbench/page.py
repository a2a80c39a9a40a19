"""The benchmark's report as one HTML page that needs nothing else: verdict, plots, figures, host.

Pure: rows in, text out.
"""

from collections.abc import Iterable, Sequence
from html import escape

from jarvisbench import ramp
from jarvisbench.figures import Row
from jarvisbench.plot import Point, against_goals, along_ramp
from jarvisbench.report import HEADER, cells, notes
from jarvisbench.verdict import verdict

STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.1rem 0.7rem 0.1rem 0; text-align: right; border-bottom: 1px solid #8884; }
th:first-child, td:first-child, .host td { text-align: left; }
svg { max-width: 100%; height: auto; display: block; margin: 0.5rem 0 1rem; }
.verdict { font-size: 1.2rem; font-weight: bold; }
"""
KINDS = {ramp.CACHED: "audio that is ready", ramp.LIVE: "live syntheses"}
FIGURES = {
    "jitter": "frame jitter, ms",
    "first": "first audio, ms",
    "cpu": "daemon's processor time, % of one processor",
}


def page(rows: Sequence[Row], host: dict[str, object]) -> str:
    """The whole page."""
    body = "".join(_sections(rows, host))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>jarvisctl bench</title><style>{STYLE}</style></head>\n<body>{body}</body></html>\n"
    )


def _sections(rows: Sequence[Row], host: dict[str, object]) -> Iterable[str]:
    yield "<h1>Benchmark of this machine</h1>\n"
    if found := verdict(rows, host):
        yield f'<p class="verdict">{escape(found.line)}</p>\n'
    if plot := against_goals(rows):
        yield f"<h2>Figures in shares of their goals</h2>\n{plot}\n"
    if plots := list(_ramp_plots(rows)):
        yield f"<h2>More and more listeners</h2>\n{''.join(plots)}\n"
    yield "<h2>Figures</h2>\n" + _table(HEADER, map(cells, rows))
    yield "".join(f"<p>{escape(note)}</p>\n" for note in notes(rows) if note)
    yield "<h2>Host</h2>\n" + _table((), ((name, str(value)) for name, value in host.items()))


def _ramp_plots(rows: Sequence[Row]) -> Iterable[str]:
    by_name = {row.name: row for row in rows}
    for kind, steps in ramp.STEPS.items():
        for figure, about in FIGURES.items():
            named = [(sessions, ramp.name(kind, figure, sessions)) for sessions in steps]
            points = [Point(one, by_name[name]) for one, name in named if name in by_name]
            if plot := along_ramp(points, about=f"{KINDS[kind]}: {about}"):
                yield plot


def _table(header: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    kind = "" if header else ' class="host"'
    lines = [_row("th", header)] if header else []
    lines += [_row("td", row) for row in body]
    return f"<table{kind}>\n{''.join(lines)}</table>\n"


def _row(cell: str, values: Sequence[str]) -> str:
    joined = "".join(f"<{cell}>{escape(value)}</{cell}>" for value in values)
    return f"<tr>{joined}</tr>\n"
