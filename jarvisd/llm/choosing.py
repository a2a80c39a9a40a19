"""Which provider answers: the configured one, or the last resort instead.

With ``auto`` the last resort answers if no server is reachable, and while the breaker is open. A
server that is loading, busy, locked or full is waited for or reported, never silently replaced.
Once a part of an answer has arrived, no other provider is tried. It knows no provider by name.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

import structlog

from jarvisd.config.settings import LlmSettings
from jarvisd.errors import LlmError
from jarvisd.llm.breaker import Breaker, Permit
from jarvisd.llm.model import (
    Completion,
    HeadersReceived,
    LlmEvent,
    Prompt,
    PromptProgress,
    Provider,
    ProviderHealth,
    ProviderNews,
)
from jarvisd.llm.opening import configured
from jarvisd.llm.providers import AUTO

# Bad news is old news soon: whoever starts the model does not want to wait for a cache.
_BAD_NEWS_S = 2.0
# What says that the provider is ill. The rest is about the request, or about our rights.
_SILENT = frozenset({"llm.busy", "llm.first_token_timeout"})
_BROKEN = frozenset({"llm.failed", "llm.stalled", "llm.stream_error", "llm.truncated"})
# Before these are followed by anything, nothing of an answer has come.
_NO_OUTPUT = (HeadersReceived, PromptProgress)

_log = structlog.get_logger(__name__)


class Guarded:
    """A provider behind its breaker; ``on_change`` is called when that opens or closes."""

    def __init__(
        self,
        provider: Provider,
        breaker: Breaker,
        *,
        on_change: Callable[[], None],
        clock: Callable[[], float],
    ) -> None:
        self.provider = provider
        self.breaker = breaker
        self._on_change = on_change
        self._clock = clock

    @property
    def name(self) -> str:
        """The provider's name."""
        return self.provider.name

    @property
    def admits(self) -> bool:
        """Whether a new question may be asked."""
        return self.breaker.admits(self._clock())

    async def stream(self, prompt: Prompt) -> AsyncGenerator[LlmEvent, None]:
        """As the provider's; raises ``llm.paused`` while the breaker is open."""
        permit = self.breaker.admit(self._clock())
        if permit is None:
            raise self.refusal()
        begun = False
        try:
            async with aclosing(self.provider.stream(prompt)) as events:
                async for event in events:
                    if isinstance(event, Completion):
                        self._tell(lambda: self.breaker.succeeded(permit, self._clock()))
                    elif not begun and not isinstance(event, _NO_OUTPUT):
                        begun = True
                        self._tell(lambda: self.breaker.began(permit, self._clock()))
                    yield event
        except LlmError as error:
            self._learn(permit, error)
            raise
        finally:
            self.breaker.release(permit)

    def refusal(self) -> LlmError:
        """Why no question is asked now, and when to ask again."""
        wait_s = max(1.0, self.breaker.wait_s(self._clock()))
        return LlmError(
            f"{self.name} fails and is asked again in {wait_s:.0f} s. {self.breaker.reason}",
            code="llm.paused",
            hint="Ask again then, or see the log of the language model.",
            retry_after_s=wait_s,
        )

    def health(self, found: ProviderHealth) -> ProviderHealth:
        """The health ``found``, unless questions fail although the provider says it is ready."""
        now = self._clock()
        state, failures = self.breaker.state(now), self.breaker.failures
        if state == "closed" or found.state not in {"ready", "busy", "asleep"}:
            return found
        questions = "1 question" if failures == 1 else f"{failures} questions in a row"
        next_try = (
            f"It is asked again in {self.breaker.wait_s(now):.0f} s."
            if state == "open"
            else "The next question tries it."
        )
        return replace(
            found,
            state="failed",
            reason=f"{questions} failed. {self.breaker.reason} {next_try}",
            hint="See the log of the language model, and restart it if it hangs.",
        )

    def _learn(self, permit: Permit, error: LlmError) -> None:
        # What the libraries said is for those who look for a bug; people get our sentence.
        _log.debug("llm.failed", code=error.code, reason=str(error), cause=repr(error.__cause__))
        silent = error.code in _SILENT
        if silent or error.code in _BROKEN:
            now, said = self._clock(), error.message
            self._tell(lambda: self.breaker.failed(permit, now, said, silent=silent))

    def _tell(self, report: Callable[[], None]) -> None:
        before = self.breaker.tripped
        report()
        if self.breaker.tripped != before:
            self._on_change()


