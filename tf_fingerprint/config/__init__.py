"""Everything an experiment is set by: frozen dataclasses, read from TOML.

Only `training` reads a `Config`; networks and losses take plain arguments.
"""

from tf_fingerprint.config.artificial import CodecConfig
from tf_fingerprint.config.comparison import differences
from tf_fingerprint.config.comparison import digest
from tf_fingerprint.config.files import method_of
from tf_fingerprint.config.files import read
from tf_fingerprint.config.files import to_toml
from tf_fingerprint.config.kinds import AnyConfig
from tf_fingerprint.config.kinds import OneTraining
from tf_fingerprint.config.passive import Config as PassiveConfig
from tf_fingerprint.config.perturbations import Perturbations
from tf_fingerprint.config.scalable import Config
from tf_fingerprint.config.scalable import Curriculum
from tf_fingerprint.config.scalable import Data
from tf_fingerprint.config.scalable import Losses
from tf_fingerprint.config.scalable import Networks
from tf_fingerprint.config.scalable import Optimizer
from tf_fingerprint.config.scalable import Training
from tf_fingerprint.config.stages import Stage
from tf_fingerprint.config.stages import Staged
from tf_fingerprint.config.visualization import Config as VisualizationConfig

__all__ = [
    "AnyConfig",
    "CodecConfig",
    "Config",
    "Curriculum",
    "Data",
    "Losses",
    "Networks",
    "OneTraining",
    "Optimizer",
    "PassiveConfig",
    "Perturbations",
    "Stage",
    "Staged",
    "Training",
    "VisualizationConfig",
    "differences",
    "digest",
    "method_of",
    "read",
    "to_toml",
]
