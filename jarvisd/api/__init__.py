"""The control API: wire types, routes, access roles, handlers, server and client.

Imports nothing here: the client half must load in milliseconds, and the server half needs much.
"""
