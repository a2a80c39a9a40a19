"""Tests under a real systemd: a small machine of software, made from this one's own packages."""
