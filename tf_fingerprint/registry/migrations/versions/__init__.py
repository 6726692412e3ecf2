"""One step each, the oldest first."""
