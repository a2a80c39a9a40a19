"""The dashboard that ``jarvisctl top`` shows; only this package imports Textual.

A feed brings messages, a pure reducer makes a snapshot of them, widgets draw the snapshot. It
speaks to the daemon through the same client as every other command, and outlives it.
"""
