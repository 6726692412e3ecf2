"""Pages and charts that people look at."""
