"""What is done to pictures and copies before they are read."""
