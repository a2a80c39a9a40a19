"""llama-server as a provider: its HTTP API, its states and its time limits.

It keeps no connection alive (llama-server closes them without saying so), goes through no proxy,
and cancels by disconnecting, which is what llama-server understands. It never sends
X-Conversation-Id: with it a generation outlives its client. Nothing is retried once a request was
accepted; what the states mean is in ``failures``, what the stream means in ``chat_stream``.
"""

import asyncio
import os
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec

from jarvisd.config.settings import LlmSettings
from jarvisd.errors import LlmError
from jarvisd.llm.host_facts import HostFacts
from jarvisd.llm.model import (
    HeadersReceived,
    LlmEvent,
    Prompt,
    ProviderHealth,
)
from jarvisd.llm.providers.llama_server import failures, health
from jarvisd.llm.providers.llama_server.body import StreamBody, read_body
from jarvisd.llm.providers.llama_server.chat_stream import ChatStream
from jarvisd.llm.providers.llama_server.unix_socket import UnixTransport
from jarvisd.llm.providers.llama_server.wire import ChatRequest, RequestMessage

_CHAT = "/v1/chat/completions"
_JSON = {"Content-Type": "application/json"}
_MAX_CONNECTIONS = 64
_MAX_KEY_BYTES = 4_096
_CREDENTIAL = "llama-api-key"  # its name in the unit
# Between process start and the first 503, llama-server refuses connections for about 50 ms.
_REFUSED_RETRY_S = 0.06
_LOADING_FIRST_WAIT_S, _LOADING_LONGEST_WAIT_S = 0.1, 1.0


