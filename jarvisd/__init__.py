"""jarvisd: the voice of the homelab."""

__version__ = "0.1.0"
