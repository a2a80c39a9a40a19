"""The grammar of amounts: a sign, a number, a scale, a unit or a currency, and "per" a unit.

Also what is made of amounts: ranges, lists with slashes, durations. A letter that may mean several
things ("m", "g") is decided by its neighbours; undecided, the engine gets it as written.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from jarvisd.text.languages import Language
from jarvisd.text.spoken.readings import Reader, Reading

# Never "1,234" and then more: what is longer is no number of this kind.
_NUMBER = (
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+,\d{1,2}|\d{1,3}(?:[\u00a0\u202f]\d{3})+"
    r"|\d+,\d{1,2}(?=[ \u00a0]?(?:€|EUR))|\d+(?:\.\d+)?|\.\d+)(?![\d]|[.,]\d)"
)
_SPACE = "[ \u00a0\u202f]"
_CODES = {
    "EUR": "€", "USD": "$", "US$": "$", "GBP": "£", "JPY": "¥", "CHF": "CHF", "INR": "₹",
    "BTC": "₿", "AUD": "A$", "CAD": "C$", "¢": "¢",
}  # fmt: skip
_MONEY = r"US\$|A\$|C\$|CHF|EUR|USD|GBP|JPY|INR|[€$£¥₹₿₽₩¢]"
_HEAD = re.compile(rf"([-−+]?)({_MONEY})?{_SPACE}?({_NUMBER})")
_AFTER_MONEY = re.compile(rf"{_SPACE}?({_MONEY})(?![\w$])")
_SCALE_WORD = re.compile(
    rf"(?:{_SPACE}|-)?(hundred|thousand|million|billion|trillion|bn|mn|tn|mil)(?!\w)"
)
_SCALE_LETTER = re.compile(r"[kKMBTG](?![\w²³])")
_SCALES = {
    "bn": "billion", "mn": "million", "mil": "million", "tn": "trillion", "k": "thousand",
    "K": "thousand", "M": "million", "B": "billion", "T": "trillion",
}  # fmt: skip
_SYMBOL = re.compile(
    rf"({_SPACE}?)((?:[A-Za-zµμΩ°℃℉‰′″][A-Za-zµμΩ]{{0,5}}|%)(?:[²³]|\^2)?)(?![A-Za-zÀ-ɏ\d_²³°])"
)
_PER = re.compile(r"(?: ?/ ?| per )([A-Za-zµμ]{1,12}[²³]?)(?![\w/²³])")
_JOIN = re.compile(rf"{_SPACE}?[-–—]{_SPACE}?")
_TO = re.compile(r" (?:to|and|or) ")
_PLAIN_PER = {
    "mo": "month", "yr": "year", "y": "year", "hr": "hour", "h": "hour", "d": "day", "wk": "week",
    "s": "second", "sec": "second", "min": "minute", "m": "minute", "GB": "gigabyte", "u": "user",
}  # fmt: skip


class Amount(NamedTuple):
    """A parsed amount. ``name`` is its unit's or currency's (one, many); ``per`` may follow it."""

    end: int
    sign: str
    number: str
    scale: str
    unit: str  # the symbol; "" for a bare number
    name: tuple[str, str]
    glued: bool  # no white space before the unit
    money: str
    per: str

    @property
    def bare(self) -> bool:
        """Whether it is only a number."""
        return not (self.unit or self.money or self.scale)


class Amounts:
    """Reads amounts in one language."""

    def __init__(self, language: Language) -> None:
        self._units = language.units
        self._currencies = language.currencies

    def readers(self) -> tuple[Reader, ...]:
        """In the order in which they are to be asked."""
        start = r"(?<![A-Za-zÀ-ɏ\d_.,^/])(?<!\d-)"
        money = rf"[-−+]?(?:{_MONEY}){_SPACE}?\.?\d"
        return (
            Reader(
                "duration", rf"{start}\d+(?:\.\d+)? ?(?:[ywdhms]|mo|min|hr|sec)", self._duration
            ),
            Reader(
                "measure",
                rf"{start}(\d+) ?(?:ft\.?|['′]) ?(\d+(?:\.\d+)?) ?(?:in\b\.?|[\"″])",
                _feet,
            ),
            Reader("amount", rf"{start}(?:{money}|[-−+]?\.?\d)", self._amount),
        )

    # One amount

    def parse(self, text: str, place: int) -> Amount | None:
        """The amount that begins at ``place``."""
        head = _HEAD.match(text, place)
        if not head:
            return None
        sign, money, number = head[1], head[2] or "", head[3]
        end, scale = head.end(), ""
        if found := _SCALE_WORD.match(text, end):
            scale, end = _SCALES.get(found[1], found[1]), found.end()
        elif (found := _SCALE_LETTER.match(text, end)) and (
            money or _AFTER_MONEY.match(text, found.end()) or _scaled(number, found[0], text, end)
        ):
            scale, end = _SCALES.get(found[0], ""), found.end()
        if not money and (found := _AFTER_MONEY.match(text, end)):
            money, end = found[1], found.end()
        unit, name, glued = "", ("", ""), True
        if not money and (symbol := _SYMBOL.match(text, end)):
            one_many = self._unit(symbol, number, text, place)
            if one_many:
                unit, name, glued, end = symbol[2], one_many, not symbol[1], symbol.end()
        elif money:
            money = _CODES.get(money, money)
        per = ""
        if (money or unit) and (found := _PER.match(text, end)):
            word = self._per(found[1])
            if word:
                per, end = word, found.end()
        return Amount(end, sign, number, scale, unit, name, glued, money, per)

    def _unit(
        self, symbol: re.Match[str], number: str, text: str, place: int
    ) -> tuple[str, str] | None:
        found = self._units.get(symbol[2])
        if found is None:
            return None
        decide = _UNCERTAIN.get(symbol[2])
        if decide is None:
            return found
        around = Around(text, place, symbol.end(), number, glued=not symbol[1])
        chosen = decide(around)
        return self._units[chosen] if chosen else None

    def _per(self, symbol: str) -> str:
        if symbol in _PLAIN_PER:
            return _PLAIN_PER[symbol]
        if symbol in self._units:
            return self._units[symbol][0]
        return symbol if symbol.islower() and len(symbol) > 2 else ""

    def _joint(self, units: list[str]) -> str:
        """What is said for the slashes of a list: one thing in two units, or a part of a whole."""
        names = {self._units[unit][0] for unit in units}
        sorts = {"byte" if name.endswith("byte") else name for name in names}
        return "of" if len(sorts) == 1 else "or"

    # Saying it

    def said(self, amount: Amount, *, named: bool = True, single: bool = False) -> str:
        """The words for ``amount``; without its unit where it is not ``named``."""
        sign = {"-": "minus ", "−": "minus ", "+": "plus "}.get(amount.sign, "")
        number = said_number(amount.number)
        per = f" per {amount.per}" if amount.per else ""
        if amount.money and named:
            return sign + self._money(amount, number, single=single) + per
        number += f" {amount.scale}" if amount.scale else ""
        if not amount.unit or not named:
            return sign + number
        one, many = amount.name
        is_one = single or (not amount.scale and amount.number == "1")
        return f"{sign}{number} {one if is_one else many}{per}"

    def _money(self, amount: Amount, number: str, *, single: bool) -> str:
        if amount.money == "¢":
            return f"{number} {'cent' if single or number == '1' else 'cents'}"
        currency = self._currencies[amount.money]
        if amount.scale:
            return f"{number} {amount.scale} {currency.one if single else currency.many}"
        whole, point, part = normal(amount.number).rpartition(".")
        if not point or len(part) != 2 or not currency.part:
            return f"{number} {currency.one if single or number == '1' else currency.many}"
        cents = str(int(part))
        coins = f"{cents} {currency.part if cents == '1' else currency.parts}"
        if not whole.strip("0,"):
            return coins if cents != "0" else f"0 {currency.many}"
        spoken = f"{whole} {currency.one if single or whole == '1' else currency.many}"
        return spoken if cents == "0" else f"{spoken} and {coins}"

    # Readers

    def _amount(self, match: re.Match[str]) -> Reading | None:
        text, start = match.string, match.start()
        first = self.parse(text, start)
        if first is None:
            return None
        joined = self._range(text, start, first) or self._list(text, start, first)
        if joined:
            return joined
        if first.bare:
            if first.number[0] == "." or "," in first.number[-3:]:
                return Reading(start, first.end, self.said(first), "decimal")
            return None
        rule = "amount of money" if first.money else "measure" if first.unit else "scaled number"
        return Reading(start, first.end, self.said(first, single=_single(text, start, first)), rule)

    def _range(self, text: str, start: int, first: Amount) -> Reading | None:
        join = _JOIN.match(text, first.end)
        if not join:
            return None
        second = self.parse(text, join.end())
        if not second or second.sign or _goes_on(text, second.end):
            return None
        if " " in join[0] and _ARITHMETIC.match(text, second.end):
            return None
        return self._joined(text, start, join[0], first, second)

    def _joined(
        self, text: str, start: int, join: str, first: Amount, second: Amount
    ) -> Reading | None:
        """A range of two amounts; what only one of them has is said once, at the end."""
        if first.bare and second.bare:
            if not _is_range(text, start, first, join, second):
                return None
            return Reading(start, second.end, f"{first.number} to {second.number}", "range")
        if (
            first.bare
            or (first.money and second.bare)
            or (first.money and second.scale and not second.money)
        ):
            whole = second if first.bare else second._replace(money=first.money, per=second.per)
            said = f"{self.said(first, named=False)} to {self.said(whole)}"
        elif second.bare:
            return None
        else:
            said = f"{self.said(first)} to {self.said(second)}"
        rule = "range of money" if first.money or second.money else "range of measures"
        return Reading(start, second.end, said, rule)

    def _list(self, text: str, start: int, first: Amount) -> Reading | None:
        if not first.unit or text[first.end : first.end + 1] != "/":
            return None
        said, end, units = [self.said(first)], first.end, [first.unit]
        while text[end : end + 1] == "/" and len(said) < 8:
            more = self.parse(text, end + 1)
            if not more or not more.unit:
                break
            said.append(self.said(more))
            units.append(more.unit)
            end = more.end
        if len(said) == 1 or text[end : end + 1] == "/":
            return None
        return Reading(start, end, f" {self._joint(units)} ".join(said), "list of measures")

    def _duration(self, match: re.Match[str]) -> Reading | None:
        text, start = match.string, match.start()
        end, rank, said = start, 9, []
        while part := _DURATION.match(text, end):
            order, one, many = _SPANS[part[3]]
            if order >= rank:
                break
            rank = order
            said.append(f"{part[2]} {one if part[2] == '1' else many}")
            end = part.end()
        if len(said) < 2:
            return None
        return Reading(start, end, " ".join(said), "duration")


_SPANS = {
    symbol: (rank, one, f"{one}s")
    for rank, one, symbols in (
        (8, "year", "y yr yrs"), (7, "month", "mo"), (6, "week", "w wk"), (5, "day", "d"),
        (4, "hour", "h hr hrs"), (3, "minute", "m min mins"), (2, "second", "s sec secs"),
        (1, "millisecond", "ms"),
    )
    for symbol in symbols.split()
}  # fmt: skip
_DURATION = re.compile(
    r"((?:(?<=[a-z]),? ?)?)(\d+(?:\.\d+)?) ?(yrs|yr|mo|wk|hrs|hr|mins|min|secs|sec|ms"
    r"|[ywdhms])(?![A-Za-z])"
)


def normal(number: str) -> str:
    """``number`` with a point before its decimals and commas between thousands."""
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d{1,2}", number):
        return number.replace(".", "").replace(",", ".")
    if re.fullmatch(r"\d+,\d{1,2}", number):
        return number.replace(",", ".")
    return number.replace("\u00a0", "").replace("\u202f", "")


def said_number(number: str) -> str:
    """Digits as an engine reads them; only what it would read wrong is changed."""
    if number[0] == ".":
        return "point " + " ".join(number[1:])
    return normal(number)


# Neighbours


class Around(NamedTuple):
    """An uncertain unit and the words around it."""

    text: str
    start: int
    end: int
    number: str
    glued: bool

    @property
    def before(self) -> str:
        """What is written before the amount, in lower case."""
        return self.text[max(0, self.start - 32) : self.start].lower()

    @property
    def after(self) -> str:
        """What is written behind it, in lower case."""
        return self.text[self.end : self.end + 24].lower()


_SINGLE = re.compile(
    r"[ -](?:bills?|notes?|coins?|gift|cards?|discount|budget|fees?|plan|tip|fine"
    r"|vouchers?|coupons?"
    r"|deposit|price|purchase|investment|investments|salary|loan|deal|bonus|prize|project|grant)\b"
)
_ARTICLE = re.compile(r"(?<![A-Za-z])(?:[Aa]n?|[Aa]nother) $")
_NOUN = re.compile(
    r"[ -](?!(?:of|in|at|for|per|is|was|and|or|to|from|on|with|more|less|each|than|by|a"
    r"|the|if|as)\b)[A-Za-z]"
)
_DEVICE = re.compile(
    r"[ -](?:card|drive|disk|stick|module|limit|file|volume|partition|link|port|window"
    r"|timeout|cable"
    r"|bulb|supply|PSU|battery|charger|SSD|HDD|switch|model|kit|connection|interval|swap file)s?\b"
)
_TIME_BEFORE = re.compile(
    r"(?:\b(?:in|for|every|after|last|past|within|timeout|interval|uptime|ttl|wait|took|takes|about"
    r"|age|each|over|of|than|under|by|sleep|delay|duration|up|least|most|since|latency|elapsed|run"
    r"|ran|refresh|poll|scrape|window|backoff|grace|retry|every)[ =:~]*|[<>=~]+ ?|\d[hd] )$"
)
_TIME_AFTER = re.compile(
    r" ?(?:ago|later|left|remaining|old|timeout|interval|window|delay|to go|\d+ ?s\b)"
)
_MEMORY = re.compile(
    r"mem|-m |ram\b|limit|heap|xmx|xms|disk|swap|cache|size|buffer|storage|quota|volume"
    r"|arc|shm|from \d+g to |\d+g |pool"
)
_FOOD = re.compile(r" ?of | ?(?:protein|sugar|fat|fibre|fiber|carbs|salt|flour|butter|serving)")
_LENGTH = re.compile(
    r" ?(?:long|high|wide|tall|deep|away|from|cable|distance|sprint|race|run|dash|above"
    r"|below|apart|up|down|of )"
)
_DECADE = re.compile(
    r"(?:\b(?:the|his|her|my|their|your|our|early|late|mid)[ -]|'|\d0s (?:and|or|to) )$"
)
_CPU = re.compile(r" ?(?:cpu|cores?|millicores?)")


def _meters(around: Around) -> str:
    if not around.glued:
        return "m"
    if _CPU.match(around.after) or "cpu" in around.before:
        return ""
    if _TIME_AFTER.match(around.after) or _TIME_BEFORE.search(around.before):
        return "min"
    return "m" if _LENGTH.match(around.after) else ""


def _grams(around: Around) -> str:
    if _FOOD.match(around.after):
        return "g"
    if _MEMORY.search(around.before) or _MEMORY.search(around.after[:12]):
        return "GB"
    if re.match(r" to \d+g\b", around.after):
        return "GB"
    return (
        "g"
        if not around.glued or _FOOD.match(around.after) or int(float(normal(around.number))) >= 50
        else ""
    )


def _bytes(around: Around) -> str:
    if re.search(r"\bbytes?\b|size|[kmg]i?b\b", around.before) or re.match(
        r" ?/ ?\d", around.after
    ):
        return "B"
    return "B" if not around.glued or around.number == "0" else ""


def _seconds(around: Around) -> str:
    if around.glued and around.number.endswith("0") and around.number.isdigit():
        if len(around.number) == 4 and around.number[0] in "12":
            return ""
        if len(around.number) == 2 and _DECADE.search(around.before):
            return ""
    return "s"


def _days(around: Around) -> str:
    if (
        around.number in {"2", "3"}
        and not _TIME_AFTER.match(around.after)
        and not _TIME_BEFORE.search(around.before)
    ):
        return ""
    return "d" if around.glued else ""


def _amps(around: Around) -> str:
    near = re.search(
        r"\d ?[vw]\b|volt|fuse|breaker|charger|current|amps?\b|draws?|psu|adapter",
        around.before + " " + around.after,
    )
    return "A" if near else ""


def _if_spaced(symbol: str) -> Callable[[Around], str]:
    return lambda around: "" if around.glued else symbol


def _if_glued(symbol: str) -> Callable[[Around], str]:
    return lambda around: symbol if around.glued else ""


def _if_large(around: Around) -> str:
    return "K" if float(normal(around.number).replace(",", "")) >= 1_000 or not around.glued else ""


_UNCERTAIN: dict[str, Callable[[Around], str]] = {
    "m": _meters, "g": _grams, "B": _bytes, "s": _seconds, "d": _days, "A": _amps, "K": _if_large,
    "F": lambda _around: "", "J": _if_spaced("J"), "t": _if_spaced("t"),
    "N": lambda _around: "", "op": lambda _around: "",
    **{symbol: _if_glued(symbol) for symbol in ("Ki", "Mi", "Gi", "Ti", "ha", "MP")},
    "HP": _if_spaced("hp"),
}  # fmt: skip


def _scaled(number: str, letter: str, text: str, end: int) -> bool:
    """Whether ``letter`` behind a number without a currency is a scale."""
    if letter in "TG":
        return False
    if letter == "B":
        return not re.match(r" ?/ ?\d", text[end + 1 : end + 5]) and number != "0"
    if letter == "K":
        return (
            number not in {"4", "5", "8", "6", "2"}
            and float(normal(number).replace(",", "")) < 1_000
        )
    return True


def _feet(match: re.Match[str]) -> Reading:
    feet = f"{match[1]} {'foot' if match[1] == '1' else 'feet'}"
    inches = f"{match[2]} {'inch' if match[2] == '1' else 'inches'}"
    return Reading(match.start(), match.end(), f"{feet} {inches}", "measure")


def _single(text: str, start: int, amount: Amount) -> bool:
    """Whether the amount tells of what kind a thing is: "a $20 bill", "an 8 GB card"."""
    if amount.money and _SINGLE.match(text, amount.end):
        return True
    if amount.per or not _NOUN.match(text, amount.end):
        return False
    return _ARTICLE.search(text, max(0, start - 9), start) is not None or (
        _DEVICE.match(text, amount.end) is not None
    )


def _goes_on(text: str, end: int) -> bool:
    return re.match(r"[-–—/.:]?\w", text[end : end + 2]) is not None


_ARITHMETIC = re.compile(r" ?[=*×+]")


def _is_range(text: str, start: int, first: Amount, join: str, second: Amount) -> bool:
    """Whether two bare numbers with a dash between them are a range."""
    if start and text[start - 1] in "-–":
        return False
    if " " in join and "-" in join:
        return False
    if _ARITHMETIC.match(text, second.end):
        return False
    code = first.number[0] == "0" != first.number
    return not code and not (len(second.number) == 4 and len(first.number) == 3)
