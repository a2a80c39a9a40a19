"""What is said instead of what is written.

``speakable`` writes an utterance as it is to be said, each stretch aligned with the original. It
applies reading ``rules``: ``markup``, ``technical``, ``dates``, ``quantities``, ``symbols``.
"""
