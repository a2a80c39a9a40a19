"""The provider of last resort: answers from the machine's own state, without any model."""