class Choice:
    """The provider of one reply; under ``auto`` the last resort may replace it before any event.

    ``name`` is the provider that answers, ``reason`` why it is not the one asked for (or empty).
    """

    def __init__(
        self,
        provider: Provider | Guarded,
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
            replaceable = error.code in {"llm.unreachable", "llm.paused"}
            if begun or self._instead is None or not replaceable:
                raise
            self._provider, self.reason = self._instead, error.message
        else:
            return
        async with aclosing(self._provider.stream(prompt)) as events:
            async for event in events:
                yield event


class ChosenProvider:
    """Chooses a provider for each reply, by the configured policy and the provider's health.

    With ``auto`` the first of ``providers`` is asked, and the last one is the last resort: it needs
    nothing, always answers, and has no breaker. ``on_news`` is called after each health check, and
    when a reply shows the provider's state.
    """

    def __init__(
        self,
        settings: LlmSettings,
        *providers: Provider,
        on_news: Callable[[ProviderNews], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._clock = clock
        *asked, self._last_resort = providers
        self._guarded = {each.name: self._guard(each) for each in asked}
        self._health: ProviderHealth | None = None
        self._asked_at = 0.0
        self._on_news = on_news
        self._asking = asyncio.Lock()

    def apply(self, settings: LlmSettings) -> None:
        """New settings for the replies to come; what was known of the providers is forgotten."""
        self._settings = settings
        for name, guarded in self._guarded.items():
            guarded.provider.apply(settings)
            self._guarded[name] = self._guard(guarded.provider)
        self._remember(None)

    async def health(self, *, max_age_s: float | None = None) -> ProviderHealth:
        """The configured provider's health; a good one is kept ``health_cache_s``, a bad one 2 s.

        ``max_age_s`` asks for a newer one.
        """
        guarded = self._guarded.get(configured(self._settings))
        if guarded is None:
            always = await self._last_resort.health()
            self._publish(always)
            return always
        async with self._asking:
            health = self._health
            keep_s = self.keep_s(health) if health else 0.0
            keep_s = keep_s if max_age_s is None else min(keep_s, max_age_s)
            if health is None or self._clock() - self._asked_at > keep_s:
                health = await guarded.provider.health()
                if health.state in {"absent", "loading"}:  # the next one to answer is another one
                    guarded.breaker.reset()
                self._remember(health)
            return self._judged(guarded, health)

    async def choose(self) -> Choice:
        """The provider for one new reply; raises ``llm.paused`` if there is no other."""
        guarded = self._guarded.get(configured(self._settings))
        if guarded is None:
            return Choice(self._last_resort, reason=f"llm.provider is {self._last_resort.name}.")
        if self._settings.provider != AUTO:
            if not guarded.admits:
                raise guarded.refusal()
            return Choice(guarded, on_error=self._learn)
        health = await self.health()
        if health.state == "absent" or not guarded.admits:
            return Choice(self._last_resort, reason=health.reason)
        return Choice(guarded, instead=self._last_resort, on_error=self._learn)

    async def close(self) -> None:
        """Release every provider."""
        for guarded in self._guarded.values():
            await guarded.provider.close()
        await self._last_resort.close()

    def keep_s(self, health: ProviderHealth) -> float:
        """For how long the health found is used."""
        good = health.state in {"ready", "busy", "asleep"}
        return self._settings.health_cache_s if good else _BAD_NEWS_S

    def _guard(self, provider: Provider) -> Guarded:
        breaker = Breaker(self._settings.retry_wait_s)
        return Guarded(provider, breaker, on_change=self._tell, clock=self._clock)

    def _judged(self, guarded: Guarded, found: ProviderHealth) -> ProviderHealth:
        """The health by the last check and the questions since, and who answers instead."""
        health = guarded.health(found)
        replaced = health.state == "absent" or guarded.breaker.tripped
        if replaced and self._settings.provider == AUTO:
            return replace(health, instead=self._last_resort.name)
        return health

    def _learn(self, error: LlmError) -> None:
        """A reply failed: the last health check is out of date."""
        absent = ProviderHealth("absent", error.message, error.hint)
        self._remember(absent if error.code == "llm.unreachable" else None)

    def _remember(self, health: ProviderHealth | None) -> None:
        self._health = health
        self._asked_at = self._clock()
        if health is not None:
            self._tell()

    def _tell(self) -> None:
        guarded = self._guarded.get(configured(self._settings))
        if guarded is not None:
            health = self._judged(guarded, self._health or ProviderHealth("ready"))
            self._publish(health)

    def _publish(self, health: ProviderHealth) -> None:
        answers = health.instead or configured(self._settings)
        self._on_news(ProviderNews(health, self.keep_s(health), answers))
