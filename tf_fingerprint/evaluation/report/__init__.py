"""Figures, and the report and page that hold them."""
