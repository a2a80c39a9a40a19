"""Handlers, a file per noun: coroutines from an exchange to an answer, each with its route."""
