"""What a recipient receives: sealed copies with manifest and signature."""
