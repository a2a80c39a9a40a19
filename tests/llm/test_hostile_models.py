"""Whatever a model does, a reply ends within its limits, with its text or with a plain error."""

import asyncio
import re

import pytest

from jarvisd.errors import LlmError
from jarvisd.llm.model import Completion
from jarvisd.llm.providers.llama_server.chat_stream import SLICE_CHARS
from jarvisd.llm.providers.llama_server.provider import LlamaServer
from tests.fakes.hostile_model import SCENARIOS, TEXT, Scenario, hostile
from tests.llm.asking import collect, provider

# Nothing takes this long unless it is frozen, on the busiest machine.
FROZEN_S = 400.0
# What libraries say, and what must not be shown.
RAW = re.compile(
    r"incomplete|chunked|peer|\$\.|`|Expected|malformed|traceback|Error|httpx|h11|[^\x20-\x7e€…]"
)


def test_there_are_enough_and_each_has_its_own_name() -> None:
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS) >= 50


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_every_reply_ends(scenario: Scenario) -> None:
    async with hostile(scenario) as url, provider(url, **scenario.limits) as llama:
        async with asyncio.timeout(FROZEN_S):
            ended = await _end(llama)
            health = await llama.health()
    code = ended if isinstance(ended, str) else ended.code
    assert code in scenario.ends
    if isinstance(ended, LlmError):
        assert not RAW.search(ended.message)
        assert ended.message.endswith(".")
        assert len(ended.message) < 600
    assert health.state == ("failed" if scenario.props else "ready")
    assert not RAW.search(health.reason)


async def _end(llama: LlamaServer) -> str | LlmError:
    try:
        events = await collect(llama)
    except LlmError as error:
        return error
    assert isinstance(events[-1], Completion)
    assert all(len(getattr(event, "text", "")) <= SLICE_CHARS + 8 for event in events)
    return TEXT
