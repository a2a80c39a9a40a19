"""Workers: child processes that do jobs, one at a time each, and who gets which job when.

A job (speaking, recognising, encoding) goes to a worker of its engine, yields pieces, can be
aborted, and frees its slot when the native call has returned or the process is gone. Nothing here
knows what a job is about: its body, its pieces and its result are bytes that only its kind reads.

This file imports nothing, so that a worker process starts with what it needs and no more.
"""
