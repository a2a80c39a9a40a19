"""Readers of dates, years and times of day."""

import re

from jarvisd.text.spoken.readings import Reader, Reading, worded

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH_OF = {name[:3]: name for name in MONTHS} | {"Sept": "September"}
_DAY_OF = {name[:3]: name for name in _DAYS} | {
    "Tues": "Tuesday",
    "Thur": "Thursday",
    "Thurs": "Thursday",
}
_DECADES = ("", "tens", "twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties")  # fmt: skip  # noqa: E501
_MONTH = rf"(?:{'|'.join(MONTHS)}|(?:{'|'.join(_MONTH_OF)})\b\.?)"
_DAY_NAME = rf"(?:{'|'.join(_DAYS)}|(?:{'|'.join(sorted(_DAY_OF, key=len, reverse=True))})\b)"
_YEAR = r"(?:1[1-9]\d\d|20\d\d)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_TIME = r"([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d)(?:[.,]\d+)?)?"
_HALF = r"(?:[ \u00a0\u202f]?([AaPp])(?:\.[ ]?[Mm]\.|[Mm]\b\.?))"
_ZONES = r"(?:UTC|GMT|CES?T|[ECMP][SD]T|BST|IST|JST)"


def ordinal(number: int) -> str:
    """Say "21" as "21st": the engine says it right."""
    if number % 100 in {11, 12, 13}:
        return f"{number}th"
    return f"{number}{({1: 'st', 2: 'nd', 3: 'rd'}).get(number % 10, 'th')}"


def year(digits: str) -> str:
    """A year before 2000 in pairs, as people say it; the engine reads the others right."""
    high, low = digits[:2], digits[2:]
    if high == "20" or digits == "1000":
        return digits
    if low == "00":
        return f"{high} hundred"
    return f"{high} oh {low[1]}" if low[0] == "0" else f"{high} {low}"


def date(digits: str, month: int, day: int) -> str:
    """A day of a year."""
    return f"{MONTHS[month - 1]} {ordinal(day)}, {year(digits)}"


def month_name(written: str) -> str:
    """The whole name of a month that may be cut short."""
    return _MONTH_OF.get(written.rstrip("."), written)


def clock(hour: str, minute: str, second: str | None, half: str | None) -> str:
    """A time of day; ``half`` is "a" or "p"."""
    spoken = str(int(hour))
    if int(minute):
        spoken += f" {minute}" if minute[0] != "0" else f" oh {int(minute)}"
    elif not half and not (second and int(second)):
        spoken += " o'clock"
    if second and int(second):
        spoken += f" and {int(second)} second{'s' * (int(second) != 1)}"
    return f"{spoken} {half.upper()}M" if half else spoken


def _iso(match: re.Match[str]) -> str:
    said = date(match[1], int(match[2]), int(match[3]))
    if match[4]:
        said += f", {clock(match[4], match[5], match[6], None)}"
    zone = match[7]
    if not zone:
        return said
    if zone in ("Z", "+00:00", "+0000"):
        return f"{said} UTC"
    sign = "plus" if zone[0] == "+" else "minus"
    return f"{said} UTC {sign} {int(zone[1:3])}"


def _century(two: str) -> str:
    return two if len(two) == 4 else ("20" if int(two) < 70 else "19") + two


def _slashed(match: re.Match[str]) -> Reading | None:
    """Say "11/30/24": the month first, unless only the day fits there."""
    first, second = int(match[1]), int(match[2] or match[4])
    if first > 12 and second > 12:
        return None
    month, day = (second, first) if first > 12 else (first, second)
    said = date(_century(match[3] or match[5]), month, day)
    return Reading(match.start(), match.end(), said, "date")


def _with_month(match: re.Match[str]) -> Reading | None:
    month = month_name(match[1])
    day, last, digits = match[2], match[3], match[4]
    said = f"{month} {ordinal(int(day))}"
    if last:
        said += f" to {ordinal(int(last))}"
    if digits:
        said += f", {year(digits)}"
    return Reading(match.start(), match.end(), said, "date")


def _day_first(match: re.Match[str]) -> str:
    said = f"{ordinal(int(match[1]))} of {month_name(match[2])}"
    if match.string[max(0, match.start() - 4) : match.start()].lower() != "the ":
        said = f"the {said}"
    return f"{said} {year(match[3])}" if match[3] else said


def _dotted(match: re.Match[str]) -> str:
    return date(match[3], int(match[2]), int(match[1]))


def _month_year(match: re.Match[str]) -> str:
    return f"{month_name(match[1])} {year(match[2])}"


def _stop(match: re.Match[str], said: str) -> str:
    """The stop of "p.m." is also the sentence's when nothing or a capital follows."""
    if match[0].endswith(".") and _ENDS.match(match.string, match.end()):
        return f"{said}."
    return said


_ENDS = re.compile(
    rf"\s*+(?!{_ZONES}\b|(?:{'|'.join((*MONTHS, *_DAYS))}))(?:[A-Z\"“]|\Z)|[\"”)]?\s*\Z"
)


def _time(match: re.Match[str]) -> str:
    return _stop(match, clock(match[1], match[2], match[3], match[4]))


def _times(match: re.Match[str]) -> str:
    first = match[1]
    if match[2] or match[3]:
        first = clock(match[1], match[2] or "00", None, match[3] or "")
    return _stop(match, f"{first} to {clock(match[4], match[5] or '00', None, match[6])}")


def _decade(match: re.Match[str]) -> str:
    high, tens = match[1] or "", int(match[2])
    return f"{high} {_DECADES[tens]}".strip() if tens else f"{high} hundreds"


