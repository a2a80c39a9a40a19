"""The daemon under every fault: killed, stopped, starved, lied to. ``python -m tests.chaos``.

Bounded in time and in counts, and seeded: the same seed does the same things in the same order. It
measures what must not happen, never how long something took.
"""
