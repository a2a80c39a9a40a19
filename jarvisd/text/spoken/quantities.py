"""Readers of amounts of money and for numbers with units.

Digits stay digits, because every engine reads them in its own language. Signs become words.
"""

import re

from jarvisd.text.spoken.readings import AFTER_UNIT, BEFORE_NUMBER, NUMBER, worded

_MONEY = {
    "€": ("euro", "cent"), "EUR": ("euro", "cent"), "$": ("dollar", "cent"),
    "US$": ("dollar", "cent"), "USD": ("dollar", "cent"), "£": ("pound", "pence"),
    "GBP": ("pound", "pence"), "¥": ("yen", "sen"), "JPY": ("yen", "sen"),
    "CHF": ("franc", "centime"), "₿": ("bitcoin", "cent"), "₹": ("rupee", "paisa"),
}  # fmt: skip
_UNCHANGED = frozenset({"yen", "pence", "sen", "paisa"})
_SCALES = {"k": "thousand", "K": "thousand", "M": "million", "bn": "billion", "B": "billion"}

_PREFIXES = {"": "", "k": "kilo", "M": "mega", "G": "giga", "T": "tera", "m": "milli", "µ": "micro"}
_UNITS: dict[str, tuple[str, str]] = {
    "%": ("percent", "percent"), "‰": ("per mille", "per mille"),
    "°C": ("degree Celsius", "degrees Celsius"), "℃": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"), "°": ("degree", "degrees"),
    "km/h": ("kilometer per hour", "kilometers per hour"), "kph": ("kilometer per hour",) * 2,
    "mph": ("mile per hour", "miles per hour"), "m/s": ("meter per second", "meters per second"),
    "km": ("kilometer", "kilometers"), "m": ("meter", "meters"), "cm": ("centimeter",) * 2,
    "mm": ("millimeter", "millimeters"), "nm": ("nanometer", "nanometers"), "mi": ("mile", "miles"),
    "ft": ("foot", "feet"), "m²": ("square meter", "square meters"),
    "km²": ("square kilometer", "square kilometers"), "m³": ("cubic meter", "cubic meters"),
    "kg": ("kilogram", "kilograms"), "g": ("gram", "grams"), "mg": ("milligram", "milligrams"),
    "lb": ("pound", "pounds"), "lbs": ("pound", "pounds"), "oz": ("ounce", "ounces"),
    "l": ("liter", "liters"), "L": ("liter", "liters"), "ml": ("milliliter", "milliliters"),
    "mL": ("milliliter", "milliliters"), "kcal": ("kilocalorie", "kilocalories"),
    "h": ("hour", "hours"), "hrs": ("hour", "hours"), "min": ("minute", "minutes"),
    "s": ("second", "seconds"), "sec": ("second", "seconds"), "ms": ("millisecond",) * 2,
    "µs": ("microsecond", "microseconds"), "μs": ("microsecond", "microseconds"),
    "ns": ("nanosecond", "nanoseconds"), "kWh": ("kilowatt hour", "kilowatt hours"),
    "Wh": ("watt hour", "watt hours"), "mAh": ("milliamp hour", "milliamp hours"),
    "Ah": ("amp hour", "amp hours"), "mA": ("milliamp", "milliamps"), "dB": ("decibel",) * 2,
    "hPa": ("hectopascal", "hectopascals"), "bar": ("bar", "bar"), "rpm": ("R P M", "R P M"),
    "px": ("pixel", "pixels"), "fps": ("frame per second", "frames per second"),
    "ppm": ("part per million", "parts per million"), "Ω": ("ohm", "ohms"),
}  # fmt: skip
_SCALED = {
    "B": ("byte", "kMGT"), "Hz": ("hertz", "kMG"), "W": ("watt", "kMGm"), "V": ("volt", "kmµ"),
    "bit": ("bit", "kMG"),
}  # fmt: skip


