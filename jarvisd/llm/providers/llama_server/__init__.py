"""llama-server as a provider: its HTTP API, its states, its failures in plain words."""
