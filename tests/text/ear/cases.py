"""Reads the files of cases; the package's docstring has their format."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "cases"
_ARROW = " ⇒ "
_SHARE_UNSEEN = 3  # one in three


class BadCaseError(ValueError):
    """A line that is no case."""


@dataclass(frozen=True, slots=True)
class Case:
    language: str
    kind: str
    written: str
    reading: str

    @property
    def id(self) -> str:
        digest = hashlib.sha256(self.written.encode()).hexdigest()
        return f"{self.language}/{self.kind}/{digest[:10]}"

    @property
    def unseen(self) -> bool:
        return int(hashlib.sha256(self.id.encode()).hexdigest(), 16) % _SHARE_UNSEEN == 0


def languages(folder: Path = FOLDER) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def read_language(language: str, folder: Path = FOLDER) -> list[Case]:
    """Every case of a language, class by class."""
    paths = sorted((folder / language).glob("*.txt"))
    return [case for path in paths for case in read_file(path, language)]


def read_file(path: Path, language: str) -> Iterator[Case]:
    known: dict[str, int] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        where = f"{path}:{number}"
        written, arrow, reading = (part.strip() for part in line.partition(_ARROW.strip()))
        if not arrow or not written or not reading or _ARROW.strip() in reading:
            raise BadCaseError(f"{where}: expected 'written{_ARROW}reading'")
        if written in known:
            raise BadCaseError(f"{where}: the text of line {known[written]} again")
        known[written] = number
        yield Case(language, path.stem, _unescaped(written), _unescaped(reading))


def _unescaped(text: str) -> str:
    return text.replace("\\n", "\n")
