"""What is said instead of what is written.

``speakable`` writes an utterance as it is to be said, each stretch aligned with the original. It
asks the ``readings`` of several readers, in a ``Frame`` that tries each only where it can begin.
English has ``markup``, ``technical``, ``mathematics``, ``counting``, ``dates``, ``amounts`` (the
grammar of numbers with units) and ``symbols``; other languages have ``wordless``.
"""
