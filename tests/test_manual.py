"""The manual: in step with the program, complete, and understood by those who print it."""

import re
import shutil
import subprocess

import pytest

from jarvisctl import cli
from jarvisd.config.tree import leaves
from scripts import manual
from scripts.roff import Page, escaped

PAGES = manual.pages()


def test_the_pages_in_the_tree_are_up_to_date() -> None:
    assert list(manual.drifted()) == [], "run: make man"


def test_every_verb_and_every_setting_is_described() -> None:
    for verb in cli.VERBS:
        assert f"\n.SS {verb}\n" in PAGES["jarvisctl.1"]
    for path in leaves():
        assert rf"\fB{path.rpartition('.')[2]}\fR" in PAGES["jarvisd.toml.5"]


@pytest.mark.parametrize("name", PAGES)
def test_man_renders_it_without_a_word(name: str) -> None:
    if shutil.which("man") is None:
        pytest.skip("MAN IS NOT INSTALLED: the pages were not rendered (apt install man-db)")
    done = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", manual.FOLDER / name],
        env={"MANWIDTH": "80", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    shown = re.sub("\x1b\\[[0-9;]*m|.\b", "", done.stdout)
    assert "SEE ALSO" in shown
    assert "\\f" not in shown


@pytest.mark.parametrize("name", PAGES)
def test_mandoc_has_no_complaint(name: str) -> None:
    if shutil.which("mandoc") is None:
        pytest.skip("MANDOC IS NOT INSTALLED: the pages were not linted (apt install mandoc)")
    done = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", manual.FOLDER / name],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")


def test_nothing_in_a_text_is_taken_for_roff() -> None:
    assert escaped(".SH") == r"\&.SH"
    assert escaped("'quoted'") == r"\&'quoted'"
    assert escaped(r"C:\n --json -n re-read") == r"C:\en \-\-json \-n re-read"
    assert escaped("10 …") == r"10 \[u2026]"
    page = Page("a", 1, about="b", date="2026-01-01", source="c 1")
    page.text("one\n.two\n\nthree")
    assert str(page).endswith("one\n\\&.two\n.PP\nthree\n")
