"""Fingerprints in training images, read in what any generator makes."""
