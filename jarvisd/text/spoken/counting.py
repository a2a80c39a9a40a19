"""Readers of fractions, Roman numerals, phone numbers and identifiers."""

import re

from jarvisd.text.spoken.readings import Reader, Reading, worded

_PARTS = {
    2: ("half", "halves"), 3: ("third", "thirds"), 4: ("quarter", "quarters"), 5: ("fifth",
    "fifths"),
    6: ("sixth", "sixths"), 7: ("seventh", "sevenths"), 8: ("eighth", "eighths"),
    9: ("ninth", "ninths"), 10: ("tenth", "tenths"), 12: ("twelfth", "twelfths"),
    15: ("fifteenth", "fifteenths"), 20: ("twentieth", "twentieths"), 50: ("fiftieth", "fiftieths"),
    16: ("sixteenth", "sixteenths"), 32: ("thirty second", "thirty seconds"),
    64: ("sixty fourth", "sixty fourths"), 100: ("one hundredth", "one hundredths"),
    1000: ("one thousandth", "one thousandths"),
}  # fmt: skip
_VULGAR = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5),
    "⅗": (3, 5), "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8),
    "⅞": (7, 8),
}  # fmt: skip
_KITCHEN = r"(?= (?:cups?|inch|inches|teaspoons?|tablespoons?|tsp|tbsp|pounds?|lbs?|oz|ounces?|hours?|miles?|gallons?|pints?|quarts?|years?|days?|of|a|an|the|mile|full|done|complete|way)\b)"  # noqa: E501
_ROMAN = r"(?:X{0,3}(?:IX|IV|V?I{1,3}|V)|X{1,3})"
_VALUES = {"I": 1, "V": 5, "X": 10}
_NUMBERED = re.compile(
    r"\b(?:World War|Chapter|Part|Section|Act|Volume|Vol\.|Phase|[Tt]ype|Class|Level|Book"
    r"|Appendix|Scene"
    r"|Article|Title|Stage|Fantasy|Rocky|Bowl|Grade|Episode|Tier|Mark|Schedule|Category|Civilization"
    r"|Apollo|Auto|Gemini|Saturn|Annex|Unit|Step|Quest|Souls|Diablo|Warcraft|Wars|Kombat|Trek|Figure|Table"
    r"|Division|Rule|Round|Canto|Psalm|Symphony|Century|Axis|Group|Plate|Lesson|Module|Topic"
    r"|Elder Scrolls|Halo|Crusade|Heroes|Warhammer|chapter|part|section|phase|volume|act|stage)s? $"
)
_KINGS = re.compile(
    r"\b(?:Henry|Louis|Charles|George|William|Edward|James|Elizabeth|Richard|Philip|Paul|John|Benedict"
    r"|Catherine|Napoleon|Frederick|Mary|Nicholas|Alexander|Francis|Leo|Pius|Ramses|Ramesses|Ivan|Peter"
    r"|Gustav|Carl|Wilhelm|Ferdinand|Felipe|Carlos|Harald|Margrethe|Christian|Innocent|Gregory|Urban"
    r"|Clement|Boniface|Julius|Otto|Leopold|Albert|Robert|David|Baldwin|Darius|Xerxes|Ptolemy"
    r"|Cleopatra|Sixtus|Adrian|Alfonso|Maximilian|Rudolf|Rudolph|Joseph|Umberto|Haakon|Olaf|Willem"
    r"|King [A-Z][a-z]+|Queen [A-Z][a-z]+|Pope [A-Z][a-z]+|Emperor [A-Z][a-z]+|Tsar [A-Z][a-z]+) $"
)
_EVENT = re.compile(
    r" (?:Olympi|[Cc]entury|Corps|Army|Legion|Summer|Winter|Congress|Dynasty|Games|Biennale)"
)


def roman(letters: str) -> int:
    """The value of a Roman numeral."""
    total = 0
    for here, following in zip(letters, f"{letters[1:]} ", strict=True):
        value = _VALUES[here]
        total += -value if value < _VALUES.get(following, 0) else value
    return total


