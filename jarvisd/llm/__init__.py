"""Language models: providers that turn a prompt into a stream of typed events."""

from jarvisd.llm.builtin import Builtin, HostFacts
from jarvisd.llm.choosing import ChosenProvider
from jarvisd.llm.llama_server import LlamaServer

__all__ = ["Builtin", "ChosenProvider", "HostFacts", "LlamaServer"]
