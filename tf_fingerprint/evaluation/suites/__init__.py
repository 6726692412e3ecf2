"""Suites: figures that are measured together, by one name."""
