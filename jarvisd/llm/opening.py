"""Makes the providers from the settings, and names the one to ask."""

from collections.abc import Awaitable, Callable
from importlib import import_module

from jarvisd.config.settings import LlmSettings
from jarvisd.llm import providers
from jarvisd.llm.host_facts import HostFacts
from jarvisd.llm.model import Provider


def configured(settings: LlmSettings) -> str:
    """The provider to ask, even if another one answers."""
    return providers.names()[0] if settings.provider == providers.AUTO else settings.provider


def open_providers(
    settings: LlmSettings, facts: Callable[[], Awaitable[HostFacts]]
) -> list[Provider]:
    """One of each, in the order of ``PROVIDERS``; none connects before its first question."""
    return [
        import_module(f"{providers.__name__}.{name}.provider").open_provider(settings, facts)
        for name in providers.PROVIDERS
    ]
