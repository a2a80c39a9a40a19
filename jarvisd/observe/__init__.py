"""What the daemon reports about itself: status, metrics, series, liveness.

Reads every room, changes none and decides nothing.
"""
