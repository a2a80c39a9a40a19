"""PCM formats, WAV, clean edges, resampling.

Import from the modules: ``pcm`` and ``wav`` are light and meant for everybody, ``edges`` and
``resampling`` work inside engine workers only.
"""

from jarvisd.audio.pcm import SAMPLE_BYTES, PcmFormat, rescale, sample_count

__all__ = ["SAMPLE_BYTES", "PcmFormat", "rescale", "sample_count"]
