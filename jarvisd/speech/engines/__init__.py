"""The engines, one folder each, registered by their name below. Importing this loads none of them.

A folder NAME has

- ``settings.py``: ``Settings``, an ``EngineSettings``: the table [speech.NAME]
- ``catalogue.py``: ``read(settings)`` and ``guess(settings)``, each a ``VoiceList``
- ``engine.py``: ``open_engine(settings)``, an ``Engine``; only worker processes import it
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import cast

import msgspec

from jarvisd.speech.engine import Engine, EngineCatalogue
from jarvisd.speech.engines.settings import EngineSettings

__all__ = ["ENGINES", "EngineSettings", "catalogue_of", "make", "settings_types"]

# In order of preference: without a configured voice, the first that has voices is wanted.
ENGINES = (
    "piper",
    "espeak",
)


@cache
def settings_types() -> Mapping[str, type[EngineSettings]]:
    """The class of every engine's settings."""
    return {name: import_module(f"{__name__}.{name}.settings").Settings for name in ENGINES}


def catalogue_of(name: str) -> EngineCatalogue:
    """The module that finds an engine's voices."""
    return cast("EngineCatalogue", import_module(f"{__name__}.{name}.catalogue"))


def make(name: str, options: Mapping[str, object]) -> Engine:
    """Start the engine ``name`` in this process; raises its library's errors.

    ``options`` are its settings, if not the default.
    """
    if name not in ENGINES:
        raise ValueError(f"there is no engine {name!r}")
    settings = msgspec.convert(options, settings_types()[name])
    engine: Engine = import_module(f"{__name__}.{name}.engine").open_engine(settings)
    return engine
