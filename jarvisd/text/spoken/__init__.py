"""What is said instead of what is written.

``speakable`` writes an utterance as it is to be said, each stretch aligned with the original. It
asks the ``readings`` of several readers: ``markup``, ``technical``, ``dates``, ``quantities``,
``symbols``.
"""
