"""``docs/speaking.md``: what it shows is what ``preview`` prints, with the words that it shows."""

import re
import shlex
from pathlib import Path

import pytest

from tests.jarvisctl.conftest import Jarvisctl

DOC = (Path(__file__).parents[2] / "docs" / "speaking.md").read_text()
(WORDS,) = re.findall(r"```toml\n(.*?)```", DOC, re.DOTALL)
CONSOLES = "".join(re.findall(r"```console\n(.*?)```", DOC, re.DOTALL))
SHOWN = re.findall(r"^\$ jarvisctl (preview .*)\n((?:(?!\$ ).*\n)+)", CONSOLES, re.MULTILINE)


@pytest.mark.parametrize(("command", "printed"), SHOWN)
def test_preview_prints_what_the_page_shows(
    jarvisctl: Jarvisctl, tmp_path: Path, command: str, printed: str
) -> None:
    config = tmp_path / "words.toml"
    config.write_text(WORDS)
    ran = jarvisctl.run(*shlex.split(command), "--config", str(config))
    assert (ran.code, ran.text) == (0, printed)


def test_the_page_shows_something() -> None:
    assert len(SHOWN) == 4
