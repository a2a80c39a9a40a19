"""Piper, the neural voices: a separate library (GPL-3.0-or-later), one ONNX model per voice."""
