"""What is measured: bits, distances of features, diversity."""
