"""Fingerprints of generators and pictures, made visible."""