def _short_decade(match: re.Match[str]) -> str:
    return _DECADES[int(match[1])]


READERS = (
    worded(
        "date",
        r"(?<![\w-])(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
        rf"(?:[T ]{_TIME}(Z|[+-]\d\d:?\d\d)?)?(?![\w-])",
        _iso,
    ),
    worded(
        "date",
        rf"(?<![\w/.])({_YEAR})[/.](0?[1-9]|1[0-2])[/.]({_DAY})(?![\w/]|\.\d)",
        lambda match: date(match[1], int(match[2]), int(match[3])),
    ),
    worded(
        "date",
        r"(?<![\w.])(0?[1-9]|[12]\d|3[01])\.(0?[1-9]|1[0-2])\.(\d{4})\b",
        _dotted,
    ),
    worded(
        "date",
        r"(?<=\b[Oo]n )(0?[1-9]|1[0-2])/(0?[1-9]|[12]\d|3[01])(?![\w/])",
        lambda match: f"{MONTHS[int(match[1]) - 1]} {ordinal(int(match[2]))}",
    ),
    Reader(
        "date",
        rf"(?<![\w/.-])({_DAY})(?:/({_DAY})/((?:19|20)?\d\d)|-({_DAY})-((?:19|20)\d\d))(?![\w/-])",
        _slashed,
    ),
    Reader(
        "date",
        rf"\b({_MONTH}) ({_DAY})(?:st|nd|rd|th)?(?:[-–]({_DAY})(?:st|nd|rd|th)?)?"
        rf"(?:,? ({_YEAR})\b|(?![\d:%]|[.,]\d| ?(?:[AaPp]\.?[Mm]|GB|MB|%)))",
        _with_month,
    ),
    worded(
        "date",
        rf"\b({_DAY})(?:st|nd|rd|th)?(?: of)? ({_MONTH})(?:,? ({_YEAR})\b)?(?!\w)",
        _day_first,
    ),
    worded("date", rf"\b({_MONTH}) ({_YEAR})(?![\w:-]|[.,]\d)", _month_year),
    worded(
        "day of the week",
        r"\b(Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sat|Sun)\.(?=,? [a-zA-Z\d])",
        lambda match: _DAY_OF[match[1]],
    ),
    worded(
        "range of days",
        rf"\b({_DAY_NAME}) ?[-–—] ?({_DAY_NAME})(?!\w)",
        lambda match: f"{_DAY_OF.get(match[1], match[1])} to {_DAY_OF.get(match[2], match[2])}",
    ),
    worded(
        "range of months",
        rf"\b({_MONTH}) ?[-–—] ?({_MONTH})(?!\w)",
        lambda match: f"{month_name(match[1])} to {month_name(match[2])}",
    ),
    worded(
        "day of the week",
        rf"\b(Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sun|Sat)\b\.?(?=,? (?:{_MONTH}|\d))",
        lambda match: (
            _DAY_OF[match[1]] + ("," if match.string[match.end() : match.end() + 1] != "," else "")
        ),
    ),
    worded("decade", r"(?<![\w.,$-])(1[1-9]|20)([0-9])0['’]?s\b", _decade),
    worded("decade", r"(?<!\w)['’]([1-9])0s\b", _short_decade),
    worded(
        "decade",
        r"(?<=\b[Tt]he )([1-9])0['’]?s\b|(?<=\b(?:his|her|mid) )([1-9])0s\b"
        r"|(?<=\b(?:early|their) )([1-9])0s\b|(?<=\blate )([1-9])0s\b",
        lambda match: _DECADES[int(match[0].strip("'’")[0])],
    ),
    worded(
        "range of years",
        rf"(?<![\w.,$-])({_YEAR}) ?[-–—] ?({_YEAR})(?![\w-]|[.,]\d)",
        lambda match: f"{year(match[1])} to {year(match[2])}",
    ),
    worded("year", r"(?<=\byear )10\d\d(?!\d)", lambda match: year(match[0])),
    worded(
        "year",
        rf"(?:(?<=\b[Ii]n )|(?<=\b[Ss]ince )|(?<=\b[Uu]ntil )|(?<=\byear )"
        rf"|(?<=\b[Bb]y ))(?:{_YEAR})"
        r"(?![\w:%-]|[.,]\d| ?(?:[kMGT]i?B|files|users|tokens|bytes|people|times)\b)",
        lambda match: year(match[0]),
    ),
    worded(
        "range of times",
        rf"(?<![\w:.])(1[0-2]|[1-9])(?::([0-5]\d))?{_HALF}? ?[-–—] ?(1[0-2]"
        rf"|[1-9])(?::([0-5]\d))?{_HALF}(?!\w)",
        _times,
    ),
    worded("clock time", rf"(?<![\w:.]){_TIME}{_HALF}?(?![:\d]|\.\d)", _time),
    worded(
        "time of day",
        rf"(?<![\w:.,])(1[0-2]|[1-9]){_HALF}(?!\w)",
        lambda match: _stop(match, f"{match[1]} {match[2].upper()}M"),
    ),
    worded("time zone", r"\b(UTC|GMT) ?[-−](?=\d)", lambda match: f"{match[1]} minus"),
    worded("time zone", r"\b(UTC|GMT) ?\+(?=\d)", lambda match: f"{match[1]} plus"),
    worded("range of times", r"(?<=\d)[ ]?[-–][ ]?(?=\d{1,2}:\d\d)", lambda _match: "to"),
)
