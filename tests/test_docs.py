"""What the documentation names is there: files, settings and codes, commands and their options."""

import re
from pathlib import Path

import click
import pytest

from jarvisctl import cli
from jarvisd.config.tree import leaves, tables

ROOT = Path(__file__).parents[1]
DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
# Where a path in the text may begin.
FOLDERS = (ROOT, ROOT / "jarvisd", ROOT / "tui", ROOT / "tui" / "jarvisctl")
# Files that a reader has, makes or is told to make, not ours.
THEIRS = {"VERSION", "hello.wav", "jarvis.wav", "voices/", "daemon/"}
HISTORY = ROOT / "docs" / "changelog.md"  # names what is gone, too


@pytest.fixture(scope="module")
def sources() -> str:
    return "\n".join(path.read_text() for path in (ROOT / "jarvisd").rglob("*.py"))


def quoted(doc: Path) -> list[str]:
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", doc.read_text(), flags=re.DOTALL))


def missing_paths(words: list[str]) -> list[str]:
    paths = [word for word in words if re.fullmatch(r"[\w.-]+(/[\w.-]+)*(/|\.(py|md|toml))", word)]
    return [
        path
        for path in paths
        if not any((folder / path).exists() for folder in FOLDERS)
        and not re.search("[A-Z]{2}", path)  # NAME.onnx.json, NOUN.py
        and path not in THEIRS
    ]


def unknown_words(words: list[str], sources: str) -> list[str]:
    """Dotted words in a section's name that are neither a setting nor a code in the sources."""
    sections = {path.partition(".")[0] for path in tables() if path}
    dotted = [word for word in words if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", word)]
    return [
        word
        for word in dotted
        if word.partition(".")[0] in sections
        and word not in leaves()
        and f'"{word}"' not in sources
        and not (ROOT / "jarvisd" / word).exists()
    ]


def unknown_commands(text: str) -> list[str]:
    root = cli.cli
    assert isinstance(root, cli.LazyGroup)
    context = click.Context(root)
    wrong = []
    for line in re.findall(r"jarvisctl ([a-z][^`\n]*)", text):
        words = line.partition("#")[0].split()
        command: click.Command | None = root.get_command(context, words[0])
        if command is None:
            wrong.append(f"jarvisctl {words[0]}")
            continue
        if isinstance(command, click.Group) and len(words) > 1 and words[1].isalpha():
            command = command.get_command(context, words[1]) or command
        known = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
        known |= {option for one in root.params for option in one.opts} | {"--json", "--help"}
        wrong += [
            f"jarvisctl {words[0]} {word}"
            for word in words[1:]
            if word.startswith("--") and word != "--" and word.partition("=")[0] not in known
        ]
    return wrong


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_every_file_that_is_named_is_there(doc: Path) -> None:
    assert missing_paths(quoted(doc)) == []


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_every_setting_and_code_that_is_named_is_there(doc: Path, sources: str) -> None:
    assert unknown_words(quoted(doc), sources) == []


@pytest.mark.parametrize("doc", [doc for doc in DOCS if doc != HISTORY], ids=lambda doc: doc.name)
def test_every_command_and_option_that_is_shown_is_there(doc: Path) -> None:
    code = re.findall(r"`[^`\n]*`|```.*?```", doc.read_text(), flags=re.DOTALL)
    assert unknown_commands("\n".join(code)) == []
