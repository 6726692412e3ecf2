"""Verdicts on lakes of pictures, by Beam."""

from tf_fingerprint.bulk.job import attribute_files as attribute_files
from tf_fingerprint.bulk.job import check_installed as check_installed
