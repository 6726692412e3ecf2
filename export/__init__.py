"""Servables: models in the form in which they leave the house."""

from export.savedmodel import export_instance as export_instance
