"""One real llama-server for all tests of this room that do not hurt it."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.llama_server import RunningServer, llama_server
from tests.support.tiny_model import tiny_model

# httpx imports its certificates with the first transport: some files, not on the loop of a test.
httpx.AsyncHTTPTransport(verify=False)


@pytest.fixture(scope="session")
def server() -> Iterator[RunningServer]:
    """Answers within milliseconds."""
    with llama_server(tiny_model()) as running:
        yield running


@pytest.fixture(scope="session")
def endless() -> Iterator[RunningServer]:
    """Goes on answering until it is stopped."""
    with llama_server(tiny_model("endless")) as running:
        yield running


@pytest.fixture
def doomed() -> Iterator[RunningServer]:
    """Like ``endless``, for one test alone, which may do to it what it likes."""
    with llama_server(tiny_model("endless")) as running:
        yield running
