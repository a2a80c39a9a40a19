"""espeak-ng, the built-in voice: starts at once, speaks many languages, needs no download."""
