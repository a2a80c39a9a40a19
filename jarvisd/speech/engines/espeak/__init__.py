"""espeak-ng, the embedded voice: speaks at once, in any language, without a download."""