def _all_units() -> dict[str, tuple[str, str]]:
    """Every unit with its singular and plural; a plural given like the singular gets its "s"."""
    units = {
        symbol: (one, f"{one}s") if one == many and one.endswith(("er", "our", "ond", "bel"))
        else (one, many)
        for symbol, (one, many) in _UNITS.items()
    }  # fmt: skip
    for symbol, (name, prefixes) in _SCALED.items():
        for prefix in ("", *prefixes):
            one = _PREFIXES[prefix] + name
            units[prefix + symbol] = (one, one if name == "hertz" else f"{one}s")
    for prefix, name in (("Ki", "kibi"), ("Mi", "mebi"), ("Gi", "gibi"), ("Ti", "tebi")):
        units[f"{prefix}B"] = (f"{name}byte", f"{name}bytes")
    for symbol in ("B", "kB", "KB", "MB", "GB", "TB", "MiB", "GiB"):
        one, many = units.setdefault(symbol, ("kilobyte", "kilobytes"))
        units[f"{symbol}/s"] = (f"{one} per second", f"{many} per second")
    for prefix in ("k", "M", "G"):
        one = f"{_PREFIXES[prefix]}bit"
        for symbol in (f"{prefix}bit/s", f"{prefix}bps", f"{prefix}b/s"):
            units[symbol] = (f"{one} per second", f"{one}s per second")
    return units


UNITS = _all_units()


def _any_of(symbols: dict[str, tuple[str, str]]) -> str:
    return "|".join(map(re.escape, sorted(symbols, key=len, reverse=True)))


def _plural(name: str, number: str) -> str:
    return name if number == "1" or name in _UNCHANGED else f"{name}s"


def _amount(number: str, symbol: str, scale: str | None) -> str:
    """Say an amount: "1,200.50" in "$" is "1,200 dollars and 50 cents"."""
    unit, fraction = _MONEY[symbol]
    if scale:
        return f"{number} {_SCALES.get(scale, scale)} {unit}s"
    parts = re.fullmatch(r"(.+)[.,](\d\d)", number)
    if parts is None:
        return f"{number} {_plural(unit, number)}"
    whole, cents = parts[1], str(int(parts[2]))
    spoken = f"{whole} {_plural(unit, whole)}"
    return f"{spoken} and {cents} {_plural(fraction, cents)}" if cents != "0" else spoken


def _measure(match: re.Match[str]) -> str:
    first, number, unit = match[1], match[2], match[3]
    one, many = UNITS[unit]
    spoken = f"{number} {one if number == '1' else many}"
    return f"{first} to {spoken}" if first else spoken


_FRACTIONS = {
    "1/2": "one half", "1/3": "one third", "2/3": "two thirds", "1/4": "one quarter",
    "3/4": "three quarters", "½": "one half", "¼": "one quarter", "¾": "three quarters",
}  # fmt: skip
_SPACE = "[ \u00a0\u202f]?"
_SYMBOLS = _any_of(_MONEY)
_SCALE = r"(?:thousand|million|billion|trillion|bn|[kKMB])\b"

READERS = (
    worded(
        "amount of money",
        rf"(?<![\w])({_SYMBOLS}){_SPACE}({NUMBER})(?:{_SPACE}({_SCALE}))?",
        lambda match: _amount(match[2], match[1], match[3]),
    ),
    worded(
        "amount of money",
        rf"{BEFORE_NUMBER}({NUMBER})(?:{_SPACE}({_SCALE}))?{_SPACE}({_SYMBOLS})(?!\w)",
        lambda match: _amount(match[1], match[3], match[2]),
    ),
    # "the 90s" is a decade, so seconds need a space there.
    worded(
        "measure",
        rf"{BEFORE_NUMBER}(?:({NUMBER}){_SPACE}[-–]{_SPACE})?({NUMBER})"
        rf"(?!\b[0-9]0s)(?:{_SPACE}(?!(?<=0)s\b)({_any_of(UNITS)})){AFTER_UNIT}",
        _measure,
    ),
    worded(
        "fraction",
        r"(?<![\w/])[123]/[234](?![\w/])|[½¼¾]",
        lambda match: _FRACTIONS.get(match[0], match[0]),
    ),
)