def _ordinal(number: int) -> str:
    tail = (
        "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{tail}"


def fraction(above: int, below: int) -> str:
    """Say "3/8" as "3 eighths"."""
    one, many = _PARTS[below]
    return f"{above} {one if above == 1 else many}"


def _mixed(whole: str, above: int, below: int) -> str:
    if above == 1:
        part = "a half" if below == 2 else f"a {_PARTS[below][0]}"
        if below == 8:
            part = "an eighth"
    else:
        part = fraction(above, below)
    return f"{whole} and {part}"


def _fraction(match: re.Match[str]) -> Reading | None:
    whole, above, below = match[1], int(match[2]), int(match[3])
    if (
        below not in _PARTS
        or not 0 < above < below
        or match.string.startswith((" stars", " rating"), match.end())
    ):
        return None
    said = (
        _mixed(whole, above, below)
        if whole
        else ("one " + fraction(1, below)[2:] if above == 1 else fraction(above, below))
    )
    return Reading(match.start(), match.end(), said, "fraction")


def _vulgar(match: re.Match[str]) -> str:
    above, below = _VULGAR[match[2]]
    if match[1]:
        return _mixed(match[1], above, below)
    return "one " + fraction(1, below)[2:] if above == 1 else fraction(above, below)


def spelled(characters: str) -> str:
    """Letters and digits one by one; "a" never as the article."""
    said = re.sub(r"(?<=\d)(?=\d)|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])", " ", characters)
    said = re.sub(r"(?<=\d) (?=[Aa]$)", "", said)
    said = re.sub(r"(?<=[A-Za-z])(?=[A-Za-z])", "-", said).upper()
    return re.sub(r"\bA (?=\d)", "A", said)


def _groups(match: re.Match[str]) -> str:
    return ", ".join(spelled(group) for group in match[0].split("-"))


def _hash(match: re.Match[str]) -> Reading | None:
    written = match[0]
    if not (re.search(r"\d", written) and re.search(r"[a-f]", written)) or re.fullmatch(
        r"\d+e\d+", written
    ):
        return None
    return Reading(match.start(), match.end(), spelled(written), "identifier")


def _phone(match: re.Match[str]) -> Reading | None:
    groups = re.findall(r"\d+", match[0])
    if sum(map(len, groups)) < 7:
        return None
    said = ", ".join(
        group if len(group) == 3 and group.endswith("00") else " ".join(group) for group in groups
    )
    said = f"plus {said}" if match[0].startswith("+") else said
    return Reading(match.start(), match.end(), said, "phone number")


def _numeral(match: re.Match[str]) -> Reading | None:
    """A numeral behind a word that takes one; every other "I" is somebody."""
    letters, text = match[0], match.string
    before = text[max(0, match.start() - 24) : match.start()]
    if _NUMBERED.search(before):
        return Reading(match.start(), match.end(), str(roman(letters)), "Roman numeral")
    if _KINGS.search(before) and (letters != "I" or text[match.end() : match.end() + 4] == " of "):
        return Reading(
            match.start(), match.end(), f"the {_ordinal(roman(letters))}", "Roman numeral"
        )
    if len(letters) > 1 and _EVENT.match(text, match.end()):
        return Reading(match.start(), match.end(), _ordinal(roman(letters)), "Roman numeral")
    return None


_SPELLED = re.compile(
    r"(?:\b(?:zip|postal|post|area|dialing|dialling|access|country)(?: code)?"
    r"|serial(?: number)?|\bpin(?: code)?|passcode|extension|\bext\.?|account(?: number)?|\bcode"
    r"|part number|model number|order number|tracking number|ticket number|case number"
    r"|id)(?: is|:| =|)? $",
    re.IGNORECASE,
)
_DIAL = re.compile(r"(?:[Cc]all|[Dd]ial|[Pp]hone|[Rr]ing|[Tt]ext)(?: to| at)? $")
_CARD = re.compile(
    r"\b(?:RTX|GTX|GT|RX|Ryzen \d|Threadripper|Core Ultra|Quadro RTX|Arc|EPYC|Xeon) $"
)


def _by_digits(match: re.Match[str]) -> Reading | None:
    """Numbers that only name something: codes digit by digit, cards in pairs."""
    digits, start, end = match[1], match.start(), match.end()
    before = match.string[max(0, start - 24) : start]
    if not match[2] and (_SPELLED.search(before) or (len(digits) == 3 and _DIAL.search(before))):
        return Reading(start, end, " ".join(digits), "number by digits")
    if len(digits) == 4 and digits[0] != "0" and _CARD.search(before):
        low = "hundred" if digits[2:] == "00" else digits[2:]
        said = f"{digits[:2]} {low}"
        if match[2]:
            said += f" {'-'.join(match[2].strip()).upper()}"
        return Reading(start, end, said, "model name")
    return None


READERS = (
    worded("identifier", r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b", _groups),
    Reader("identifier", r"(?<![\w.:/#$-])[0-9a-f]{7,64}+(?![\w:-]|\.\w)", _hash),
    Reader(
        "number by digits",
        r"(?<![\w.,:-])(\d{3,12})( ?(?:Ti|XTX|XT|XD|X|G))?(?![\w-]|[.,:]\d)",
        _by_digits,
    ),
    worded(
        "identifier", r"(?<!\w)#([0-9a-fA-F]{6}|[0-9a-fA-F]{8})\b", lambda match: spelled(match[1])
    ),
    Reader(
        "phone number",
        r"(?<![\w.])(?:\+\d{1,3}(?:[ .-]?\(?\d{1,5}\)?){2,5}|\d{3} \d{3} \d{4}"
        r"|0\d{2,4} \d{3,4} \d{3,4}|(?:1[-. ])?(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-. ]\d{4}"
        r"|555-\d{4}|(?<=call )\d{3}-\d{4}|(?<=dial )\d{3}-\d{4})(?![\w-]|\.\d)",
        _phone,
    ),
    Reader(
        "fraction",
        r"(?<![\w/.,])(?:(\d{1,3})[ -])?(\d{1,2})[/⁄](\d{1,4})(?:th|ths|rds|nds)?(?![\w/]|[.,]\d)",
        _fraction,
    ),
    worded(
        "score",
        r"(?<![\w/.,])(\d{1,2})/(5|10|100)(?= (?:stars?|ratings?|points?)\b)",
        lambda match: f"{match[1]} out of {match[2]}",
    ),
    worded("fraction", rf"(?<!\w)(\d*) ?([{''.join(_VULGAR)}])", _vulgar),
    Reader("Roman numeral", rf"\b{_ROMAN}\b(?!['’.-]\w)", _numeral),
)
