"""Fingerprinted image generators: whose copy of the model made this image?"""

import importlib

from tf_fingerprint.version import __version__ as __version__

_LAZY_MODULES = (
    "artificial",
    "attribution",
    "bulk",
    "calibration",
    "config",
    "data",
    "errors",
    "evaluation",
    "evidence",
    "fingerprints",
    "issuing",
    "layers",
    "methods",
    "models",
    "passive",
    "registry",
    "runs",
    "scalable",
    "training",
)


def load(run="pretrained"):
    """Opens a run directory or the pretrained weights; see `methods.load`."""
    from tf_fingerprint import methods

    return methods.load(run)


def __getattr__(name: str):
    """Imports sub-packages on first use, so that the odds need no Keras."""
    if name in _LAZY_MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
