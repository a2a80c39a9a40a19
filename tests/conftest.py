"""What every test shares: the loop that the daemon runs on, and a guard against blocking it."""

import pytest


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Tests run on the daemon's own event loop."""
    return ("asyncio", {"use_uvloop": True})
