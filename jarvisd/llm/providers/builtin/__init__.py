"""The provider of last resort: answers from the state of the machine, without a model."""
