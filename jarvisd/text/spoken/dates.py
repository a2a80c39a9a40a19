"""Readers of dates and times of day."""

import re

from jarvisd.text.spoken.readings import fixed, nothing_after, worded

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_TIME = r"([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)?"
_HALF = r"(?:[ \u00a0\u202f]?([AaPp])(?:\.[Mm]\.|[Mm]\b))"


def _date(year: str, month: str, day: str) -> str:
    return f"{_MONTHS[int(month) - 1]} {int(day)}, {year}"


def _time(hour: str, minute: str, second: str | None, half: str | None) -> str:
    spoken = str(int(hour))
    if int(minute):
        spoken += f" {minute}" if minute[0] != "0" else f" oh {int(minute)}"
    elif not half:
        spoken += " o'clock"
    if second and int(second):
        spoken += f" and {int(second)} seconds"
    return f"{spoken} {half.upper()} M" if half else spoken


def _iso_date(match: re.Match[str]) -> str:
    date = _date(match[1], match[2], match[3])
    if match[4]:
        date += f", {_time(match[4], match[5], match[6], None)}"
    return f"{date} U T C" if match[7] in ("Z", "+00:00") else date


def _clock(match: re.Match[str]) -> str:
    return _time(match[1], match[2], match[3], match[4])


def _keep_stop(match: re.Match[str], spoken: str) -> str:
    """The stop of "p.m." is also the sentence's when nothing or a capital follows."""
    if match[0].endswith(".") and nothing_after(match):
        return spoken + "."
    return spoken


READERS = (
    worded(
        "date",
        r"(?<![\w-])(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
        rf"(?:[T ]{_TIME}(Z|[+-]\d\d:?\d\d)?)?(?![\w-])",
        _iso_date,
    ),
    worded(
        "date",
        r"(?<![\w.])(0?[1-9]|[12]\d|3[01])\.(0?[1-9]|1[0-2])\.(\d{4})\b",
        lambda match: _date(match[3], match[2], match[1]),
    ),
    worded(
        "date",
        r"(?<![\w/])(0?[1-9]|1[0-2])/(0?[1-9]|[12]\d|3[01])/(\d{4})\b(?!/)",
        lambda match: _date(match[3], match[1], match[2]),
    ),
    worded(
        "clock time",
        rf"(?<![\w:.]){_TIME}{_HALF}?(?![:\d]|\.\d)",
        lambda match: _keep_stop(match, _clock(match)),
    ),
    worded(
        "time of day",
        rf"(?<![\w:.,])(1[0-2]|[1-9]){_HALF}",
        lambda match: _keep_stop(match, f"{match[1]} {match[2].upper()} M"),
    ),
    worded("range of times", r"(?<=\d)[ ]?[-–][ ]?(?=\d{1,2}:\d\d)", fixed("to")),
)
