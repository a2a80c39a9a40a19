"""The rows for people and for programs.

The table fits 80 columns: figures are shortened to what can be told apart, the judged percentile
is marked, and why a row is empty stands below.
"""

from collections.abc import Sequence

from jarvisbench.figures import Percentile, Row
from jarvisbench.verdict import verdict
from jarvisctl.layout import table as columns_of

HEADER = ("figure", "unit", "p50", "p95", "p99", "floor", "target", "n", "")
RIGHT = "  rrrrrr"
_PERCENTILES: tuple[Percentile, ...] = ("p50", "p95", "p99")


def document(rows: Sequence[Row], host: dict[str, object]) -> dict[str, object]:
    """What ``--json`` prints, without its ``schema``; what rows have no field for is in ``run``."""
    run: dict[str, object] = {
        "samples": {row.name: len(row.values) for row in rows},
        "judged": {row.name: row.judged for row in rows if row.goal is not None},
        "skipped": {row.name: row.skipped for row in rows if row.skipped},
    }
    if found := verdict(rows, host):
        run["verdict"] = found.wire()
    return {"host": {**host, "run": run}, "rows": [row.wire() for row in rows]}


def table(rows: Sequence[Row]) -> str:
    """The rows as a table."""
    lines = columns_of(HEADER, [cells(row) for row in rows], right=RIGHT)
    return "\n".join([lines, *notes(rows)])


def cells(row: Row) -> tuple[str, ...]:
    """What the table says of one row, below ``HEADER``."""
    return (
        row.name,
        row.unit,
        *(_percentile(row, which) for which in _PERCENTILES),
        short(row.floor),
        _target(row),
        str(len(row.values) or ""),
        _verdict(row),
    )


def _percentile(row: Row, which: Percentile) -> str:
    """A single value stands in the first column alone; the judged percentile has a star."""
    if len(row.values) == 1 and which != "p50":
        return ""
    judged = row.goal is not None and which == row.judged and len(row.values) > 1
    return short(row.at(which)) + ("*" if judged else "")


def _target(row: Row) -> str:
    if row.goal is None:
        return ""
    return ("≥ " if row.at_least else "≤ ") + short(row.goal)


def _verdict(row: Row) -> str:
    if row.skipped:
        return "FAILED" if row.broken else "skipped"
    if row.goal is None:
        return ""
    return {"ok": "ok", "missed": "MISSED", "no verdict": "no verdict"}[row.verdict]


def notes(rows: Sequence[Row]) -> list[str]:
    """What stands below the table, an empty line first."""
    starred = any(row.goal is not None and len(row.values) > 1 for row in rows)
    found = ["* judged, beside the same percentile of the floor"] if starred else []
    reasons: dict[str, list[str]] = {}
    for row in rows:
        if row.skipped:
            reasons.setdefault(row.skipped, []).append(row.name)
    found += [f"{', '.join(names)}: {reason}" for reason, names in reasons.items()]
    if beyond := [
        row.name
        for row in rows
        if row.values and row.verdict == "no verdict" and row.beyond_this_machine
    ]:
        found.append(f"{', '.join(beyond)}: no verdict, this machine's floor alone is beyond it")
    return ["", *found] if found else []


def short(value: float | None) -> str:
    """Three significant digits, never an exponent."""
    if value is None:
        return ""
    if value == int(value) and abs(value) < 10_000:
        return str(int(value))
    for limit, digits in ((100, 0), (10, 1), (1, 2)):
        if abs(value) >= limit:
            return f"{value:.{digits}f}"
    return f"{value:.3f}"
