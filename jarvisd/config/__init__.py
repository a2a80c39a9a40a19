"""Configuration: the tree of settings, and the reader that fills it and lists every problem."""

from jarvisd.config.settings import (
    ApiSettings,
    AudioSettings,
    DaemonSettings,
    EspeakSettings,
    LlmSettings,
    LogSettings,
    PiperSettings,
    ReplySettings,
    Settings,
    SpeechSettings,
    StoreSettings,
    TextSettings,
)

__all__ = [
    "ApiSettings",
    "AudioSettings",
    "DaemonSettings",
    "EspeakSettings",
    "LlmSettings",
    "LogSettings",
    "PiperSettings",
    "ReplySettings",
    "Settings",
    "SpeechSettings",
    "StoreSettings",
    "TextSettings",
]
