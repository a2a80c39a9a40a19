"""Workers: child processes that do jobs, one at a time each, and the order of jobs.

A job (speaking, recognising, encoding) goes to a worker of its engine, yields pieces, can be
aborted, and frees its slot when the native call has returned or the process has ended. Nothing here
knows what a job is about: its body, pieces and result are bytes that only its kind reads.

This file imports nothing, so that a worker process loads only what it needs.
"""
