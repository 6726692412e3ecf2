"""Servables: models in the form in which they leave the house."""

from export.attribution import attribution as attribution
from export.decoder import decoder as decoder
from export.instance import sealed_instance as sealed_instance
from export.open_generator import open_generator as open_generator
from export.savedmodel import export_instance as export_instance
