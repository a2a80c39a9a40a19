"""Where sentences and clauses end, in a text that is still being written.

``scanner`` looks at each character once and finds the ``boundaries``. Its parts: ``endings`` judges
full stops (``languages.stops`` is the data), ``clauses`` finds cuts inside a sentence, ``nesting``,
``lists``, ``widestops`` and ``fences`` follow what their names say. ``sentences`` makes values of
the boundaries.
"""
