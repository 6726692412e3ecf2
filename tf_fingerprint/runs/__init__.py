"""Run directories: what a training leaves, and how it is opened."""
