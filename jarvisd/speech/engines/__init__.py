"""The engines by name. Importing this package loads none of them."""

from collections.abc import Mapping

from jarvisd.speech.engine import Engine

__all__ = ["make"]


def make(name: str, options: Mapping[str, str]) -> Engine:
    """Start the engine ``name`` in this process; raises what its library raises.

    ``options`` are strings because they come from a command line; ``KeyError`` never: each
    has a default.
    """
    if name == "espeak":
        from jarvisd.speech.engines.espeak import EspeakEngine  # noqa: PLC0415 - only the one used

        return EspeakEngine(
            library=options.get("library", ""),
            data=options.get("data", ""),
            words_per_minute=int(options.get("words_per_minute", "165")),
        )
    if name == "piper":
        from jarvisd.speech.engines.piper import PiperEngine  # noqa: PLC0415 - only the one used

        return PiperEngine(options.get("voices_dir", "."), threads=int(options.get("threads", "1")))
    raise ValueError(f"there is no engine {name!r}")
