"""English: what each unit, currency and scale is in words."""

from jarvisd.text.languages.model import Currency, Language
from jarvisd.text.languages.stops.en import STOPS

_PREFIXES = {"k": "kilo", "M": "mega", "G": "giga", "T": "tera", "P": "peta", "m": "milli", "µ": "micro", "n": "nano"}  # fmt: skip  # noqa: E501
# Each with the prefixes that it takes; a unit with "s" in the plural.
_SCALED = {
    "byte": ("B", "kMGTP"), "bit": ("bit", "kMGT"), "hertz": ("Hz", "kMGT"), "watt": ("W", "kMGTm"),
    "volt": ("V", "kmµ"), "amp": ("A", "mµ"), "watt hour": ("Wh", "kMGT"), "amp hour": ("Ah", "m"),
    "pascal": ("Pa", "kM"), "ohm": ("Ω", "kM"), "gram": ("g", "km"), "meter": ("m", "kmn"),
    "liter": ("L", "m"), "second": ("s", "mn"), "joule": ("J", "kM"), "newton": ("N", "k"),
    "calorie": ("cal", "k"), "electronvolt": ("eV", "kMG"), "farad": ("F", "µn"),
}  # fmt: skip
_OTHERS = {
    "percent": "% pct", "per mille": "‰", "degree": "°", "degree Celsius": "°C ℃ degC",
    "degree Fahrenheit": "°F ℉ degF", "kelvin": "K", "centimeter": "cm", "micrometer": "µm um",
    "mile": "mi", "foot": "ft", "inch": "″", "yard": "yd yds", "square meter": "m² m^2 sqm",
    "square kilometer": "km²", "square centimeter": "cm²", "square foot": "ft² sqft",
    "cubic meter": "m³", "cubic centimeter": "cm³", "pound": "lb lbs", "ounce": "oz", "tonne": "t",
    "centiliter": "cl cL", "deciliter": "dl dL", "liter": "l", "milliliter": "ml", "gallon": "gal",
    "minute": "min mins", "hour": "h hr hrs", "second": "sec secs", "millisecond": "msec msecs",
    "microsecond": "µs us", "day": "d", "week": "wk wks", "month": "mo mos", "year": "yr yrs",
    "kilobyte": "KB", "kibibyte": "KiB Ki", "mebibyte": "MiB Mi", "gibibyte": "GiB Gi",
    "tebibyte": "TiB Ti",
    "kilobit": "Kbit Kb kb", "megabit": "Mb", "gigabit": "Gb",
    "bit per second": "bps", "kilobit per second": "kbps Kbps",
    "megabit per second": "Mbps mbps", "gigabit per second": "Gbps gbps",
    "terabit per second": "Tbps", "mile per hour": "mph", "kilometer per hour": "kph kmh",
    "decibel": "dB db", "decibel A": "dBA", "hectopascal": "hPa", "bar": "bar",
    "millibar": "mbar", "rpm": "rpm RPM", "pixel": "px", "knot": "kn kt",
    "frame per second": "fps FPS", "part per million": "ppm", "part per billion": "ppb",
    "token": "tok toks", "request": "req reqs", "packet": "pkt pkts", "operation": "op ops",
    "megatransfer": "MT", "microgram": "µg μg mcg", "hectare": "ha", "nanogram": "ng",
    "hertz": "hz HZ", "kilohertz": "khz KHz", "megahertz": "mhz Mhz",
    "gigahertz": "ghz Ghz", "gigabyte": "gb", "megabyte": "mb", "terabyte": "tb",
    "kilowatt hour": "kwh KWh kW·h", "kilowatt": "kw KW", "milliamp hour": "mah",
    "kilometer": "km KM",
    "gram": "gr", "kilogram": "kgs Kg KG", "tablespoon": "tbsp", "teaspoon": "tsp",
    "horsepower": "hp HP", "arcminute": "′", "megapixel": "MP", "square inch": "in²",
    "pound per square inch": "psi PSI", "light year": "ly", "BTU": "BTU",
    "lumen": "lm", "candela": "cd", "volt amp": "VA", "kilovolt amp": "kVA", "lux": "lx",
}  # fmt: skip
_PLURALS = {
    "percent": "percent", "per mille": "per mille", "foot": "feet", "inch": "inches",
    "hertz": "hertz",
    "square foot": "square feet", "kelvin": "kelvin", "bar": "bar", "lux": "lux",
    "horsepower": "horsepower", "light year": "light years", "BTU": "BTUs",
    "square inch": "square inches",
    "decibel A": "decibels A", "rpm": "rpm",
}  # fmt: skip


def _plural(one: str) -> str:
    """The plural of a unit's name: the first word before "per" or "Celsius" takes it."""
    if one in _PLURALS:
        return _PLURALS[one]
    if one.endswith("hertz"):
        return one
    for tail in (" per ", " Celsius", " Fahrenheit"):
        name, found, rest = one.partition(tail)
        if found:
            return f"{_plural(name)}{found}{rest}"
    return f"{one}s"


def _units() -> dict[str, tuple[str, str]]:
    units: dict[str, tuple[str, str]] = {}
    for name, (symbol, prefixes) in _SCALED.items():
        units[symbol] = name, _plural(name)
        for prefix in prefixes:
            one = _PREFIXES[prefix] + name
            units[prefix + symbol] = one, _plural(one)
            if prefix == "µ":
                units["μ" + symbol] = one, _plural(one)
    for name, symbols in _OTHERS.items():
        for symbol in symbols.split():
            units[symbol] = name, _plural(name)
    return units


LANGUAGE = Language(
    code="en",
    stops=STOPS,
    units=_units(),
    currencies={
        "€": Currency("euro", "euros", "cent", "cents"),
        "$": Currency("dollar", "dollars", "cent", "cents"),
        "£": Currency("pound", "pounds", "penny", "pence"),
        "¥": Currency("yen", "yen"),
        "₹": Currency("rupee", "rupees", "paisa", "paise"),
        "₿": Currency("bitcoin", "bitcoins"),
        "₽": Currency("rouble", "roubles", "kopeck", "kopecks"),
        "₩": Currency("won", "won"),
        "CHF": Currency("franc", "francs", "centime", "centimes"),
        "A$": Currency("Australian dollar", "Australian dollars", "cent", "cents"),
        "C$": Currency("Canadian dollar", "Canadian dollars", "cent", "cents"),
    },
)
