"""Settings: a place with Save and Discard, generated from what the core declares."""
