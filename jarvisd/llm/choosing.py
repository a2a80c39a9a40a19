"""Which provider answers: llama-server where there is one, otherwise the builtin one.

Under ``auto`` only absence (nobody listens) makes the builtin provider answer. A server that is
loading, busy, locked or full is waited for or reported, never silently replaced, and once anything
of an answer has come nothing is tried again.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from jarvisd.config.settings import LlmSettings
from jarvisd.errors import LlmError
from jarvisd.llm.builtin import Builtin
from jarvisd.llm.llama_server import LlamaServer
from jarvisd.llm.model import LlmEvent, Prompt, Provider, ProviderHealth, ProviderNews

# Bad news is old news soon: whoever starts llama-server does not want to wait for a cache.
_BAD_NEWS_S = 2.0


class Choice:
    """The provider of one reply; under ``auto`` it may turn to the builtin one before any event.

    ``name`` is who answers now, and ``reason`` why that is not llama-server (empty if it is).
    """

    def __init__(
        self,
        provider: Provider,
        *,
        reason: str = "",
        instead: Provider | None = None,
        on_error: Callable[[LlmError], None] = lambda _: None,
    ) -> None:
        self.reason = reason
        self._provider = provider
        self._instead = instead
        self._on_error = on_error

    @property
    def name(self) -> str:
        """The provider that answers; final once the first event was seen."""
        return self._provider.name

    async def health(self) -> ProviderHealth:
        """How the chosen provider is."""
        return await self._provider.health()

    async def stream(self, prompt: Prompt) -> AsyncGenerator[LlmEvent, None]:
        """Generate; see ``Provider.stream``."""
        begun = False
        try:
            async with aclosing(self._provider.stream(prompt)) as events:
                async for event in events:
                    begun = True
                    yield event
        except LlmError as error:
            self._on_error(error)
            if begun or self._instead is None or error.code != "llm.unreachable":
                raise
            self._provider, self.reason = self._instead, error.message
        else:
            return
        async with aclosing(self._provider.stream(prompt)) as events:
            async for event in events:
                yield event

    async def close(self) -> None:
        """Nothing to release: the providers outlive a reply."""


class ChosenProvider:
    """Chooses a provider for each reply, by the configured policy and llama-server's health.

    ``on_news`` is told whenever one was asked, or a reply found out how it is.
    """

    def __init__(
        self,
        settings: LlmSettings,
        llama: LlamaServer,
        builtin: Builtin,
        *,
        on_news: Callable[[ProviderNews], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._llama = llama
        self._builtin = builtin
        self._clock = clock
        self._health: ProviderHealth | None = None
        self._asked_at = 0.0
        self._on_news = on_news
        self._asking = asyncio.Lock()

    def apply(self, settings: LlmSettings) -> None:
        """New settings for the replies to come; what was known of llama-server is forgotten."""
        self._settings = settings
        self._llama.apply(settings)
        self._remember(None)

    async def health(self, *, max_age_s: float | None = None) -> ProviderHealth:
        """How the configured provider is; good news is kept ``health_cache_s``, bad news 2 s.

        Whoever watches asks for news that is no older than ``max_age_s``.
        """
        if self._settings.provider == "builtin":
            always = await self._builtin.health()
            self._tell(always)
            return always
        async with self._asking:
            health = self._health
            keep_s = self.keep_s(health) if health else 0.0
            keep_s = keep_s if max_age_s is None else min(keep_s, max_age_s)
            if health is None or self._clock() - self._asked_at > keep_s:
                health = await self._llama.health()
                self._remember(health)
            return health

    async def choose(self) -> Choice:
        """The provider for one reply that begins now."""
        if self._settings.provider == "builtin":
            return Choice(self._builtin, reason="llm.provider is set to builtin.")
        if self._settings.provider == "llama-server":
            return Choice(self._llama, on_error=self._learn)
        health = await self.health()
        if health.state == "absent":
            return Choice(self._builtin, reason=health.reason)
        return Choice(self._llama, instead=self._builtin, on_error=self._learn)

    async def close(self) -> None:
        """Release both providers."""
        await self._llama.close()
        await self._builtin.close()

    def keep_s(self, health: ProviderHealth) -> float:
        """For how long what was found is taken for true."""
        good = health.state in {"ready", "busy", "asleep"}
        return self._settings.health_cache_s if good else _BAD_NEWS_S

    def _learn(self, error: LlmError) -> None:
        """A reply failed: what was known of llama-server is out of date."""
        absent = ProviderHealth("absent", error.message, error.hint)
        self._remember(absent if error.code == "llm.unreachable" else None)

    def _remember(self, health: ProviderHealth | None) -> None:
        self._health = health
        self._asked_at = self._clock()
        if health is not None:
            self._tell(health)

    def _tell(self, health: ProviderHealth) -> None:
        self._on_news(ProviderNews(health, self.keep_s(health)))
