"""Configuration: the tree of settings, and the reader that fills it and lists every problem."""

from jarvisd.config.reader import Loaded, load, load_with_sources
from jarvisd.config.settings import (
    ApiSettings,
    AudioSettings,
    DaemonSettings,
    EspeakSettings,
    GovernorSettings,
    HostSettings,
    LlmSettings,
    LogSettings,
    PiperSettings,
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
    "EspeakSettings",
    "GovernorSettings",
    "HostSettings",
    "LlmSettings",
    "Loaded",
    "LogSettings",
    "PiperSettings",
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
