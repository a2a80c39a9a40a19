"""A real daemon for each test, and Piper voices made from nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jarvisbench.synthetic_voice import Ballast, build_heavy, build_tiny
from tests.fakes.conducted import Conducted, conducted
from tests.support.daemon import RunningDaemon, running_daemon


@pytest.fixture(scope="session")
def voices_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``tiny`` costs nothing; ``heavy`` takes seconds for a sentence, in one native call."""
    folder = tmp_path_factory.mktemp("voices")
    build_tiny(folder)
    build_heavy(folder, ballast=Ballast(channels=256, layers=4, passes=100))
    return folder


@pytest.fixture
async def daemon(tmp_path: Path) -> AsyncIterator[RunningDaemon]:
    """No language model, and the embedded voice."""
    async with running_daemon(tmp_path) as running:
        yield running


@pytest.fixture
async def model() -> AsyncIterator[Conducted]:
    async with conducted() as server:
        yield server


@pytest.fixture
async def asked(tmp_path: Path, model: Conducted) -> AsyncIterator[RunningDaemon]:
    """A daemon whose language model is ``model``, with the embedded voice."""
    async with running_daemon(tmp_path, llm_url=model.url) as running:
        yield running
