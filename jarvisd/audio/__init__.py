"""PCM formats, WAV, clean edges, resampling.

Import from the modules: ``pcm`` and ``wav`` are light and for all, ``edges`` and ``resampling`` are
for engine workers only.
"""

from jarvisd.audio.pcm import SAMPLE_BYTES, PcmFormat, rescale, sample_count

__all__ = ["SAMPLE_BYTES", "PcmFormat", "rescale", "sample_count"]
