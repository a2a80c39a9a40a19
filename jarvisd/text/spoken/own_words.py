"""The owner's own words: what is said for a word, whatever the rules would say.

Whole words are found, also several in a row, and the longest wins. An entry without a capital
matches in any case, one with a capital only as it is written. Linear in the length of the text, and
independent of the number of entries. It must never read the configuration.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping

from jarvisd.config.say import EVERY_LANGUAGE, MAX_WRITTEN_CHARS, Say
from jarvisd.text.languages.nearest import code
from jarvisd.text.spoken.readings import Reading

# White space between the words of an entry may be wider in a text, up to this much of it all.
_LONGEST = 2 * MAX_WRITTEN_CHARS
# Written without spaces between words: there each character is looked at by itself.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0dff"
_TOKEN = re.compile(rf"(?:[^\W{_UNSPACED}]|[{_MARKS}])+|\S")


class OwnWords:
    """Entries of one language, compiled. ``fingerprint`` is the same for the same entries."""

    def __init__(self, entries: Mapping[str, tuple[str, str]]) -> None:
        """``entries``: for what is written, what is said and the name of the rule."""
        self.fingerprint = _fingerprint(entries)
        self._exact: dict[str, tuple[str, str]] = {}
        self._any_case: dict[str, tuple[str, str]] = {}
        counts: dict[str, set[int]] = {}  # by the first token: how many tokens an entry may have
        for written, (spoken, rule) in entries.items():
            plain = " ".join(written.split())
            table = self._any_case if plain == plain.lower() else self._exact
            table[plain] = (" ".join(spoken.split()), rule)
            tokens = _TOKEN.findall(plain)
            if not tokens:
                continue
            counts.setdefault(tokens[0].lower(), set()).add(len(tokens))
        self._counts = {first: sorted(of, reverse=True) for first, of in counts.items()}

    def __bool__(self) -> bool:
        return bool(self._counts)

    def readings(self, text: str) -> Iterator[Reading]:
        """Every stretch of ``text`` that is one of them, in order; they do not overlap."""
        spans = [match.span() for match in _TOKEN.finditer(text)]
        at = 0
        while at < len(spans):
            start, end = spans[at]
            width = 1
            for count in self._counts.get(text[start:end].lower(), ()):
                if at + count > len(spans):
                    continue
                until = spans[at + count - 1][1]
                if found := self._find(text, start, until):
                    yield Reading(start, until, *found)
                    width = count
                    break
            at += width

    def _find(self, text: str, start: int, end: int) -> tuple[str, str] | None:
        if end - start > _LONGEST:
            return None
        written = " ".join(text[start:end].split())
        return self._exact.get(written) or self._any_case.get(written.lower())


class SayTables:
    """All ``[text.say.LANG]`` of a configuration; those of one language are compiled once."""

    def __init__(self, say: Say) -> None:
        self._say = {name.lower(): (name, entries) for name, entries in say.items()}
        self._compiled: dict[tuple[str, ...], OwnWords] = {}  # at most one for each set of tables

    def words(self, tag: str) -> OwnWords:
        """The words for a voice of the language ``tag``: of all, of "de", then of "de-at"."""
        full = tag.lower().replace("_", "-")
        names = (EVERY_LANGUAGE, code(tag), full.partition("-")[0], full)
        chosen = tuple(name for name in dict.fromkeys(names) if name in self._say)
        if chosen not in self._compiled:
            self._compiled[chosen] = OwnWords(self._entries(chosen))
        return self._compiled[chosen]

    def _entries(self, chosen: tuple[str, ...]) -> dict[str, tuple[str, str]]:
        return {
            written: (spoken, f"[text.say.{self._say[name][0]}]")
            for name in chosen
            for written, spoken in self._say[name][1].items()
        }


def _fingerprint(entries: Mapping[str, tuple[str, str]]) -> str:
    """Names what is said, not in which table it stands."""
    said = sorted((written, spoken) for written, (spoken, _) in entries.items())
    return hashlib.blake2b(json.dumps(said).encode(), digest_size=8).hexdigest()


NO_WORDS = OwnWords({})
