"""The health of a llama-server, by its own routes and within two seconds.

``/health`` says that it runs (also while it is busy or asleep), ``/props`` what it is, and
``/slots`` whether a slot is free. Never raises, and never loads an unloaded model.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import msgspec

from jarvisd.errors import LlmError
from jarvisd.llm.model import ProviderHealth
from jarvisd.llm.providers.llama_server import failures, plain_words
from jarvisd.llm.providers.llama_server.body import read_body
from jarvisd.llm.providers.llama_server.wire import Properties

LIMIT_S = 2.0
_CONNECT_LIMIT_S = 1.5  # shorter, so that a host which is gone is told from a server that hangs
_MAX_BODY_BYTES = 1_048_576  # the chat template is part of the properties
_BUSY = "All its slots are taken: a question waits until one is free."

Authorization = Callable[[], Awaitable[dict[str, str]]]


async def check(
    client: httpx.AsyncClient, url: str, authorization: Authorization
) -> ProviderHealth:
    """Ask the server that ``client`` reaches at ``url``; at most ``LIMIT_S`` seconds."""
    reached = _Reached()
    try:
        async with asyncio.timeout(LIMIT_S):
            return await _ask(client, url, await authorization(), reached)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        return _health_of(failures.no_connection(url, error))
    except LlmError as error:
        return _health_of(error)
    except TimeoutError:
        if not reached.yes:  # then it is this host that had no time, even for a refusal
            return ProviderHealth(
                "unknown",
                f"The state of llama-server at {url} is not known yet: this host is very busy.",
                "Ask again in a moment.",
            )
        return ProviderHealth(
            "failed",
            f"llama-server at {url} accepts connections but does not answer.",
            "Check whether it is suspended or overloaded.",
        )
    except httpx.HTTPError as error:
        return _health_of(failures.stranger(url, error))


class _Reached:
    """Whether there was a connection to a server."""

    def __init__(self) -> None:
        self.yes = False

    async def __call__(self, event: str, _: Mapping[str, Any]) -> None:
        """A step of the request; its headers are sent once there is a connection."""
        self.yes = self.yes or event == "http11.send_request_headers.started"


def _health_of(error: LlmError) -> ProviderHealth:
    match error.code:
        case "llm.unreachable":
            return ProviderHealth("absent", error.message, error.hint)
        case "llm.denied":
            return ProviderHealth("denied", error.message, error.hint)
        case _:
            return ProviderHealth("failed", error.message, error.hint)


async def _ask(
    client: httpx.AsyncClient, url: str, headers: Mapping[str, str], reached: _Reached
) -> ProviderHealth:
    for path in ("/health", "/props"):
        status, body = await _get(client, path, headers, reached)
        if failures.is_loading(status, body):
            return ProviderHealth(
                "loading", f"llama-server at {url} is loading its model.", "Wait for it."
            )
        if status != 200:
            raise failures.from_response(status, body)
    found = _properties(url, body)
    model = plain_words.quoted(found.model_alias or found.model_path)
    asleep = found.is_sleeping
    busy = not asleep and await _all_slots_taken(client, headers, reached)
    return ProviderHealth(
        "asleep" if asleep else "busy" if busy else "ready",
        "The model is unloaded; the next question loads it." if asleep else _BUSY if busy else "",
        model=model,
        context_tokens=found.default_generation_settings.n_ctx,
        details={
            "build": plain_words.quoted(found.build_info),
            "slots": str(found.total_slots),
            "role": plain_words.quoted(found.role),
        },
    )


async def _all_slots_taken(
    client: httpx.AsyncClient, headers: Mapping[str, str], reached: _Reached
) -> bool:
    """Best effort: a server that was started without ``--slots`` answers 501."""
    status, _ = await _get(client, "/slots?fail_on_no_slot=1", headers, reached)
    return status == 503


def _properties(url: str, body: bytes) -> Properties:
    try:
        return msgspec.json.decode(body, type=Properties)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise failures.stranger(url, error) from error


async def _get(
    client: httpx.AsyncClient, path: str, headers: Mapping[str, str], reached: _Reached
) -> tuple[int, bytes]:
    connect_s = min(client.timeout.connect or _CONNECT_LIMIT_S, _CONNECT_LIMIT_S)
    limits = httpx.Timeout(LIMIT_S, connect=connect_s)
    request = client.build_request(
        "GET", path, headers=dict(headers), timeout=limits, extensions={"trace": reached}
    )
    response = await client.send(request, stream=True)
    body = await read_body(response, limit_s=LIMIT_S, max_bytes=_MAX_BODY_BYTES)
    return response.status_code, body
