"""Writes the tables of words in ``jarvisd/text/languages/words/``: ``make words``.

What CLDR (through babel) and num2words know of a language is written into one file for each. With
``--check`` it says which files are not what it would write, and where our plural rules differ from
CLDR's. Neither library is needed where jarvisd runs.
"""

import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from babel import Locale
from babel.core import get_cldr_version
from num2words import num2words

from jarvisd.text.languages.words import CODES
from jarvisd.text.languages.words.plurals import category

FOLDER = Path(__file__).parent.parent / "jarvisd" / "text" / "languages" / "words"
CATEGORIES = ("zero", "one", "two", "few", "many", "other")  # in CLDR's order

# The symbols of CLDR's units.
UNITS = {
    "concentr-percent": "%", "concentr-permille": "‰", "concentr-permillion": "ppm",
    "angle-degree": "°", "temperature-celsius": "°C ℃", "temperature-fahrenheit": "°F ℉",
    "temperature-kelvin": "K",
    "digital-bit": "bit", "digital-kilobit": "kbit kb", "digital-megabit": "Mbit Mb",
    "digital-gigabit": "Gbit Gb", "digital-terabit": "Tbit Tb",
    "digital-byte": "B", "digital-kilobyte": "kB KB", "digital-megabyte": "MB",
    "digital-gigabyte": "GB", "digital-terabyte": "TB", "digital-petabyte": "PB",
    "duration-nanosecond": "ns", "duration-microsecond": "µs μs", "duration-millisecond": "ms",
    "duration-second": "s", "duration-minute": "min", "duration-hour": "h", "duration-day": "d",
    "electric-ampere": "A", "electric-milliampere": "mA", "electric-ohm": "Ω Ω",
    "electric-volt": "V", "energy-joule": "J", "energy-kilojoule": "kJ",
    "energy-kilocalorie": "kcal", "energy-kilowatt-hour": "kWh", "energy-electronvolt": "eV",
    "force-newton": "N",
    "frequency-hertz": "Hz", "frequency-kilohertz": "kHz", "frequency-megahertz": "MHz",
    "frequency-gigahertz": "GHz",
    "graphics-pixel": "px", "graphics-megapixel": "MP", "graphics-dot-per-inch": "dpi",
    "length-kilometer": "km", "length-meter": "m", "length-decimeter": "dm",
    "length-centimeter": "cm", "length-millimeter": "mm", "length-micrometer": "µm μm",
    "length-nanometer": "nm", "length-mile": "mi", "length-foot": "ft", "length-inch": "″ in",
    "area-square-meter": "m²", "area-square-kilometer": "km²", "area-square-centimeter": "cm²",
    "area-hectare": "ha",
    "light-lumen": "lm", "light-lux": "lx", "light-candela": "cd",
    "mass-tonne": "t", "mass-kilogram": "kg", "mass-gram": "g", "mass-milligram": "mg",
    "mass-microgram": "µg μg", "mass-pound": "lb lbs", "mass-ounce": "oz",
    "power-milliwatt": "mW", "power-watt": "W", "power-kilowatt": "kW", "power-megawatt": "MW",
    "power-gigawatt": "GW",
    "pressure-bar": "bar", "pressure-millibar": "mbar", "pressure-pascal": "Pa",
    "pressure-hectopascal": "hPa", "pressure-kilopascal": "kPa", "pressure-megapascal": "MPa",
    "speed-kilometer-per-hour": "km/h", "speed-meter-per-second": "m/s",
    "speed-mile-per-hour": "mph",
    "volume-liter": "l L", "volume-deciliter": "dl dL", "volume-centiliter": "cl cL",
    "volume-milliliter": "ml mL", "volume-hectoliter": "hl hL", "volume-cubic-meter": "m³",
    "volume-cubic-centimeter": "cm³", "volume-cubic-kilometer": "km³",
}  # fmt: skip
# Units that CLDR has no words for, and those of its prefixes that make them.
PREFIXED = {
    "KiB": ("1024p1", "digital-byte"), "MiB": ("1024p2", "digital-byte"),
    "GiB": ("1024p3", "digital-byte"), "TiB": ("1024p4", "digital-byte"),
    "kV": ("10p3", "electric-volt"), "mV": ("10p-3", "electric-volt"),
    "µV": ("10p-6", "electric-volt"), "µA": ("10p-6", "electric-ampere"),
    "kΩ": ("10p3", "electric-ohm"), "MΩ": ("10p6", "electric-ohm"),
}  # fmt: skip
PER = {
    "s": "duration-second", "min": "duration-minute", "h": "duration-hour", "d": "duration-day",
    "kg": "mass-kilogram", "l": "volume-liter", "cm": "length-centimeter", "m": "length-meter",
    "km": "length-kilometer",
}  # fmt: skip
CURRENCIES = (
    "EUR", "USD", "GBP", "JPY", "CHF", "CNY", "INR", "RUB", "UAH", "PLN", "SEK", "NOK", "DKK",
    "CZK", "BRL", "CAD", "AUD", "KRW",
)  # fmt: skip

