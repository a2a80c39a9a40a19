"""The OpenMetrics text format, version 1.0. Pure: families of samples in, text out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"

Kind = Literal["counter", "gauge", "histogram", "info"]
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


@dataclass(frozen=True, slots=True)
class MetricSample:
    """One value; ``suffix`` follows the family's name."""

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """A metric: its name ends in its unit, where it has one."""

    name: str
    kind: Kind
    about: str
    samples: Sequence[MetricSample]
    unit: str = ""


def counter(
    name: str, about: str, counts: Mapping[str, float], label: str, unit: str = ""
) -> Family:
    """A counter with one label; ``name`` without its ``_total``."""
    samples = [
        MetricSample(count, {label: value}, "_total") for value, count in sorted(counts.items())
    ]
    return Family(name, "counter", about, samples, unit)


def total(name: str, about: str, count: float, unit: str = "") -> Family:
    """A counter without labels."""
    return Family(name, "counter", about, [MetricSample(count, suffix="_total")], unit)


def gauge(name: str, about: str, value: float | None, unit: str = "") -> Family:
    """One value; no sample while it is unknown."""
    return Family(name, "gauge", about, [] if value is None else [MetricSample(value)], unit)


def gauges(
    name: str, about: str, values: Mapping[str, float | None], label: str, unit: str = ""
) -> Family:
    """Values with one label, those that are known."""
    samples = [
        MetricSample(value, {label: key}) for key, value in values.items() if value is not None
    ]
    return Family(name, "gauge", about, samples, unit)


def histogram(
    name: str,
    about: str,
    buckets: Sequence[tuple[float, int]],
    *,
    count: int,
    total: float,
    unit: str,
) -> Family:
    """``buckets``: rising bounds, each with the number of values up to it."""
    samples = [MetricSample(seen, {"le": repr(float(bound))}, "_bucket") for bound, seen in buckets]
    samples += [
        MetricSample(count, {"le": "+Inf"}, "_bucket"),
        MetricSample(total, suffix="_sum"),
        MetricSample(count, suffix="_count"),
    ]
    return Family(name, "histogram", about, samples, unit)


def render(families: Iterable[Family]) -> str:
    """The whole text; it must end without a line break."""
    lines: list[str] = []
    for family in families:
        lines += _lines(family)
    return "\n".join([*lines, "# EOF"])


def _lines(family: Family) -> Iterable[str]:
    yield f"# TYPE {family.name} {family.kind}"
    if family.unit:
        yield f"# UNIT {family.name} {family.unit}"
    yield f"# HELP {family.name} {family.about.translate(_ESCAPES)}"
    for sample in family.samples:
        yield f"{family.name}{sample.suffix}{_labels(sample.labels)} {_number(sample.value)}"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    pairs = [f'{name}="{value.translate(_ESCAPES)}"' for name, value in labels.items()]
    return "{" + ",".join(pairs) + "}"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))
