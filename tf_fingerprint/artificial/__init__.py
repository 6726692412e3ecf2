"""Fingerprints in the training data: for generators of any kind."""
