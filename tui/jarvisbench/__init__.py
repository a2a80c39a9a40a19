"""Benchmarks of a running machine: one measurement per module, each beside its floor.

Run as ``jarvisctl bench``. Nothing here is imported before that verb runs; it may therefore import
what it needs. The daemon and the rest of jarvisctl must never import it.
"""
