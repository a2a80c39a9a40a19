"""The language models, one folder each, registered by their name below. Importing this loads none.

A folder NAME has

- ``provider.py``: ``open_provider(settings, facts)``, a ``Provider`` with its ``health``
- ``settings.py``, where it has any: ``Settings``, a ``Section``: the table [llm.NAME]
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from jarvisd.sections import Section

# The first is asked under ``auto``; the last needs nothing, and answers where that one does not.
PROVIDERS = (
    "llama_server",
    "builtin",
)
AUTO = "auto"
# Its settings stand in [llm] itself, where they were before there were others.
IN_THE_ROOM_ITSELF = "llama_server"


def names() -> tuple[str, ...]:
    """The providers as people write them, in the order of ``PROVIDERS``."""
    return tuple(name.replace("_", "-") for name in PROVIDERS)


@cache
def settings_types() -> Mapping[str, type[Section]]:
    """The class of every table below [llm]."""
    return {
        name: import_module(f"{__name__}.{name}.settings").Settings
        for name in PROVIDERS
        if name != IN_THE_ROOM_ITSELF and find_spec(f"{__name__}.{name}.settings")
    }
