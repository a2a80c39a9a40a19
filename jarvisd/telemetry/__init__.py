"""Telemetry: logs, events and figures about the daemon itself. Never blocks, never grows."""

from jarvisd.telemetry.events import EventBus, Subscription
from jarvisd.telemetry.loop_lag import LoopLag

__all__ = ["EventBus", "LoopLag", "Subscription"]
