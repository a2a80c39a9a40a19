"""What the daemon says about itself: status, metrics, one row of every series, liveness.

Reads every room, changes none and decides nothing.
"""
