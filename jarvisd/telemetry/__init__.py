"""Telemetry: logs, events and measurements of the daemon. Never blocks, and is bounded."""

from jarvisd.telemetry.events import EventBus, Subscription
from jarvisd.telemetry.loop_lag import LoopLag

__all__ = ["EventBus", "LoopLag", "Subscription"]
