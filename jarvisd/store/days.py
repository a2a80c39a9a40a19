"""Daily summaries in the database: the statements, and rows to values and back.

A day is replaced completely each time it is written. The bins of a sketch are kept only for the
newest days, which may still continue; older days need only the percentiles. Old summaries are
dropped by number, not by date: a clock that is wrong for a moment must not delete a year of them.
"""

import sqlite3
from collections.abc import Iterable
from typing import Any

import aiosqlite
import msgspec

from jarvisd.store.model import DaySpan, DaySummary, KeepDay

_KEEP = """
INSERT OR REPLACE INTO days (day, replies, errors, interrupted, utterances, fallback, skipped)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_KEEP_SPAN = """
INSERT OR REPLACE INTO day_spans (day, span, count, total_ms, p50_ms, p95_ms, p99_ms, bins)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_DAYS = """
SELECT day, replies, errors, interrupted, utterances, fallback, skipped
FROM days ORDER BY day DESC LIMIT ?
"""
_SPANS = """
SELECT day, span, count, total_ms, p50_ms, p95_ms, p99_ms, bins FROM day_spans WHERE day >= ?
"""
_DROP_BINS = """
UPDATE day_spans SET bins = NULL
WHERE bins IS NOT NULL AND day NOT IN (SELECT day FROM days ORDER BY day DESC LIMIT ?)
"""
_FORGET = "DELETE FROM days WHERE day NOT IN (SELECT day FROM days ORDER BY day DESC LIMIT ?)"
_FORGET_SPANS = "DELETE FROM day_spans WHERE day NOT IN (SELECT day FROM days)"
# A clock that is set may come back to a day before the newest.
GOING_ON = 3
_bins = msgspec.msgpack.Decoder(dict[int, int])


def keep(connection: sqlite3.Connection, change: KeepDay) -> None:
    """Write one day, and delete all but the newest ``change.most``, in one transaction."""
    summary = change.summary
    counts = (summary.replies, summary.errors, summary.interrupted)
    spoken = (summary.utterances, summary.fallback, summary.skipped)
    connection.execute(_KEEP, (summary.day, *counts, *spoken))
    for span in summary.spans:
        if span.count:
            connection.execute(_KEEP_SPAN, _row(summary.day, span))
    connection.execute(_DROP_BINS, (GOING_ON,))
    connection.execute(_FORGET, (change.most,))
    connection.execute(_FORGET_SPANS)


async def read(connection: aiosqlite.Connection, limit: int) -> list[DaySummary]:
    """The newest ``limit`` days, newest first."""
    days = [tuple(row) for row in await connection.execute_fetchall(_DAYS, (limit,))]
    if not days:
        return []
    spans: dict[str, list[DaySpan]] = {}
    for row in await connection.execute_fetchall(_SPANS, (days[-1][0],)):
        spans.setdefault(row[0], []).append(_span(row))
    return [_summary(row, spans.get(row[0], ())) for row in days]


def _row(day: str, span: DaySpan) -> tuple[Any, ...]:
    percentiles = (span.p50_ms, span.p95_ms, span.p99_ms)
    bins = msgspec.msgpack.encode(dict(span.bins))
    return (day, span.name, span.count, span.total_ms, *percentiles, bins)


def _span(row: Iterable[Any]) -> DaySpan:
    _, name, count, total_ms, p50_ms, p95_ms, p99_ms, bins = row
    return DaySpan(
        name=name,
        count=count,
        total_ms=total_ms,
        p50_ms=p50_ms,
        p95_ms=p95_ms,
        p99_ms=p99_ms,
        bins=_bins.decode(bins) if bins is not None else {},
    )


def _summary(row: Iterable[Any], spans: Iterable[DaySpan]) -> DaySummary:
    day, replies, errors, interrupted, utterances, fallback, skipped = row
    return DaySummary(
        day=day,
        replies=replies,
        errors=errors,
        interrupted=interrupted,
        utterances=utterances,
        fallback=fallback,
        skipped=skipped,
        spans=tuple(spans),
    )
