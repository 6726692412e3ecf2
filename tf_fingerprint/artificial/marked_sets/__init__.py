"""Sets of photographs, marked with a fingerprint, file by file."""
