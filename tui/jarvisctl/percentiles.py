"""Percentiles of a handful of values. Pure."""

from collections.abc import Iterable, Sequence


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest of the ``ordered`` values that ``share`` of them do not exceed."""
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def summary(values: Iterable[float | None]) -> dict[str, float | None]:
    """``count``, ``last``, ``p50``, ``p95``, ``p99`` and ``max`` of the values that there are."""
    found = [value for value in values if value is not None]
    ordered = sorted(found)
    if not ordered:
        return {"count": 0, **dict.fromkeys(("last", "p50", "p95", "p99", "max"))}
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {
        "count": len(ordered),
        "last": found[-1],
        **{name: percentile(ordered, share) for name, share in shares.items()},
        "max": ordered[-1],
    }
