"""Everything an experiment is set by: frozen dataclasses, read from TOML.

Only `training` reads a `Config`; networks and losses take plain arguments.
"""

from tf_fingerprint.config.artificial import CodecConfig
from tf_fingerprint.config.files import AnyConfig
from tf_fingerprint.config.files import digest
from tf_fingerprint.config.files import read
from tf_fingerprint.config.files import to_toml
from tf_fingerprint.config.perturbations import Perturbations
from tf_fingerprint.config.sections import Config
from tf_fingerprint.config.sections import Curriculum
from tf_fingerprint.config.sections import Data
from tf_fingerprint.config.sections import Losses
from tf_fingerprint.config.sections import Networks
from tf_fingerprint.config.sections import Optimizer
from tf_fingerprint.config.sections import Training

__all__ = [
    "AnyConfig",
    "CodecConfig",
    "Config",
    "Curriculum",
    "Data",
    "Losses",
    "Networks",
    "Optimizer",
    "Perturbations",
    "Training",
    "digest",
    "read",
    "to_toml",
]
