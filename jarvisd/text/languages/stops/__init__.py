"""Where sentences end in each language, as data.

``model`` is the shape, ``common`` what every language shares; the other files hold one language
each, and only words.
"""