class LlamaServer:
    """One llama-server at ``settings.url``; any number of generations at the same time."""

    name = "llama-server"

    def __init__(
        self, settings: LlmSettings, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._clients: set[httpx.AsyncClient] = set()
        self.apply(settings)

    def apply(self, settings: LlmSettings) -> None:
        """New settings for future generations; running ones keep theirs."""
        self._settings = settings
        # Loading certificate authorities takes 20 ms, and plain HTTP has no use for them.
        secure = settings.url.startswith("https:")
        self._tls = httpx.create_ssl_context(trust_env=False) if secure else False

    async def health(self) -> ProviderHealth:
        """Check the server's health now; takes about two seconds at most, never raises."""
        async with self._connected() as client:
            return await health.check(client, self._settings.url, self._authorization)

    async def close(self) -> None:
        """Release connections; generations in flight end with an error."""
        for client in tuple(self._clients):
            await client.aclose()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client for one purpose, closed with all that it opened.

        Not one for all: its pool keeps a connection for ever whose request was cancelled just when
        it had been made, and the server keeps nothing alive that could be used again.
        """
        client = _client(self._settings, self._tls)
        self._clients.add(client)
        try:
            yield client
        finally:
            self._clients.discard(client)
            await client.aclose()

    async def stream(self, prompt: Prompt) -> AsyncGenerator[LlmEvent, None]:
        """Generate. Ends with exactly one ``Completion`` or raises ``LlmError``.

        Closing the generator disconnects at once, which stops decoding within milliseconds.
        """
        async with self._connected() as client:
            body = await self._open(client, msgspec.json.encode(self._request(prompt)))
            chat = ChatStream()
            try:
                yield HeadersReceived()
                while not chat.done and (data := await _read(body, chat)):
                    for event in chat.feed(data):
                        yield event
                yield chat.finish()
            finally:
                await body.close()

    def _request(self, prompt: Prompt) -> ChatRequest:
        settings = self._settings
        temperature = settings.temperature if prompt.temperature is None else prompt.temperature
        return ChatRequest(
            messages=[RequestMessage(each.role, each.content) for each in prompt.messages],
            stream=True,
            stream_options={"include_usage": True},
            chat_template_kwargs={"enable_thinking": settings.thinking},
            return_progress=True,
            sse_ping_interval=1,  # lets it notice SIGTERM and our disconnect within a second
            model=settings.model,
            max_tokens=prompt.max_tokens or settings.max_tokens or None,
            temperature=temperature,
            seed=prompt.seed,
        )

    # --- until the headers ----------------------------------------------------------------------

    async def _open(self, client: httpx.AsyncClient, content: bytes) -> StreamBody:
        """The stream, after the request was accepted; waits for a server that is still loading."""
        headers = {**_JSON, **await self._authorization()}
        started, wait_s, may_retry = self._clock(), _LOADING_FIRST_WAIT_S, True
        while True:
            request = client.build_request("POST", _CHAT, content=content, headers=headers)
            try:
                response = await self._send(client, request)
            except httpx.ConnectError as error:
                if not may_retry:
                    raise failures.no_connection(self._settings.url, error) from error
                may_retry = False
                await asyncio.sleep(_REFUSED_RETRY_S)
                continue
            if response.status_code == 200:
                return await self._body(response)
            await self._raise_unless_loading(response, waited_s=self._clock() - started)
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, _LOADING_LONGEST_WAIT_S)
            may_retry = True

    async def _send(self, client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
        """The response as soon as its headers arrive; a queued request has none."""
        limit_s = self._settings.headers_timeout_s
        try:
            async with asyncio.timeout(limit_s):
                return await client.send(request, stream=True)
        except (TimeoutError, httpx.PoolTimeout) as error:
            raise failures.busy(limit_s) from error
        except httpx.ConnectTimeout as error:
            raise failures.no_connection(self._settings.url, error) from error
        except httpx.ConnectError:
            raise
        except httpx.HTTPError as error:
            raise failures.connection_lost(error) from error

    async def _body(self, response: httpx.Response) -> StreamBody:
        content_type = response.headers.get("Content-Type", "")
        if not content_type.startswith("text/event-stream"):
            await response.aclose()
            raise failures.not_a_stream(content_type)
        encoding = response.headers.get("Content-Encoding", "identity")
        if encoding.lower() != "identity":
            await response.aclose()
            raise failures.compressed(encoding)
        return StreamBody(
            response,
            first_token_s=self._settings.first_token_timeout_s,
            token_s=self._settings.token_timeout_s,
            answer_s=self._settings.answer_timeout_s,
            clock=self._clock,
        )

    async def _raise_unless_loading(self, response: httpx.Response, *, waited_s: float) -> None:
        """Raise what a response other than 200 means; return if waiting may help."""
        body = await read_body(response, limit_s=self._settings.connect_timeout_s)
        if not failures.is_loading(response.status_code, body):
            raise failures.from_response(response.status_code, body)
        if waited_s >= self._settings.loading_timeout_s:
            raise failures.still_loading(self._settings.loading_timeout_s)

    async def _authorization(self) -> dict[str, str]:
        """The header with the API key, read anew each time so that it can be changed."""
        path = self._settings.api_key_file or _credential(os.environ)
        if not path:
            return {}
        try:
            key = await asyncio.to_thread(_read_key, Path(path))
        except (OSError, UnicodeError) as error:
            raise failures.key_unreadable(path, error) from error
        # The unit hands over an empty credential where the owner has set none.
        return {"Authorization": f"Bearer {key}"} if key else {}


def open_provider(settings: LlmSettings, _: Callable[[], Awaitable[HostFacts]]) -> LlamaServer:
    """The one at ``settings.url``."""
    return LlamaServer(settings)


def _client(settings: LlmSettings, tls: ssl.SSLContext | bool) -> httpx.AsyncClient:
    url = settings.url
    limits = httpx.Limits(max_connections=_MAX_CONNECTIONS, max_keepalive_connections=0)
    transport: httpx.AsyncHTTPTransport
    if url.startswith("unix:"):
        transport = UnixTransport(failures.socket_path(url), limits)
        url = "http://llama-server"
    else:
        transport = httpx.AsyncHTTPTransport(verify=tls, trust_env=False, limits=limits)
    return httpx.AsyncClient(
        base_url=url,
        transport=transport,
        trust_env=False,
        headers={"Accept-Encoding": "identity", "User-Agent": "jarvisd"},
        timeout=httpx.Timeout(
            settings.headers_timeout_s, connect=settings.connect_timeout_s, read=None
        ),
    )


async def _read(body: StreamBody, chat: ChatStream) -> bytes:
    """The next bytes. After a complete answer a failure only loses the figures that follow."""
    try:
        return await body.read(chat.tokens)
    except LlmError:
        if chat.finished:
            return b""
        raise


def _credential(environ: Mapping[str, str]) -> str:
    """The path of the key from systemd, if there is one."""
    path = Path(environ.get("CREDENTIALS_DIRECTORY", ""), _CREDENTIAL)
    # Not Path.exists, which raises where the directory may not be looked into.
    return str(path) if path.is_absolute() and os.path.lexists(path) else ""


def _read_key(path: Path) -> str:
    with path.open(encoding="ascii") as file:
        return file.read(_MAX_KEY_BYTES).strip()
