"""Language models: providers that turn a prompt into a stream of typed events.

``choosing`` decides who answers, with a ``breaker`` for each provider; ``providers`` holds them,
one folder each. ``model`` has the values that they exchange with the rest of the daemon.
"""
