"""Handlers: one verb a file, each a coroutine ``handle`` from an exchange to an answer."""
