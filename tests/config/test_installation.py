"""Hints name a command that works on this very installation."""

import os
from pathlib import Path

import pytest

from jarvisd.config.installation import MARK, how_to_add
from tests.systemd.conftest import TREE


def test_without_the_installer_it_is_pips_affair(tmp_path: Path) -> None:
    assert how_to_add("piper", prefix=tmp_path) == "pip install 'jarvisd[piper]'"


@pytest.mark.parametrize(("extra", "option"), [("piper", " --with-piper"), ("tui", "")])
def test_what_the_installer_made_only_it_changes(tmp_path: Path, extra: str, option: str) -> None:
    (tmp_path / MARK).touch()
    command = "sudo ./install.sh" if os.getuid() == 0 else "./install.sh --user"
    assert how_to_add(extra, prefix=tmp_path) == command + option


def test_the_installer_leaves_the_mark_and_knows_the_option() -> None:
    script = (TREE / "install.sh").read_text()
    assert f'>"$RELEASE/{MARK}"' in script
    assert "--with-piper)" in script
