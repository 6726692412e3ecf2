"""Servables, checked before anybody serves them."""
