"""The benchmark: one measurement per module, each beside its floor.

Nothing here is imported before ``jarvisctl bench`` runs; it may therefore import what it needs.
"""
