"""Configuration: the tree of settings, and the reader that fills it and lists every problem."""

from jarvisd.config.reader import Loaded, load, load_with_sources
from jarvisd.config.settings import (
    ApiSettings,
    AudioSettings,
    DaemonSettings,
    GovernorSettings,
    HostSettings,
    LlmSettings,
    LogSettings,
    ReplySettings,
    Settings,
    SpeechSettings,
    StoreSettings,
    TelemetrySettings,
    TextSettings,
)
from jarvisd.config.sources import Source

__all__ = [
    "ApiSettings",
    "AudioSettings",
    "DaemonSettings",
    "GovernorSettings",
    "HostSettings",
    "LlmSettings",
    "Loaded",
    "LogSettings",
    "ReplySettings",
    "Settings",
    "Source",
    "SpeechSettings",
    "StoreSettings",
    "TelemetrySettings",
    "TextSettings",
    "load",
    "load_with_sources",
]
