"""``jarvisctl doctor``: checks of this host, each with a fix.

Checks are functions of a ``Probe``: they ask it and judge, and touch nothing themselves.
"""
