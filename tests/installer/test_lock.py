"""The lock: in step with pyproject.toml, every file by its hash, and from no named place."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement

from tests.systemd.conftest import TREE

LOCK = TREE / "lock"
PROJECT = tomllib.loads((TREE / "pyproject.toml").read_text())
WANTED = {
    ("base", "source"): PROJECT["project"]["dependencies"],
    ("base", "tui"): PROJECT["project"]["optional-dependencies"]["tui"],
    ("base", "piper"): PROJECT["project"]["optional-dependencies"]["piper"],
    ("build",): PROJECT["build-system"]["requires"],
}


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"(?m)^([a-z0-9-]+)==(\S+)", (LOCK / f"{name}.txt").read_text()))


@pytest.mark.parametrize("names", WANTED)
def test_what_is_wanted_is_pinned(names: tuple[str, ...]) -> None:
    """Otherwise: make lock"""
    pinned = {key: version for name in names for key, version in pins(name).items()}
    for line in WANTED[names]:
        wanted = Requirement(line)
        assert wanted.name in pinned, f"make lock: {line} is not pinned"
        assert wanted.specifier.contains(pinned[wanted.name]), f"make lock: {line}"


@pytest.mark.parametrize("name", ["base", "tui", "piper", "build", "source"])
def test_every_pin_has_its_hashes_and_no_address(name: str) -> None:
    text = (LOCK / f"{name}.txt").read_text()
    assert "://" not in text
    blocks = re.findall(r"(?m)^\S+==.*(?:\n    .*)*", text)
    assert len(blocks) == len(pins(name)) > 0
    assert [block for block in blocks if not re.search(r"--hash=sha256:[0-9a-f]{64}", block)] == []


def test_one_version_of_each_package() -> None:
    for name in ("tui", "piper"):
        assert not pins(name).keys() & pins("base").keys()
    both = pins("tui").keys() & pins("piper").keys()
    assert [package for package in both if pins("tui")[package] != pins("piper")[package]] == []


def test_every_python_that_is_promised_is_named() -> None:
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
    makefile = (TREE / "Makefile").read_text()
    assert re.search(r"(?m)^PYTHONS\s*:= (.*)$", makefile).group(1).split() == named  # type: ignore[union-attr]
    assert named[0] == PROJECT["project"]["requires-python"].removeprefix(">=")
    assert "test-pythons" in (TREE / ".ci/run").read_text()
