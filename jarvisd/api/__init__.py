"""The control API: connections, access roles, routes and handlers.

Imports nothing here, so that a part can be imported without the others.
"""
