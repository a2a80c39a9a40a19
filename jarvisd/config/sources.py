"""Where settings come from: files with their drop-ins, environment variables, flags.

Each source yields entries: a dotted path, the value as given, and where it stands. Nothing is
checked against the tree here beyond telling a section from a setting.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from jarvisd.config.lines import key_lines, nearest
from jarvisd.config.tree import SAY, join, tables

SYSTEM_FILE = Path("/etc/jarvisd/jarvisd.toml")
PREFIX = "JARVISD__"
SOCKET_VARIABLE = "JARVISD_SOCKET"
MAX_FILE_BYTES = 1_048_576

Kind = Literal["default", "file", "environment", "flag"]


class Source(NamedTuple):
    """Where a value was set: a file and line, a variable, a flag, or nowhere (the default)."""

    kind: Kind
    name: str = ""
    line: int | None = None

    def __str__(self) -> str:
        if self.kind == "default":
            return "default"
        return f"{self.name}:{self.line}" if self.line else self.name


DEFAULT = Source("default")
FLAG = Source("flag", "command line")


class Entry(NamedTuple):
    """One value as given. Environment and flags carry text, which stands for numbers too."""

    path: str
    value: object
    source: Source


def configuration_file(environ: Mapping[str, str], *, system_file: Path = SYSTEM_FILE) -> Path:
    """The file to read if none is named: the system's, else the user's own."""
    if _present(system_file) or os.geteuid() == 0:
        return system_file
    own = own_file(environ)
    return own if _present(own) else system_file


def own_file(environ: Mapping[str, str]) -> Path:
    """A user's own file, which is read if there is no system file."""
    home = environ.get("XDG_CONFIG_HOME") or str(
        Path(environ.get("HOME") or "~").expanduser() / ".config"
    )
    return Path(home) / "jarvisd" / "jarvisd.toml"


def variables(environ: Mapping[str, str]) -> list[str]:
    """The names of the variables that set something."""
    return sorted({entry.source.name for entry in environment_entries(environ)})


def drop_in_directory(path: Path) -> Path:
    """``jarvisd.toml`` is refined by the ``*.toml`` files in ``jarvisd.toml.d/``."""
    return path.with_name(path.name + ".d")


def files(path: Path, *, required: bool) -> list[Path]:
    """The files to read, in order; ``path`` itself only where it exists or is required."""
    drop_ins = sorted(drop_in_directory(path).glob("*.toml"))
    return [path, *drop_ins] if required or _reachable(path) else drop_ins


def _present(path: Path) -> bool:
    return _reachable(path) or _reachable(drop_in_directory(path))


def _reachable(path: Path) -> bool:
    """Whether it exists, as far as this user can see."""
    try:
        path.stat()
    except OSError:
        return False
    return True


def file_entries(path: Path, problems: list[str]) -> Iterator[Entry]:
    """Entries of one TOML file; the reason why it cannot be read is added to ``problems``."""
    text = _read(path, problems)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problems.append(_syntax_problem(path, str(error)))
        return
    except RecursionError:
        problems.append(f"{path}: not valid TOML: nested too deeply")
        return
    except ValueError:  # a number of more digits than Python converts
        problems.append(f"{path}: not valid TOML: a number is too long")
        return
    lines = key_lines(text)
    for dotted, value in _flatten("", document):
        source = Source("file", str(path), nearest(lines, dotted))
        yield Entry(SAY if dotted.startswith(f"{SAY}.") else dotted, value, source)


def _read(path: Path, problems: list[str]) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            problems.append(f"{path}: larger than {MAX_FILE_BYTES} bytes")
            return ""
        return data.decode()
    except FileNotFoundError:
        problems.append(f"{path}: no such file")
    except UnicodeDecodeError as error:
        problems.append(f"{path}: not UTF-8 at byte {error.start}")
    except OSError as error:
        problems.append(f"{path}: cannot be read: {error.strerror}")
    return ""


def _syntax_problem(path: Path, message: str) -> str:
    """Move the parser's ``(at line 3, column 7)`` to the front, as editors expect it."""
    what, _, place = message.rpartition(" (at ")
    line = place.removeprefix("line ").partition(",")[0]
    where = f"{path}:{line}" if line.isdigit() else str(path)
    return f"{where}: not valid TOML: {what or message}"


def _flatten(parent: str, values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Descend into known sections only: an unknown table is one problem, not one per key."""
    for name, value in values.items():
        path = join(parent, name)
        if isinstance(value, dict) and path in tables():
            yield from _flatten(path, value)
        elif isinstance(value, dict) and path == SAY:
            yield from _own_words(path, value)
        else:
            yield path, value


def _own_words(path: str, languages: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Each word by itself, so that a wrong one has its own line and hides no other."""
    for language, words in languages.items():
        if isinstance(words, dict):
            for written, spoken in words.items():
                yield f"{path}.{language}.{written}", {language: {written: spoken}}
        else:
            yield f"{path}.{language}", {language: words}
    if not languages:
        yield path, languages


def environment_entries(environ: Mapping[str, str]) -> Iterator[Entry]:
    """``JARVISD__API__SOCKET=...`` sets ``api.socket``; ``JARVISD_SOCKET`` sets it, too.

    The short one comes last: ``jarvisctl`` reads it, and both must use the same socket.
    """
    for name in sorted(environ):
        if name.startswith(PREFIX):
            path = name.removeprefix(PREFIX).replace("__", ".").lower()
            yield Entry(path, environ[name], Source("environment", name))
    if socket := environ.get(SOCKET_VARIABLE):
        yield Entry("api.socket", socket, Source("environment", SOCKET_VARIABLE))


def override_entries(overrides: Mapping[str, object]) -> Iterator[Entry]:
    """Flags by dotted path; ``None`` is a flag that was not given."""
    for path, value in overrides.items():
        if value is not None:
            plain = os.fspath(value) if isinstance(value, os.PathLike) else value
            yield Entry(path, plain, FLAG)