# Ordinals that num2words spells wrong.
CORRECTED = {
    "da": {30: "tredivte", 31: "enogtredivte"},
    "es": {
        11: "undécimo", 12: "duodécimo", 13: "decimotercero", 14: "decimocuarto",
        15: "decimoquinto", 16: "decimosexto", 17: "decimoséptimo", 18: "decimoctavo",
        19: "decimonoveno",
    },
}  # fmt: skip

Data = Any  # babel's data of a locale: nested mappings without a type of their own


def table(code: str) -> str:
    """The file of one language."""
    locale = Locale(code)
    data: Data = locale._data  # noqa: SLF001 - babel's own functions only format with them
    plurals = [name for name in CATEGORIES if name in {*locale.plural_form.tags, "other"}]
    symbols = data["number_symbols"]["latn"]
    fields: dict[str, object] = {
        "code": code,
        "cldr": str(get_cldr_version()),
        "plurals": tuple(plurals),
        "decimal": symbols["decimal"],
        "group": symbols["group"],
        "date_order": _date_order(data["date_formats"]["short"].pattern),
        "months": _months(data, "wide"),
        "short_months": _months(data, "abbreviated"),
        "ordinals": _ordinals(code),
        "scales": _scales(data, plurals),
        "units": dict(sorted(_units(data, plurals))),
        "per": dict(_per(data, plurals)),
        "currencies": {name: _money(data, name, plurals) for name in CURRENCIES},
    }
    lines = "".join(f"    {name}={_shown(value)},\n" for name, value in fields.items())
    return (
        f'"""{locale.get_display_name("en")}: written by scripts/words.py, not by hand."""\n\n'
        "# fmt: off\n# ruff: noqa: E501\n"
        "from jarvisd.text.languages.words.model import Words\n\n"
        f"WORDS = Words(\n{lines})\n"
    )


def _shown(value: object) -> str:
    """``value`` as source: a mapping has one entry on a line."""
    if isinstance(value, dict):
        entries = "".join(f"        {_shown(k)}: {_shown(v)},\n" for k, v in value.items())
        return f"{{\n{entries}    }}"
    if isinstance(value, tuple):
        return f"({', '.join(map(_shown, value))}{',' if len(value) == 1 else ''})"
    return str(value) if isinstance(value, int) else _quoted(str(value))


def _quoted(text: str) -> str:
    """In double quotes, with spaces of other widths as escapes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.replace("\u00a0", "\\u00a0").replace("\u202f", "\\u202f")


def _date_order(pattern: str) -> str:
    return "".join(dict.fromkeys(c.lower() for c in pattern if c in "dMy"))


def _months(data: Data, width: str) -> tuple[str, ...]:
    names = data["months"]["format"][width]
    return tuple(names[number].removesuffix(".") for number in range(1, 13))


def _ordinals(code: str) -> tuple[str, ...]:
    if code in {"ja", "zh"}:  # they set a character before or behind the digits
        return ()
    right = CORRECTED.get(code, {})
    return tuple(
        right.get(number) or num2words(number, lang=code, to="ordinal") for number in range(1, 32)
    )


def _scales(data: Data, plurals: list[str]) -> dict[int, tuple[str, ...]]:
    """The words behind a number in thousands, millions and so on, where there are such."""
    formats: Data = data["compact_decimal_formats"].get("long", {})
    found: dict[int, tuple[str, ...]] = {}
    for power in (3, 6, 9, 12) if formats else ():
        patterns = {
            name: formats.get(name, formats["other"])[str(10**power)].pattern for name in plurals
        }
        if patterns["other"].count("0") == 1 and patterns["other"] != "0":
            bare = {name: pattern.replace("0", "{0}") for name, pattern in patterns.items()}
            found[power] = _forms(bare, plurals)
    return found


def _forms(patterns: Data, plurals: list[str]) -> tuple[str, ...]:
    """The words of each plural without the number; a single one where all are the same."""
    forms = [_bare(patterns.get(name) or patterns["other"]) for name in plurals]
    return (forms[-1],) if len(set(forms)) == 1 else tuple(forms)


def _bare(pattern: str) -> str:
    """The words behind the number, or all with the number's place where some stand before it."""
    spaced = _spaced(pattern.replace("'", ""))
    return spaced if spaced.find("{0}") > 0 else spaced.replace("{0}", "").strip()


