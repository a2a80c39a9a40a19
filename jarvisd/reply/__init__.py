"""Replies: one turn of the assistant each, from text to ordered, interruptible speech."""
