"""The command around the dashboard."""

import subprocess
import sys

from tests.jarvisctl.conftest import Jarvisctl


def test_a_pipe_is_sent_to_status(jarvisctl: Jarvisctl) -> None:
    ran = jarvisctl.run("top")
    assert ran.code == 2
    assert "jarvisctl status" in ran.stderr


def test_without_textual_it_says_what_to_install(jarvisctl: Jarvisctl) -> None:
    program = (
        "import importlib.util as u, sys; real = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'textual' else real(name, *more)\n"
        "from jarvisctl.cli import main; sys.argv = ['jarvisctl', 'top']; main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, timeout=300, check=False, env=jarvisctl.environment(),
    )  # fmt: skip
    assert ran.returncode == 1
    assert "pip install 'jarvisd[tui]'" in ran.stderr


def test_no_other_command_loads_textual() -> None:
    program = (
        "import sys, pkgutil, importlib, jarvisctl.cli, jarvisctl.commands as c\n"
        "[importlib.import_module(f'jarvisctl.commands.{m.name}') for m in"
        " pkgutil.iter_modules(c.__path__)]\n"
        "sys.exit('textual' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=300, check=False).returncode == 0