def _spaced(pattern: str) -> str:
    return " ".join(pattern.split())


def _units(data: Data, plurals: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    taken = {symbol.lower() for symbols in UNITS.values() for symbol in symbols.split()}
    for unit, symbols in UNITS.items():
        forms = _named(data, unit, plurals)
        if not forms:
            continue
        for symbol in symbols.split():
            yield symbol, forms
        short = data["unit_patterns"][unit].get("short", {})
        own = {_bare(short.get(name, "")) for name in plurals} - {""}
        if len(own) == 1 and _is_symbol(symbol := own.pop(), forms):
            if symbol.lower() not in taken:
                yield symbol, forms
            taken.add(symbol.lower())
    for symbol, (prefix, unit) in PREFIXED.items():
        pattern = data["compound_unit_patterns"][prefix].get("long", {}).get("prefix")
        named = _named(data, unit, plurals)
        # CLDR has "Gib{0}" for Chinese: no word.
        if pattern and named and pattern[0].isascii() == named[0][-1].isascii():
            yield symbol, tuple(pattern.format(form.lower()) for form in named)


def _named(data: Data, unit: str, plurals: list[str]) -> tuple[str, ...]:
    """What ``unit`` is called; the short form where CLDR has no longer one and it is a word."""
    widths = data["unit_patterns"][unit]
    for width in ("long", "short"):
        if "other" in widths.get(width, ()):
            forms = _forms(widths[width], plurals)
            signs = {*UNITS[unit].split(), ""} - {"bit", "bar"}
            return () if signs & {*forms} or "/" in forms[0] else forms
    return ()


def _is_symbol(symbol: str, forms: tuple[str, ...]) -> bool:
    """Whether a language's own short form is a symbol: "Go", not a word nor an abbreviation."""
    if symbol[0] > "\u2fff":  # Chinese and Japanese: a shorter word
        return False
    return symbol not in forms and not {" ", ".", "{"} & set(symbol)


def _per(data: Data, plurals: list[str]) -> Iterator[tuple[str, str]]:
    """The unit's own pattern; the one for all units where that has none, or an abbreviation."""
    generic = data["compound_unit_patterns"]["per"].get("long", {}).get("compound", "/")
    for symbol, unit in PER.items():
        pattern = data["unit_patterns"][unit].get("long", {}).get("per", "")
        one = _named(data, unit, plurals)[0]
        if not pattern or pattern.endswith((".", f" {symbol}")):
            pattern = generic.format("{0}", one)
        if "/" not in pattern:
            yield symbol, _spaced(pattern.replace("pr. ", "per "))  # the Danish say it in full


def _money(data: Data, currency: str, plurals: list[str]) -> tuple[str, ...]:
    """The names of a currency, with what stands between number and name ("de dólares")."""
    given: Data = data["currency_names_plural"]
    names = given[currency] if currency in given else {"other": data["currency_names"][currency]}
    around = data["currency_unit_patterns"]
    patterns = {
        name: around.get(name, around["other"]).replace("{1}", names.get(name) or names["other"])
        for name in plurals
    }
    return _forms(patterns, plurals)


# --- the command --------------------------------------------------------------------------------


def drifted() -> Iterator[str]:
    """What in the tree is not what it should be."""
    for code in CODES:
        file = FOLDER / f"{code}.py"
        if not file.exists() or file.read_text(encoding="utf-8") != table(code):
            yield file.name
        rule = Locale(code).plural_form
        numbers = [*map(str, (*range(1_102), 10**6, 10**6 + 1, 3 * 10**6))]
        numbers += ["0.0", "0.5", "1.0", "1.5", "2.0", "2.50", "11.1", "1000000.0"]
        wrong = [n for n in numbers if category(code, n) != _category(rule, n)]
        if wrong:
            yield f"plurals.py ({code}: {', '.join(wrong[:5])})"


def _category(rule: Data, number: str) -> str:
    return str(rule(Decimal(number)))


def main() -> int:
    """Write the tables; with ``--check`` only say which ones drifted."""
    if sys.argv[1:] == ["--check"]:
        wrong = list(drifted())
        if wrong:
            print(f"words drifted: {', '.join(wrong)}. Run: make words", file=sys.stderr)  # noqa: T201 - a command's answer
        return bool(wrong)
    for code in CODES:
        (FOLDER / f"{code}.py").write_text(table(code), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
