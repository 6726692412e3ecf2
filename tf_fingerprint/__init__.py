"""Fingerprinted image generators: whose copy of the model made this image?"""

import importlib

__version__ = "0.1.0"

_LAZY_MODULES = (
    "artificial",
    "calibration",
    "config",
    "data",
    "errors",
    "evaluation",
    "evidence",
    "fingerprints",
    "gan",
    "layers",
    "losses",
    "models",
    "passive",
    "registry",
    "runs",
    "training",
)


def load(run="pretrained"):
    """Opens a run directory or the pretrained weights; see `runs.load`."""
    from tf_fingerprint import runs

    return runs.load(run)


def __getattr__(name: str):
    """Imports sub-packages on first use, so that the odds need no Keras."""
    if name in _LAZY_MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
